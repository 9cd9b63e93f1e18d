"""The independent dealer: one more party that makes the correlations and takes no part in what follows.

It gives every party a seed; the random parts of all material are the parties' own expansions. For each derived part
(the product of a triple, the ring element of an edaBit) one party gets a correction that makes the shares add up.
The dealer sees which material is asked for, never a message of the online phase. It must not collude with any party:
it knows every mask.

Party i and the dealer talk on tags of their own: (1, k) for the k-th request, its answer on the same tag.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from math import prod

import numpy as np
import trio

from mpc.algebra.ring import Words
from mpc.context import Array
from mpc.correlation import Correlation, Material
from mpc.errors import LocalError, PeerError, SupplyError
from mpc.intake import MAX_ELEMENTS, too_many
from mpc.network.transport import Transport
from mpc.network.wire import Message
from mpc.prg import Seed
from mpc.side_by_side import run_all
from mpc.supply import PLAN, Entry, Path, Spent, WorkedOut, spent
from protocols.preprocessing.bringing import already_stands, may_be_brought, pack_standing, unpack_standing
from protocols.preprocessing.circuits import Telling, Told
from protocols.preprocessing.dealing import Dealing, corrected, corrections, corrections_on
from protocols.preprocessing.demand import (
    BatchPart,
    correction_words,
    pack_request,
    slices,
    unpack_request,
    words_at_once,
)
from protocols.preprocessing.room import Room
from protocols.preprocessing.shelf import Shelf

TRUST = "that the dealer, who made the correlations, colludes with none of them"
_SEED_TAG = (0,)
_REQUESTS = 1
MAX_REQUEST = 1 << 26
MOST_PLACES = 1 << 18
"""Places of standing material that a dealer knows of in a session: some 100 MiB."""
KEPT_WORDS = 1 << 25
"""Corrections that wait for a party to ask for them: 256 MiB. What is more is made again."""

Fetch = Callable[[Sequence[Entry], BatchPart | None], Awaitable[list[Words]]]
"""Asks for the corrections of entries, which may be part of a batch: then all parties ask for it."""


class Dealer:
    """Knows every party's seed and makes corrections; each kind of each path is dealt to each party once.

    A path may be dealt for two kinds: planned for one and asked for as another. Their streams are independent, and
    parties burn the path with the first they take. What several parties receive of one piece, as of a garbling, is made
    when the first asks, and waits for the others.
    """

    def __init__(self, n: int, seeds: Sequence[Seed] | None = None) -> None:
        self.n = n
        self.dealings = [Dealing(i, n, seed) for i, seed in enumerate(seeds or [Seed.fresh() for _ in range(n)])]
        self._dealt: list[set[Entry]] = [set() for _ in range(n)]
        self._kept: dict[tuple[Entry, int], list[Words]] = {}
        self._words_kept = 0
        self._bases: set[Path] = set()

    @property
    def places(self) -> int:
        """How many places it knows at which something stands that a party has brought, or might have."""
        return len(self._bases) + sum(len(dealing.brought) for dealing in self.dealings)

    def deal(self, party: int, entries: Sequence[Entry]) -> list[Words]:
        """The corrections of these entries for one party, in order. SupplyError `material-spent` for a repeated one."""
        dealt: list[Words] = []
        self._make_standing(party, entries)
        for path, kind in entries:
            if corrected(kind, party, self.n):
                if (path, kind) in self._dealt[party]:
                    raise spent(path, kind)
                self._dealt[party].add((path, kind))
                dealt += self._taken(party, (path, kind)) or self._made(party, (path, kind))
        return dealt

    def bring(self, party: int, standing: Path, words: Words) -> None:
        """What stands there at a party. SupplyError `material-spent` if something stands there already."""
        if standing in self._bases or standing in self.dealings[party].brought:
            raise already_stands(standing)
        self.dealings[party].brought[standing] = words

    def _taken(self, party: int, entry: Entry) -> list[Words] | None:
        """What was made for this party when another one asked."""
        kept = self._kept.pop((entry, party), None)
        self._words_kept -= sum(words.size for words in kept or [])
        return kept

    def _made(self, party: int, entry: Entry) -> list[Words]:
        """A piece, of which what others receive is kept while there is room."""
        made = corrections(self.dealings, *entry)
        for other, parts in enumerate(made):
            size = sum(words.size for words in parts)
            if parts and other != party and entry not in self._dealt[other] and self._words_kept + size <= KEPT_WORDS:
                self._keep(entry, other, parts)
        return made[party]

    def _keep(self, entry: Entry, party: int, parts: list[Words]) -> None:
        self._kept[entry, party] = parts
        self._words_kept += sum(words.size for words in parts)

    def _make_standing(self, party: int, entries: Sequence[Entry]) -> None:
        """Make what this party receives of the pieces that stand on other material, all those on the same together."""
        groups: dict[tuple[object, tuple[Path, Correlation]], list[Entry]] = {}
        for path, kind in entries:
            if kind.stands_on is not None and corrected(kind, party, self.n):
                groups.setdefault((type(kind), kind.stands_on), []).append((path, kind))
        self._bases |= {path for _, (path, below) in groups if may_be_brought(path, below)}
        for group in groups.values():
            for entry, made in zip(group, corrections_on(self.dealings, group), strict=True):
                self._keep(entry, party, made[party])


class DealerSupply:
    """A party's end: expands its own seed and fetches the corrections that are its."""

    name = "dealer"
    trust = TRUST
    dealt = True

    def __init__(self, dealing: Dealing, fetch: Fetch, tell: Callable[[Path, Words], None]) -> None:
        """`tell`: says to the dealer what this party brings."""
        self.dealing = dealing
        self.received_bytes = 0
        self._fetch, self._tell = fetch, tell
        self._spent = Spent()
        self._shelf = Shelf()
        self._work: dict[Path, WorkedOut] = {}
        self._bases: set[Path] = set()

    @property
    def deals_standing(self) -> bool:
        """The dealer is in the session."""
        return self.dealt

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """All of a plan at once."""
        await self.provide(PLAN, demand)

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """Fetch and expand exactly this material. The slices of a batch are the same at every party.

        Nobody waits for another party here: the dealer compares what they ask for, whenever they do.
        """
        for number, part in enumerate(slices(entries, self.dealing.n)):
            self._shelf.put(part, await self._worked_out(part, await self._fetch(part, (batch, number))))

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn material that lies ready; None if nothing of this kind does at this path."""
        if self._shelf.kind(path) != kind:
            return None
        material = self._shelf.take(path)
        self._spent.mark(path, kind)
        return material

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Fetch material that no batch foresaw."""
        if path in self._shelf:
            self._shelf.drop(path)
        self._spent.mark(path, kind)
        entries = [(path, kind)]
        needs_correction = corrected(kind, self.dealing.party, self.dealing.n)
        fetched = await self._fetch(entries, None) if needs_correction else []
        (material,) = await self._worked_out(entries, fetched)
        return material

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Burn the address of material that lies ready, which lies at `to` from now on."""
        if self._shelf.kind(path) != kind:
            raise spent(path, kind)
        self._spent.mark(path, kind)
        self._shelf.move(path, to)

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """The same: the dealer's seed and correction."""
        return await self.make(path, kind)

    def bring(self, standing: Path, words: Words) -> None:
        """The dealer is told in the order of requests, so that it knows before it deals what stands on it."""
        if self._spent.has(standing) or standing in self.dealing.brought or standing in self._bases:
            raise already_stands(standing)
        self._tell(standing, words)
        self.dealing.brought[standing] = words

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """The same, of all that is fetched together at a time."""
        if work is None:
            self._work.pop(standing, None)
        else:
            self._work[standing] = work

    async def _worked_out(self, entries: Sequence[Entry], fetched: Sequence[Words]) -> Iterable[Material]:
        """The material of these entries, or what is worked out of it here."""
        materials = self._materials(entries, fetched)
        groups: dict[Path, list[int]] = {}
        for i, (_, kind) in enumerate(entries):
            if (below := kind.stands_on) is not None:
                self._bases.add(below[0])
                if below[0] in self._work:
                    groups.setdefault(below[0], []).append(i)
        if not groups:
            return materials
        made = list(materials)
        for standing, places in groups.items():
            parts = await self._work[standing]([entries[i][1] for i in places], [made[i] for i in places])
            for i, material in zip(places, parts, strict=True):
                made[i] = material
        return made

    def _materials(self, entries: Sequence[Entry], fetched: Sequence[Words]) -> Iterator[Material]:
        left = iter(fetched)
        for path, kind in entries:
            parts = [next(left) for _ in corrected(kind, self.dealing.party, self.dealing.n)]
            self.received_bytes += sum(part.nbytes for part in parts)
            yield self.dealing.material(path, kind, parts)


