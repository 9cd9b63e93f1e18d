"""A server remembers the clients that it lost by name, and what they had been told and had answered by then."""

from __future__ import annotations

import trio

from mpc.errors import PeerError
from mpc.network.star import MemoryStar
from mpc.network.star.counts import Loss
from mpc.network.star.events import Came, Joined, Left
from mpc.network.star.server import StarServer


async def until_left(server: StarServer, client: str) -> None:
    while not (isinstance(event := await server.event(), Left) and event.client == client):
        pass


async def lost_at_each_point() -> list[Loss]:
    place, found = MemoryStar(), list[Loss]()
    async with trio.open_nursery() as nursery, place.serve() as server:

        async def one(name: str, answers: int) -> None:
            async with place.dial(name) as end:
                try:
                    for _ in range(answers):
                        message = await end.receive()
                        await end.send(message.tag, b"")
                    await trio.sleep_forever()
                except PeerError:
                    pass

        for name, told, answers in (("early", 0, 0), ("silent", 1, 0), ("half", 2, 1), ("all", 2, 2)):
            nursery.start_soon(one, name, answers)
            while not isinstance(await server.event(), Joined):
                pass
            for step in range(told):
                server.send(name, (7, step, 99), b"")
            for _ in range(answers):
                while not isinstance(await server.event(), Came):
                    pass
            server.part_with(name, "not-wanted", "for a test")
            await until_left(server, name)
        found = list(server.counts.losses)
        nursery.cancel_scope.cancel()
    return found


def test_who_was_lost_is_known_by_name_and_phase() -> None:
    early, silent, half, complete = trio.run(lost_at_each_point)
    assert [loss.client for loss in (early, silent, half, complete)] == ["early", "silent", "half", "all"]
    assert {loss.code for loss in (early, silent, half, complete)} == {"not-wanted"}
    assert early.phase == "before it was told anything"
    assert silent.phase == "before its answer in round 7, step 0"
    assert half.phase == "before its answer in round 7, step 1"
    assert complete.phase == "after its answer in round 7, step 1"


def test_so_many_are_remembered_and_no_more() -> None:
    async def many() -> StarServer:
        place = MemoryStar()
        async with place.serve() as server:
            for number in range(120):
                async with place.dial(f"client{number}"):
                    while not isinstance(await server.event(), Joined):
                        pass
                    server.part_with(f"client{number}", "not-wanted", "for a test")
                    await until_left(server, f"client{number}")
        return server

    counts = trio.run(many).counts
    assert counts.lost == {"not-wanted": 120}
    assert [loss.client for loss in counts.losses] == [f"client{number}" for number in range(20, 120)]
