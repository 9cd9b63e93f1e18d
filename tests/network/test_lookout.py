"""A party that looks for an answer itself: others have their turn, and what is in vain is not done often."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from mpc.network import lookout
from mpc.network.transport import Transport
from mpc.network.wire import KnownHeads, prepare

from .meshes import message, side_by_side, tls_mesh


def pair(folder: Path, work: object) -> None:
    async def main() -> None:
        with trio.fail_after(30):
            async with tls_mesh(folder, insecure_plaintext=True)(2) as (north, south):
                await work(north, south)  # type: ignore[operator]

    trio.run(main)


def test_a_task_that_could_run_is_not_kept_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers before the other task has had its turn, and the look would take an hour."""
    monkeypatch.setattr(lookout, "PATIENCE_SECONDS", 3600.0)

    async def work(north: Transport, south: Transport) -> None:
        async def answer() -> None:
            await trio.lowlevel.checkpoint()
            south.send(0, message(1))
            await trio.lowlevel.checkpoint()

        for _ in range(3):
            await side_by_side((answer,), (north.receive, 1, (1,)))

    pair(tmp_path, work)


def test_messages_that_come_at_once_do_not_keep_the_loop_from_the_clock(tmp_path: Path) -> None:
    async def work(north: Transport, south: Transport) -> None:
        rang = trio.Event()

        async def alarm() -> None:
            await trio.sleep(0.001)
            rang.set()

        async def talk() -> None:
            for i in range(1 << 20):
                north.send(1, message(2, i))
                await south.receive(0, (2, i))
                if rang.is_set():
                    return
            raise AssertionError("the alarm never rang")

        await side_by_side((alarm,), (talk,))

    pair(tmp_path, work)


def test_looks_that_are_in_vain_become_rare(tmp_path: Path) -> None:
    looks: list[float] = []

    async def work(north: Transport, south: Transport) -> None:
        watch = lookout.Lookout(lambda peer: None, lambda sender, tag: False)
        for _ in range(5000):
            looks.append(watch._next_patience())
            watch._patience = min(watch._patience, looks[-1] / 2)

    pair(tmp_path, work)
    assert looks[0] == lookout.PATIENCE_SECONDS
    assert 0 < sum(patience > 0 for patience in looks) < 20


def test_a_message_for_several_has_the_header_that_their_answers_have() -> None:
    known = KnownHeads()
    for i in range(1000):
        outgoing = prepare(message(3, i), known=known)
        assert known.find(outgoing.header) == ((3, i), 7, 3, 8, (2,))
