"""A supply with nobody to trust: the parties make their material themselves, of oblivious transfers.

Base transfers and extensions between each two parties are set up before the first piece is made, for this run only.
What a plan foresees is made in slices, in the plan's order: all of it before the program starts, or, with `ahead`,
beside the program, which then waits only for what is not there yet.

What is asked for beyond the plan is made when it is asked for: party 0 says what is made next, since parties reach
the calls of a program in different orders, and the others follow when they have reached them as well. Beside a plan
that is still being made, that goes over transfers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from math import prod

import numpy as np
import trio

from mpc.context import Context, Root, Session, Spec
from mpc.correlation import Correlation, Material
from mpc.errors import PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.prg import Seed
from mpc.supply import Entry, Path, Spent
from protocols.preprocessing.checking import Check, make_checked
from protocols.preprocessing.demand import pack_demand
from protocols.preprocessing.ot_tools import OtTools
from protocols.preprocessing.pairs import SOFTSPOKEN, Extension, set_up

SLICE_WORDS = 1 << 19
"""Planned material is made in slices of about this many words, 4 MiB."""

AHEAD_WORDS = 1 << 23
"""How many words may lie ready that the program has not taken, where material is made beside it: 64 MiB."""

_LEADER = 0
_MAX_ANNOUNCED = 1 << 20


class _Line:
    """Transfers of which one call follows the other, set up before the first. `ctx` is of their calls alone."""

    def __init__(self, ctx: Context, extension: Extension, check: Check) -> None:
        self.ctx = ctx
        self.lock = trio.Lock()
        self._extension = extension
        self._check = check
        self._tools: OtTools | None = None

    async def made(self, entries: Sequence[Entry]) -> list[Material]:
        """A piece of each kind, in order."""
        if self._tools is None:
            ctx = self.ctx.child("transfers")
            self._tools = OtTools(await set_up(ctx, self._extension))
            self.ctx.join(ctx)
        ctx = self.ctx.child("material")
        made = await make_checked(ctx, self._tools, [kind for _, kind in entries], self._check)
        self.ctx.join(ctx)
        return made


class OtSupply:
    """A party's end."""

    trust = ""
    dealt = False

    def __init__(
        self,
        transport: Transport,
        agreement: Agreement,
        n: int,
        *,
        extension: Extension = SOFTSPOKEN,
        check: Check = Check.NOTHING,
        private: Seed | None = None,
        ahead: int | None = None,
        on_made: Callable[[int, int], None] | None = None,
    ) -> None:
        """The first n endpoints of `transport` are the parties; all use the same `extension` and `check`.

        `private`: what this party's randomness comes from, fresh by default. `ahead`: None if `prepare` is to make all
        that it is given; else `make_ahead` makes it, at all parties, at most so many words and a slice more than
        were taken. `on_made` is told how many words of how many planned ones are made.
        """
        session = Session(transport, self, agreement, None, n, private=private or Seed.fresh())
        self.name = extension.name
        self._session = session
        self._ahead = ahead
        self._on_made = on_made or (lambda done, total: None)
        root = session.root(Root.MATERIAL)
        self._planned = _Line(root.child("planned"), extension, check)
        self._closing = root.child("what is still made")
        self._extra = self._planned if ahead is None else _Line(root.child("beyond the plan"), extension, check)
        self._spent = Spent()
        self._prepared: dict[Path, tuple[Correlation, Material]] = {}
        self._asked: dict[Path, Correlation] = {}
        self._asked_more = trio.Event()
        self._slices: list[Sequence[Entry]] = []
        self._coming: dict[Path, tuple[Correlation, int]] = {}
        self._lying = self._words_made = self._words_planned = 0
        self._needed = self._begun = 0
        self._last: int | None = None
        self._closed = False
        self._changed = trio.lowlevel.ParkingLot()

    def __repr__(self) -> str:
        return f"<OtSupply of {self._closing.names[self._closing.me]}>"

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
        async with self._planned.lock:
            await self._compare(demand)
            first = len(self._slices)
            self._slices += slices_of_pieces(demand)
            self._words_planned += sum(words_of(kind) for _, kind in demand)
            for number, entries in enumerate(self._slices[first:], first):
                self._coming.update((path, (kind, number)) for path, kind in entries)
            if self._ahead is None:
                for entries in self._slices[first:]:
                    await self._make_planned(entries)

    async def make_ahead(self) -> None:
        """Make what was prepared while the program runs, in the order of the plan, until `finish` says how far.

        A task of its own, in the nursery of the program's task, at every party.
        """
        async with self._planned.lock:
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
                raise _malformed(self._closing, party, "has begun more than was planned")
        self._last, self._closed = max(int(count[0]) for count in begun), True
        self._changed.unpark_all()

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn prepared material; None if this path was not prepared for this kind."""
        prepared = self._prepared.get(path)
        if prepared is None or prepared[0] != kind:
            return None
        self._spent.mark(path, kind)
        self._take(path)
        return prepared[1]

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Wait for planned material; have made what no plan foresaw, once all parties have asked for it."""
        self._spent.mark(path, kind)
        planned = self._coming.get(path)
        if planned is not None and planned[0] == kind:
            return await self._planned_piece(path, planned[1])
        self._coming.pop(path, None)
        self._take(path)
        self._asked[path] = kind
        self._asked_more.set()
        async with self._extra.lock:
            while path in self._asked:
                await self._make_next()
        made = self._prepared.pop(path)
        if made[0] != kind:
            raise SupplyError("material-spent", f"the {kind.name} of a call was made as {made[0].name}", path=path)
        return made[1]

    # what was planned

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
        _, material = self._prepared[path]
        self._take(path)
        return material

    async def _make_planned(self, entries: Sequence[Entry]) -> None:
        """Make a slice and keep what was not asked for as another kind meanwhile."""
        for (path, kind), material in zip(entries, await self._planned.made(entries), strict=True):
            self._words_made += words_of(kind)
            if self._coming.pop(path, None) is not None:
                self._prepared[path] = kind, material
                self._lying += words_of(kind)
        self._on_made(self._words_made, self._words_planned)
        self._changed.unpark_all()

    def _take(self, path: Path) -> None:
        """Let go of a planned piece, which may make room for another."""
        prepared = self._prepared.pop(path, None)
        if prepared is not None:
            self._lying -= words_of(prepared[0])
            self._changed.unpark_all()

    async def _compare(self, demand: Sequence[Entry]) -> None:
        ctx = self._planned.ctx.child("plan")
        own = np.frombuffer(sha256(pack_demand(demand)).digest(), np.uint64)
        (digests,) = await ctx.exchange(own)
        for j in ctx.others:
            if not np.array_equal(digests[j], own):
                name = ctx.names[j]
                raise PeerError(
                    "different-plan",
                    f"{name} is about to make other material than this party",
                    "start all parties with the same program, suite and shapes of inputs",
                    party=name,
                )
        self._planned.ctx.join(ctx)

    # what no plan foresaw

    async def _make_next(self) -> None:
        """One batch of what was asked for, as party 0 says: everything that its program waits for."""
        paths = await self._announced()
        while not all(path in self._asked for path in paths):
            self._asked_more = trio.Event()
            await self._asked_more.wait()
        entries = [(path, self._asked[path]) for path in paths]
        for (path, kind), material in zip(entries, await self._extra.made(entries), strict=True):
            self._prepared[path] = kind, material
            del self._asked[path]

    async def _announced(self) -> list[Path]:
        ctx = self._extra.ctx.child("what is made next")
        if ctx.me == _LEADER:
            paths = sorted(self._asked)
            flat = np.array([number for path in paths for number in (len(path), *path)], np.uint64)
            for j in ctx.others:
                ctx.send(j, flat)
        else:
            paths = _paths(ctx, await ctx.receive(_LEADER, Spec(None, limit=_MAX_ANNOUNCED)))
        self._extra.ctx.join(ctx)
        return paths


