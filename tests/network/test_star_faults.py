"""Clients that die, stall and send nonsense at every message: the star names them, and the others go on."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
import trio

from mpc.errors import PeerError
from mpc.network.decoder import SCRATCH
from mpc.network.link import Link
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.events import Came, Joined, Left
from mpc.network.star.gathering import answers, assemble
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory import MemoryStar
from mpc.network.star.memory_link import memory_links
from mpc.network.star.rounds import Quorum, Rounds
from mpc.network.star.server import StarServer

from .stars import came, next_of, run_at_once

ROUNDS = 3
ONCE = Backoff(0.01, 0.01, 1e-6)
NAMED = {"peer-lost", "peer-stalled", "peer-failed", "malformed-message", "duplicate-message", "oversized-message",
         "not-parley", "different-session", "too-slow", "too-many-messages", "different-program", "different-version",
         "different-parameters", "star-ended"}  # fmt: skip


class Faulty:
    """A client's end of a link, of which something happens to the write of some number."""

    def __init__(self, link: Link, number: int, fault: Callable[[Faulty, bytes], bytes | None]) -> None:
        self._link = link
        self._number = number
        self._fault = fault
        self.stalled = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._link, name)

    def write_now(self, data: bytes) -> bool:
        """As of the link, but for the fault."""
        changed = self._changed(data)
        return True if changed is None else self._link.write_now(changed)

    async def write(self, *parts: bytes | memoryview) -> None:
        """As of the link, but for the fault."""
        changed = self._changed(b"".join(parts))
        if changed is not None:
            await self._link.write(changed)

    def _changed(self, data: bytes) -> bytes | None:
        if self.stalled:
            return None
        self._number -= 1
        return self._fault(self, data) if self._number == -1 else data


def die(link: Faulty, data: bytes) -> bytes | None:
    link._link.close()
    return None


