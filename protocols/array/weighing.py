"""Which circuits an expression becomes: what may be one circuit is weighed as a whole, against its parts and shares.

A group of operations that may be one circuit takes what is least on the session's network: to be one; to be computed by
shares, all of it; or to fall apart, into groups without what is dear in circuits, and into those that would be garbled
by themselves, each weighed again. Time is that of the longest chain of rounds and of all bytes. Without a network what
the session says is garbled is one circuit, and nothing dear stands between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from mpc.accounts.ledger import WayTaken
from mpc.context import Context, Session
from mpc.planning import NETWORKS
from protocols.array.appraising import NOTHING, Price, appraise
from protocols.array.grouping import LEVELS, USUAL, Chosen, Group, chosen_of, groups_of
from protocols.array.joining import JOINED, as_if_one, as_one, may_be_one
from protocols.array.lowering import (
    ARITHMETIC,
    YAO,
    has_ways,
    lowering,
    must_garble,
    price_by,
    taken,
    way_of,
    way_taken,
    weigh_all,
)
from protocols.array.node import Node, Value

OF_THE_PROGRAM = 2
"""How long the paths of the program's own calls are."""
SHARED = 2
"""A circuit of several has at least a part of the tables of its operations' own; this is how many times less, at most,
it is expected to have before it is built."""


class Leaf(NamedTuple):
    """Values that are computed in one call, as one circuit where they are several."""

    group: Group
    way: str
    price: Price


class Weighed(NamedTuple):
    """How a group is computed, in the least time; and, for what was decided at once, the seconds of either way."""

    leaves: tuple[Leaf, ...]
    seconds: float
    decided: tuple[tuple[Group, float, float], ...] = ()


def joins(call: Context) -> bool:
    """Whether this evaluation joins circuits: where the session may garble, in the program's own calls.

    Of these there is one at a time, so that what is pending follows from the program. Side by side with others it is
    chance what they have begun, and each operation is a circuit of its own.
    """
    ways = call.session.ways
    if len(call.path) != OF_THE_PROGRAM:
        return False
    return "yao" in (ways.numeric, ways.compare) or bool(ways.network and "auto" in (ways.numeric, ways.compare))


class Decision(NamedTuple):
    """The groups that become one circuit each, and what is to be told of values that were weighed together."""

    chosen: Chosen
    ones: tuple[Group, ...]
    told: tuple[tuple[Value, WayTaken], ...] = ()


async def decide(session: Session, nodes: Sequence[Node], targets: Sequence[Node]) -> Decision:
    """What becomes one circuit of what is pending for these targets, `nodes`, in any order. It changes nothing, and
    waits for nothing where all of it was weighed before."""
    chosen, wanted = chosen_of(nodes), {node.value for node in targets}
    if session.network:
        await weigh_all(session, nodes)
        return await _Weighing(session, chosen).decision(groups_of(session, chosen, wanted, LEVELS[0]))
    groups = [group for group in groups_of(session, chosen, wanted, LEVELS[USUAL]) if len(group) > 1]
    ones = tuple(group for group in groups if may_be_one(session, group, chosen))
    told = [(value, way_of(session, chosen[value])) for group in ones for value in group]
    return Decision(chosen, ones, tuple((value, way) for value, way in told if way is not None))


def joined(session: Session, nodes: Sequence[Node], decision: Decision) -> list[Node]:
    """These nodes, of which each of the groups is one."""
    inside = {value for group in decision.ones for value in group}
    for value, told in decision.told:
        session.ledger.way(value.path, told)
        if value not in inside:
            value.way = told.way
    return [
        *(as_one(group, decision.chosen) for group in decision.ones),
        *(node for node in nodes if node.value not in inside),
    ]


