"""Where the parties of a session make their material together: the schedule, whoever the maker is.

A maker knows how pieces are made between the parties (`protocols.preprocessing.from_ot` is one). What all makers have
in common is here: a batch is made in slices, which lie on a shelf until they are taken; party 0 announces which batch
is made next, since parties reach the calls of a program in different orders, and the others follow when they have
reached it as well. A piece that no batch foresaw is a batch of its own.

With `ahead`, the plan is made beside the program, in its own order and over its own transfers: the program waits only
for what is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import Protocol

import numpy as np
import trio

from mpc.algebra.words import Words
from mpc.context import Context, Root, Session
from mpc.correlation import Correlation, Material
from mpc.errors import LocalError, PeerError
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.prg import Seed
from mpc.supply import PLAN, Entry, Path, Spent, WorkedOut, some_at_a_time, spent, weight_of
from protocols.preprocessing.announcing import Asked, Batches, Key, batch_key, piece_key
from protocols.preprocessing.shelf import Shelf

SLICE_WORDS = 1 << 19
"""Material is made in slices that weigh about as much as so many words: 4 MiB, where a kind says nothing else."""

AHEAD_WORDS = 1 << 23
"""How many words may lie ready that the program has not taken, where material is made beside it: 64 MiB."""


class Line(Protocol):
    """A maker at work in a session. One call follows the other, at all parties with the same kinds."""

    async def make(self, ctx: Context, kinds: Sequence[Correlation]) -> list[Material]:
        """This party's share of a piece of each kind, in order."""


class Maker(Protocol):
    """Who makes material between the parties."""

    @property
    def name(self) -> str:
        """For reports and the handshake."""

    @property
    def trust(self) -> str:
        """Whom it makes it necessary to trust; empty for nobody."""

    @property
    def means(self) -> str:
        """By what other means than transfers it makes some of it, for people; empty for none."""

    @property
    def dealt(self) -> bool:
        """As `Supply.dealt`."""

    async def start(self, ctx: Context) -> Line:
        """Set up what the first piece waits for. All parties call it alike."""


class _Works:
    """A line that starts with its first piece. `ctx` is of its calls alone."""

    def __init__(self, ctx: Context, maker: Maker) -> None:
        self.ctx = ctx
        self._maker = maker
        self._line: Line | None = None

    async def made(self, entries: Sequence[Entry]) -> list[Material]:
        """A piece of each kind, in order."""
        if self._line is None:
            ctx = self.ctx.child("transfers")
            self._line = await self._maker.start(ctx)
            self.ctx.join(ctx)
        ctx = self.ctx.child("material")
        made = await self._line.make(ctx, [kind for _, kind in entries])
        self.ctx.join(ctx)
        return made


