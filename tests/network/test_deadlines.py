"""A peer whose heartbeats go on holds nobody for ever: what it may not do, and who is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from mpc.errors import PeerError
from mpc.network.deadlines import Deadlines
from mpc.network.mailbox import Mailbox
from mpc.network.transport import Transport
from mpc.network.wire import Heartbeat

from .meshes import Mesh, memory_mesh, message, side_by_side, tls_mesh

STALL, WAIT = 1.0, 1.5
LONG = 60.0


def run(work: Callable[..., Awaitable[None]]) -> None:
    async def limited() -> None:
        with trio.fail_after(30):
            await work()

    trio.run(limited)


def blamed(results: list[Any]) -> list[tuple[str, str | None]]:
    assert all(isinstance(result, PeerError) for result in results), results
    return [(result.code, result.party) for result in results]


async def small_talk(a: Transport, b: Transport) -> None:
    """Messages between two, until the session ends."""
    for i in range(1 << 30):
        a.send(b.me, message(5, i))
        await b.receive(a.me, (5, i))
        await trio.sleep(0.02)


def test_a_peer_that_takes_nothing_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=LONG)(3) as (north, south, east):
            south._peers[0].silent = True
            south._stall_timeout = LONG  # it reads nothing of north, and says nothing of it
            north.send(1, message(1, array=np.zeros(1 << 23, np.uint64)))
            results = await side_by_side((north.receive, 1, (2,)), (east.receive, 0, (3,)))
            assert blamed(results) == [("peer-stalled", "south")] * 2
            assert "taken in nothing" in results[0].cause

    run(main)


def test_a_peer_that_holds_back_what_it_says_it_has_sent(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=LONG)(2) as (north, south):
            south._sent[0] += 1
            with south.working():
                results = await side_by_side((north.receive, 1, (2,)))
            assert blamed(results) == [("peer-stalled", "south")]
            assert "says that it has sent" in results[0].cause

    run(main)


def test_progress_elsewhere_extends_no_wait(tmp_path: Path) -> None:
    """One message is dropped; the two talk on about other things, and no heartbeat is missed."""

    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=WAIT)(2) as (north, south):
            begun = trio.current_time()
            with south.working():
                results = await side_by_side((north.receive, 1, (2,)), (small_talk, south, north))
            assert blamed(results[:1]) == [("peer-stalled", "south")]
            assert "message (2,)" in results[0].cause
            assert "--wait-timeout" in results[0].remedy
            assert trio.current_time() - begun > WAIT

    run(main)


def test_who_waits_for_another_is_not_to_blame(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=WAIT)(3) as (north, south, east):
            with east.working():
                results = await side_by_side((north.receive, 1, (2,)), (south.receive, 2, (3,)))
            assert blamed(results) == [("peer-stalled", "east")] * 2

    run(main)


def test_a_goodbye_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=WAIT)(2) as (north, south):
            with south.working():
                results = await side_by_side((north.finish, {}))
            assert blamed(results) == [("peer-stalled", "south")]
            assert "goodbye" in results[0].cause

    run(main)


def test_long_work_of_an_honest_peer_ends_nothing(tmp_path: Path) -> None:
    """For several stall timeouts it sends nothing but heartbeats, while a third party waits for the one that waits."""

    async def main() -> None:
        async with tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=LONG)(3) as (north, south, east):

            async def work() -> None:
                with south.working():
                    await trio.sleep(3.5 * STALL)
                south.send(0, message(1))

            async def hand_on() -> None:
                await north.receive(1, (1,))
                north.send(2, message(2))

            results = await side_by_side((work,), (hand_on,), (east.receive, 0, (2,)))
            assert not any(isinstance(result, Exception) for result in results), results

    run(main)


@pytest.mark.parametrize("kind", ["memory", "tls"])
def test_all_name_the_one_that_has_passed_the_place_of_its_message(tmp_path: Path, kind: str) -> None:
    """South has dropped (0, 1) and is further, as all others are: everybody waits, in a circle."""
    mesh: Mesh = memory_mesh if kind == "memory" else tls_mesh(tmp_path, stall_timeout=STALL, wait_timeout=LONG)

    async def main() -> None:
        async with mesh(3) as (north, south, east):
            waits = [(north.receive, 1, (0, 1)), (south.receive, 2, (0, 4)), (east.receive, 0, (0, 3))]
            results = await side_by_side(*waits)
            assert blamed(results) == [("program-diverged", "south")] * 3
            assert "(0, 1)" in results[2].cause

    run(main)


class Quiet:
    """A peer as deadlines see it."""

    index, name = 1, "south"

    def __init__(self, sent: int) -> None:
        self.moved, self.blocked, self.beat = 0.0, 0.0, Heartbeat(False, (), (sent, 0), (0, 0))

    def blocked_for(self, now: float) -> float:
        return self.blocked


def passed(peer: Quiet, times: range, moving: bool = False) -> list[int]:
    """When the deadlines of 10 seconds have passed, asked at these times; the peer's bytes come or do not."""
    deadlines, mailbox = Deadlines(("north", "south"), 10.0, 1000.0), Mailbox(0, ("north", "south"))
    late = []
    for now in times:
        peer.moved = float(now - 3) if moving else peer.moved
        late += [now] * len(list(deadlines.passed([peer], mailbox, 0, float(now))))  # type: ignore[list-item]
    return late


def test_a_message_is_withheld_from_when_it_was_first_spoken_of() -> None:
    """A heartbeat overtakes the message that it counts: that nothing came for long before says nothing."""
    assert passed(Quiet(1), range(500, 511)) == []
    assert passed(Quiet(1), range(500, 513)) == [511, 512]


def test_what_still_comes_is_not_withheld() -> None:
    """A message under way on a slow line: pieces of it come, and so it is no deadline's; nor where none is missing."""
    assert passed(Quiet(1), range(500, 600), moving=True) == []
    assert passed(Quiet(0), range(500, 600)) == []


def test_a_peer_is_blocked_when_it_takes_no_bytes() -> None:
    peer = Quiet(0)
    peer.blocked = 11.0
    assert passed(peer, range(500, 502)) == [500, 501]