def local_supplies(n: int, seeds: Sequence[Seed] | None = None) -> list[DealerSupply]:
    """Supplies of n parties in one process, with a dealer in their midst: for simulation. `seeds`: fresh by default."""
    dealer = Dealer(n, seeds)

    def fetch_for(party: int) -> Fetch:
        async def fetch(entries: Sequence[Entry], part: BatchPart | None) -> list[Words]:
            return dealer.deal(party, entries)

        return fetch

    def tell_for(party: int) -> Callable[[Path, Words], None]:
        return lambda standing, words: dealer.bring(party, standing, words)

    parties = [Dealing(i, n, dealer.dealings[i].seed) for i in range(n)]
    return [DealerSupply(dealing, fetch_for(i), tell_for(i)) for i, dealing in enumerate(parties)]


class DealerLink:
    """A party's conversation with a dealer at the other end of a transport."""

    def __init__(self, transport: Transport, n: int) -> None:
        self._transport = transport
        self._n = n
        self._requests = 0
        self._circuits = Telling()

    async def supply(self) -> DealerSupply:
        """Receive this party's seed and return its supply."""
        message = await self._transport.receive(self._n, _SEED_TAG)
        if message.array.dtype != np.uint8 or message.array.shape != (32,):
            raise _malformed(self._transport, self._n, "a seed of another form than 32 bytes")
        dealing = Dealing(self._transport.me, self._n, Seed(message.array.tobytes()))
        return DealerSupply(dealing, self.fetch, self.tell)

    def tell(self, standing: Path, words: Words) -> None:
        """Say what this party brings to a place."""
        told = pack_standing(standing, words)
        self._transport.send(self._n, Message((_REQUESTS, self._next()), 0, 0, told))

    def _next(self) -> int:
        self._requests += 1
        return self._requests - 1

    async def fetch(self, entries: Sequence[Entry], part: BatchPart | None) -> list[Words]:
        """Ask for the corrections of these entries that are this party's."""
        tag = (_REQUESTS, self._next())
        demand = np.frombuffer(self._circuits.before(entries) + pack_request(part, entries), np.uint8)
        self._transport.send(self._n, Message(tag, 0, 0, demand))
        me = self._transport.me
        parts = [part for _, kind in entries for part in corrected(kind, me, self._n)]
        total = sum(correction_words(kind, me, self._n) for _, kind in entries)
        if not total:
            return [np.zeros(part.shape, np.uint64) for part in parts]
        array = (await self._transport.receive(self._n, tag)).array
        if array.dtype != np.uint64 or array.shape != (total,):
            raise _malformed(self._transport, self._n, "corrections of another size than asked for")
        words: Words = array.view(np.uint64)
        ends = np.cumsum([prod(part.shape) for part in parts])
        return [w.reshape(p.shape) for w, p in zip(np.split(words, ends[:-1]), parts, strict=True)]

    def done(self) -> None:
        """Tell the dealer that no more requests follow."""
        self._transport.send(self._n, Message((_REQUESTS, self._requests), 0, 0, np.zeros(0, np.uint8)))