class Workshop:
    """A party's supply of what the parties make between them."""

    deals_standing = False

    def __init__(
        self,
        transport: Transport,
        agreement: Agreement,
        n: int,
        maker: Maker,
        *,
        private: Seed | None = None,
        ahead: int | None = None,
        on_made: Callable[[int, int], None] | None = None,
    ) -> None:
        """The first n endpoints of `transport` are the parties; all have makers that are alike.

        `private`: what this party's randomness comes from, fresh by default. `ahead`: None if `prepare` is to make all
        that it is given; else `make_ahead` makes it, at all parties, at most so many words and a slice more than
        were taken. `on_made` is told how many words of how many planned ones are made.
        """
        session = Session(transport, self, agreement, None, n, private=private or Seed.fresh())
        self.name, self.trust, self.dealt = maker.name, maker.trust, maker.dealt
        self.means = maker.means
        self._session = session
        self._ahead = ahead
        self._on_made = on_made or (lambda done, total: None)
        root = session.root(Root.MATERIAL)
        self._planned = _Works(root.child("planned"), maker)
        self._closing = root.child("what is still made")
        self._extra = self._planned if ahead is None else _Works(root.child("beyond the plan"), maker)
        self._batches = Batches(self._extra.ctx)
        self._shelf = Shelf()
        self._spent = Spent()
        self._slices: list[Sequence[Entry]] = []
        self._coming: dict[Path, tuple[Correlation, int]] = {}
        self._lying = self._words_made = self._words_planned = 0
        self._needed = self._begun = 0
        self._last: int | None = None
        self._closed = False
        self._changed = trio.lowlevel.ParkingLot()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._closing.names[self._closing.me]}>"

    @property
    def received_bytes(self) -> int:
        """What the other parties sent for it."""
        return self._session.ledger.received_bytes

    @property
    def sent_bytes(self) -> int:
        """What this party sent for it, framing included."""
        return self._session.ledger.bytes_sent

    @property
    def rounds(self) -> int:
        """The causal rounds of all material so far."""
        return max(self._planned.ctx.depth, self._extra.ctx.depth)

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Make exactly this material, or say with `ahead` that it is to be made.

        PeerError `different-plan` if another party has another plan.
        """
        self._words_planned += sum(words_of(kind) for _, kind in demand)
        if self._ahead is None:
            await self.provide(PLAN, demand)
            return
        await self._batches.compare(Asked(demand))
        first = len(self._slices)
        self._slices += slices_of_pieces(demand)
        for number, entries in enumerate(self._slices[first:], first):
            self._coming.update((path, (kind, number)) for path, kind in entries)

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """Make exactly this material, when party 0 has announced the batch and all parties have asked for it."""
        await self._made(batch_key(batch), entries)

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn material that lies ready; None if nothing of this kind does at this path."""
        if self._shelf.kind(path) != kind:
            return None
        self._spent.mark(path, kind)
        return self._take(path)

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Wait for planned material; have made what no batch foresaw, once all parties have asked for it."""
        self._spent.mark(path, kind)
        planned = self._coming.get(path)
        if planned is not None and planned[0] == kind:
            return await self._planned_piece(path, planned[1])
        self._coming.pop(path, None)
        if path in self._shelf:
            self._take(path)
        await self._made(piece_key(path), [(path, kind)])
        return self._take(path)

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Burn the address of material that lies ready, which lies at `to` from now on."""
        if self._shelf.kind(path) != kind:
            raise spent(path, kind)
        self._spent.mark(path, kind)
        self._shelf.move(path, to)

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """The same, once in a session."""
        return await self.make(path, kind)

    def bring(self, standing: Path, words: Words) -> None:
        """Not offered: the parties make no kind that stands on another."""
        raise LocalError("no-maker", "the parties make nothing of what one of them brings", "--preprocessing dealer")

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """Left to the calls: the parties make no kind that stands on another."""

    # batches

    async def _made(self, key: Key, entries: Sequence[Entry]) -> None:
        """Have a batch made: by whichever call finds the works idle, in the order that party 0 announces."""
        batches = self._batches
        batches.ask(key, entries)
        while key in batches.asked:
            if batches.busy:
                await batches.changed.park()
                continue
            batches.busy = True
            try:
                for keys in _loads(await batches.next(), batches):
                    await self._make_batches(keys)
            finally:
                batches.busy = False
                batches.changed.unpark_all()

    async def _make_batches(self, keys: Sequence[Key]) -> None:
        entries = [entry for key in keys for entry in self._batches.asked[key].entries]
        for part in slices_of_pieces(entries):
            self._put(part, await self._extra.made(part))
        self._batches.finished(keys)

    def _put(self, entries: Sequence[Entry], materials: Sequence[Material]) -> None:
        self._shelf.put(entries, materials)
        words = sum(words_of(kind) for _, kind in entries)
        self._lying += words
        self._words_made += words
        self._on_made(self._words_made, self._words_planned)

    def _take(self, path: Path) -> Material:
        """Take a piece from the shelf, which may make room for another."""
        kind = self._shelf.kind(path)
        assert kind is not None
        self._lying -= words_of(kind)
        self._changed.unpark_all()
        return self._shelf.take(path)

    # beside the program

    async def make_ahead(self) -> None:
        """Make what was prepared while the program runs, in the order of the plan, until `finish` says how far.

        A task of its own, in the nursery of the program's task, at every party.
        """
        for number, entries in enumerate(self._slices):
            while not self._may_begin(number):
                await self._changed.park()
            if self._last is not None and number >= self._last:
                return
            self._begun = number + 1
            await self._make_planned(entries)

    async def finish(self) -> None:
        """The program has ended: complete what any party has begun, and make nothing more."""
        if self._ahead is None or not self._slices:
            return
        self._last = self._begun
        (begun,) = await self._closing.exchange(np.array([self._begun], np.uint64))
        for party, count in enumerate(begun):
            if count[0] > len(self._slices):
                name = self._closing.names[party]
                raise PeerError("malformed-message", f"{name} has begun more than was planned", party=name)
        self._last, self._closed = max(int(count[0]) for count in begun), True
        self._changed.unpark_all()

    def _may_begin(self, number: int) -> bool:
        """Whether it is known now that this slice is made, or that it never is."""
        if self._last is not None:
            return number < self._last or self._closed
        return number < self._needed or self._lying < (self._ahead or 0)

    async def _planned_piece(self, path: Path, number: int) -> Material:
        self._needed = max(self._needed, number + 1)
        self._changed.unpark_all()
        while path in self._coming:
            await self._changed.park()
        return self._take(path)

    async def _make_planned(self, entries: Sequence[Entry]) -> None:
        """Make a slice and keep what was not asked for as another kind meanwhile."""
        made = await self._planned.made(entries)
        kept = [i for i, (path, _) in enumerate(entries) if self._coming.pop(path, None) is not None]
        self._put([entries[i] for i in kept], [made[i] for i in kept])
        self._changed.unpark_all()


def workshops(transports: Sequence[Transport], agreements: Sequence[Agreement], maker: Maker) -> list[Workshop]:
    """Those of parties in one process: for simulation, on the transports and agreements of the sessions."""
    n = len(transports)
    return [Workshop(*both, n, maker) for both in zip(transports, agreements, strict=True)]


def slices_of_pieces(demand: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Consecutive runs of entries of about SLICE_WORDS words, the same at every party."""
    return some_at_a_time(demand, SLICE_WORDS)


@lru_cache(1 << 12)
def words_of(kind: Correlation) -> int:
    """How many words a piece of this kind has, at a party that has them all."""
    return sum(prod(part.shape) for part in kind.parts())


def _loads(keys: Sequence[Key], batches: Batches) -> Iterator[list[Key]]:
    """Small batches go through the works together, and none of them with a large one."""
    load: list[Key] = []
    room = SLICE_WORDS
    for key in keys:
        weight = sum(weight_of(kind) for _, kind in batches.asked[key].entries)
        if load and weight > room:
            yield load
            load, room = [], SLICE_WORDS
        load.append(key)
        room -= weight
    if load:
        yield load
