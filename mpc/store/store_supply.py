"""Taking material from a store, each record once.

What was used is a prefix of the records. Whatever lies before the position of the journal when a run begins is lost
to it; records that it takes or passes over come to lie before the position on the disk, first, and are then handed
out in any order. Of records with the same address a run takes the first that was not used when it began.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import prod
from pathlib import Path as File
from threading import Lock
from types import TracebackType

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Correlation, Material, holds
from mpc.errors import LocalError, SupplyError
from mpc.prg import Seed
from mpc.store.files import (
    HEADER,
    ID_BYTES,
    INDEX,
    JOURNAL,
    MATERIAL,
    Header,
    SealedFile,
    check_private,
    damaged,
    file_key,
    read_header,
    read_key_file,
)
from mpc.store.journal import Journal
from mpc.store.writer import PARTIAL, RECORD_BYTES, WORD_BYTES, address_of, different_store
from mpc.supply import Entry, Path, Spent, Supply, WorkedOut

AHEAD = 256
"""Records that one sync of the journal reserves, where no plan says which will be taken."""
_REPLACE = "make a new store with all parties, or have what is missing made during the run: --fallback ot"


class StoreSupply:
    """Takes material from a store, each record once. One process at a time; SupplyError says what is wrong.

    When all parties of a run have opened their stores, `agree` must be awaited. `fallback`: who makes what the store
    has not, which may be set later; without one that raises `store-exhausted` or `store-other-plan`. `ahead`: how many
    records one sync of the journal reserves where nothing was prepared; what is reserved at a crash is lost.
    """

    name = "store"

    def __init__(
        self, folder: str | File, key: Seed | None = None, *, fallback: Supply | None = None, ahead: int = AHEAD
    ) -> None:
        """Open and check the store; material itself is checked as it is read.

        SupplyError `store-missing`, `store-unfinished`, `store-exposed`, `store-key`, `store-damaged`,
        `store-version`, `store-locked`.
        """
        self._folder = File(folder)
        _check_folder(self._folder)
        key = key or read_key_file(self._folder)
        self.header = header = read_header(self._folder, key)
        self.fallback = fallback
        self._ahead = max(1, ahead)
        self._lock = _lock(self._folder)
        self._files: list[SealedFile] = []
        try:
            self._index = _Index(self._read_index(key), self._folder / INDEX, header)
            self._material = self._open(MATERIAL, key, header.words * WORD_BYTES)
            self._journal = Journal(self._folder / JOURNAL, file_key(key, header.store, JOURNAL))
        except BaseException:
            self._release()
            raise
        self._start: int | None = None
        self._found: dict[Path, tuple[Correlation, int]] = {}
        self._spent = Spent()
        self._one_at_a_time = Lock()
        self._process = os.getpid()

    @property
    def position(self) -> int:
        """How many records are used or reserved, on the disk."""
        return self._journal.position

    @property
    def trust(self) -> str:
        """Whom the material makes it necessary to trust."""
        more = getattr(self.fallback, "trust", "")
        return f"{self.header.trust}, and {more}" if more and more != self.header.trust else self.header.trust

    @property
    def means(self) -> str:
        """By what means the material was made."""
        return self.header.means or getattr(self.fallback, "means", "")

    @property
    def dealt(self) -> bool:
        """Whether a dealer made the material."""
        return self.header.dealt

    @property
    def deals_standing(self) -> bool:
        """Whether a dealer is the fallback: what stands is made in the session."""
        return self.fallback is not None and self.fallback.deals_standing

    @property
    def received_bytes(self) -> int:
        """What was received during this run for material that the store has not."""
        return self.fallback.received_bytes if self.fallback else 0

    def __enter__(self) -> StoreSupply:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all files and let other processes open the store."""
        self._start = None
        self._journal.close()
        self._release()

    async def agree(self, ctx: Context) -> None:
        """Compare stores with the other parties, and begin at the latest position that any of them has.

        One exchange, before anything is taken. SupplyError `store-foreign` if this store is for another party or
        setting; PeerError `different-store` names a party whose store is not of the same making.
        """
        header = self.header
        if (header.party, header.n, header.ring) != (ctx.me, ctx.n, ctx.ring.bits):
            raise SupplyError(
                "store-foreign",
                f"{self._folder} was made for party {header.party} of {header.n} with a ring of {header.ring} bits; "
                f"this is party {ctx.me} of {ctx.n} with {ctx.ring.bits} bits",
                self._way_out(ctx),
            )
        own = header.session + header.plan + self.position.to_bytes(8, "big")
        (all_told,) = await ctx.exchange(np.frombuffer(own, np.uint8))
        positions = [self._position_told(ctx, party, told.tobytes()) for party, told in enumerate(all_told)]
        self.begin(max(positions))

    def _way_out(self, ctx: Context) -> str:
        """Of a store for another party or ring."""
        header = self.header
        if (header.party, header.n) != (ctx.me, ctx.n):
            return "give each party the folder that was made for it"
        return f"run with --ring {header.ring}; or plan with --ring {ctx.ring.bits} and make a store of that plan"

    def begin(self, position: int) -> None:
        """Begin a run with the records from `position` on, the same at every party; those before it are burned.

        Where pieces of a run have a secret in common, what another run has left is burned as well: a secret of a run
        in which a check has failed is never used again, and neither is that of one that was interrupted.
        For callers that have compared stores otherwise than by `agree`.
        """
        assert position <= self.header.records
        if self.header.each:
            position = -(-position // self.header.each) * self.header.each
        if position > self._journal.position:
            self._journal.advance(position)
        self._start = self._journal.position
        self._found = {}
        self._spent = Spent()

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Check that the store has a whole plan and reserve it, with one sync; the fallback prepares the rest.

        Without a fallback, SupplyError `store-exhausted` or `store-other-plan` if anything is missing.
        """
        missing = self._reserve_all(demand)
        if missing and self.fallback is not None:
            await self.fallback.prepare(missing)

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """The same for one batch. All parties' stores are alike, so they lack the same."""
        missing = self._reserve_all(entries)
        if missing and self.fallback is not None:
            await self.fallback.provide(batch, missing)

    def _reserve_all(self, demand: Sequence[Entry]) -> list[Entry]:
        """Reserve what the store has; what it has not, which without a fallback raises."""
        found = [self._find(path, kind) for path, kind in demand]
        missing = [entry for entry, position in zip(demand, found, strict=True) if position is None]
        if missing and self.fallback is None:
            raise self._none_left(*missing[0], missing)
        present = [(entry, position) for entry, position in zip(demand, found, strict=True) if position is not None]
        self._reserve(max((position + 1 for _, position in present), default=0))
        self._found.update((path, (kind, position)) for (path, kind), position in present)
        return missing

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn the record of this path and kind; None if the store has none left."""
        position = self._find(path, kind)
        if position is None:
            material = self.fallback.ready(path, kind) if self.fallback else None
            if material is not None:
                self._spent.mark(path, kind)
            return material
        with self._one_at_a_time:
            self._spent.mark(path, kind)
            if position >= self._journal.position:
                self._reserve(min(position + self._ahead, self.header.records))
            return self._read(position, kind)

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Have the fallback make what the store has not."""
        if self.fallback is None:
            raise self._none_left(path, kind)
        self._spent.mark(path, kind)
        return await self.fallback.make(path, kind)

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Of the fallback: records keep the addresses of the plan that they were made for."""
        if self.fallback is None:
            raise self._none_left(path, kind)
        self.fallback.rename(path, kind, to)

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """Of the fallback: a store holds nothing that does not burn. SupplyError `store-standing` without one."""
        return await self._of_session(kind.name, path).standing(path, kind)

    def bring(self, standing: Path, words: Words) -> None:
        """Of the fallback. SupplyError `store-standing` without one."""
        self._of_session("weights", standing).bring(standing, words)

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """Of the fallback, which makes all that stands."""
        if self.fallback is not None:
            self.fallback.when_made(standing, work)

    def _of_session(self, what: str, path: Path) -> Supply:
        """Who makes material in the session."""
        if self.fallback is None:
            raise SupplyError(
                "store-standing",
                f"the program takes a standing {what}, which a store never holds",
                "have it made during the run: --fallback ot",
                path=path,
            )
        return self.fallback

    def _find(self, path: Path, kind: Correlation) -> int | None:
        if self._start is None or os.getpid() != self._process:
            raise LocalError(
                "store-not-agreed",
                f"material was asked of {self._folder} before the parties compared their stores, after it was closed, "
                "or in a copy of the process",
                "await supply.agree(ctx) first, in the process that opened the store",
            )
        prepared = self._found.get(path)
        if prepared is not None and prepared[0] == kind:
            return prepared[1]
        return self._index.find(address_of(path, kind), self._start)

    def _reserve(self, position: int) -> None:
        if position > self._journal.position:
            self._journal.advance(position)

    def _read(self, position: int, kind: Correlation) -> Material:
        start, end = self._index.extent(position)
        words = self._words(self._material, start, end - start).astype(U64, copy=False)
        shapes = [part.shape if holds(part, self.header.party) else (0,) for part in kind.parts()]
        sizes = [prod(shape) for shape in shapes]
        if sum(sizes) != words.size:
            raise damaged(self._folder / INDEX, "gives a record a wrong length")
        ends = accumulate(sizes)
        return tuple(
            words[end - size : end].reshape(shape) for shape, size, end in zip(shapes, sizes, ends, strict=True)
        )

    def _position_told(self, ctx: Context, party: int, told: bytes) -> int:
        session, plan, position = told[:ID_BYTES], told[ID_BYTES:-8], int.from_bytes(told[-8:], "big")
        header = self.header
        if session != header.session or plan != header.plan or position > header.records:
            what = "plan" if session == header.session and plan != header.plan else "making"
            raise different_store(ctx.names[party], what)
        return position

    def _none_left(self, path: Path, kind: Correlation, missing: Sequence[Entry] = ()) -> SupplyError:
        place = f"the {kind.name} of call {'.'.join(map(str, path))}"
        if len(missing) > 1:
            place = f"{len(missing):,} pieces of this run ({_counted(missing)}), the first of them {place}"
        if self._index.find(address_of(path, kind), 0) is None:
            return SupplyError(
                "store-other-plan",
                f"{self._folder} was made for another plan: it never had {place}",
                "run the program, suite, options (--garbling, --scheme, --numeric, --compare, --network), shapes and "
                "types of columns of inputs that the store was made for; where a revealed number "
                f"decides what is computed, tell the plan what it will be by mpc.reveal(..., planned=); where models "
                f"or weights stand, make the store of a plan for stores: mpc.plan(..., stored=True); or {_REPLACE}",
                path=path,
            )
        return SupplyError(
            "store-exhausted",
            f"{self._folder} lacks {place}: {self._start} of its {self.header.records} records were used "
            "or lost before this run",
            _REPLACE,
            path=path,
        )

    def _read_index(self, key: Seed) -> Words:
        words = self.header.records * RECORD_BYTES // WORD_BYTES
        return self._words(self._open(INDEX, key, words * WORD_BYTES), 0, words)

    @staticmethod
    def _words(file: SealedFile, start: int, count: int) -> Words:
        words = np.empty(count, "<u8")
        file.read_into(words.view(np.uint8), start * WORD_BYTES)
        return words

    def _open(self, name: str, key: Seed, size: int) -> SealedFile:
        file = SealedFile(self._folder / name, file_key(key, self.header.store, name), size)
        self._files.append(file)
        return file

    def _release(self) -> None:
        for file in self._files:
            file.close()
        self._files.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class _Index:
    """Where records are, by address."""

    def __init__(self, words: Words, file: File, header: Header) -> None:
        records = words.reshape(-1, RECORD_BYTES // WORD_BYTES)
        self._addresses = records[:, :-1]
        self._order = np.argsort(records[:, 0], kind="stable")
        self._sorted = records[self._order, 0]
        starts = np.concatenate([np.zeros(1, "<u8"), records[:, -1]])
        if starts[-1] != header.words or (starts[1:] < starts[:-1]).any():
            raise damaged(file, "does not fit the header")
        self._starts = starts

    def find(self, address: bytes, start: int) -> int | None:
        """The first record at or after `start` with this address."""
        wanted = np.frombuffer(address, "<u8")
        first = int(np.searchsorted(self._sorted, wanted[0]))
        for i in range(first, len(self._sorted)):
            if self._sorted[i] != wanted[0]:
                break
            position = int(self._order[i])
            if position >= start and self._addresses[position].tobytes() == address:
                return position
        return None

    def extent(self, position: int) -> tuple[int, int]:
        """The words [start, end) of a record."""
        return int(self._starts[position]), int(self._starts[position + 1])


def _counted(missing: Sequence[Entry]) -> str:
    """How much of each kind."""
    elements: Counter[str] = Counter()
    for _, kind in missing:
        elements[kind.name] += kind.elements
    return ", ".join(f"{count:,} {name}" for name, count in sorted(elements.items()))


def _check_folder(folder: File) -> None:
    partial = folder.with_name(folder.name + PARTIAL)
    if folder.name.endswith(PARTIAL) or (not folder.exists() and partial.exists()):
        raise _unfinished(folder)
    if not folder.is_dir():
        raise SupplyError(
            "store-missing", f"there is no store in {folder}", "name the folder that was made for this party"
        )
    check_private(folder, folder.stat())
    if not (folder / HEADER).exists():
        raise _unfinished(folder)


def _lock(folder: File) -> int | None:
    """Held until the process ends, however it ends."""
    descriptor = os.open(folder / HEADER, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SupplyError(
            "store-locked", f"{folder} is in use by another process", "wait for its end; or make a store for each run"
        ) from None
    return descriptor


def _unfinished(folder: File) -> SupplyError:
    return SupplyError(
        "store-unfinished",
        f"the store {folder} was never finished: whatever made it was interrupted",
        "delete the folder, at every party, and make a new store",
    )