class _Weighing:
    """The prices of parts of one expression."""

    def __init__(self, session: Session, chosen: Chosen) -> None:
        self._session = session
        self._network = session.network
        self._chosen = chosen
        self._place = {value: i for i, value in enumerate(chosen)}

    async def decision(self, groups: Iterable[Group]) -> Decision:
        """How all groups are computed."""
        ones: list[Group] = []
        told: list[tuple[Value, WayTaken]] = []
        for group in groups:
            if len(group) > 1:
                weighed = await self._least(group, 0)
                ones += [leaf.group for leaf in weighed.leaves if len(leaf.group) > 1]
                for decided in weighed.decided:
                    told += await self._told(weighed.leaves, *decided)
        return Decision(self._chosen, tuple(ones), tuple(told))

    async def _least(self, group: Group, level: int) -> Weighed:
        """The quickest way to compute a group, of which the groups of the next level are parts."""
        if len(group) == 1:
            return self._of_leaves([await self._alone(group[0])])
        apart = await self._apart(group, level + 1)
        shares = self._of_leaves([await self._alone(value, ARITHMETIC) for value in group])
        options = [apart] if self._asked(group) else [shares, apart]
        whole = await self._whole(group, min(option.seconds for option in options))
        best = min([whole, *options] if whole else options, key=lambda option: option.seconds)
        if best is apart and (apart.decided or any(leaf.way == YAO for leaf in apart.leaves)):
            return apart
        garbled = whole or await self._each_garbled(group)
        return best._replace(decided=((group, shares.seconds, garbled.seconds),))

    async def _whole(self, group: Group, least: float) -> Weighed | None:
        """A group as one circuit; None where there is none, or where it cannot take less time, by what its operations
        send as circuits of their own."""
        tables = (await self._each_garbled(group)).leaves
        sent = max(map(sum, zip(*(leaf.price.sent for leaf in tables if leaf.price.sent), strict=True)), default=0)
        if NETWORKS[self._network].seconds(0, sent // SHARED) > least and not self._asked(group):
            return None
        if not may_be_one(self._session, group, self._chosen):
            return None
        node = as_if_one(group, self._chosen)
        price = await appraise(self._session, node, YAO, JOINED.run)
        return self._of_leaves([Leaf(group, YAO, price)]) if price.offered else None

    async def _apart(self, group: Group, level: int) -> Weighed:
        """The same in parts: groups as they are at this level, and what is in none of them."""
        parts: list[Group] = []
        if level < len(LEVELS):
            own = {value: self._chosen[value] for value in group}
            parts = groups_of(self._session, own, [group[-1]], LEVELS[level])
        inside = set(chain.from_iterable(parts))
        weighed = [await self._least(part, level) for part in parts]
        weighed += [self._of_leaves([await self._alone(value)]) for value in group if value not in inside]
        whole = self._of_leaves([leaf for part in weighed for leaf in part.leaves])
        return whole._replace(decided=tuple(told for part in weighed for told in part.decided))

    async def _each_garbled(self, group: Group) -> Weighed:
        """Every operation as a circuit of its own, if it has one."""
        return self._of_leaves([await self._alone(value, YAO) for value in group])

    async def _alone(self, value: Value, way: str = "") -> Leaf:
        """A value by itself, in this way if it has several, else in the way that it takes then."""
        node = self._chosen[value]
        if has_ways(self._session, node):
            way = way or way_taken(self._session, node)
            return Leaf((value,), way, await price_by(self._session, node, way))
        run, talks = lowering(node.operation, self._session)
        price = await appraise(self._session, node, ARITHMETIC, run) if talks else NOTHING
        return Leaf((value,), ARITHMETIC, price)

    def _of_leaves(self, leaves: Sequence[Leaf]) -> Weighed:
        """These one after another as they stand on one another, and otherwise side by side."""
        ordered = sorted(leaves, key=lambda leaf: self._place[leaf.group[-1]])
        depths: dict[Value, int] = {}
        for group, _, price in ordered:
            before = max((depths.get(value, 0) for value in self._operands(group)), default=0)
            depths.update(dict.fromkeys(group, before + price.rounds))
        sent = [leaf.price.sent for leaf in ordered if leaf.price.sent]
        total = Price(max(depths.values()), tuple(map(sum, zip(*sent, strict=True))))
        return Weighed(tuple(ordered), total.seconds(self._network))

    def _operands(self, group: Group) -> Iterator[Value]:
        inside = set(group)
        return (o.value for value in group for o in self._chosen[value].operands if o.value not in inside)

    def _asked(self, group: Group) -> bool:
        """Whether the session asks for circuits of some of these."""
        return any(must_garble(self._session, self._chosen[value]) for value in group)

    async def _told(
        self, leaves: Sequence[Leaf], group: Group, arithmetic: float, yao: float
    ) -> list[tuple[Value, WayTaken]]:
        """What was decided, by operations: each has a part of the seconds, as it would take of its own."""
        way_of = {value: leaf.way for leaf in leaves for value in leaf.group}
        several = [value for value in group if has_ways(self._session, self._chosen[value])]
        parts = []
        for way, seconds in ((ARITHMETIC, arithmetic), (YAO, yao)):
            alone = [(await self._alone(value, way)).price.seconds(self._network) for value in several]
            parts.append([seconds * own / (sum(alone) or 1.0) for own in alone])
        return [
            (value, taken(self._chosen[value], way_of[value], *seconds))
            for value, *seconds in zip(several, *parts, strict=True)
        ]
