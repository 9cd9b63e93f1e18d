"""What computations will take: found by running them on shapes alone, for all parties at once, and remembered.

A rehearsal sends nothing outside this process and computes nothing: it runs the very functions of the real run in a
session of its own, in which arrays have no content, and writes down what they ask for and send. Whatever depends on
where a computation stands in a program, its path and the depth at which it begins, is told apart from the rest, so that
it is known for every other place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, cast

import numpy as np
import trio

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes_only import ShapesOfRing, blank
from mpc.context import Context, Session
from mpc.network.handshake import Agreement
from mpc.network.transport import MemoryTransport
from mpc.network.wire import Message, packed_bytes
from mpc.planning import CountingSupply
from mpc.side_by_side import run_all
from mpc.standing import StandingMaterial
from mpc.supply import Entry, Path
from protocols.array.appraising import blank_share
from protocols.array.lowering import lowering
from protocols.array.node import Node
from protocols.known import Known
from protocols.runs.lately import Lately
from protocols.shares import ArithmeticShare, BooleanShare, Share
from protocols.suite import suite_of

MOST_CALLS, MOST_TYPES = 1 << 12, 1 << 10
"""Calls of each kind that a session remembers, and types of arguments that a process does."""

Taken = tuple[Entry, ...]
"""Material by the path of the call that takes it, counted from the call that was rehearsed; in the order of paths."""


class Sent(NamedTuple):
    """The messages for one receiver: their bytes but for those that say path and depth, and the depth of each above the
    shallowest party's at the beginning."""

    to: int
    size: int
    depths: tuple[int, ...]

    def bytes(self, path_bytes: int, depth: int) -> int:
        """Their framed bytes, of a call whose path takes so many where the shallowest party begins so deep."""
        first, last = packed_bytes(depth + self.depths[0]), packed_bytes(depth + self.depths[-1])
        if first == last:
            return self.size + len(self.depths) * (path_bytes + first)
        return self.size + sum([path_bytes + packed_bytes(depth + deeper) for deeper in self.depths])


class Role(NamedTuple):
    """What one party does in a computation: the share that it ends with, its depth in the end above the shallowest
    party's at the beginning, what it takes, the elements of that by kind, what it sends, how many bytes it receives,
    and what stands in its session afterwards, if anything does."""

    share: Share
    depth: int
    taken: Taken
    material: tuple[tuple[str, int], ...]
    sent: tuple[Sent, ...]
    received: int
    standing: StandingMaterial | None


@lru_cache(1 << 10)
def path_bytes(path: Path) -> int:
    """The bytes of a path's numbers in a header."""
    return sum(map(packed_bytes, path))