def ot_supplies(
    transports: Sequence[Transport],
    agreements: Sequence[Agreement],
    *,
    extension: Extension = SOFTSPOKEN,
    check: Check = Check.NOTHING,
    private: Sequence[Seed] | None = None,
) -> list[OtSupply]:
    """Supplies of parties in one process: for simulation, on the transports and agreements of the sessions."""
    n = len(transports)
    return [
        OtSupply(transport, agreement, n, extension=extension, check=check, private=private[i] if private else None)
        for i, (transport, agreement) in enumerate(zip(transports, agreements, strict=True))
    ]


def slices_of_pieces(demand: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Consecutive runs of entries of about SLICE_WORDS words, the same at every party."""
    start = words = 0
    for i, (_, kind) in enumerate(demand):
        words += 16 + words_of(kind)
        if words >= SLICE_WORDS:
            yield demand[start : i + 1]
            start, words = i + 1, 0
    if start < len(demand):
        yield demand[start:]


def words_of(kind: Correlation) -> int:
    """How many words a piece of this kind has, at a party that has them all."""
    return sum(prod(part.shape) for part in kind.parts())


def _paths(ctx: Context, flat: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> list[Path]:
    """What party 0 announced. PeerError `malformed-message` for anything else than paths."""
    numbers = [int(number) for number in flat]
    paths: list[Path] = []
    at = 0
    while at < len(numbers):
        length = numbers[at]
        path = tuple(numbers[at + 1 : at + 1 + length])
        if len(path) != length or not path:
            raise _malformed(ctx, _LEADER, "sent paths that cannot be read")
        paths.append(path)
        at += 1 + length
    return paths


def _malformed(ctx: Context, party: int, what: str) -> PeerError:
    return PeerError("malformed-message", f"{ctx.names[party]} {what}", party=ctx.names[party])
