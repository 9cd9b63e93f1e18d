"""Peers that die, hang, fail or misbehave in the middle: all others name the same one, in time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from mpc.errors import LocalError, ParleyError
from mpc.network.transport_tls import TlsTransport
from mpc.network.wire import BYE, MESSAGE, PREFIX, Message

from .meshes import Town, message, side_by_side, tls_mesh

WAIT = 30.0


async def chat(transport: TlsTransport, rounds: int = 1 << 30) -> None:
    """Exchanges a number with everybody, over and over."""
    peers = [j for j in range(transport.n) if j != transport.me]
    for i in range(rounds):
        for j in peers:
            transport.send(j, message(0, i))
        for j in peers:
            await transport.receive(j, (0, i))


class Village:
    """Three real processes that chat until something happens; each reports its process id, then its error."""

    def __init__(self, town: Town, **options: Any) -> None:
        context = multiprocessing.get_context("fork")
        self.town = town
        self.lines: list[Connection] = []
        self.processes = []
        for me in range(3):
            ours, theirs = context.Pipe()
            self.lines.append(ours)
            self.processes.append(context.Process(target=villager, args=(town, me, theirs, options)))
            self.processes[-1].start()
            theirs.close()

    def everyone_is_chatting(self) -> None:
        assert [self.hear(me) for me in range(3)] == ["chatting"] * 3

    def fail(self, me: int) -> None:
        """Lets the one that is to fail do so."""
        self.lines[me].send("fail")

    def hear(self, me: int) -> Any:
        assert self.lines[me].poll(WAIT), f"nothing from {me} in {WAIT} seconds"
        return self.lines[me].recv()

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()
            process.close()
        for line in self.lines:
            line.close()
        self.town.forget()


def villager(town: Town, me: int, line: Connection, options: dict[str, Any]) -> None:
    """One process."""
    fails = options.pop("fails", {})

    async def live() -> None:
        async with town.join(me, **options) as (transport, _):
            await chat(transport, 20)
            line.send("chatting")
            if me in fails:
                await trio.to_thread.run_sync(line.recv)
                raise fails[me]
            await chat_on(transport)

    try:
        trio.run(live)
    except ParleyError as error:
        line.send((error.code, error.party, str(error)))
    except Exception as error:
        line.send((type(error).__name__, None, str(error)))


async def chat_on(transport: TlsTransport) -> None:
    """The chat goes on under other tags."""
    peers = [j for j in range(transport.n) if j != transport.me]
    for i in range(1 << 30):
        for j in peers:
            transport.send(j, message(1, i))
        for j in peers:
            await transport.receive(j, (1, i))
        await trio.sleep(0.001)


@pytest.fixture
def villages(tmp_path: Path) -> Iterator[Any]:
    built: list[Village] = []

    def build(**options: Any) -> Village:
        built.append(Village(Town(3, tmp_path), **options))
        return built[-1]

    yield build
    for village in built:
        village.kill()


@pytest.mark.parametrize("victim", range(3))
def test_a_killed_process_is_lost(villages: Any, victim: int) -> None:
    village = villages()
    village.everyone_is_chatting()
    os.kill(village.processes[victim].pid, signal.SIGKILL)
    name = ("north", "south", "east")[victim]
    assert [village.hear(me)[:2] for me in range(3) if me != victim] == [("peer-lost", name)] * 2


def test_a_stopped_process_is_stalled(villages: Any) -> None:
    village = villages(stall_timeout=2.0)
    village.everyone_is_chatting()
    os.kill(village.processes[1].pid, signal.SIGSTOP)
    assert [village.hear(me)[:2] for me in (0, 2)] == [("peer-stalled", "south")] * 2


def test_a_failing_program_is_named_and_its_words_kept_apart(villages: Any) -> None:
    village = villages(fails={1: LocalError("bad-input", "column 3 holds a text")})
    village.everyone_is_chatting()
    village.fail(1)
    for me in (0, 2):
        code, party, text = village.hear(me)
        assert (code, party) == ("peer-failed", "south")
        assert "column 3 holds a text" in text
    assert village.hear(1)[0] == "bad-input"


def test_the_text_of_a_foreign_exception_stays_at_home(villages: Any) -> None:
    village = villages(fails={2: ValueError("the patient is called Smith")})
    village.everyone_is_chatting()
    village.fail(2)
    for me in (0, 1):
        code, party, text = village.hear(me)
        assert (code, party) == ("peer-failed", "east")
        assert "ValueError" in text
        assert "Smith" not in text
    assert village.hear(2) == ("ValueError", None, "the patient is called Smith")


def garbage(transport: TlsTransport) -> bytes:
    return b"\xff" * 64


def oversized(transport: TlsTransport) -> bytes:
    return PREFIX.pack(MESSAGE, 1, 8, 1 << 30, sequence(transport)) + bytes(64)


def duplicate(transport: TlsTransport) -> bytes:
    return PREFIX.pack(BYE, 1, 1, 0, 0) + b"\x80"


def sequence(transport: TlsTransport) -> int:
    """The number of the next frame to north."""
    peer = transport._peers[0]
    assert peer is not None
    return peer.encoder._sequence


@pytest.mark.parametrize(
    ("forge", "code"),
    [(garbage, "malformed-message"), (oversized, "oversized-message"), (duplicate, "duplicate-message")],
)
@pytest.mark.parametrize("plain", [False, True])
def test_a_misbehaving_peer_is_named_by_all(tmp_path: Path, forge: Any, code: str, plain: bool) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path, insecure_plaintext=plain)(3) as network:
            liar: Any = network[1]
            liar._peers[0].link.write_now(forge(liar))
            results = await side_by_side((network[0].receive, 2, (1,)), (network[2].receive, 0, (1,)))
            assert [(result.code, result.party) for result in results] == [(code, "south")] * 2

    trio.run(main)


def test_a_large_array_does_not_hold_up_the_word_of_a_failure(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path)(2) as (north, south):
            north.send(1, message(1, array=np.zeros(1 << 24, np.uint64)))
            await trio.sleep(0.01)
            north.fail("bad-input", "no")
            results = await side_by_side((south.receive, 0, (2,)))
            assert (results[0].code, results[0].party) == ("peer-failed", "north")

    trio.run(main)


def test_nothing_drains_to_a_peer_that_does_not_read(tmp_path: Path) -> None:
    async def main() -> None:
        async with tls_mesh(tmp_path)(2) as (north, south):
            south._peers[0].silent = True
            north.send(1, message(1, array=np.zeros(1 << 23, np.uint64)))
            with trio.move_on_after(0.3) as waited:
                await north.drained(1)
            assert waited.cancelled_caught
            with trio.fail_after(WAIT):
                (error, _) = await side_by_side((north.drained, 1), (failing, north))
            assert error.code == "bad-input"

    async def failing(transport: Any) -> None:
        transport.fail("bad-input", "no")

    trio.run(main)


def test_a_cancelled_party_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        town = Town(2, tmp_path)

        async def north() -> None:
            with trio.CancelScope() as scope:
                async with town.join(0) as (transport, _):
                    scope.deadline = trio.current_time() + 0.3
                    await transport.receive(1, (1,))

        async def south() -> None:
            async with town.join(1) as (transport, _):
                with transport.working():
                    await transport.receive(0, (1,))

        results = await side_by_side((north,), (south,))
        assert results[0] is None
        assert (results[1].code, results[1].party) == ("peer-failed", "north")
        assert "stopped from outside" in results[1].cause

    trio.run(main)


def test_a_fault_while_reading_ends_the_session_instead_of_its_end(tmp_path: Path, monkeypatch: Any) -> None:
    take = TlsTransport._take

    def broken(transport: TlsTransport, peer: Any, event: Any) -> None:
        if transport.me == 0 and isinstance(event, Message):
            raise RuntimeError("a fault of the reader")
        take(transport, peer, event)

    async def main() -> None:
        town = Town(2, tmp_path)

        async def north() -> None:
            async with town.join(0):
                await trio.sleep_forever()

        async def south() -> None:
            async with town.join(1) as (transport, _):
                transport.send(0, message(1))
                await transport.receive(0, (2,))

        with trio.fail_after(20):
            results = await side_by_side((north,), (south,))
        assert "a fault of the reader" in repr(results[0])
        assert (results[1].code, results[1].party) == ("peer-failed", "north")
        assert "RuntimeError" in results[1].cause

    monkeypatch.setattr(TlsTransport, "_take", broken)
    trio.run(main)
