"""Secrets go out: the values of expressions, to everybody or to some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.encoding import decode, decode_integers
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.evaluate import Evaluation
from protocols.array.group_sizes import group_of
from protocols.array.lines import user_line
from protocols.array.marks import mark_of_all
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.array.supposing import supposed
from protocols.outputs import Output, keeper_of, refuse_false, released
from protocols.party_indices import receivers_of
from protocols.ranges import ULP, Range
from protocols.shares import Share

FLOAT_BITS = 53
"""What a float64 holds of a number."""


async def reveal(
    ctx: Context,
    *values: SecretArray | npt.NDArray[Any],
    to: int | Sequence[int] | None = None,
    planned: Any = None,
    tolerance: float | None = None,
) -> Any:
    """Compute secrets and let parties learn them as they are: `mpc.reveal`, which is `private_reveals.reveal` and says
    all, where no noise is asked for."""
    need_context(ctx, "reveal")
    return await _revealed(ctx, values, to, planned, tolerance, user_line(), None)


async def reveal_charged(
    ctx: Context,
    *values: SecretArray | npt.NDArray[Any],
    privacy: Any,
    to: int | Sequence[int] | None = None,
    planned: Any = None,
    tolerance: float | None = None,
) -> Any:
    """As `reveal`, of values that a mechanism has made private: `privacy` says so, and its `charge` is what each costs.

    They are opened as they are, noise and all, once every party has said yes and written down that it is spent. Two
    rounds before they are computed, two before they are opened. Beside the errors of `reveal` those of
    `protocols.consent.agreement`.
    """
    need_context(ctx, "reveal")
    return await _revealed(ctx, values, to, planned, tolerance, user_line(), privacy)


async def _revealed(
    ctx: Context,
    values: Sequence[SecretArray | npt.NDArray[Any]],
    to: int | Sequence[int] | None,
    planned: Any,
    tolerance: float | None,
    line: str,
    privacy: Any,
) -> Any:
    receivers = receivers_of(ctx.everyone, to, line)
    secrets = [checked(ctx, value, line) for value in values]
    targets = [shown_form(secret) for secret in secrets]
    nodes = [target.node for target in targets]
    asks = keeper_of(ctx.session).asks_of_groups
    outputs = [
        Output(
            t.shape, t.kind, receivers, line, _range_as_shown(t), t.scale,
            privacy, tolerance, t.node.value.decided, group_of(t.node) if asks else None,
        )
        for t in targets
    ]  # fmt: skip
    call = ctx.child("reveal", line=line)
    evaluation = Evaluation(call, nodes)
    once = {node.value: node.kind for node in nodes}

    async def compute() -> list[Share]:
        asked = evaluation if privacy is None else Evaluation(call, nodes)  # others may have computed some meanwhile
        await asked.run()
        call.depth = max([ctx.depth, *(value.depth for value in once)])
        call.remark(mark_of_all(value.mark for value in once))
        return [value.share for value in once]

    opened = dict(zip(once, await released(call, outputs, list(once.values()), compute), strict=True))
    ctx.join(call)
    if ctx.planning:
        results = supposed(targets, planned, learns=ctx.me in receivers)
    else:
        for output, node in zip(outputs, nodes, strict=True):
            if node.kind != "bit":
                refuse_false(output, opened[node.value], ctx.ring)
        results = [_decoded(target, opened[target.node.value]) for target in targets]
        _compare(ctx, secrets, results, outputs)
        for output, result in zip(outputs, results, strict=True):
            ctx.session.ledger.learnt.add(result, output.error, decided=output.decided)
    return results[0] if len(results) == 1 else tuple(results)


def _compare(ctx: Context, values: Sequence[SecretArray], results: Sequence[Any], outputs: Sequence[Output]) -> None:
    """Hold what was revealed against its shadow, where there is one, once for all parties."""
    shadows = ctx.session.shadows
    if shadows is not None and ctx.me == min(outputs[0].receivers, default=-1):
        for value, result, output in zip(values, results, outputs, strict=True):
            shadows.compare(output.line, result, value.shadow, output.error)


def _range_as_shown(x: SecretArray) -> Range:
    """Its range; the error of a real is that of the float64 that it becomes."""
    spare = x.range.magnitude.bit_length() - FLOAT_BITS
    return x.range.off_by(x.range.error + (ULP << (spare - 1))) if x.kind == "fixed" and spare > 0 else x.range


def shown_form(x: SecretArray) -> SecretArray:
    """x as it leaves: a `fixed` value with the run's number of fractional bits."""
    return fixed(x) if x.kind == "fixed" else x


def checked(ctx: Context, value: Any, line: str) -> SecretArray:
    """A secret of this run, or LocalError `not-secret`, `not-awaited` or `foreign-secret`."""
    refuse_unawaited(value, line)
    if not isinstance(value, SecretArray):
        several = "give secrets one by one, mpc.reveal(ctx, x, y) or mpc.reveal(ctx, *secrets)"
        remedy = several if isinstance(value, list | tuple | set | dict) else "use the value as it is"
        raise LocalError("not-secret", f"a value of type {type(value).__name__} is no secret", remedy, line=line)
    if value.context.session is not ctx.session:
        raise LocalError(
            "foreign-secret", "this secret belongs to another run", "use secrets within their run", line=line
        )
    return value


def _decoded(target: SecretArray, words: Any) -> Any:
    ring = target.context.ring
    if words is None:
        return None
    if target.kind == "fixed":
        return decode(words, target.scale, ring)[()]
    if target.kind == "int":
        return decode_integers(words, ring).astype(target.dtype)[()]
    return (bits.unpack(words, target.size).reshape(target.shape) != 0)[()]