async def serve(
    transport: Transport,
    n: int,
    on_dealt: Callable[[int], None] | None = None,
    max_elements: int = MAX_ELEMENTS,
) -> None:
    """The dealer's whole life: hand out seeds, answer requests until every party is done.

    `on_dealt` is told the number of bytes of each answer. Batches must be the same for all parties: PeerError
    `different-plan` otherwise. `max_elements`: how many words are in the making and on their way to all parties at a
    time; a demand waits for its turn, and PeerError `too-many-elements` names a party whose demand alone takes more, or
    whose circuits have more gates together.
    """
    dealer, batches, room = Dealer(n), _Batches(transport.names[:n]), Room(max_elements)
    circuits, one_at_a_time = [Told(max_elements) for _ in range(n)], trio.Lock()

    async def deal(party: int, entries: Sequence[Entry]) -> list[Words]:
        async with one_at_a_time:
            if any(kind.stands_on for _, kind in entries):
                return await trio.to_thread.run_sync(_deal, dealer, transport, party, entries)
            return _deal(dealer, transport, party, entries)

    async def serve_party(party: int) -> None:
        seed = np.frombuffer(dealer.dealings[party].seed.secret, np.uint8)
        transport.send(party, Message(_SEED_TAG, 0, 0, seed))
        request = 0
        while (told := await _request(transport, party, request)).size:
            if told.dtype == np.uint64:
                _bring(dealer, transport, party, told)
                _check_places(dealer, transport, party)
                request += 1
                continue
            demand = circuits[party].split(told.tobytes(), transport.names[party])
            part, entries = unpack_request(demand, transport.names[party])
            if part is not None:
                batches.check(party, part, demand)
            words = words_at_once(entries, party, n)
            if words > max_elements:
                raise too_many(transport.names[party], f"a demand for material of {words} words", max_elements)
            async with room.of(words, transport):
                size = _answer(transport, party, request, await deal(party, entries))
                _check_places(dealer, transport, party)
                await transport.drained(party)
            if size and on_dealt:
                on_dealt(size)
            request += 1

    await run_all([(serve_party, party) for party in range(n)])
    batches.check_all_asked()


