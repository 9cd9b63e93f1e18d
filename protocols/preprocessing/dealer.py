"""The independent dealer: one more party that makes the correlations and takes no part in what follows.

It gives every party a seed; the random parts of all material are the parties' own expansions. For each derived part
(the product of a triple, the ring element of an edaBit) one party gets a correction that makes the shares add up.
The dealer sees which material is asked for, never a message of the online phase. It must not collude with any party:
it knows every mask.

Party i and the dealer talk on tags of their own: (1, k) for the k-th request, its answer on the same tag.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from math import prod

import numpy as np

from mpc.algebra.ring import Words
from mpc.context import run_all
from mpc.correlation import Correlation, Material
from mpc.errors import LocalError, PeerError, SupplyError
from mpc.network.transport import Transport
from mpc.network.wire import Message
from mpc.prg import Seed
from mpc.supply import Dealing, Entry, Path, Spent, corrected, corrections, spent
from protocols.preprocessing.demand import correction_words, pack_demand, slices, unpack_demand

TRUST = "that the dealer, who made the correlations, colludes with none of them"
_SEED_TAG = (0,)
_REQUESTS = 1
MAX_REQUEST = 1 << 28

_PLANNED, _EXTRA = b"P", b"X"

Fetch = Callable[[Sequence[Entry], bool], Awaitable[list[Words]]]
"""Asks for the corrections of entries; the flag says that they are a slice of the plan, which all parties ask for."""


class Dealer:
    """Knows every party's seed and makes corrections; each kind of each path is dealt to each party once.

    A path may be dealt for two kinds: planned for one and asked for as another. Their streams are independent, and
    parties burn the path with the first they take.
    """

    def __init__(self, n: int, seeds: Sequence[Seed] | None = None) -> None:
        self.n = n
        self.dealings = [Dealing(i, n, seed) for i, seed in enumerate(seeds or [Seed.fresh() for _ in range(n)])]
        self._dealt: list[set[Entry]] = [set() for _ in range(n)]

    def deal(self, party: int, entries: Sequence[Entry]) -> list[Words]:
        """The corrections of these entries for one party, in order. SupplyError `material-spent` for a repeated one."""
        dealt: list[Words] = []
        for path, kind in entries:
            if corrected(kind, party, self.n):
                if (path, kind) in self._dealt[party]:
                    raise spent(path, kind)
                self._dealt[party].add((path, kind))
                dealt += corrections(self.dealings, party, path, kind)
        return dealt


class DealerSupply:
    """A party's end: expands its own seed and fetches the corrections that are its."""

    name = "dealer"
    trust = TRUST
    dealt = True

    def __init__(self, dealing: Dealing, fetch: Fetch) -> None:
        self.dealing = dealing
        self.received_bytes = 0
        self._fetch = fetch
        self._spent = Spent()
        self._prepared: dict[Path, tuple[Correlation, Material]] = {}

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Fetch and expand exactly this material. The slices are the same at every party."""
        for entries in slices(demand, self.dealing.n):
            fetched = await self._fetch(entries, True)
            for (path, kind), material in zip(entries, self._materials(entries, fetched), strict=True):
                self._prepared[path] = kind, material

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn prepared material; None if this path was not prepared for this kind."""
        prepared = self._prepared.get(path)
        if prepared is None or prepared[0] != kind:
            return None
        del self._prepared[path]
        self._spent.mark(path, kind)
        return prepared[1]

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Fetch material that no plan foresaw."""
        self._prepared.pop(path, None)
        self._spent.mark(path, kind)
        entries = [(path, kind)]
        needs_correction = corrected(kind, self.dealing.party, self.dealing.n)
        (material,) = self._materials(entries, await self._fetch(entries, False) if needs_correction else [])
        return material

    def _materials(self, entries: Sequence[Entry], fetched: Sequence[Words]) -> list[Material]:
        left = iter(fetched)
        materials = []
        for path, kind in entries:
            parts = [next(left) for _ in corrected(kind, self.dealing.party, self.dealing.n)]
            self.received_bytes += sum(part.nbytes for part in parts)
            materials.append(self.dealing.material(path, kind, parts))
        return materials


def local_supplies(n: int, seeds: Sequence[Seed] | None = None) -> list[DealerSupply]:
    """Supplies of n parties in one process, with a dealer in their midst: for simulation. `seeds`: fresh by default."""
    dealer = Dealer(n, seeds)

    def fetch_for(party: int) -> Fetch:
        async def fetch(entries: Sequence[Entry], planned: bool) -> list[Words]:
            return dealer.deal(party, entries)

        return fetch

    return [DealerSupply(dealer.dealings[i], fetch_for(i)) for i in range(n)]


class DealerLink:
    """A party's conversation with a dealer at the other end of a transport."""

    def __init__(self, transport: Transport, n: int) -> None:
        self._transport = transport
        self._n = n
        self._requests = 0

    async def supply(self) -> DealerSupply:
        """Receive this party's seed and return its supply."""
        message = await self._transport.receive(self._n, _SEED_TAG)
        if message.array.dtype != np.uint8 or message.array.shape != (32,):
            raise _malformed(self._transport, self._n, "a seed of another form than 32 bytes")
        return DealerSupply(Dealing(self._transport.me, self._n, Seed(message.array.tobytes())), self.fetch)

    async def fetch(self, entries: Sequence[Entry], planned: bool) -> list[Words]:
        """Ask for the corrections of these entries that are this party's."""
        tag = (_REQUESTS, self._requests)
        self._requests += 1
        demand = np.frombuffer((_PLANNED if planned else _EXTRA) + pack_demand(entries), np.uint8)
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


