"""A kind of session in which a lost peer is an event: the others go on without it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from mpc.errors import PeerError
from mpc.network.session_kinds import Ending
from mpc.network.transport import Transport

from .meshes import message, side_by_side, tls_mesh


class Parting:
    """Parts with every peer that is gone, and remembers whom."""

    def __init__(self) -> None:
        self.gone_peers: list[tuple[int, str]] = []

    def gone(self, session: Ending, index: int, error: PeerError) -> None:
        session.part(index, error)
        self.gone_peers.append((index, error.code))


async def _limited(work: Callable[[], Awaitable[None]]) -> None:
    with trio.fail_after(30):
        await work()


async def _exchange(a: Transport, b: Transport, number: int) -> None:
    a.send(b.me, message(number))
    b.send(a.me, message(number))
    await side_by_side((a.receive, b.me, (number,)), (b.receive, a.me, (number,)))


def test_a_lost_peer_is_an_event_and_the_others_go_on(tmp_path: Path) -> None:
    kind = Parting()

    async def main() -> None:
        async with tls_mesh(tmp_path, kind=kind)(3) as (north, south, east):

            async def leave() -> None:
                await east.close()

            lost, _ = await side_by_side((north.receive, 2, (1,)), (leave,))
            assert (lost.code, lost.party) == ("peer-lost", "east")
            await _exchange(north, south, 2)
            with pytest.raises(PeerError, match="east"):
                north.send(2, message(3))
            with pytest.raises(PeerError, match="east"):
                await south.receive(2, (3,))
            left = await side_by_side((north.finish, {"me": 0}), (south.finish, {"me": 1}))
            assert left == [[{"me": 0}, {"me": 1}, None]] * 2

    trio.run(_limited, main)
    assert set(kind.gone_peers) == {(2, "peer-lost")}


def test_a_peer_that_fails_is_gone_and_no_more(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, kind=Parting())(3) as (north, south, east):
            east.fail("bad-input", "column 3 holds a text")
            (told,) = await side_by_side((north.receive, 2, (1,)))
            assert (told.code, told.party) == ("peer-failed", "east")
            await _exchange(north, south, 2)

    trio.run(_limited, main)
