"""A supply with nobody to trust: the parties make their material themselves, of oblivious transfers.

Base transfers and extensions between each two parties are set up before the first piece is made, for this run only.
What a plan foresees is made in slices. What is asked for beyond it is made when it is asked for: party 0 says what is
made next, since parties reach the calls of a program in different orders, and the others follow when they have
reached them as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np
import trio

from mpc.context import Context, Session, Spec
from mpc.correlations import Correlation, Material
from mpc.errors import PeerError, SupplyError
from mpc.handshake import Agreement
from mpc.prg import Seed
from mpc.supply import Entry, Path, Spent
from mpc.transport import Transport
from protocols.preprocessing.checking import Check, make_checked
from protocols.preprocessing.demand import SLICE_WORDS, pack_demand
from protocols.preprocessing.pairs import SOFTSPOKEN, Extension, Pairs, set_up

ROOT = 2
"""The number of the supply's contexts, which keeps its messages apart from the program's."""

_LEADER = 0
_MAX_ANNOUNCED = 1 << 20


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
    ) -> None:
        """The first n endpoints of `transport` are the parties; all use the same `extension` and `check`.

        `private`: what this party's randomness comes from, fresh by default.
        """
        session = Session(transport, self, agreement, None, n, private=private or Seed.fresh())
        self.name = extension.name
        self._session = session
        self._root: Context = session.root(ROOT)
        self._extension = extension
        self._check = check
        self._ends: Pairs | None = None
        self._lock = trio.Lock()
        self._spent = Spent()
        self._prepared: dict[Path, tuple[Correlation, Material]] = {}
        self._asked: dict[Path, Correlation] = {}
        self._asked_more = trio.Event()

    def __repr__(self) -> str:
        return f"<OtSupply of {self._root.names[self._root.me]}>"

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
        return self._root.depth

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Make exactly this material. PeerError `different-plan` if another party has another plan."""
        async with self._lock:
            await self._compare(demand)
            for entries in slices_of_pieces(demand):
                for (path, kind), material in zip(entries, await self._made(entries), strict=True):
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
        """Make material that no plan foresaw, once all parties have asked for it."""
        self._prepared.pop(path, None)
        self._spent.mark(path, kind)
        self._asked[path] = kind
        self._asked_more.set()
        async with self._lock:
            while path in self._asked:
                await self._make_next()
        made = self._prepared.pop(path)
        if made[0] != kind:
            raise SupplyError("material-spent", f"the {kind.name} of a call was made as {made[0].name}", path=path)
        return made[1]

    async def _make_next(self) -> None:
        """One batch of what was asked for, as party 0 says: everything that its program waits for."""
        paths = await self._announced()
        while not all(path in self._asked for path in paths):
            self._asked_more = trio.Event()
            await self._asked_more.wait()
        entries = [(path, self._asked[path]) for path in paths]
        for (path, kind), material in zip(entries, await self._made(entries), strict=True):
            self._prepared[path] = kind, material
            del self._asked[path]

    async def _announced(self) -> list[Path]:
        ctx = self._root.child("what is made next")
        if ctx.me == _LEADER:
            paths = sorted(self._asked)
            flat = np.array([number for path in paths for number in (len(path), *path)], np.uint64)
            for j in ctx.others:
                ctx.send(j, flat)
        else:
            paths = _paths(ctx, await ctx.receive(_LEADER, Spec(None, limit=_MAX_ANNOUNCED)))
        self._root.join(ctx)
        return paths

    async def _made(self, entries: Sequence[Entry]) -> list[Material]:
        if self._ends is None:
            ctx = self._root.child("transfers")
            self._ends = await set_up(ctx, self._extension)
            self._root.join(ctx)
        ctx = self._root.child("material")
        made = await make_checked(ctx, self._ends, [kind for _, kind in entries], self._check)
        self._root.join(ctx)
        return made

    async def _compare(self, demand: Sequence[Entry]) -> None:
        ctx = self._root.child("plan")
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
        self._root.join(ctx)


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
        words += 16 + sum(int(np.prod(part.shape, dtype=np.int64)) for part in kind.parts())
        if words >= SLICE_WORDS:
            yield demand[start : i + 1]
            start, words = i + 1, 0
    if start < len(demand):
        yield demand[start:]


def _paths(ctx: Context, flat: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> list[Path]:
    """What party 0 announced. PeerError `malformed-message` for anything else than paths."""
    numbers = [int(number) for number in flat]
    paths: list[Path] = []
    at = 0
    while at < len(numbers):
        length = numbers[at]
        path = tuple(numbers[at + 1 : at + 1 + length])
        if len(path) != length or not path:
            name = ctx.names[_LEADER]
            raise PeerError("malformed-message", f"{name} sent paths that cannot be read", party=name)
        paths.append(path)
        at += 1 + length
    return paths