class _Batches:
    """What each party has asked for, part by part of each batch: the same of all in the end, in any order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._digests: dict[BatchPart, bytes] = {}
        self._asked: list[set[BatchPart]] = [set() for _ in names]

    def check(self, party: int, part: BatchPart, demand: bytes) -> None:
        """PeerError `different-plan` if another party asked for something else here."""
        digest = sha256(demand).digest()
        if part in self._asked[party] or self._digests.setdefault(part, digest) != digest:
            raise self._different(party, "asks the dealer for other material than the parties before it")
        self._asked[party].add(part)

    def check_all_asked(self) -> None:
        """PeerError `different-plan` if a party never asked for what another one has."""
        for party, asked in enumerate(self._asked):
            if len(asked) != len(self._digests):
                raise self._different(party, "never asked the dealer for material that other parties have")

    def _different(self, party: int, what: str) -> PeerError:
        name = self._names[party]
        remedy = "start all parties with the same program, suite and shapes of inputs"
        return PeerError("different-plan", f"{name} {what}", remedy, party=name)


async def _request(transport: Transport, party: int, number: int) -> Array:
    """Bytes of a demand, words of what a party brings, or nothing, after which nothing follows."""
    array = (await transport.receive(party, (_REQUESTS, number))).array
    if array.dtype not in (np.uint8, np.uint64) or array.nbytes > MAX_REQUEST or array.ndim != 1:
        raise _malformed(transport, party, "a request of another form than bytes")
    return array


def _bring(dealer: Dealer, transport: Transport, party: int, told: Words) -> None:
    standing, words = unpack_standing(told, transport.names[party])
    try:
        dealer.bring(party, standing, words)
    except SupplyError as error:
        raise _twice(transport, party) from error


def _check_places(dealer: Dealer, transport: Transport, party: int) -> None:
    """A dealer remembers each place for the session, and so no more of them than it has memory for."""
    if dealer.places > MOST_PLACES:
        raise PeerError(
            "too-many-elements",
            f"{transport.names[party]} uses more than {MOST_PLACES} places of standing material in one session",
            "begin another session: what stands is gone with this one", party=transport.names[party],
        )  # fmt: skip


def _answer(transport: Transport, party: int, request: int, dealt: Sequence[Words]) -> int:
    """Sends corrections as one message, where there are any; returns their bytes."""
    answer = np.concatenate([np.zeros(0, np.uint64), *(words.reshape(-1) for words in dealt)])
    if answer.size:
        transport.send(party, Message((_REQUESTS, request), 0, 0, answer))
    return answer.nbytes


def _deal(dealer: Dealer, transport: Transport, party: int, entries: Sequence[Entry]) -> list[Words]:
    try:
        return dealer.deal(party, entries)
    except SupplyError as error:
        raise _twice(transport, party) from error
    except (LocalError, ValueError) as error:
        raise _malformed(transport, party, "a request for material that does not exist") from error
    except MemoryError as error:
        raise _too_much(transport, party, "asks for more material at a time than the dealer has memory for") from error


def _twice(transport: Transport, party: int) -> PeerError:
    name = transport.names[party]
    return PeerError("material-spent", f"{name} asked for the same material twice, or brought it late", party=name)


def _too_much(transport: Transport, party: int, what: str) -> PeerError:
    name = transport.names[party]
    remedy = "ask for less at a time, or lower --max-elements at the dealer to what its machine holds"
    return PeerError("too-many-elements", f"{name} {what}", remedy, party=name)


def _malformed(transport: Transport, peer: int, what: str) -> PeerError:
    name = transport.names[peer]
    return PeerError("malformed-message", f"{name} sent {what}", "use the same version of Parley", party=name)
