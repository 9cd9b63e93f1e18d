"""Secure sums on a star in memory: whole rounds, clients that go or send garbage, and a client that comes again."""

from __future__ import annotations

import numpy as np
import pytest
import trio
import trio.testing
from aggregation_rounds import AUTHORITY, NOW, Round, a_round

from mpc.errors import LocalError, PeerError
from mpc.network.star import MemoryStar, Quorum, Rounds, StarClient, StarLimits, assemble
from mpc.network.star.spool import Spool
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


@pytest.mark.parametrize("malicious", [False, True])
def test_vectors_that_wait_in_files_are_summed_as_others(monkeypatch: pytest.MonkeyPatch, malicious: bool) -> None:
    everybody, done, files = a_round(5, length=60_000, malicious=malicious), list[Server](), list[int]()
    place_in_file = Spool.place
    monkeypatch.setattr(Spool, "place", lambda self, size: files.append(size) or place_in_file(self, size))

    async def main() -> None:
        place = MemoryStar(limits=StarLimits(inbox_bytes=1))
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(at_server, place, everybody, done)
                await trio.testing.wait_all_tasks_blocked()
                for name in everybody.clients:
                    nursery.start_soon(at_client, place, everybody, name)

    trio.run(main)
    assert right(everybody, done[0])
    assert len([size for size in files if size >= 240_000]) == 5


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


def test_a_round_that_failed_is_over_for_its_clients_and_the_next_one_begins() -> None:
    """Two of five go in round 0 and come back; the others learn that it is over from round 1, and miss none of it."""
    everybody, done, told = a_round(5, dropouts=0.2), list[Server](), list[str]()
    back = trio.Event()

    async def serves(place: MemoryStar) -> None:
        async with place.serve() as star:
            rounds = Rounds()
            await assemble(star, rounds, 5, SECONDS)
            with pytest.raises(PeerError, match="aggregation-too-few"):
                await sum_at_server(star, rounds, everybody.terms, seconds=SECONDS)
            back.set()
            await assemble(star, rounds, 5, SECONDS)
            done.append(await sum_at_server(star, rounds, Terms(everybody.terms.plan, "tests", 1), seconds=SECONDS))

    async def goes_and_comes(place: MemoryStar, name: str) -> None:
        async with place.dial(name) as star:
            await until_masked(star, Client(everybody.terms, name, everybody.rows[int(name[1:])]))
        await back.wait()
        async with place.dial(name) as star:
            await second_round(star, name)

    async def stays(place: MemoryStar, name: str) -> None:
        async with place.dial(name) as star:
            try:
                await sum_at_client(star, Client(everybody.terms, name, everybody.rows[int(name[1:])]), seconds=SECONDS)
            except PeerError as error:
                told.append(error.code)
            await second_round(star, name)

    async def second_round(star: StarClient, name: str) -> None:
        terms = Terms(everybody.terms.plan, "tests", 1)
        await sum_at_client(star, Client(terms, name, everybody.rows[int(name[1:])]), seconds=SECONDS)

    async def main() -> None:
        place = MemoryStar()
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(serves, place)
                await trio.testing.wait_all_tasks_blocked()
                for name in ("c0", "c1"):
                    nursery.start_soon(goes_and_comes, place, name)
                for name in ("c2", "c3", "c4"):
                    nursery.start_soon(stays, place, name)

    trio.run(main)
    assert told == ["aggregation-other-round"] * 3
    assert right(everybody, done[0])


@pytest.mark.parametrize(("tags", "ends"), [
    ([(0, 0), (0, 3), (2, 0)], "aggregation-other-round"), ([(1, 3)], "aggregation-malformed"),
    ([(2, 1)], "aggregation-malformed"), ([(1, 0, 0)], "aggregation-malformed"), ([], "peer-stalled"),
    ([(0, 0)] * 5, "peer-stalled"),
])  # fmt: skip
def test_messages_of_earlier_and_later_rounds(tags: list[tuple[int, ...]], ends: str) -> None:
    """A client in round 1 that has sent its keys."""
    terms, told = Terms(a_round(5).terms.plan, "tests", 1), list[object]()
    patience = 0.05 if ends == "peer-stalled" else SECONDS

    async def client(place: MemoryStar) -> None:
        async with place.dial("c0") as star:
            try:
                await sum_at_client(star, Client(terms, "c0"), seconds=patience)
            except PeerError as error:
                told.append(error.code)
            if ends == "aggregation-other-round":
                told.append((await star.receive(SECONDS)).tag)

    async def main() -> None:
        place = MemoryStar()
        async with trio.open_nursery() as nursery, place.serve() as star:
            nursery.start_soon(client, place)
            await star.event(SECONDS)
            for tag in [(1, 0), *tags]:
                star.send("c0", tag, b"")
            while star.clients:
                await star.event(SECONDS)

    trio.run(main)
    assert told == [ends, *([(2, 0)] if ends == "aggregation-other-round" else [])]


def test_more_clients_than_the_plan_has() -> None:
    """Four of seven are drawn; the others stay, and are told nothing."""
    everybody, done, waited = a_round(4, dropouts=0.25), list[Server](), list[str]()

    async def serves(place: MemoryStar) -> None:
        async with place.serve() as star:
            rounds = Rounds()
            await assemble(star, rounds, 7, SECONDS)
            with pytest.raises(LocalError, match="5 members, and the plan is for 4"):
                await sum_at_server(star, rounds, everybody.terms, seconds=SECONDS, members=rounds.here[:5])
            done.append(await sum_at_server(star, rounds, everybody.terms, seconds=SECONDS))
            assert len(star.clients) == 7

    async def takes_part(place: MemoryStar, name: str) -> None:
        async with place.dial(name) as star:
            try:
                await sum_at_client(star, Client(everybody.terms, name, everybody.rows[0]), seconds=SECONDS)
            except PeerError as error:
                waited.append(f"{name} {error.code}")
            else:
                assert not [event async for event in star]

    async def main() -> None:
        place = MemoryStar()
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(serves, place)
                await trio.testing.wait_all_tasks_blocked()
                for i in range(7):
                    nursery.start_soon(takes_part, place, f"c{i}")

    trio.run(main)
    assert len(done[0].survivors) == 4
    assert sorted(waited) == sorted(f"c{i} star-ended" for i in range(7) if f"c{i}" not in done[0].survivors)
    assert (done[0].total == 4 * everybody.rows[0]).all()
