"""What every transport promises; each check runs in memory and over TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.mailbox import PAUSE_SECONDS, PLENTY
from mpc.network.transport import MemoryTransport, Transport
from mpc.network.wire import CHUNK, Limits, frame_bytes

from .meshes import Mesh, memory_mesh, message, side_by_side, tls_mesh


@pytest.fixture(params=["memory", "tls", "plaintext"])
def mesh(request: pytest.FixtureRequest, tmp_path: Path) -> Mesh:
    if request.param == "memory":
        return memory_mesh
    return tls_mesh(tmp_path, stall_timeout=1.2, insecure_plaintext=request.param == "plaintext")


def run(work: Any, *args: Any) -> None:
    async def limited() -> None:
        with trio.fail_after(60):
            await work(*args)

    trio.run(limited)


ARRAYS = [
    np.zeros((), np.uint64),
    np.zeros((0,), np.uint64),
    np.zeros((3, 0, 2), np.uint8),
    np.arange(7, dtype=np.uint8),
    np.arange(24, dtype=np.uint64).reshape(2, 3, 4),
    np.arange(24, dtype=np.uint64).reshape(4, 6)[::2, ::-1],
    np.arange(CHUNK // 8, dtype=np.uint64),
    np.arange(CHUNK // 8 + 1, dtype=np.uint64),
    np.arange(3 * CHUNK + 5, dtype=np.uint64).astype(np.uint8),
    np.arange(CHUNK, dtype=np.uint64).reshape(2, -1).T,
]


def test_what_has_drained_has_left(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            await north.drained(1)
            sent = [message(1, i, array=np.full(1 << 20, i, np.uint64)) for i in range(4)]
            for each in sent:
                north.send(1, each)
            await north.drained(1)
            for each in sent:
                np.testing.assert_array_equal((await south.receive(0, each.tag)).array, each.array)

    run(main)


def test_arrays_arrive_as_they_were_sent(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            for i, array in enumerate(ARRAYS):
                sent = message(1, i, array=array, label=2**32 - 1, depth=i)
                assert north.send(1, sent) == frame_bytes(sent)
            for i, array in reversed(list(enumerate(ARRAYS))):
                got = await south.receive(0, (1, i))
                assert (got.tag, got.label, got.depth) == ((1, i), 2**32 - 1, i)
                assert got.array.dtype == array.dtype
                assert got.array.shape == array.shape
                np.testing.assert_array_equal(got.array, array)
                assert not got.array.flags.writeable

    run(main)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_everybody_reaches_everybody(mesh: Mesh, n: int) -> None:
    async def main() -> None:
        async with mesh(n) as network:

            async def talk(t: Transport) -> list[dict[str, int] | None]:
                for j in range(n):
                    if j != t.me:
                        t.send(j, message(t.me, j, array=np.full(3, 10 * t.me + j, np.uint64)))
                for j in range(n):
                    if j != t.me:
                        assert ((await t.receive(j, (j, t.me))).array == 10 * j + t.me).all()
                return await t.finish({"me": t.me})

            counters = [{"me": j} for j in range(n)]
            assert await side_by_side(*((talk, t) for t in network)) == [counters] * n

    run(main)


def test_many_tasks_wait_for_messages_in_any_order(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            order = list(np.random.default_rng(1).permutation(300))

            async def one(i: int) -> int:
                return int((await south.receive(0, (i,))).array[0])

            async def send_all() -> None:
                for i in order:
                    north.send(1, message(int(i), array=np.array([i], np.uint64)))
                    await trio.lowlevel.checkpoint()

            results = await side_by_side((send_all,), *((one, i) for i in range(300)))
            assert results[1:] == list(range(300))

    run(main)


def test_a_long_chain_of_dependent_messages(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as network:

            async def chain(t: Transport) -> int:
                value = np.array([t.me], np.uint64)
                for i in range(500):
                    t.send(1 - t.me, message(0, i, array=value))
                    value = (await t.receive(1 - t.me, (0, i))).array + np.uint64(1)
                await t.finish({})
                return int(value[0])

            assert await side_by_side(*((chain, t) for t in network)) == [500, 501]

    run(main)


def test_a_receiver_can_be_cancelled_and_the_message_waits(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            with south.working(), trio.move_on_after(0.05) as scope:
                await south.receive(0, (5,))
            assert scope.cancelled_caught
            north.send(1, message(5))
            await south.receive(0, (5,))

    run(main)


@pytest.mark.parametrize("bad", [(0, message(1)), (2, message(1)), (-1, message(1))])
def test_no_sending_to_oneself_or_nobody(mesh: Mesh, bad: Any) -> None:
    async def main() -> None:
        async with mesh(2) as (north, _):
            with pytest.raises(LocalError):
                north.send(*bad)

    run(main)


@pytest.mark.parametrize(
    "bad",
    [
        message(1, array=np.zeros(2, np.float64)),
        message(1, array=np.zeros(2, ">u8")),
        message(1, array=np.zeros((1,) * 9, np.uint64)),
        message(-1),
        message(2**32),
        message(*range(65)),
        message(1, label=2**32),
        message(1, depth=-1),
        message(1, array=np.zeros(129, np.uint64)),
    ],
)
def test_what_cannot_travel_is_refused_where_it_is_sent(mesh: Mesh, bad: Any) -> None:
    async def main() -> None:
        async with mesh(2, Limits(message_bytes=1024)) as (north, _):
            with pytest.raises(LocalError):
                north.send(1, bad)

    run(main)


def failures(results: list[Any]) -> list[tuple[str, str | None]]:
    """(code, party) of each, all of which must be errors of ours."""
    assert all(isinstance(result, ParleyError) for result in results), results
    return [(result.code, result.party) for result in results]


def test_a_failing_party_is_named_by_all_others(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(3) as network:

            async def fail() -> None:
                network[1].fail("bad-input", "column 3 holds a text")
                await network[1].receive(0, (1,))

            waits = [(network[me].receive, j, (1, j)) for me in (0, 2) for j in range(3) if j != me]
            results = await side_by_side(*waits, (fail,))
            assert failures(results) == [("peer-failed", "south")] * 4 + [("bad-input", None)]
            assert "column 3 holds a text" in str(results[0])
            with pytest.raises(PeerError):
                network[0].send(2, message(9))
            with pytest.raises(PeerError):
                await network[0].finish({})

    run(main)


def test_what_came_before_a_party_failed_can_still_be_claimed(mesh: Mesh) -> None:
    """It may be its part of a result."""

    async def main() -> None:
        async with mesh(3) as (north, south, east):
            north.send(1, message(1))
            east.send(1, message(2))
            await east.drained(1)
            await north.drained(1)
            north.fail("program-failed", "its program failed")
            with pytest.raises(PeerError, match="peer-failed"), south.working():
                await south.receive(0, (7,))
            assert (await south.receive(0, (1,))).tag == (1,)
            assert (await south.receive(2, (2,))).tag == (2,)
            with pytest.raises(PeerError, match="peer-failed"):
                await south.receive(0, (1,))
            with pytest.raises(PeerError, match="peer-failed"):
                south.send(0, message(3))

    run(main)


def test_nothing_is_claimed_after_a_failure_of_ones_own(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            north.send(1, message(1))
            await north.drained(1)
            south.fail("check-failed", "a check failed")
            with pytest.raises(LocalError, match="check-failed"):
                await south.receive(0, (1,))

    run(main)


def test_a_party_blamed_by_another_is_named_by_all(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(3) as network:
            network[0].fail("malformed-message", "nonsense", "south")
            results = await side_by_side(*((network[me].receive, 0, (1,)) for me in range(3)))
            assert failures(results)[0] == ("malformed-message", "south")
            assert failures(results)[1] == ("malformed-message", "north")
            assert failures(results)[2] == ("malformed-message", "south")

    run(main)


def test_leaving_without_a_word_loses_the_peer(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(3) as network:

            async def leave() -> None:
                await network[2].close()

            waits = [(network[me].receive, j, (1,)) for me in (0, 1) for j in range(3) if j != me]
            results = await side_by_side(*waits, (leave,))
            assert failures(results[:-1]) == [("peer-lost", "east")] * 4

    run(main)


def test_a_second_message_under_a_waiting_tag(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(3) as network:
            network[0].send(1, message(4))
            network[0].send(1, message(4))
            results = await side_by_side(*((network[me].receive, 2 - me, (1,)) for me in (0, 2)))
            results += await side_by_side((network[1].receive, 0, (1,)))
            assert failures(results) == [
                ("unexpected-message", "south"),
                ("unexpected-message", "north"),
                ("unexpected-message", "north"),
            ]

    run(main)


def test_a_message_that_nobody_asked_for(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            north.send(1, message(4, 2))
            results = await side_by_side((north.finish, {}), (south.finish, {}))
            assert results[0] == [{}, {}]
            assert failures(results[1:]) == [("unexpected-message", "north")]
            assert "(4, 2)" in results[1].cause

    run(main)


def test_too_much_that_nobody_asked_for(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2, Limits(unclaimed_bytes=10_000)) as (north, south):
            for i in range(7):
                north.send(1, message(i, array=np.zeros(1000, np.uint8)))
            results = await side_by_side((south.receive, 0, (99,)))
            assert failures(results) == [("oversized-message", "north")]

    run(main)


def test_waiting_in_a_circle_is_noticed(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(4) as network:
            waits = [(network[me].receive, (me + 1) % 3, (me, 8)) for me in range(3)]
            results = await side_by_side(*waits, (network[3].receive, 0, (1,)))
            assert [code for code, _ in failures(results)] == ["program-diverged"] * 4

    run(main)


def test_waiting_for_one_that_has_finished_is_noticed(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            results = await side_by_side((north.finish, {}), (south.receive, 0, (3,)))
            assert failures(results) == [("program-diverged", "south"), ("program-diverged", "north")]

    run(main)


def test_a_working_party_is_not_taken_for_stuck(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):

            async def work() -> None:
                with south.working():
                    await trio.sleep(0.1 if isinstance(south, MemoryTransport) else 1.5)
                south.send(0, message(1))

            async def answer() -> None:
                await north.receive(1, (1,))
                north.send(1, message(2))

            results = await side_by_side((answer,), (south.receive, 0, (2,)), (work,))
            assert not any(isinstance(result, Exception) for result in results)

    run(main)


def test_two_receivers_of_one_tag(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):

            async def relieve() -> None:
                await trio.sleep(0.02)
                south.send(0, message(1))

            results = await side_by_side((north.receive, 1, (1,)), (north.receive, 1, (1,)), (relieve,))
            assert sorted(type(result).__name__ for result in results) == ["LocalError", "Message", "NoneType"]

    run(main)


def test_who_has_plenty_takes_in_no_more_until_somebody_asks(mesh: Mesh) -> None:
    """Nothing is lost, and whoever sends much waits."""

    async def main() -> None:
        async with mesh(2) as (north, south):
            piece, count = np.zeros(1 << 20, np.uint64), 2 * PLENTY >> 23

            async def send_all() -> None:
                for i in range(count):
                    north.send(1, message(1, i, array=piece))
                    await north.drained(1)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(send_all)
                await trio.sleep(PAUSE_SECONDS / 2)
                held = south._mailbox._unclaimed[0]
                assert held <= PLENTY + (4 << 23)
                for i in range(count):
                    assert (await south.receive(0, (1, i))).array.nbytes == piece.nbytes

    run(main)


def test_who_waits_for_one_message_takes_in_all_before_it(mesh: Mesh) -> None:
    async def main() -> None:
        async with mesh(2) as (north, south):
            count = 2 * PLENTY >> 23
            for i in range(count):
                north.send(1, message(1, i, array=np.zeros(1 << 20, np.uint64)))
            north.send(1, message(2, 0))
            with trio.fail_after(20):
                await south.receive(0, (2, 0))
                for i in range(count):
                    await south.receive(0, (1, i))

    run(main)
