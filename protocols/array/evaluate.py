"""Running an expression: every value becomes one call of the suite as soon as its operands exist.

Values that need no message are computed at once, the others side by side. The causal depth of a value follows from its
operands and its place in the program alone. Before anything is sent, every range that the expression relies on is
checked against the ring. Evaluations side by side may share values: one computes them, the others wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import trio

from mpc.context import Context
from mpc.errors import LocalError, ParleyError
from mpc.side_by_side import leading_alone
from protocols.array.group_sizes import remember_groups
from protocols.array.lowering import lowering
from protocols.array.marks import mark_of
from protocols.array.node import Node, Value, decides
from protocols.array.taking_in import taken_in, takes_in
from protocols.array.weighing import decide, joined, joins
from protocols.outputs import check_range, keeper_of


class Evaluation:
    """Brings nodes, and all they stand on, into shares; nothing becomes known.

    Making one checks every range and sends nothing: LocalError `range-exceeded`. It counts down each value's missing
    operands, and holds nothing that it has done with.
    """

    def __init__(self, call: Context, targets: Sequence[Node]) -> None:
        """`call` is the evaluation's own: it names the batch of material that is made for it."""
        self._ctx = call
        self._targets = tuple(targets)
        self._nodes = _pending(targets)
        self._chosen: dict[Value, Node] = {}
        self._missing: dict[Value, int] = {}
        self._users: dict[Value, list[Node]] = {}
        self._awaited: set[Value] = set()
        _check_ranges(call, self._nodes)
        if keeper_of(call.session).asks_of_groups:
            remember_groups(targets)
        _note(call, self._nodes)

    async def run(self) -> None:
        """Compute the targets."""
        session, targets, self._targets = self._ctx.session, self._targets, ()
        session.ledger.on_shares = True
        if joins(self._ctx):
            await decide(session, self._nodes, targets)  # which may wait: what is pending is looked at again
            nodes = _pending(targets)
            self._nodes = joined(session, nodes, await decide(session, nodes, targets))
        elif takes_in(self._ctx):
            self._nodes = taken_in(session, self._nodes, targets)
        del targets
        self._claim()
        try:
            if await self._foresee():
                return
            ready = self._ready()
            while len(talking := self._run_local(ready)) == 1:
                ready = await self._talk(talking.pop())
            if talking:
                await leading_alone(lambda: self._run_side_by_side(talking))
        except BaseException:
            self._abandon()
            raise

    def _claim(self) -> None:
        """Make every value this evaluation's own that no other one has."""
        chosen = self._chosen
        for node in self._nodes:
            known = chosen.setdefault(node.value, node)
            if node.recipe < known.recipe:
                chosen[node.value] = node
        self._nodes = []
        self._missing = dict.fromkeys(chosen, 0)
        self._awaited = {value for value in chosen if value.claimed}
        for value in chosen:
            value.claimed = True

    def _ready(self) -> list[Node]:
        """Count down from here on; the nodes that nothing keeps waiting."""
        chosen, self._chosen = self._chosen, {}
        self._users = {value: [] for value in chosen}
        ready: list[Node] = []
        for value, node in chosen.items():
            operands = () if value in self._awaited else {o.value for o in node.operands if o.pending}
            self._missing[value] = len(operands)
            for operand in operands:
                self._users[operand].append(node)
            if not operands:
                ready.append(node)
        return ready

    async def _foresee(self) -> bool:
        """Have the material of what this evaluation computes made, where that is done just before.

        Whether all was computed on the occasion.
        """
        foresight, awaited = self._ctx.session.foresight, self._awaited
        if foresight is None:
            return False
        nodes = [node for value, node in self._chosen.items() if value not in awaited]
        return await foresight.before(self._ctx, nodes, apart=not awaited)

    def _abandon(self) -> None:
        """Leave what was not computed to others, or to an error that says so where its messages had begun."""
        for value in self._missing:
            if value not in self._awaited:
                value.claimed = False
                value.wake()

    async def _run_side_by_side(self, talking: list[Node]) -> None:
        async with trio.open_nursery() as nursery:
            await self._follow(nursery, self._branch(nursery, talking))

    async def _follow(self, nursery: trio.Nursery, node: Node) -> None:
        """Run a node and whatever becomes ready by it; side branches get tasks of their own."""
        while talking := self._run_local(await self._talk(node)):
            node = self._branch(nursery, talking)

    def _branch(self, nursery: trio.Nursery, talking: list[Node]) -> Node:
        """Start all but the first of the program, and leave that one to the caller."""
        first, *others = sorted(talking, key=lambda node: node.value.path)
        for other in others:
            nursery.start_soon(self._follow, nursery, other)
        return first

    def _run_local(self, ready: list[Node]) -> list[Node]:
        """Run all that needs no message, and what becomes ready by it; the nodes that talk, or wait, are left."""
        session, talking = self._ctx.session, []
        while ready:
            node = ready.pop()
            run, talks = lowering(node.operation, session)
            if talks or node.value in self._awaited:
                talking.append(node)
            else:
                self._mark(node, anew=False)
                share = run(node.value.home, node, *[o.value.share for o in node.operands])
                ready += self._finish(node.value, share, node.begins)
        return talking

    async def _talk(self, node: Node) -> list[Node]:
        value, session = node.value, self._ctx.session
        if value in self._awaited:
            if value.claimed:
                await value.settled()
            if value.share is None:
                raise _interrupted(node)
            return self._freed(value)
        self._mark(node, anew=True)
        call = value.home.child(node.call_name, line=node.line, depth=node.begins, place=value.place, mark=value.mark)
        value.call = call
        try:
            run = lowering(node.operation, session).run
            share = await run(call, node, *[o.value.share for o in node.operands])
        except ParleyError as error:
            error.line = error.line or node.line
            raise
        self._ctx.payload += call.payload
        session.ledger.waited(node.line, call.entered, call.depth)
        if session.on_call is not None:
            session.on_call()
        return self._finish(value, share, call.depth)

    def _mark(self, node: Node, *, anew: bool) -> None:
        """Note what follows from the public numbers, which plans have in common."""
        if not self._ctx.planning:
            node.value.mark = mark_of(node, anew=anew)

    def _finish(self, value: Value, share: Any, depth: int) -> list[Node]:
        value.computed(share, depth)
        return self._freed(value)

    def _freed(self, value: Value) -> list[Node]:
        """The nodes that waited for this value alone."""
        del self._missing[value]
        freed = []
        for user in self._users.pop(value):
            self._missing[user.value] -= 1
            if not self._missing[user.value]:
                freed.append(user)
        return freed