class Rehearsal:
    """Rehearses calls of sessions like the one given: of its parties, suite, ring, precision and supplier."""

    def __init__(self, session: Session) -> None:
        self._like = session
        self._cast: list[_Player] = []
        self._numbers = count()
        self._stage = trio.Lock()
        self._taken: Lately[Any, Taken] = Lately(MOST_CALLS)
        self._roles: Lately[Any, tuple[Role, ...]] = Lately(MOST_CALLS)

    async def node(self, node: Node) -> Taken:
        """What computing a node will take; nothing for one that needs no message."""
        if not lowering(node.operation, self._like).talks:
            return ()
        found, n = self._taken.get(node.signature), self._like.n
        if found is None:
            found = self._taken.put(node.signature, _merged(await self._computed([node] * n, [0] * n)))
        return found

    async def roles(self, nodes: Sequence[Node], depths: Sequence[int]) -> tuple[Role, ...]:
        """What each party does to compute a node that talks: `nodes` are each party's own of it, who begins so deep."""
        node, shallowest = nodes[0], min(depths)
        home = node.value.home
        above = tuple([depth - shallowest for depth in depths])
        key = node.signature, home.label, len(node.value.path), above
        found = self._roles.get(key)
        if found is None:
            found = self._roles.put(key, await self._computed(nodes, above))
        return found

    async def call(self, function: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> Taken:
        """What `function(ctx, *args)` will take; shares and arrays among the arguments are taken by their shapes."""
        key = _key_of_call(function, args)
        found = None if key is None else self._taken.get(key)
        if found is not None:
            return found

        def place(session: Session, number: int) -> Context:
            return session.root(number)

        async def perform(ctx: Context) -> Any:
            return await function(ctx, *(_without_content(ctx, argument) for argument in args))

        found = _merged(await self._rehearsed(place, perform))
        if key is not None:
            self._taken.put(key, found)
        return found

    async def roles_of_call(
        self, calls: Sequence[Context], function: Callable[..., Awaitable[Any]], args: Sequence[tuple[Any, ...]]
    ) -> tuple[Role, ...]:
        """What each party does in `function(ctx, *args)`, `calls` and `args` being each one's own."""
        first, shallowest = calls[0], min(call.depth for call in calls)
        above = [call.depth - shallowest for call in calls]
        key = _key_of_call(function, (first.label, first.mark, len(first.path), *above, *args))
        found = None if key is None else self._roles.get(key)
        if found is not None:
            return found
        rest = (0,) * (len(first.path) - 1)

        def place(session: Session, number: int) -> Context:
            me = session.transport.me
            ctx = Context(session, (number, *rest), first.name, 0, above[me], "")
            ctx.label = ctx.stamp = calls[me].label
            if calls[me].mark:
                ctx.remark(calls[me].mark)
            return ctx

        async def perform(ctx: Context) -> Any:
            return await function(ctx, *(_without_content(ctx, argument) for argument in args[ctx.me]))

        found = await self._rehearsed(place, perform)
        if key is not None:
            self._roles.put(key, found)
        return found

    async def _computed(self, nodes: Sequence[Node], depths: Sequence[int]) -> tuple[Role, ...]:
        """A node rehearsed under a path as long as its own, with the same label: its headers have the same form."""
        run, _ = lowering(nodes[0].operation, self._like)
        name, home = nodes[0].call_name, nodes[0].value.home
        rest = (0,) * (len(nodes[0].value.path) - 1)

        def place(session: Session, number: int) -> Context:
            return Context(session, (number, *rest), name, home.label, depths[session.transport.me], "", 1)

        async def perform(ctx: Context) -> Any:
            node = nodes[ctx.me]
            return await run(ctx, node, *[blank_share(ctx, o.kind, o.shape) for o in node.operands])

        return await self._rehearsed(place, perform)

    async def _rehearsed(
        self, place: Callable[[Session, int], Context], perform: Callable[[Context], Awaitable[Any]]
    ) -> tuple[Role, ...]:
        """One call at a time, since all players write down what is asked of them."""
        async with self._stage:
            players = self._cast = self._cast or await self._gathered()
            number = next(self._numbers)
            calls = [place(player.session, number) for player in players]
            depths = [call.depth for call in calls]
            results: list[Any] = [None] * len(players)

            async def play(i: int) -> None:
                results[i] = await perform(calls[i])

            try:
                await run_all([(play, i) for i in range(len(players))])
            except BaseException:
                self._cast = []
                raise
            roles = [p.role(call, r, min(depths)) for p, call, r in zip(players, calls, results, strict=True)]
            common = roles[0].taken
            return tuple([role._replace(taken=common) if role.taken == common else role for role in roles])

    async def _gathered(self) -> list[_Player]:
        like, n = self._like, self._like.n
        ring = like.ring if like.shapes_only else ShapesOfRing(cast(Z2k, like.ring))
        network: list[MemoryTransport] = []
        players = []
        for me, agreement in enumerate(Agreement.simulate(n)):
            transport = _Noting(me, like.transport.names[:n], network)
            supply = CountingSupply(dealt=like.supply.dealt, deals_standing=like.supply.deals_standing)
            network.append(transport)
            session = Session(transport, supply, agreement, like.factory, n, like.fractional_bits, ring, ways=like.ways)
            players.append(_Player(session, supply, transport))
        await run_all([(player.session.start,) for player in players])
        for player in players:
            player.forget()  # what the suite sent to start
        return players


class _Noting(MemoryTransport):
    """An endpoint that writes down what it sends."""

    def __init__(self, me: int, names: tuple[str, ...], network: list[MemoryTransport]) -> None:
        super().__init__(me, names, network)
        self.noted: list[tuple[int, Message, int]] = []

    def send(self, to: int, message: Message) -> int:
        size = super().send(to, message)
        self.noted.append((to, message, size))
        return size


class _Player(NamedTuple):
    """One party of the rehearsals."""

    session: Session
    supply: CountingSupply
    transport: _Noting

    def role(self, call: Context, share: Any, depth: int) -> Role:
        """What this party did in a call that ended with `share`; the shallowest began at this depth."""
        path = call.path
        taken = sorted(((place[len(path) :], kind) for place, kind in self.supply.demand), key=lambda entry: entry[0])
        sent: dict[int, Sent] = {}
        for to, message, size in self.transport.noted:
            _, others, depths = sent.get(to, Sent(to, 0, ()))
            size -= path_bytes(path) + packed_bytes(message.depth)
            sent[to] = Sent(to, others + size, tuple(sorted((*depths, message.depth - depth))))
        material: dict[str, int] = {}
        for _, kind in taken:
            material[kind.name] = material.get(kind.name, 0) + kind.elements
        role = Role(
            share, call.depth - depth, tuple(taken), tuple(material.items()), tuple(sent.values()),
            self.session.ledger.received_bytes, self.session.standing or None,
        )  # fmt: skip
        self.forget()
        return role

    def forget(self) -> None:
        """Begin a new page."""
        self.supply.demand.clear()
        self.transport.noted.clear()
        self.session.ledger.received_bytes = 0


def _without_content(ctx: Context, argument: Any) -> Any:
    sort = _sort_of(argument)
    if sort == "bits":
        words = ctx.bits.pack(blank(argument.shape, np.bool_))
        return suite_of(ctx).constant_bits(ctx, blank((*argument.lead, *words.shape)), argument.shape)
    if sort == "known":
        return Known(argument.owner, ctx.ring.zeros(argument.shape), ctx.ring)
    if sort == "numbers":
        return suite_of(ctx).constant(ctx, ctx.ring.zeros(argument.shape))
    if sort == "several":
        parts = [_without_content(ctx, part) for part in argument]
        return type(argument)(*parts) if hasattr(argument, "_fields") else type(argument)(parts)
    return argument


_SORTS: Lately[type, str] = Lately(MOST_TYPES)
"""What arguments of a type are: to ask whether one has all members of a share takes longer than to rehearse it."""


def _sort_of(argument: Any) -> str:
    """`bits`, `known`, `numbers`, `array`, `several` in a list or tuple, or "" for what is public otherwise."""
    kind = type(argument)
    sort = _SORTS.get(kind)
    if sort is None:
        sorts = {
            "several": list | tuple, "array": np.ndarray, "bits": BooleanShare, "known": Known,
            "numbers": ArithmeticShare,
        }  # fmt: skip
        found = next((name for name, members in sorts.items() if isinstance(argument, members)), "")
        sort = _SORTS.put(kind, found)
    return sort


def _key_of_call(function: Any, args: tuple[Any, ...]) -> Any:
    """What decides the course of a call: shapes of shares and arrays, the other arguments as they are. None where one
    has no hash."""
    key = function, _outline_of(args)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _outline_of(argument: Any) -> Any:
    sort = _sort_of(argument)
    if sort == "bits":
        return sort, argument.lead, argument.shape
    if sort == "known":
        return sort, argument.owner, argument.shape
    if sort == "numbers":
        return sort, argument.shape
    if sort == "array":
        return sort, argument.dtype.str, argument.shape
    if sort == "several":
        return type(argument), *map(_outline_of, argument)
    return argument


def _merged(roles: Sequence[Role]) -> Taken:
    """What all parties take together."""
    taken = {path: (path, kind) for role in roles for path, kind in role.taken}
    return tuple(taken[path] for path in sorted(taken))
