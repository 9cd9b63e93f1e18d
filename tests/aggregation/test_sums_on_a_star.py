"""Secure sums on a star in memory: whole rounds, clients that go or send garbage, and a client that comes again."""

from __future__ import annotations

import numpy as np
import pytest
import trio
import trio.testing
from aggregation_rounds import AUTHORITY, NOW, Round, a_round

from mpc.errors import LocalError, PeerError
from mpc.network.star import MemoryStar, Quorum, Rounds, StarClient, assemble
from protocols.aggregation import Client, Server, Terms, sum_at_client, sum_at_server

SECONDS = 20.0


async def at_server(place: MemoryStar, everybody: Round, done: list[Server], rounds: int = 1) -> None:
    async with place.serve() as star:
        sorted_out = Rounds(Quorum(least=2))
        await assemble(star, sorted_out, len(everybody.rows), SECONDS)
        for number in range(rounds):
            terms = Terms(everybody.terms.plan, "tests", number)
            done.append(
                await sum_at_server(star, sorted_out, terms, seconds=SECONDS, authority=AUTHORITY.public_key, now=NOW)
            )
        star.broadcast((9, 9), b"over")
        await star.drained()


async def at_client(place: MemoryStar, everybody: Round, name: str, rounds: int = 1) -> None:
    own = everybody.credentials.get(name)
    async with place.dial(name) as star:
        for number in range(rounds):
            terms = Terms(everybody.terms.plan, "tests", number)
            vector = everybody.rows[int(name[1:])]
            client = Client(terms, name, vector, credential=own, authority=AUTHORITY.public_key, now=NOW)
            await sum_at_client(star, client, seconds=SECONDS)
        await star.receive(SECONDS)


async def until_masked(star: StarClient, client: Client) -> None:
    """Follows the protocol as far as the shares, and goes away."""
    await star.receive(SECONDS)
    await star.send((0, 0), client.advertise())
    await star.send((0, 1), client.answer((await star.receive(SECONDS)).content))


def right(everybody: Round, server: Server, *without: int) -> bool:
    wanted = np.delete(everybody.rows, without, axis=0).sum(axis=0, dtype=np.uint32)
    return bool((server.total == wanted).all())


@pytest.mark.parametrize("malicious", [False, True])
def test_two_rounds_with_everybody(malicious: bool) -> None:
    everybody, done = a_round(5, malicious=malicious), list[Server]()

    async def main() -> None:
        place = MemoryStar()
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(at_server, place, everybody, done, 2)
                await trio.testing.wait_all_tasks_blocked()
                for name in everybody.clients:
                    nursery.start_soon(at_client, place, everybody, name, 2)

    trio.run(main)
    assert [right(everybody, server) for server in done] == [True, True]


def test_clients_that_go_and_that_send_garbage() -> None:
    everybody, done, told = a_round(6, dropouts=0.35), list[Server](), list[str]()

    async def goes(place: MemoryStar) -> None:
        async with place.dial("c1") as star:
            await until_masked(star, Client(everybody.terms, "c1", everybody.rows[1]))

    async def garbage(place: MemoryStar) -> None:
        try:
            async with place.dial("c2") as star:
                await until_masked(star, Client(everybody.terms, "c2", everybody.rows[2]))
                await star.receive(SECONDS)
                await star.send((0, 2), b"no vector")
                await star.receive(SECONDS)
        except PeerError as error:
            told.append(str(error))

    async def main() -> None:
        place = MemoryStar()
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(at_server, place, everybody, done)
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(goes, place)
                nursery.start_soon(garbage, place)
                for name in ("c0", "c3", "c4", "c5"):
                    nursery.start_soon(at_client, place, everybody, name)

    trio.run(main)
    assert right(everybody, done[0], 1, 2)
    assert done[0].survivors == ["c0", "c3", "c4", "c5"]
    assert "aggregation-malformed" in told[0]


def test_too_few_stay() -> None:
    everybody = a_round(5, dropouts=0.2)

    async def goes(place: MemoryStar, name: str) -> None:
        async with place.dial(name) as star:
            await until_masked(star, Client(everybody.terms, name, everybody.rows[0]))

    async def stays(place: MemoryStar, name: str) -> None:
        with pytest.raises(PeerError):
            await at_client(place, everybody, name)

    async def serves(place: MemoryStar) -> None:
        with pytest.raises(PeerError, match="aggregation-too-few"):
            await at_server(place, everybody, [])

    async def main() -> None:
        place = MemoryStar()
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(serves, place)
                await trio.testing.wait_all_tasks_blocked()
                for name in ("c0", "c1"):
                    nursery.start_soon(goes, place, name)
                for name in ("c2", "c3", "c4"):
                    nursery.start_soon(stays, place, name)

    trio.run(main)


def test_terms_of_another_round_than_the_star_is_in() -> None:
    async def main() -> None:
        async with MemoryStar().serve() as star:
            terms = Terms(a_round(5).terms.plan, "tests", 3)
            with pytest.raises(LocalError, match="aggregation-order"):
                await sum_at_server(star, Rounds(), terms, seconds=1)

    trio.run(main)
