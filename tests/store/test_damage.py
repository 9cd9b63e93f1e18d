"""Whatever happens to its files, a store gives the right material once or an error that names a file."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpc.algebra.ring import Z64
from mpc.errors import LocalError, ParleyError, SupplyError
from mpc.network.identity import new_identity
from mpc.prg import Seed
from mpc.store import StoreSupply, StoreWriter, key_of
from mpc.store.files import CHUNK, HEADER, INDEX, JOURNAL, KEY, MATERIAL
from mpc.store.journal import Journal
from protocols.preprocessing.kinds.random_value import RandomValue
from store.stores import SESSION, entries_of, known, opened, same, values, write

OWN_KEY = Seed(b"o" * 32)
USED = 1


MEMORY = Path("/dev/shm")
"""Where syncing costs nothing, if there is such a place."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """Three records, the first of them used, and the key in the folder."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as place:
        folder = write(Path(place) / "store", values(3), key=None)
        with opened(folder, None, ahead=USED) as supply:
            supply.ready(*values(1)[0])
        yield folder


def takes_all(folder: Path, key: Seed | None = None) -> None:
    """Take what is left; wrong material, or material that was used before, fails the test."""
    entries = values(3)
    with opened(folder, key, ahead=1) as supply:
        taken = [supply.ready(*entry) for entry in entries]
        assert taken[0] is None
        assert all(same(taken[i], known(0, i, entries[i][1])) for i in (1, 2))


@pytest.mark.parametrize("name", [HEADER, INDEX, MATERIAL, KEY])
def test_every_flipped_byte_is_refused(store, name):
    content, journal = (store / name).read_bytes(), (store / JOURNAL).read_bytes()
    for i in range(len(content)):
        for mask in (0x01, 0x80, 0xFF):
            (store / name).write_bytes(content[:i] + bytes([content[i] ^ mask]) + content[i + 1 :])
            with pytest.raises(SupplyError, match=r"store-damaged|store-version"):
                takes_all(store)
            (store / JOURNAL).write_bytes(journal)
    (store / name).write_bytes(content)
    takes_all(store)


def test_every_flipped_byte_of_the_journal_is_refused_or_harmless(store):
    content = (store / JOURNAL).read_bytes()
    refused = 0
    for i in range(len(content)):
        for mask in (0x01, 0x80, 0xFF):
            (store / JOURNAL).write_bytes(content[:i] + bytes([content[i] ^ mask]) + content[i + 1 :])
            try:
                takes_all(store)
            except SupplyError as error:
                refused += error.code in ("store-damaged", "store-journal")
            for leftover in store.glob(f"{JOURNAL}-*"):
                leftover.unlink()
    assert refused >= 3 * 40


@pytest.mark.parametrize("name", [HEADER, INDEX, MATERIAL, JOURNAL, KEY])
def test_every_truncation_and_any_addition_is_refused(store, name):
    content = (store / name).read_bytes()
    for length in range(0, len(content), 1 if len(content) < 200 else 7):
        (store / name).write_bytes(content[:length])
        with pytest.raises(SupplyError, match=r"store-damaged|store-version"):
            takes_all(store)
    (store / name).write_bytes(content + b"\0")
    if name != JOURNAL:
        with pytest.raises(SupplyError, match="store-damaged"):
            takes_all(store)


@pytest.mark.parametrize("name", [INDEX, MATERIAL, JOURNAL])
@pytest.mark.parametrize("replacement", ["missing", "folder", "link", "pipe"])
def test_a_file_that_is_no_file_is_refused_by_name(store, name, replacement):
    (store / name).rename(store / "kept")
    make = {"folder": Path.mkdir, "link": lambda p: p.symlink_to(store / "kept"), "pipe": os.mkfifo}
    if replacement in make:
        make[replacement](store / name)
    with pytest.raises(SupplyError, match=name):
        takes_all(store)


@pytest.mark.parametrize("name", [HEADER, INDEX, MATERIAL, JOURNAL])
@pytest.mark.parametrize("other", [{"party": 1}, {"session": b"t" * 32}, {}], ids=["party", "session", "making"])
def test_files_of_another_store_under_the_same_key_are_refused(store, tmp_path, name, other):
    mine = write(tmp_path / "mine", values(3), key=OWN_KEY)
    theirs = write(tmp_path / "theirs", values(3), key=OWN_KEY, **other)
    shutil.copy(theirs / name, mine / name)
    with pytest.raises(SupplyError, match="store-damaged"):
        takes_all(mine, OWN_KEY)