def die_halfway(link: Faulty, data: bytes) -> bytes | None:
    link._link.write_now(data[: len(data) // 2])
    link._link.end()
    link.stalled = True
    return None


def stall(link: Faulty, data: bytes) -> bytes | None:
    link.stalled = True
    return None


def garble(link: Faulty, data: bytes) -> bytes | None:
    return bytes(byte ^ 0x55 for byte in data)


def repeat(link: Faulty, data: bytes) -> bytes | None:
    return data + data


def cut(link: Faulty, data: bytes) -> bytes | None:
    return data[:-1]


async def train(star: StarServer, clients: int, quorum: Quorum) -> list[int]:
    """Some rounds of two steps: sums of what the clients send, of each round."""
    rounds, sums = Rounds(quorum), []
    await assemble(star, rounds, clients, 60)
    for _ in range(ROUNDS):
        rounds.begin(trio.current_time(), 200)
        total = 0
        for step in (0, 1):
            if step:
                rounds.next_step(trio.current_time(), 200)
            star.broadcast((rounds.number, step), b"", to=rounds.missing)
            async for message in answers(star, rounds):
                total += int(message.array[0])
            rounds.close()
        sums.append(total)
    return sums


async def take_part(where: MemoryStar, name: str, number: int) -> None:
    async with where.dial(name, backoff=ONCE) as client:
        async for message in client:
            await client.send(message.tag, np.array([number], np.uint64))


@pytest.mark.parametrize("fault", [die, die_halfway, stall, garble, repeat, cut])
def test_a_fault_at_every_message_is_of_its_client_alone(fault: Callable[[Faulty, bytes], bytes | None]) -> None:
    async def one(at: int) -> tuple[bool, StarServer]:
        where = MemoryStar(limits=StarLimits(heartbeat_seconds=30, stall_seconds=90))
        ends: list[PeerError] = []

        async def victim() -> None:
            where.wrap = lambda link: Faulty(link, at, fault)  # type: ignore[assignment,return-value]
            try:
                await take_part(where, "victim", 1000)
            except PeerError as error:
                ends.append(error)

        async with trio.open_nursery() as nursery, where.serve() as star:
            for name in ("anna", "bert"):
                nursery.start_soon(take_part, where, name, 1)
            while len(star.clients) < 2:
                await trio.sleep(0.01)
            nursery.start_soon(victim)
            await trio.sleep(20)
            sums = await train(star, len(star.clients), Quorum(2))
            for name in ("anna", "bert"):
                assert name in star.clients
        assert len(sums) == ROUNDS
        assert all(total % 1000 == 4 for total in sums)
        assert all(error.party == "server" and error.code in NAMED for error in ends)
        assert set(star.counts.lost) | set(star.counts.refused) <= NAMED
        hurt = star.counts.goodbyes < 3
        assert hurt == bool(star.counts.lost or star.counts.refused)
        return hurt, star

    async def main() -> None:
        for at in range(2 + 2 * ROUNDS):
            hurt, _ = await one(at)
            assert hurt, f"the fault at message {at} passed unnoticed"

    run_at_once(main)


def test_who_sends_no_message_is_told_so() -> None:
    async def main() -> None:
        where = MemoryStar()
        where.wrap = lambda link: Faulty(link, 2, garble)  # type: ignore[assignment,return-value]
        async with where.serve() as star:
            error = await ended(where)
        assert error is not None
        assert (error.code, error.party) == ("malformed-message", "server")
        assert star.counts.lost == {"malformed-message": 1}

    run_at_once(main)


async def ended(where: MemoryStar) -> PeerError | None:
    """How a client ends that sends one message and hears nothing for a minute."""
    try:
        async with where.dial("victim", backoff=ONCE) as client:
            await client.send((1, 2), b"abc")
            with trio.move_on_after(60):
                await client.receive()
    except PeerError as error:
        return error
    return None


def test_every_changed_byte_ends_that_client_or_changes_nothing_but_its_message() -> None:
    """Handshake and one message, flipped byte by byte."""
    seen: list[int] = []

    class Flipping(Faulty):
        def __init__(self, link: Link, at: int) -> None:
            super().__init__(link, -1, garble)
            self.at = at
            self.count = 0

        def _changed(self, data: bytes) -> bytes | None:
            start, self.count = self.count, self.count + len(data)
            seen.append(self.count)
            if start <= self.at < self.count:
                i = self.at - start
                return data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]
            return data

    async def one(at: int) -> None:
        where = MemoryStar()
        where.wrap = lambda link: Flipping(link, at)  # type: ignore[assignment,return-value]
        async with where.serve() as star:
            error = await ended(where)
            assert error is None or (error.party == "server" and error.code in NAMED)
            while (event := await star.event(0)) is not None:
                if isinstance(event, Left):
                    assert event.why is None or event.why.code in NAMED
                    assert event.why is None or event.why.party == event.client

    async def main() -> None:
        await one(-1)
        for at in range(0, seen[-1], 5):
            await one(at)

    run_at_once(main, 10_000)


def test_strangers_never_reach_the_program() -> None:
    async def main() -> None:
        where, chance = MemoryStar(), random.Random(3)
        async with where.serve() as star, trio.open_nursery() as nursery:
            for i in range(60):
                ours, theirs = memory_links()
                nursery.start_soon(star.admit, theirs, None, "a stranger")
                ours.write_now(chance.randbytes(chance.randrange(200)))
                if i % 3:
                    ours.end()
            async with where.dial("anna") as anna:
                await anna.send((1,), b"x")
                assert isinstance(await star.event(), Joined)
                assert isinstance(await star.event(), Came)
        assert sum(star.counts.refused.values()) == 60
        assert star.counts.joined == 1

    run_at_once(main)


def test_a_client_that_sends_part_of_an_array_and_stops_gives_its_room_back() -> None:
    limits = StarLimits(inbox_bytes=1 << 20, spool_bytes=0, message_seconds=60)

    class Dripping(Faulty):
        def _changed(self, data: bytes) -> bytes | None:
            return data[:200_000] if len(data) > 500_000 else data

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, where.dial("anna") as anna:
            where.wrap = lambda link: Dripping(link, -1, garble)  # type: ignore[assignment,return-value]
            async with where.dial("slow") as slow:
                await slow.send((1,), bytes(900_000))
                await trio.sleep(1)
                await anna.send((2,), bytes(900_000))
                await trio.sleep(1)
                assert not any(isinstance(event, Came) for event in await events_here(star))
                left = await next_of(star, Left)
                assert left.client == "slow"
                assert left.why.code in ("too-slow", "malformed-message")
                assert (await came(star, 2)).array.nbytes == 900_000
                with pytest.raises(PeerError):
                    await slow.receive()

    run_at_once(main)


def test_who_takes_room_that_others_wait_for_has_less_time() -> None:
    limits = StarLimits(
        inbox_bytes=1 << 20, spool_bytes=0, message_bytes=1 << 20, message_seconds=3000, crowded_seconds=30
    )

    class Dripping(Faulty):
        def _changed(self, data: bytes) -> bytes | None:
            return data[:200_000] if len(data) > 500_000 else data

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, where.dial("anna") as anna:
            where.wrap = lambda link: Dripping(link, -1, garble)  # type: ignore[assignment,return-value]
            async with where.dial("slow") as slow:
                began = trio.current_time()
                await slow.send((1,), bytes(1_000_000))
                await trio.sleep(1)
                await anna.send((2,), bytes(1_000_000))
                assert (await came(star, 2)).client == "anna"
                assert 30 < trio.current_time() - began < 60

    run_at_once(main)


@pytest.mark.parametrize("leaves", [False, True], ids=["waits until it is parted with", "leaves before"])
def test_who_held_room_that_others_waited_for_stays_away(leaves: bool) -> None:
    """Five times as long as it held it: it cannot hold up the others for more than a sixth of the time."""
    limits = StarLimits(
        inbox_bytes=1 << 20, spool_bytes=0, message_bytes=1 << 20, message_seconds=3000, crowded_seconds=30
    )

    class Dripping(Faulty):
        def _changed(self, data: bytes) -> bytes | None:
            return data[:200_000] if len(data) > 500_000 else data

    async def comes(where: MemoryStar, backoff: Backoff | None = None) -> float:
        async with where.dial("slow", backoff=backoff):
            return trio.current_time()

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, where.dial("anna") as anna:
            where.wrap = lambda link: Dripping(link, -1, garble)  # type: ignore[assignment,return-value]
            with suppress(PeerError):
                async with where.dial("slow") as slow:
                    began = trio.current_time()
                    await slow.send((1,), bytes(1_000_000))
                    await trio.sleep(1)
                    await anna.send((2,), bytes(1_000_000))
                    if not leaves:
                        await slow.receive()
                    await trio.sleep(20)
                    raise PeerError("peer-lost", "had enough")
            assert (await came(star, 2)).client == "anna"
            held = trio.current_time() - began
            assert 19 < held < 60
            with pytest.raises(PeerError, match="too-many-joins"):
                await comes(where, Backoff(within=0.1))
            assert 4 * held < await comes(where, Backoff(within=1000)) - began < 7 * held + 60
            assert star.counts.refused["too-many-joins"] > 1

    run_at_once(main)


def test_another_connection_is_no_way_to_keep_room_from_others() -> None:
    limits = StarLimits(
        inbox_bytes=1 << 20, spool_bytes=0, message_bytes=1 << 20, message_seconds=3000, crowded_seconds=30
    )

    class Dripping(Faulty):
        def _changed(self, data: bytes) -> bytes | None:
            return data[:200_000] if len(data) > 500_000 else data

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, where.dial("anna") as anna:
            where.wrap = lambda link: Dripping(link, -1, garble)  # type: ignore[assignment,return-value]
            async with where.dial("slow") as slow:
                await slow.send((1,), bytes(1_000_000))
                await trio.sleep(1)
                await anna.send((2,), bytes(1_000_000))
                await trio.sleep(20)
                async with where.dial("slow") as again:
                    with pytest.raises(PeerError, match="too-many-joins"):
                        await again.receive()
                with pytest.raises(PeerError, match="client-replaced"):
                    await slow.receive()
            assert (await came(star, 2)).client == "anna"

    run_at_once(main)


def test_many_small_messages_find_no_more_room_than_there_is() -> None:
    limits = StarLimits(inbox_bytes=1 << 20, inbox_messages=64, messages_per_minute=1e6)

    async def one(where: MemoryStar, name: str) -> None:
        async with where.dial(name) as client:
            for i in range(64):
                await client.send((i,), bytes(30_000))

    async def main() -> None:
        where = MemoryStar(limits=limits)
        async with where.serve() as star, trio.open_nursery() as nursery:
            for i in range(10):
                nursery.start_soon(one, where, f"client{i}")
            await trio.sleep(5)
            assert (1 << 20) <= star.waiting_bytes < (1 << 20) + 11 * SCRATCH
            for _ in range(640):
                await next_of(star, Came)

    run_at_once(main)


def test_messages_of_many_that_come_at_one_moment_find_no_more_room_either() -> None:
    """Each comes whole in one read, and all readers are waked at once."""
    limits, go = StarLimits(inbox_bytes=1 << 20), trio.Event()

    async def one(where: MemoryStar, name: str) -> None:
        async with where.dial(name) as client:
            await go.wait()
            await client.send((1,), bytes(100_000))

    async def main() -> None:
        async with (where := MemoryStar(limits=limits)).serve() as star, trio.open_nursery() as nursery:
            for i in range(60):
                nursery.start_soon(one, where, f"client{i}")
            await trio.sleep(1)
            go.set()
            await trio.sleep(5)
            assert (1 << 20) <= star.waiting_bytes < (1 << 20) + 2 * SCRATCH
            for _ in range(60):
                await next_of(star, Came)

    run_at_once(main)


async def events_here(star: StarServer) -> list[object]:
    found: list[object] = []
    while (event := await star.event(0)) is not None:
        found.append(event)
    return found


async def back(star: StarClient) -> bool:
    """Whether the star is still there to come back to."""
    try:
        await star.reconnect(Backoff(0.5, 5, 600))
    except PeerError as error:
        if error.code not in ("star-ended", "nobody-listening"):
            raise
        return False
    return True


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_two_hundred_clients_that_die_at_random(seed: int) -> None:
    """Every round goes on with those who are there; those that die come again for the next one."""
    clients = 200
    chance = random.Random(seed)

    async def client(where: MemoryStar, name: str) -> None:
        async with where.dial(name, backoff=Backoff(0.5, 5, 600)) as star:
            while True:
                try:
                    async for message in star:
                        if chance.random() < 0.1:
                            break
                        await star.send(message.tag, np.array([1], np.uint64))
                    else:
                        return
                except PeerError:
                    pass
                if not await back(star):
                    return

    async def main() -> None:
        where = MemoryStar(limits=StarLimits(joins_per_minute=600))
        async with trio.open_nursery() as nursery:
            async with where.serve() as star:
                for i in range(clients):
                    nursery.start_soon(client, where, f"client{i}")
                sums = await train(star, clients, Quorum(1, 0.5))
            nursery.cancel_scope.cancel()
        assert len(sums) == ROUNDS
        assert all(clients < total < 2 * clients for total in sums)
        assert star.counts.joined > clients

    run_at_once(main)


def test_too_few_clients_are_told_apart_from_clients_that_went() -> None:
    async def main() -> None:
        async with (where := MemoryStar()).serve() as star, trio.open_nursery() as nursery:

            async def gone() -> None:
                async with where.dial("gone", backoff=ONCE):
                    pass

            nursery.start_soon(gone)
            with pytest.raises(PeerError, match="0 clients are here after 1 seconds, and 2 are needed; 1 said goodbye"):
                await assemble(star, Rounds(), 2, 1)

    run_at_once(main)
