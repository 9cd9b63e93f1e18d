"""What every star does, in memory and over TLS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import trio

from mpc.errors import LocalError, PeerError
from mpc.network.star.backoff import Backoff
from mpc.network.star.events import Came, Joined, Left
from mpc.network.star.limits import StarLimits

from .stars import SOON, MakePlace, Place, TlsPlace, came, left, memory_place, next_of, run


@pytest.fixture(params=["memory", "tls"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> MakePlace:
    def make(**limits: float) -> object:
        chosen = StarLimits(**limits)  # type: ignore[arg-type]
        return memory_place(chosen) if request.param == "memory" else TlsPlace(tmp_path, chosen)

    return make  # type: ignore[return-value]


async def crash(where: Place, when: Callable[[], Awaitable[object]], error: Exception) -> None:
    """A server whose program fails then."""
    async with where.serve():
        await when()
        raise error


ARRAYS = [
    np.zeros(0, np.uint8),
    np.arange(7, dtype=np.uint64),
    np.arange(24, dtype=np.uint64).reshape(2, 3, 4),
    (np.arange(3_000_000) % 251).astype(np.uint8),
    np.arange(200_000, dtype=np.uint64)[::2],
    np.array(5, np.uint64),
]


def test_messages_arrive_as_they_were_sent_and_in_order(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as anna:
            for i, array in enumerate(ARRAYS):
                await anna.send((1, i), array)
            for i, array in enumerate(ARRAYS):
                event = await next_of(star, Came)
                assert (event.client, event.tag) == ("anna", (1, i))
                np.testing.assert_array_equal(event.array, array)
                assert event.array.shape == array.shape
                assert not event.array.flags.writeable
                assert (bytes(event.view), event.view.readonly) == (event.content, True)
                assert star.send("anna", (2, i), array)
            for i, array in enumerate(ARRAYS):
                message = await anna.receive()
                assert message.tag == (2, i)
                np.testing.assert_array_equal(message.array, array)

    run(main)


def test_bytes_are_messages(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as anna:
            await anna.send((1,), b"\0\1parley")
            assert (await came(star, 1)).content == b"\0\1parley"
            star.send("anna", (), bytearray(b""))
            assert (await anna.receive()).content == b""

    run(main)


def test_clients_come_and_go_and_come_again(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star:
            async with where.dial("anna") as anna:
                first = await star.event()
                assert first == Joined("anna", anna.connection)
                assert dict(star.clients) == {"anna": anna.connection}
            assert await star.event() == Left("anna", anna.connection, None)
            assert not star.clients
            async with where.dial("anna") as again:
                second = await star.event()
                assert isinstance(second, Joined)
                assert second.connection == again.connection > anna.connection
                assert again.session == anna.session
                assert again.binding != anna.binding
                assert star.binding("anna") == again.binding
                assert star.binding("bert") is None
        assert star.counts.joined == star.counts.goodbyes == 2

    run(main)


def test_a_broadcast_reaches_all_or_those_that_are_named(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        model = np.arange(300_000, dtype=np.uint64)
        async with where.serve() as star, where.dial("anna") as anna, where.dial("bert") as bert:
            while len(star.clients) < 2:
                await star.event()
            assert set(star.broadcast((1,), model)) == {"anna", "bert"}
            assert star.broadcast((2,), b"x", to=["bert", "nobody"]) == ["bert"]
            await star.drained()
            for client in (anna, bert):
                np.testing.assert_array_equal((await client.receive()).array, model)
            assert (await bert.receive()).tag == (2,)

    run(main)


def test_who_is_not_here_gets_nothing(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as anna:
            joined = await next_of(star, Joined)
            assert not star.send("bert", (1,), b"x")
            assert not star.send("anna", (1,), b"x", connection=joined.connection + 1)
            assert star.send("anna", (2,), b"x", connection=joined.connection)
            assert (await anna.receive()).tag == (2,)

    run(main)


@pytest.mark.parametrize("payload", [np.zeros(3), "text", [1, 2], np.zeros((1,) * 9, np.uint8)])
def test_what_cannot_travel_is_refused_where_it_is_sent(place: MakePlace, payload: object) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as anna:
            with pytest.raises(LocalError, match="malformed-message"):
                await anna.send((1,), payload)  # type: ignore[arg-type]
            with pytest.raises(LocalError, match="malformed-message"):
                star.broadcast((1,), payload)  # type: ignore[arg-type]

    run(main)


def test_the_servers_limit_of_a_message_binds_its_clients(place: MakePlace) -> None:
    async def main() -> None:
        where = place(message_bytes=1000)
        async with where.serve() as star, where.dial("anna") as anna:
            with pytest.raises(LocalError, match="oversized-message"):
                await anna.send((1,), bytes(1001))
            with pytest.raises(LocalError, match="oversized-message"):
                star.broadcast((1,), bytes(1001))
            await anna.send((1,), bytes(1000))
            assert (await came(star, 1)).array.nbytes == 1000

    run(main)


def test_parameters_are_the_servers_and_clients_may_insist(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        said = {"rounds": 3, "rate": 0.5, "model": "small", "noise": True}
        async with where.serve(parameters=said):
            async with where.dial("anna", expects={"rounds": 3}) as anna:
                assert anna.parameters == said
            with pytest.raises(PeerError) as caught:
                async with where.dial("bert", expects={"rounds": 4}):
                    pass
            assert (caught.value.code, caught.value.party) == ("different-parameters", "server")
            assert "rounds" in caught.value.cause
            with pytest.raises(PeerError, match="absent"):
                async with where.dial("carl", expects={"epsilon": 1}):
                    pass

    run(main)


def test_another_program_is_refused_at_once(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve(program_digest="aa") as star:
            with pytest.raises(PeerError, match="different-program"):
                async with where.dial("anna", program_digest="bb"):
                    pass
            async with where.dial("anna", program_digest="aa"):
                pass
            assert star.counts.joined == 1

    run(main)


def test_the_end_of_the_server_is_the_end_of_its_messages(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        got: list[tuple[int, ...]] = []

        async def client(task_status: trio.TaskStatus[None]) -> None:
            async with where.dial("anna") as anna:
                task_status.started()
                got.extend([message.tag async for message in anna])
                with pytest.raises(PeerError, match="star-ended"):
                    await anna.send((9,), b"too late")

        async with trio.open_nursery() as nursery, where.serve() as star:
            await nursery.start(client)
            await next_of(star, Joined)
            star.broadcast((1,), bytes(500_000))
            star.broadcast((2,), b"")
        assert got == [(1,), (2,)]

    run(main)


def test_clients_learn_that_the_servers_program_failed_and_not_why(place: MakePlace) -> None:
    async def main() -> None:
        where = place()

        async def client(task_status: trio.TaskStatus[None]) -> None:
            async with where.dial("anna") as anna:
                task_status.started()
                with pytest.raises(PeerError) as caught:
                    await anna.receive()
                assert caught.value.code == "peer-failed"
                assert "ValueError" in caught.value.cause
                assert "secret" not in str(caught.value)

        async with trio.open_nursery() as nursery:
            with pytest.raises(ValueError, match="secret 7"):
                await crash(where, lambda: nursery.start(client), ValueError("secret 7"))

    run(main)


def test_a_client_that_fails_is_an_event_and_the_others_go_on(place: MakePlace) -> None:
    async def main() -> None:
        where = place()

        async def fail() -> None:
            with pytest.raises(KeyError, match="secret 8"):
                async with where.dial("bert"):
                    raise KeyError("secret 8")

        async with where.serve() as star, where.dial("anna") as anna:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fail)
                why = await left(star, "bert")
            assert why is not None
            assert (why.code, why.party) == ("peer-failed", "bert")
            assert "KeyError" in why.cause
            assert "secret" not in str(why)
            await anna.send((1,), b"on")
            assert (await came(star, 1)).content == b"on"

    run(main)


def test_texts_of_errors_stay_at_the_end_where_they_are(place: MakePlace) -> None:
    """They may name files, or other clients."""

    async def main() -> None:
        where = place()
        errors = [LocalError("input-missing", "there is no secret.csv"), PeerError("quorum-missed", "bert is secret")]

        async def client(task_status: trio.TaskStatus[None]) -> None:
            async with where.dial("anna") as anna:
                task_status.started()
                with pytest.raises(PeerError) as caught:
                    await anna.receive()
                assert caught.value.code == "peer-failed"
                assert "[quorum-missed]" in caught.value.cause
                assert "secret" not in str(caught.value)

        async with trio.open_nursery() as nursery:
            with pytest.raises(PeerError, match="bert is secret"):
                await crash(where, lambda: nursery.start(client), errors[1])

        async def fail() -> None:
            with pytest.raises(LocalError, match="secret"):
                async with where.dial("anna"):
                    raise errors[0]

        async with where.serve() as star, trio.open_nursery() as nursery:
            nursery.start_soon(fail)
            why = await left(star, "anna")
            assert why is not None
            assert "[input-missing]" in why.cause
            assert "secret" not in str(why)

    run(main)


def test_a_client_learns_nothing_of_how_many_there_are(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve(), where.dial("anna") as anna, where.dial("bert") as bert:
            assert anna.connection == bert.connection == 1

    run(main)


def test_a_client_that_is_parted_with_is_told_why(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as anna:
            await next_of(star, Joined)
            star.part_with("anna", "bad-update", "its update has another shape")
            star.part_with("nobody", "bad-update", "")
            with pytest.raises(LocalError, match="no code"):
                star.part_with("anna", "Bad update", "")
            with pytest.raises(PeerError) as caught:
                await anna.receive()
            assert (caught.value.code, caught.value.party) == ("bad-update", "server")
            assert "another shape" in caught.value.cause
            why = await left(star, "anna")
            assert why is not None
            assert why.code == "bad-update"

    run(main)


def test_a_second_connection_of_a_client_replaces_the_first(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        async with where.serve() as star, where.dial("anna") as old, where.dial("anna") as new:
            with pytest.raises(PeerError, match="client-replaced"):
                await old.receive()
            assert dict(star.clients) == {"anna": new.connection}
            await new.send((1,), b"x")
            event = await came(star, 1)
            assert event.connection == new.connection > old.connection

    run(main)


def test_a_client_that_reads_nothing_is_parted_with_and_holds_up_nobody(place: MakePlace) -> None:
    async def main() -> None:
        where = place(queue_bytes=1 << 20, inbox_bytes=1 << 20, inbox_messages=2)
        block = bytes(300_000)
        async with where.serve() as star, where.dial("slow"), where.dial("quick") as quick:
            while len(star.clients) < 2:
                await star.event()
            for i in range(100):
                if "slow" not in star.clients:
                    break
                star.broadcast((i,), block)
                assert (await quick.receive()).tag == (i,)
            why = await left(star, "slow")
            assert why is not None
            assert (why.code, why.party) == ("too-slow", "slow")

    run(main)


def test_a_full_star_says_so(place: MakePlace) -> None:
    async def main() -> None:
        where = place(clients=1)
        async with where.serve() as star:
            async with where.dial("anna"):
                with pytest.raises(PeerError, match="star-full") as caught:
                    async with where.dial("bert", backoff=SOON):
                        pass
                assert caught.value.party == "server"
            async with where.dial("bert", backoff=SOON):
                pass
            assert star.counts.refused["star-full"] > 1

    run(main)


def test_a_client_that_connects_again_and_again_must_wait(place: MakePlace) -> None:
    async def main() -> None:
        where = place(joins_per_minute=1)
        async with where.serve() as star:
            for _ in range(5):
                async with where.dial("anna"):
                    pass
            with pytest.raises(PeerError, match="too-many-joins"):
                async with where.dial("anna", backoff=SOON):
                    pass
            async with where.dial("bert"):
                pass
            assert star.counts.joined == 6

    run(main)


def test_too_many_messages_part_the_one_that_sends_them(place: MakePlace) -> None:
    async def main() -> None:
        where = place(messages_per_minute=120)
        async with where.serve() as star, where.dial("loud") as loud:
            with suppress(PeerError):
                for i in range(200):
                    await loud.send((i,), b"")
            with pytest.raises(PeerError, match="too-many-messages"):
                await loud.receive()
            why = await left(star, "loud")
            assert why is not None
            assert (why.code, why.party) == ("too-many-messages", "loud")

    run(main)


def test_a_program_that_takes_nothing_makes_its_clients_wait(place: MakePlace) -> None:
    async def main() -> None:
        where = place(inbox_messages=4, inbox_bytes=1 << 20)
        count, block = 40, bytes(100_000)

        async def send(name: str) -> None:
            async with where.dial(name) as client:
                for i in range(count):
                    await client.send((i,), block)
                await client.drained()

        async with where.serve() as star, trio.open_nursery() as nursery:
            for name in ("anna", "bert"):
                nursery.start_soon(send, name)
            await trio.sleep(0.1)
            assert star.waiting_bytes < 2 << 20
            got: dict[str, list[int]] = {"anna": [], "bert": []}
            while sum(map(len, got.values())) < 2 * count:
                event = await next_of(star, Came)
                got[event.client].append(event.tag[0])
                assert star.waiting_bytes < 2 << 20
            assert got == {"anna": list(range(count)), "bert": list(range(count))}

    run(main)


def test_after_a_restart_clients_find_the_new_server(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        lost, sessions = trio.Event(), []

        async def client(task_status: trio.TaskStatus[None]) -> None:
            async with where.dial("anna") as anna:
                sessions.append(anna.session)
                await anna.send((1,), b"before")
                task_status.started()
                with pytest.raises(PeerError, match="peer-failed"):
                    await anna.receive()
                lost.set()
                await anna.reconnect(Backoff(0.02, 0.05, 5.0))
                sessions.append(anna.session)
                await anna.send((1,), b"after")
                assert anna.attempts > 2

        async with trio.open_nursery() as nursery:
            with pytest.raises(RuntimeError):
                await crash(where, lambda: nursery.start(client), RuntimeError("it crashes"))
            await lost.wait()
            await trio.sleep(0.05)
            async with where.serve() as star:
                assert (await came(star, 1)).content == b"after"
                assert sessions[1] == star.session != sessions[0]

    run(main)


def test_dialling_nobody_ends_with_the_reason(place: MakePlace) -> None:
    async def main() -> None:
        where = place()
        with pytest.raises(PeerError, match="nobody-listening") as caught:
            async with where.dial("anna", backoff=SOON):
                pass
        assert caught.value.remedy

    run(main)