async def serve(transport: Transport, n: int, on_dealt: Callable[[int], None] | None = None) -> None:
    """The dealer's whole life: hand out seeds, answer requests until every party is done.

    `on_dealt` is told the number of bytes of each answer. Slices of the plan must be the same for all parties:
    PeerError `different-plan` otherwise.
    """
    dealer = Dealer(n)
    slices_seen: list[bytes] = []

    def check_slice(party: int, position: int, demand: bytes) -> None:
        digest = sha256(demand).digest()
        if position == len(slices_seen):
            slices_seen.append(digest)
        elif slices_seen[position] != digest:
            name = transport.names[party]
            raise PeerError(
                "different-plan",
                f"{name} asks the dealer for other material than the parties before it",
                "start all parties with the same program, suite and shapes of inputs",
                party=name,
            )

    async def serve_party(party: int) -> None:
        seed = np.frombuffer(dealer.dealings[party].seed.secret, np.uint8)
        transport.send(party, Message(_SEED_TAG, 0, 0, seed))
        position = request = 0
        while demand := await _request(transport, party, request):
            entries = unpack_demand(demand[1:], transport.names[party])
            if demand[:1] == _PLANNED:
                check_slice(party, position, demand)
                position += 1
            dealt = _deal(dealer, transport, party, entries)
            answer = np.concatenate([np.zeros(0, np.uint64), *(words.reshape(-1) for words in dealt)])
            if answer.size:
                transport.send(party, Message((_REQUESTS, request), 0, 0, answer))
                if on_dealt:
                    on_dealt(answer.nbytes)
            request += 1

    await run_all([(serve_party, party) for party in range(n)])


async def _request(transport: Transport, party: int, number: int) -> bytes:
    array = (await transport.receive(party, (_REQUESTS, number))).array
    if array.dtype != np.uint8 or array.nbytes > MAX_REQUEST:
        raise _malformed(transport, party, "a request of another form than bytes")
    return array.tobytes()


def _deal(dealer: Dealer, transport: Transport, party: int, entries: Sequence[Entry]) -> list[Words]:
    try:
        return dealer.deal(party, entries)
    except SupplyError as error:
        raise PeerError(
            "material-spent",
            f"{transport.names[party]} asked for the same material twice",
            party=transport.names[party],
        ) from error
    except LocalError as error:
        raise _malformed(transport, party, "a request for material that does not exist") from error


def _malformed(transport: Transport, peer: int, what: str) -> PeerError:
    name = transport.names[peer]
    return PeerError("malformed-message", f"{name} sent {what}", "use the same version of Parley", party=name)
