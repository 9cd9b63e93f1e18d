"""Between the tiers: shares that protocols compute on, and secrets that users do."""

from __future__ import annotations

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.declared import declared_error
from protocols.array.evaluate import Evaluation
from protocols.array.inputs import bounds_of, refuse_unknown_kind
from protocols.array.lines import user_line
from protocols.array.marks import mark_of
from protocols.array.misuse import need_context
from protocols.array.node import Facts, Kind, operation
from protocols.array.recording import record
from protocols.array.revealing import checked, shown_form
from protocols.array.secret import SecretArray
from protocols.outputs import alone
from protocols.ranges import NO_BOUND
from protocols.shares import ArithmeticShare, BooleanShare

GIVEN = operation("given", lambda known: known, lambda ctx, node: None)


async def compute(ctx: Context, *values: SecretArray) -> None:
    """Compute secrets now and keep them shared: nothing becomes known, and no later reveal computes them again.

    For a program that wants its work done at this point, as before a loop, or while it waits for something else.
    Raises LocalError `range-exceeded` before anything is sent if a value may not fit.
    """
    need_context(ctx, "compute")
    line = user_line()
    nodes = [checked(ctx, value, line).node for value in values]
    call = ctx.child("compute", line=line)
    with alone(call):
        await Evaluation(call, nodes).run()
    call.depth = max([ctx.depth, *(node.value.depth for node in nodes)])
    ctx.join(call)


def secret_from(
    ctx: Context,
    share: ArithmeticShare | BooleanShare,
    *,
    kind: Kind = "int",
    range: tuple[float, float] | None = None,
    error: float | None = None,
) -> SecretArray:
    """A share that a protocol computed, as a secret to go on with in expressions.

    `kind` says what it holds: `int` for whole numbers, `fixed` for reals with the run's number of fractional bits,
    `bit` for a Boolean share of one bit a value. `range` is what you vouch for every element, in the value's own unit;
    without one it is what `mpc.secret` would take. `error` is what you vouch they are off by at most, in the same unit;
    without one, whole numbers and bits are taken as exact, and of reals no bound is known. If they are false, results
    may be wrong without a warning. What the run has decided so far is taken to have a part in it.
    Raises LocalError `bad-kind` if the share cannot be of that kind, `unknown-kind`, `bad-range`, `bad-error`.
    """
    need_context(ctx, "secret_from")
    line = user_line()
    refuse_unknown_kind(kind, line)
    of_bits = isinstance(share, BooleanShare) and share.planes == 1
    if of_bits if kind != "bit" else not of_bits:
        raise LocalError(
            "bad-kind",
            f"{share!r} holds no values of kind {kind}",
            'say kind="bit" for a Boolean share of one bit a value, "int" or "fixed" for an arithmetic share',
            line=line,
        )
    scale = ctx.fractional_bits if kind == "fixed" else 0
    bounds = bounds_of(range, kind, scale, line)
    unvouched = NO_BOUND if kind == "fixed" else 0
    off_by = unvouched if error is None else declared_error(error, scale)
    return given(ctx, share, Facts(share.shape, kind, scale, bounds.off_by(off_by)))


def given(ctx: Context, share: ArithmeticShare | BooleanShare, known: Facts) -> SecretArray:
    """A share as a secret of which so much is public."""
    x = record(GIVEN, home=ctx, known=known)
    x.node.value.computed(share, ctx.depth)
    x.node.value.decided = bool(ctx.session.ledger.decisions())
    if not ctx.planning:
        x.node.value.mark = mark_of(x.node, anew=True)
    return x


async def share_of(ctx: Context, x: SecretArray) -> ArithmeticShare | BooleanShare:
    """The share of a secret, to go on with in protocols; computed now if it was not yet.

    A `fixed` value has the run's number of fractional bits, an `int` none; a `bit` is a Boolean share of one bit a
    value.
    """
    x = shown_form(checked(ctx, x, user_line()))
    await compute(ctx, x)
    share: ArithmeticShare | BooleanShare = x.node.value.share
    return share
