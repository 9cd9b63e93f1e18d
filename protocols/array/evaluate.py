"""Running an expression: every node becomes one call of the suite as soon as its arguments exist.

Nodes that need no message run at once, the others side by side. The causal depth of a node follows from its arguments
alone. Before anything is sent, every node of the expression is checked against the ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np
import trio

from mpc.accounts.ledger import Reveal
from mpc.algebra import bits
from mpc.algebra.encoding import decode, decode_integers
from mpc.context import Context, first_failure
from mpc.errors import LocalError, ParleyError
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray, user_line
from protocols.suite import suite_of


async def reveal(ctx: Context, *values: SecretArray, to: int | Sequence[int] | None = None) -> Any:
    """Compute secrets and let parties learn them: everybody, or the party indices `to`.

    Returns numpy values in order (one alone for one argument): float64 for `fixed`, int64 for `int`, bool for `bit`; a
    party outside `to` gets None in their places. Everything that the values need is computed now, once.
    Raises LocalError `range-exceeded` before anything is sent if a value may not fit.
    """
    line = user_line()
    receivers = _receivers(ctx, to, line)
    secrets = [_checked(ctx, v, line) for v in values]
    targets = [fixed(s) if s.kind == "fixed" else s for s in secrets]
    await compute(ctx, targets)
    call = ctx.child("reveal", line=line, depth=max([ctx.depth, *(t.depth for t in targets)]))
    for target in targets:
        ctx.session.ledger.reveals.append(Reveal(line, target.shape, receivers))
    opened = await (_open_all(call, targets) if to is None else _open_to(call, targets, receivers))
    ctx.session.ledger.waited(line, call.entered, call.depth)
    ctx.join(call)
    results = [None if words is None else _decoded(t, words) for t, words in zip(targets, opened, strict=True)]
    return results[0] if len(results) == 1 else tuple(results)


async def compute(ctx: Context, targets: Sequence[SecretArray]) -> None:
    """Evaluate nodes and all they stand on, in shares; nothing becomes known."""
    pending = _pending(targets)
    for node in pending:
        _check_range(node)
    await _Evaluation(pending).run()
    for node in pending:
        ctx.payload += node.call.payload


class _Evaluation:
    """Counts down each node's missing arguments; a node that has them all is run."""

    def __init__(self, pending: Sequence[SecretArray]) -> None:
        self._missing = {node: sum(a.value is None for a in set(node.args)) for node in pending}
        self._users: dict[SecretArray, list[SecretArray]] = {node: [] for node in pending}
        for node in pending:
            for argument in set(node.args):
                if argument.value is None:
                    self._users[argument].append(node)

    async def run(self) -> None:
        ready = [node for node, missing in self._missing.items() if not missing]
        try:
            async with trio.open_nursery() as nursery:
                await self._follow(nursery, ready)
        except BaseExceptionGroup as group:
            failure = first_failure(group)
            if failure is None:
                raise
            raise failure from None

    async def _follow(self, nursery: trio.Nursery, ready: list[SecretArray]) -> None:
        """Run what is ready and whatever becomes ready by it; side branches get tasks of their own."""
        while ready:
            talking = self._run_local(ready)
            for other in talking[1:]:
                nursery.start_soon(self._follow_from, nursery, other)
            ready = await self._talk(talking[0]) if talking else []

    async def _follow_from(self, nursery: trio.Nursery, node: SecretArray) -> None:
        await self._follow(nursery, await self._talk(node))

    def _run_local(self, ready: list[SecretArray]) -> list[SecretArray]:
        talking: list[SecretArray] = []
        while ready:
            node = ready.pop()
            if node.talks:
                talking.append(node)
            else:
                _enter(node)
                ready += self._finish(node, node.run(node.call, *(a.value for a in node.args)))
        return sorted(talking, key=lambda node: node.call.path)

    async def _talk(self, node: SecretArray) -> list[SecretArray]:
        _enter(node)
        try:
            value = await node.run(node.call, *(a.value for a in node.args))
        except ParleyError as error:
            error.line = error.line or node.line
            raise
        session = node.call.session
        session.ledger.waited(node.line, node.call.entered, node.call.depth)
        if session.on_call is not None:
            session.on_call()
        return self._finish(node, value)

    def _finish(self, node: SecretArray, value: Any) -> list[SecretArray]:
        node.value, node.depth = value, node.call.depth
        node.args, node.run = (), _done
        freed = []
        for user in self._users[node]:
            self._missing[user] -= 1
            if not self._missing[user]:
                freed.append(user)
        return freed