def _pending(targets: Sequence[Node]) -> list[Node]:
    """All nodes still without a value that the targets stand on, aliases beside what they are aliases of.

    What another evaluation has taken over is among them, but not what that stands on.
    """
    seen: dict[Node, None] = {}
    stack = [node for node in targets if node.pending]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen[node] = None
        if node.value.claimed:
            continue
        if node.value.call is not None:
            raise _interrupted(node)
        stack += [operand for operand in node.operands if operand.pending]
    return list(seen)


def _check_ranges(ctx: Context, nodes: Sequence[Node]) -> None:
    """Refuse what may leave the ring; of several values the first of the program is named."""
    bits = ctx.ring.bits
    too_wide = [node for node in nodes if node.kind != "bit" and not node.range.fits(bits)]
    if too_wide:
        first = min(too_wide, key=lambda node: node.value.path)
        check_range(ctx.session, first.operation.written, first.range, first.scale, first.line)


def _note(ctx: Context, nodes: Sequence[Node]) -> None:
    """Enter into the account circuits, what compares values that are not exact, and what decides by it."""
    for node in nodes:
        if node.operation.noted is not None:
            node.operation.noted(ctx.session.ledger, node)
        if times := decides(node.operation, node.operands, node.parameters):
            compared = node.operands[0]
            ctx.session.ledger.decided(node.line, times * compared.range.useful_error(compared.scale))


def _interrupted(node: Node) -> LocalError:
    return LocalError(
        "computation-interrupted",
        f"`{node.operation.name}` was begun by another reveal, which ended before it",
        "let a reveal come to its end; its messages cannot be sent twice",
        line=node.line,
    )
