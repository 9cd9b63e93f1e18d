"""Where large arrays go as they come: memory, a file, nowhere; and what becomes of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from mpc.network.decoder import SCRATCH, Decoder
from mpc.network.placing import InMemory, Nowhere, Place
from mpc.network.star.spool import InFile, Spool
from mpc.network.wire import CONFIRM, HELLO, Aside, Encoder, Event, Head, Heartbeat, Message, prepare

HEAD: Head = ((1, 2), 3, 4, 8, (10, 500))
CONTENT = np.random.default_rng(3).integers(0, 1 << 63, (10, 500), np.uint64)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


@pytest.fixture(autouse=True)
def open_files() -> Iterator[None]:
    """No file stays open."""
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def in_file(spool: Spool, size: int) -> InFile:
    place = spool.place(size)
    assert place is not None
    return place


def filled(place: Place, content: bytes, step: int) -> None:
    """In turns by its own space and from elsewhere."""
    scratch, own, rest = memoryview(bytearray(step)), True, memoryview(content)
    while rest:
        if own:
            space = place.space(len(rest), scratch)[:step]
            space[:] = rest[: len(space)]
            place.filled(len(space))
            rest = rest[len(space) :]
        else:
            place.put(rest[:step])
            rest = rest[step:]
        own = not own


@pytest.mark.parametrize("step", [1, 17, 4096, 1 << 20])
def test_what_comes_out_is_what_was_put_in(spool: Spool, step: int) -> None:
    memory, file = InMemory(HEAD), in_file(spool, CONTENT.nbytes)
    for place in (memory, file):
        filled(place, CONTENT.tobytes(), step)
    message, aside = memory.whole(HEAD), file.whole(HEAD)
    assert aside.stored.nbytes == CONTENT.nbytes
    for array in (message.array, aside.stored.load()):
        np.testing.assert_array_equal(array, CONTENT)
        assert (array.dtype, array.flags.writeable) == (np.uint64, False)
    assert (message.tag, message.label, message.depth) == (aside.tag, aside.label, aside.depth) == HEAD[:3]


def test_a_disk_sees_noise_another_one_each_time(spool: Spool, tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        place = in_file(spool, 4096)
        place.put(memoryview(bytes(4096)))
        seen.append(os.pread(place._file, 8192, 0))
        assert not list(tmp_path.iterdir()), "a file with a name stays when the process is killed"
        place.close()
    blocks = {content[i : i + 16] for content in seen for i in range(0, 4096, 16)}
    # 512 blocks of 128 bits: two that are alike have a probability below 2^-110, one of zeros below 2^-118.
    assert len(blocks) == 512
    assert bytes(16) not in blocks
    assert [len(content) for content in seen] == [4096, 4096]


def test_where_there_is_no_room_there_is_no_file(tmp_path: Path) -> None:
    assert Spool(tmp_path / "missing").place(10) is None
    assert Spool(tmp_path).place(1 << 62) is None


def test_some_of_a_disk_is_left_to_others(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(Path.cwd())

    def disk(free: int, whole: int) -> None:
        values = [*real]
        values[1], values[2], values[4] = 4096, whole // 4096, free // 4096
        monkeypatch.setattr(os, "fstatvfs", lambda file: os.statvfs_result(values))

    disk((1 << 30) + (1 << 20), 1 << 40)
    in_file(spool, 1 << 20).close()
    assert spool.place((1 << 20) + 1) is None
    disk((1 << 27) + (1 << 20), 1 << 30)
    in_file(spool, 1 << 20).close()
    assert spool.place((1 << 20) + 1) is None


def fails_to_write(place: InFile) -> None:
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, place._file)
    os.close(full)
    place.put(memoryview(b"abc"))


def has_been_cut(place: InFile) -> None:
    place.put(memoryview(CONTENT.tobytes()))
    os.ftruncate(place._file, 100)
    place.load()


@pytest.mark.parametrize("fault", [fails_to_write, has_been_cut])
def test_a_disk_that_fails_is_named(spool: Spool, fault: Callable[[InFile], None]) -> None:
    place = in_file(spool, CONTENT.nbytes)
    place.whole(HEAD)
    with pytest.raises(LocalError, match="spool-failed"):
        fault(place)
    place.close()


def test_the_folder_is_one_on_a_disk_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Path] = []
    monkeypatch.setattr("mpc.network.star.spool._made", lambda folder, size: asked.append(folder) or -1)
    monkeypatch.delenv("TMPDIR", raising=False)
    Spool().place(1)
    Spool(tmp_path).place(1)
    monkeypatch.setattr("mpc.network.star.spool._ON_DISK", tmp_path / "missing")
    Spool().place(1)
    assert asked[1:2] == [tmp_path]
    assert asked[0] == Path("/var/tmp")
    assert asked[2].is_dir()


PLACES: dict[str, Callable[[Spool, int], Place | None]] = {
    "memory": lambda spool, size: None,
    "file": in_file,
    "nowhere": lambda spool, size: Nowhere(),
}


def decoded(spool: Spool, where: str, data: bytes, cuts: list[int], size: int) -> list[Event]:
    """The events of `data`, cut there, by a decoder that asks; what it shares is written over before it reads on."""
    scratch, noise = memoryview(bytearray(SCRATCH)), bytes([0xAA]) * SCRATCH
    decoder, found = Decoder("south", scratch=scratch, asks=True), list[Event]()
    for start, end in pairwise([0, *cuts, len(data)]):
        while start < end:
            if decoder.unplaced:
                assert decoder.filling == size
                decoder.place(PLACES[where](spool, size))
            scratch[:] = noise
            space = decoder.buffer()
            count = min(len(space), end - start)
            space[:count] = data[start : start + count]
            found += decoder.received(count)
            start += count
    return found


@pytest.mark.parametrize("where", PLACES)
@settings(max_examples=20, deadline=None)
@given(data=st.data(), size=st.sampled_from([3000, 40_000, 200_000, (1 << 20) + 1, (2 << 20) + 5]))
def test_a_decoder_that_asks_finds_the_same(where: str, data: st.DataObject, size: int) -> None:
    encoder, content = Encoder(), np.random.default_rng(size).integers(0, 256, size, np.uint8)
    stream = encoder.greeting(HELLO, b"hello") + encoder.greeting(CONFIRM, b"confirm")
    for head, part in encoder.pieces(prepare(Message((7,), 8, 9, content))):
        stream += head + bytes(part) + encoder.heartbeat(Heartbeat(True, (), (), ()))
    stream += encoder.small(prepare(Message((1,), 1, 1, content[:5])))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    found = [event for event in decoded(Spool(), where, stream, cuts, size) if not isinstance(event, Heartbeat)]
    large, small = found[2:]
    assert isinstance(small, Message)
    assert small.array.tobytes() == content[:5].tobytes()
    assert isinstance(large, Message | Aside)
    assert (large.tag, large.label, large.depth) == ((7,), 8, 9)
    if isinstance(large, Aside):
        assert where == "file"
        assert size >= 1 << 14
        assert large.stored.load().tobytes() == content.tobytes()
    elif where == "memory" or large.array.size:
        assert large.array.tobytes() == content.tobytes()