def _done(ctx: Context, *args: Any) -> Any:
    raise LocalError("computed-already", "a node of an expression ran twice", path=ctx.path)


def _enter(node: SecretArray) -> None:
    call = node.call
    call.depth = call.entered = max([call.depth, *(a.depth for a in node.args)])


def _pending(targets: Sequence[SecretArray]) -> list[SecretArray]:
    """All nodes still without a value that the targets stand on."""
    seen: dict[SecretArray, None] = {}
    stack = [t for t in targets if t.value is None]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack += [a for a in node.args if a.value is None]
    return sorted(seen, key=lambda node: node.call.path)


def _check_range(node: SecretArray) -> None:
    ring_bits = node.context.ring.bits
    if node.kind == "bit" or node.range.fits(ring_bits):
        return
    lo, hi = node.range.reals(node.scale)
    fraction = f" with {node.scale} fractional bits" if node.scale else ""
    raise LocalError(
        "range-exceeded",
        f"the result of `{node.name}` may lie anywhere in [{_shown(lo)}, {_shown(hi)}]; that takes {node.range.bits} "
        f"bits{fraction}, and {ring_bits - 1} are safe",
        "if you know better, say so with x.within(lo, hi); or declare tighter ranges where secrets come in "
        "(mpc.secret(..., range=(lo, hi))), scale the data down, np.clip on the way, use whole numbers, "
        "or run with fewer --fractional-bits. Nothing has been computed",
        line=node.line,
    )


def _shown(bound: float) -> str:
    return f"{bound:.6g}" if abs(bound) < 1e6 else f"{'-' if bound < 0 else ''}10^{log10(abs(bound)):.1f}"


def _receivers(ctx: Context, to: int | Sequence[int] | None, line: str) -> tuple[int, ...]:
    """Who learns the values. An index of no computing party is refused: the one after the last is the dealer's."""
    if to is None:
        return tuple(ctx.everyone)
    receivers = tuple(dict.fromkeys([to] if isinstance(to, int) else to))
    for receiver in receivers:
        if receiver not in ctx.everyone:
            raise LocalError(
                "no-such-party", f"there is no party {receiver} among {ctx.n}", "parties count from 0", line=line
            )
    return receivers


def _checked(ctx: Context, value: Any, line: str) -> SecretArray:
    if not isinstance(value, SecretArray):
        raise LocalError(
            "not-secret", f"reveal of a {type(value).__name__}, which is no secret", "use the value as it is", line=line
        )
    if value.context.session is not ctx.session:
        raise LocalError(
            "foreign-secret", "this secret belongs to another run", "use secrets within their run", line=line
        )
    return value


async def _open_all(call: Context, targets: Sequence[SecretArray]) -> list[Any]:
    suite = suite_of(call)
    words = dict.fromkeys(targets)
    numbers = [t for t in words if t.kind != "bit"]
    entered, deepest = call.depth, call.depth
    opened: dict[SecretArray, Any] = {}
    if numbers:
        opened.update(zip(numbers, await suite.open(call, *(t.value for t in numbers)), strict=True))
        deepest = call.depth
    for target in words:
        if target.kind == "bit":
            call.depth = entered
            opened[target] = await suite.open_bits(call, target.value)
            deepest = max(deepest, call.depth)
    call.depth = deepest
    return [opened[t] for t in targets]


async def _open_to(call: Context, targets: Sequence[SecretArray], receivers: Sequence[int]) -> list[Any]:
    suite = suite_of(call)
    numbers = [ring_form(t) for t in targets]
    await compute(call, numbers)
    call.depth = max([call.depth, *(x.depth for x in numbers)])
    entered, deepest = call.depth, call.depth
    opened: list[Any] = [None] * len(targets)
    for receiver in receivers:
        for i, (target, number) in enumerate(zip(targets, numbers, strict=True)):
            call.depth = entered
            words = await suite.open_to(call, receiver, number.value)
            deepest = max(deepest, call.depth)
            if words is not None:
                opened[i] = bits.pack(np.asarray(words != 0)) if target.kind == "bit" else words
    call.depth = deepest
    return opened


def _decoded(target: SecretArray, words: Any) -> Any:
    ring = target.context.ring
    if target.kind == "bit":
        flat = bits.unpack(words, target.size)
        return flat.astype(np.bool_).reshape(target.shape)[()]
    if target.kind == "int":
        return decode_integers(words, ring)[()]
    return decode(words, target.scale, ring)[()]
