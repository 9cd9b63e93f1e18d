"""Making a store: what a supplier hands out, in order, in a folder that opens only when it is complete.

Records stand in the order in which they are added. The index says, for each, the SHA-256 of its path and kind and
where it ends. A store may hold the material of several runs: then an address stands there several times.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path as File
from types import TracebackType

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Correlation, Material, holds
from mpc.errors import LocalError, PeerError
from mpc.prg import Seed, encode_domain
from mpc.store.files import (
    ID_BYTES,
    INDEX,
    JOURNAL,
    MATERIAL,
    Header,
    SealedWriter,
    file_key,
    new_key_file,
    sync_folder,
    write_header,
)
from mpc.store.journal import Journal
from mpc.supply import Entry, Path, Supply, some_at_a_time

WORD_BYTES = 8
RECORD_BYTES = 32 + WORD_BYTES
PARTIAL = ".partial"
BATCH_WORDS = 1 << 19
"""A supplier is asked for material of about this weight at a time (`some_at_a_time`)."""

Added = Callable[[int], None]
"""Is told how many words were added."""


def plan_digest(demand: Sequence[Entry]) -> bytes:
    """32 bytes that stand for a demand: the same for the same entries in the same order."""
    digest = sha256()
    for entry in demand:
        digest.update(address_of(*entry))
    return digest.digest()


class StoreWriter:
    """Makes a store in the folder `target`, which must not exist. To be used with `with`; `header` is then complete.

    Everything is written to a folder beside it, `target`.partial, which gets its name when all is on the disk; if the
    block ends by an error, it is removed. `session`: 32 bytes that all parties have agreed on and have never
    used for another store (`Agreement.session`). `key`: of the party (`key_of`); None puts a key into the store.
    LocalError `store-exists`, `unwritable`.
    """

    def __init__(
        self,
        target: str | File,
        *,
        party: int,
        n: int,
        ring: int,
        session: bytes,
        maker: str,
        trust: str,
        dealt: bool,
        means: str = "",
        key: Seed | None = None,
    ) -> None:
        assert len(session) == ID_BYTES
        assert 0 <= party < n
        self._target = File(os.path.abspath(target))
        self._folder = self._target.with_name(self._target.name + PARTIAL)
        self._make_folder()
        self._key = key or new_key_file(self._folder)
        store = os.urandom(ID_BYTES)
        self.header = Header(store, session, b"", party, n, ring, maker, trust, dealt, 0, 0, {}, means=means)
        self._index = SealedWriter(self._folder / INDEX, file_key(self._key, store, INDEX))
        self._material = SealedWriter(self._folder / MATERIAL, file_key(self._key, store, MATERIAL))
        self._digest = sha256()
        self._records = self._words = self._of_one_run = 0
        self._kinds: dict[str, int] = {}
        self._finished = False

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._finished:
            if kind is None:
                self.finish()
            else:
                self._index.close()
                self._material.close()
                shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, path: Path, kind: Correlation, material: Material) -> None:
        """Append one record, the same at every party in the same order. LocalError `store-material`."""
        address = address_of(path, kind)
        for words in self._checked(kind, material):
            self._material.write(words.astype("<u8", copy=False).tobytes())
            self._words += words.size
        self._index.write(address + self._words.to_bytes(WORD_BYTES, "little"))
        self._digest.update(address)
        self._records += 1
        self._kinds[kind.name] = self._kinds.get(kind.name, 0) + kind.elements

    async def add_from(
        self, supply: Supply, demand: Sequence[Entry], *, run: int = 0, on_added: Added | None = None
    ) -> None:
        """Have a supplier make all of a demand, some at a time, and append it.

        A supplier makes nothing twice for one path, so the demand of each `run` is asked for under its number. Where
        pieces are of one run (`Correlation.of_one_run`), all runs have as many. LocalError `store-material`.
        """
        self._count_run(demand)
        for number, entries in enumerate(some_at_a_time(demand, BATCH_WORDS)):
            await supply.provide((run, number), [((run, *path), kind.in_run(run)) for path, kind in entries])
            before = self._words
            for path, kind in entries:
                asked, wanted = (run, *path), kind.in_run(run)
                material = supply.ready(asked, wanted)
                self.add(path, kind, material if material is not None else await supply.make(asked, wanted))
            if on_added:
                on_added(self._words - before)

    def _count_run(self, demand: Sequence[Entry]) -> None:
        if not self._of_one_run and not any(kind.of_one_run for _, kind in demand):
            return
        self._of_one_run = self._of_one_run or len(demand)
        if self._records % self._of_one_run or len(demand) != self._of_one_run:
            raise LocalError(
                "store-material",
                "what runs of this store take differs, and some of it is of one run alone",
                "add the same demand for each run, whole",
            )

    @property
    def plan(self) -> bytes:
        """The digest of what was added so far."""
        return self._digest.digest()

    def finish(self) -> None:
        """Sync everything and give the folder its name: from now on the store opens."""
        self._index.finish()
        self._material.finish()
        header = self.header
        Journal.create(self._folder / JOURNAL, file_key(self._key, header.store, JOURNAL))
        self.header = replace(
            header, plan=self.plan, records=self._records, words=self._words, kinds=self._kinds, each=self._of_one_run
        )  # fmt: skip
        write_header(self._folder, self.header, self._key)
        sync_folder(self._folder)
        try:
            self._folder.rename(self._target)
        except OSError as error:
            raise _exists(self._target, error.strerror or "") from None
        sync_folder(self._target.parent)
        self._finished = True

    def _make_folder(self) -> None:
        if os.path.lexists(self._target):
            raise _exists(self._target, "it is there")
        try:
            self._folder.mkdir(0o700)
        except FileExistsError:
            raise _exists(self._folder, "another process makes this store, or was interrupted") from None
        except OSError as error:
            raise _unwritable(self._folder, error.strerror or "") from None

    def _checked(self, kind: Correlation, material: Material) -> list[Words]:
        parts = kind.parts()
        held = [(words, part) for words, part in zip(material, parts, strict=False) if holds(part, self.header.party)]
        if len(material) != len(parts) or any(w.shape != part.shape or w.dtype != U64 for w, part in held):
            raise LocalError(
                "store-material",
                f"what is to be stored is no {kind.name} of these shapes",
                "pass what a supplier handed out for this kind, with the index of its party",
            )
        return [words for words, _ in held]


async def preprocess(
    ctx: Context,
    target: str | File,
    supply: Supply,
    demand: Sequence[Entry],
    key: Seed | None = None,
    *,
    runs: int = 1,
    on_added: Added | None = None,
) -> Header:
    """Make this party's store of a demand, with all parties of a session, each in a folder of its own.

    It serves so many `runs`, one after the other. What stands on standing material is none of it: that is made in the
    session of the run, as what it stands on. The stores get their names only when all parties have all material
    of the same demand. Once in a session: it is the session that says which stores belong together. PeerError
    `different-store`, what StoreWriter raises.
    """
    demand = [(path, kind) for path, kind in demand if kind.stands_on is None]
    with StoreWriter(
        target,
        party=ctx.me,
        n=ctx.n,
        ring=ctx.ring.bits,
        session=ctx.session.agreement.session,
        maker=supply.name,
        trust=getattr(supply, "trust", ""),
        dealt=supply.dealt,
        means=getattr(supply, "means", ""),
        key=key,
    ) as writer:
        for run in range(runs):
            await writer.add_from(supply, demand, run=run, on_added=on_added)
        (plans,) = await ctx.exchange(np.frombuffer(writer.plan, np.uint8))
        for party, plan in enumerate(plans):
            if plan.tobytes() != writer.plan:
                raise different_store(ctx.names[party], "plan")
    return writer.header


def check_target(target: str | File) -> None:
    """Raise what making a store there would, before anything is made. LocalError `store-exists`, `unwritable`."""
    folder = File(os.path.abspath(target))
    for path in (folder, folder.with_name(folder.name + PARTIAL)):
        if os.path.lexists(path):
            raise _exists(path, "it is there")
    if not os.access(folder.parent, os.W_OK | os.X_OK):
        raise _unwritable(folder, "there is no such folder, or no permission")


def different_store(party: str, what: str) -> PeerError:
    """What a party raises that sees a peer with another store."""
    return PeerError(
        "different-store",
        f"the store of {party} is of another {what} than this party's",
        "give every party the same program and shapes, and the folder that was made together with the others'",
        party=party,
    )


def address_of(path: Path, kind: Correlation) -> bytes:
    """What stands for a path and kind in the index."""
    return sha256(encode_domain(("parley store record", path, *kind.encoding()))).digest()


def _unwritable(folder: File, why: str) -> LocalError:
    return LocalError("unwritable", f"cannot make {folder}: {why}", "choose another folder")


def _exists(folder: File, why: str) -> LocalError:
    return LocalError(
        "store-exists",
        f"cannot make the store {folder}: {why}",
        "name another folder; what was interrupted may be deleted",
    )