def test_files_do_not_stand_for_one_another(tmp_path):
    folder = write(tmp_path / "store", entries_of([RandomValue(Z64, (15,))]))
    assert (folder / INDEX).stat().st_size != (folder / MATERIAL).stat().st_size
    entries = entries_of([RandomValue(Z64, (5,))] * 4)
    folder = write(tmp_path / "even", entries)
    assert (folder / INDEX).stat().st_size == (folder / MATERIAL).stat().st_size
    shutil.copy(folder / INDEX, folder / MATERIAL)
    with opened(folder) as supply, pytest.raises(SupplyError, match=f"{MATERIAL} was altered"):
        supply.ready(*entries[0])


def test_chunks_do_not_stand_for_one_another(tmp_path):
    words = CHUNK // 8
    entries = entries_of([RandomValue(Z64, (words,))] * 3)
    folder = write(tmp_path / "store", entries)
    content = (folder / MATERIAL).read_bytes()
    sealed = len(content) // 3
    (folder / MATERIAL).write_bytes(content[sealed : 2 * sealed] + content[:sealed] + content[2 * sealed :])
    with opened(folder) as supply:
        for i in (0, 1):
            with pytest.raises(SupplyError, match=f"chunk {i}"):
                supply.ready(*entries[i])
        assert same(supply.ready(*entries[2]), known(0, 2, entries[2][1]))


def test_the_key_of_another_is_refused(tmp_path):
    keys = [key_of(new_identity(name, tmp_path, p256=name == "west")) for name in ("north", "south", "west")]
    folder = write(tmp_path / "store", values(1), key=keys[0])
    for wrong in keys[1:]:
        with pytest.raises(SupplyError, match="store-damaged"):
            StoreSupply(folder, wrong)
    with pytest.raises(SupplyError, match="store-key"):
        StoreSupply(folder)
    opened(folder, keys[0]).close()


@pytest.mark.parametrize("name", [".", HEADER, INDEX, MATERIAL, JOURNAL, KEY])
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o020, 0o001])
def test_what_others_may_reach_is_refused(store, name, mode):
    before = (store / name).stat().st_mode
    (store / name).chmod(before | mode)
    with pytest.raises(SupplyError, match="store-exposed"):
        takes_all(store)
    (store / name).chmod(before)
    takes_all(store)


def test_a_journal_that_cannot_be_written_hands_nothing_out(store):
    with opened(store, None, ahead=1) as supply:
        supply._journal._database.execute("PRAGMA query_only = 1")
        for entry in values(3)[1:]:
            with pytest.raises(SupplyError, match="store-journal"):
                supply.ready(*entry)
        assert supply.position == USED
    takes_all(store)


def test_a_journal_changed_behind_its_back_hands_nothing_out(tmp_path):
    Journal.create(tmp_path / "a", OWN_KEY)
    first, second = Journal(tmp_path / "a", OWN_KEY), Journal(tmp_path / "a", OWN_KEY)
    first.advance(5)
    with pytest.raises(SupplyError, match="store-journal"):
        second.advance(3)
    first.close()
    second.close()
    reopened = Journal(tmp_path / "a", OWN_KEY)
    assert reopened.position == 5
    reopened.close()


def test_an_interrupted_making_leaves_nothing_that_opens(tmp_path):
    def writer() -> StoreWriter:
        return StoreWriter(
            tmp_path / "store", party=0, n=2, ring=64, session=SESSION, maker="", trust="", dealt=True, key=OWN_KEY
        )

    abandoned = writer()
    abandoned.add(*values(1)[0], known(0, 0, values(1)[0][1]))
    for name in ("store", "store.partial"):
        with pytest.raises(SupplyError, match="store-unfinished"):
            StoreSupply(tmp_path / name, OWN_KEY)
    with pytest.raises(LocalError, match="store-exists"):
        writer()
    shutil.rmtree(tmp_path / "store.partial")
    with pytest.raises(ZeroDivisionError), writer():
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SupplyError, match="store-missing"):
        StoreSupply(tmp_path / "store", OWN_KEY)


def test_a_finished_store_without_its_name_or_header_does_not_open(tmp_path):
    folder = write(tmp_path / "store", values(3), key=OWN_KEY)
    with pytest.raises(LocalError, match="store-exists"):
        write(folder, values(3), key=OWN_KEY)
    folder.rename(tmp_path / "store.partial")
    with pytest.raises(SupplyError, match="store-unfinished"):
        StoreSupply(tmp_path / "store.partial", OWN_KEY)
    (tmp_path / "store.partial").rename(folder)
    (folder / HEADER).unlink()
    with pytest.raises(SupplyError, match="store-unfinished"):
        StoreSupply(folder, OWN_KEY)


def test_errors_tell_what_to_do(store):
    (store / INDEX).write_bytes(b"")
    with pytest.raises(ParleyError, match="what to do: make a new store"):
        takes_all(store)
