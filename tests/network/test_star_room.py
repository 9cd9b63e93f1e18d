"""Many clients that send at once: what is in the server's memory, what in files, and who waits for whom."""

from __future__ import annotations

import os
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import trio

from mpc.errors import LocalError, PeerError
from mpc.network.link import Link
from mpc.network.star.events import Came, Joined
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory import MemoryStar
from mpc.network.star.room import NOTHING, Claim, Room
from mpc.network.star.server import StarServer
from mpc.network.star.spool import InFile, Spool

from .stars import MakePlace, Place, TlsPlace, came, memory_place, next_of, run, run_at_once

MEGA = 1 << 20
SLACK = 1 << 16
"""For what messages count beside their arrays."""


@pytest.fixture(params=["memory", "tls"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> MakePlace:
    def make(**limits: float) -> object:
        chosen = StarLimits(**limits)  # type: ignore[arg-type]
        return memory_place(chosen) if request.param == "memory" else TlsPlace(tmp_path, chosen)

    return make  # type: ignore[return-value]


def vector(number: int, size: int = MEGA) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, size, np.uint8)


async def sends(where: Place, number: int, size: int = MEGA) -> None:
    """One array, then a small message; it stays until the server has gone."""
    with suppress(PeerError):
        async with where.dial(f"c{number}") as client:
            await client.send((1, number), vector(number, size))
            await client.send((2, number), b"after it")
            async for _ in client:
                pass


async def everything_waits(star: StarServer, count: int) -> None:
    while star.counts.messages < 2 * count:
        await trio.sleep(0.01)


@pytest.mark.parametrize("size", [MEGA, MEGA + 8])
def test_what_memory_has_no_room_for_lies_in_files_until_it_is_taken(place: MakePlace, size: int) -> None:
    count = 7

    async def main() -> None:
        where = place(inbox_bytes=2 * MEGA + SLACK)
        async with where.serve() as star, trio.open_nursery() as nursery:
            for number in range(count):
                nursery.start_soon(sends, where, number, size)
            await everything_waits(star, count)
            assert star.waiting_bytes <= 2 * MEGA + SLACK
            assert star.spooled_bytes == (count - 2) * size
            for _ in range(count):
                event = await next_of(star, Came)
                while event.tag[0] != 1:
                    assert event.content == b"after it"
                    event = await next_of(star, Came)
                np.testing.assert_array_equal(event.array, vector(event.tag[1], size))
                assert not event.array.flags.writeable
            while star.waiting_bytes:
                await next_of(star, Came)
            assert star.spooled_bytes == 0
            nursery.cancel_scope.cancel()

    run(main)


@pytest.mark.parametrize("clients", [6, 48])
def test_memory_does_not_grow_with_clients(clients: int) -> None:
    """All that is allocated once they are here: two arrays of a megabyte in memory, one that was taken, little else."""
    content, go, most = vector(1), trio.Event(), list[int]()

    async def one(where: MemoryStar, name: str) -> None:
        async with where.dial(name) as client:
            await go.wait()
            await client.send((1,), content)
            async for _ in client:
                pass

    async def main() -> None:
        where = MemoryStar(limits=StarLimits(inbox_bytes=2 * MEGA + SLACK))
        async with trio.open_nursery() as nursery, where.serve() as star:
            for number in range(clients):
                nursery.start_soon(one, where, f"c{number}")
            while len(star.clients) < clients:
                await trio.sleep(0.01)
            tracemalloc.start()
            go.set()
            while star.counts.messages < clients:
                await trio.sleep(0.01)
            for _ in range(clients):
                event = await next_of(star, Came)
                assert np.array_equal(event.array, content)
            most.append(tracemalloc.get_traced_memory()[1])

    try:
        run(main)
    finally:
        tracemalloc.stop()
    assert most[0] < 5 * MEGA


def test_messages_of_one_client_keep_their_order_in_memory_or_not(place: MakePlace) -> None:
    sizes = [100, MEGA, 100, 2 * MEGA, MEGA, 20_000, 3 * MEGA, 1]

    async def main() -> None:
        where = place(inbox_bytes=MEGA + SLACK)
        async with where.serve() as star, where.dial("anna") as anna:
            for number, size in enumerate(sizes):
                await anna.send((number,), vector(number, size))
            while star.counts.messages < len(sizes):
                await trio.sleep(0.01)
            for number, size in enumerate(sizes):
                event = await next_of(star, Came)
                assert event.tag == (number,)
                np.testing.assert_array_equal(event.array, vector(number, size))

    run(main)


def test_a_message_that_is_taken_at_its_last_moment_is_not_lost() -> None:
    """A wait that is over already gives what is here, though it is fetched from a disk by another thread."""

    async def main() -> None:
        where = MemoryStar(limits=StarLimits(inbox_bytes=1))
        async with where.serve() as star, where.dial("anna") as anna:
            assert isinstance(await star.event(), Joined)
            await anna.send((1,), vector(1, 2 * MEGA))
            while not star.counts.messages:
                await trio.sleep(0.01)
            event = await star.event(0)
            assert isinstance(event, Came)
            np.testing.assert_array_equal(event.array, vector(1, 2 * MEGA))

    run(main)


class Dripping:
    """A client's end of a link that sends the beginning of large arrays only."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __getattr__(self, name: str) -> object:
        return getattr(self._link, name)

    async def write(self, *parts: bytes | memoryview) -> None:
        """As of the link."""
        data = b"".join(parts)
        await self._link.write(data[:100_000] if len(data) > MEGA else data)


@pytest.mark.parametrize("spooled", [True, False])
def test_who_sends_slowly_keeps_no_other_from_sending(spooled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten clients take all of memory, and send no more. With files nobody waits for them; where the disk is full the
    others wait until they are parted with."""
    limits = StarLimits(inbox_bytes=10 * MEGA, crowded_seconds=30)
    if not spooled:
        monkeypatch.setattr(Spool, "place", lambda self, size: None)

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, trio.open_nursery() as nursery:
            where.wrap = Dripping  # type: ignore[assignment]
            for number in range(10):
                nursery.start_soon(sends, where, number)
            await trio.sleep(1)
            assert star.waiting_bytes == 10 * MEGA
            where.wrap = lambda link: link
            began = trio.current_time()
            for number in range(10, 15):
                nursery.start_soon(sends, where, number)
            for _ in range(5):
                event = await next_of(star, Came)
                while event.tag[0] != 1:
                    event = await next_of(star, Came)
                np.testing.assert_array_equal(event.array, vector(event.tag[1]))
            took = trio.current_time() - began
            assert took < 1 if spooled else 20 < took < 60
            assert len(star.clients) == 15 if spooled else 5 <= len(star.clients) < 15
            nursery.cancel_scope.cancel()

    run_at_once(main)


def test_small_messages_go_on_while_others_wait_for_room() -> None:
    limits = StarLimits(inbox_bytes=MEGA, spool_bytes=0)

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, trio.open_nursery() as nursery, where.dial("anna") as anna:
            where.wrap = Dripping  # type: ignore[assignment]
            for number in range(3):
                nursery.start_soon(sends, where, number)
            await trio.sleep(1)
            began = trio.current_time()
            await anna.send((3,), b"small")
            assert (await came(star, 3)).content == b"small"
            assert trio.current_time() - began < 1
            nursery.cancel_scope.cancel()

    run_at_once(main)


@pytest.mark.parametrize("half", [False, True])
def test_files_are_gone_when_the_server_is(half: bool) -> None:
    async def main() -> None:
        where = MemoryStar(limits=StarLimits(inbox_bytes=1))
        if half:
            where.wrap = Dripping  # type: ignore[assignment]
        before = len(os.listdir("/proc/self/fd"))
        async with trio.open_nursery() as nursery, where.serve() as star:
            for number in range(3):
                nursery.start_soon(sends, where, number)
            await trio.sleep(1)
            assert star.spooled_bytes == 3 * MEGA
            assert len(os.listdir("/proc/self/fd")) == before + 3
        assert len(os.listdir("/proc/self/fd")) == before

    run_at_once(main)


def test_a_disk_that_fails_ends_the_session_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: InFile, part: memoryview) -> None:
        raise LocalError("spool-failed", "a file cannot be written")

    monkeypatch.setattr(InFile, "put", broken)
    ends: list[str] = []

    async def client(where: MemoryStar) -> None:
        try:
            async with where.dial("anna") as anna:
                await anna.send((1,), vector(1))
                await anna.receive()
        except PeerError as error:
            ends.append(str(error))

    async def serves(where: MemoryStar, nursery: trio.Nursery) -> None:
        async with where.serve() as star:
            nursery.start_soon(client, where)
            await next_of(star, Came)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            with pytest.raises(LocalError, match="spool-failed"):
                await serves(MemoryStar(limits=StarLimits(inbox_bytes=1)), nursery)

    run_at_once(main)
    assert len(ends) == 1
    assert "spool-failed" in ends[0]


async def taken(room: Room, size: int, found: list[tuple[int, Claim]], **options: bool) -> None:
    found.append((size, await room.take(size, **options)))


def test_room_is_memory_then_files_then_in_turn() -> None:
    async def main() -> None:
        room, found = Room(100, 200), list[tuple[int, Claim]]()
        async with trio.open_nursery() as nursery:
            for size in (60, 61, 40, 139, 150, 10, 0):
                nursery.start_soon(taken, room, size, found)
                await trio.testing.wait_all_tasks_blocked()
            assert found == [(60, Claim(60)), (61, Claim(0, 61)), (40, Claim(40)), (139, Claim(0, 139)), (0, NOTHING)]
            assert room.crowded
            room.give(Claim(60))
            await trio.testing.wait_all_tasks_blocked()
            assert len(found) == 5, "10 would fit, and 150 came before it"
            room.give(Claim(0, 200))
            await trio.testing.wait_all_tasks_blocked()
            assert sorted(found[5:]) == [(10, Claim(10)), (150, Claim(0, 150))]
            assert not room.crowded
            room.give(Claim(50, 150))
            assert (room.taken, room.spooled, room.held) == (0, 0, 0)

    run_at_once(main)


def test_more_than_there_ever_is_comes_alone_and_a_wait_may_be_given_up() -> None:
    async def main() -> None:
        room, found = Room(100, 200), list[tuple[int, Claim]]()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(taken, room, 500, found)
            await trio.testing.wait_all_tasks_blocked()
            assert found == [(500, Claim(500))]
            with trio.move_on_after(1):
                await room.take(300)
            assert not room.crowded
            room.hold(30)
            room.give(Claim(500))
            assert await room.take(300) == Claim(300)
            with trio.move_on_after(1) as scope:
                await room.take(20, in_memory=True)
            assert scope.cancelled_caught
            room.give(Claim(300))
            assert await room.take(90, in_memory=True) == Claim(90)
            room.give(Claim(90))
            room.let_go(30)
            assert (room.taken, room.spooled, room.held) == (0, 0, 0)

    run_at_once(main)


def test_messages_that_are_here_make_small_ones_wait() -> None:
    async def main() -> None:
        room = Room(100)
        room.hold(101)
        assert not room.free
        with trio.move_on_after(1) as scope:
            await room.take(0)
        assert scope.cancelled_caught
        room.let_go(1)
        assert room.free
        assert await room.take(0) == NOTHING

    run_at_once(main)
