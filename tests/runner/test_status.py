"""The line between a party and its launcher."""

from __future__ import annotations

import json
import socket

import pytest
import trio

from mpc.errors import LocalError
from party_runner.failures import leading
from party_runner.status import StatusLine


def pair() -> tuple[socket.socket, StatusLine]:
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    return ours, StatusLine(theirs.detach())


def events(ours: socket.socket) -> list[dict[str, object]]:
    received = b""
    while chunk := ours.recv(1 << 16):
        received += chunk
    return [json.loads(line) for line in received.split(b"\n") if line]


def test_progress_and_end_arrive() -> None:
    ours, status = pair()

    async def work() -> str:
        status.progress("offline", 0, 10)
        status.progress("offline", 5, 10)
        await trio.sleep(0.01)
        return "result"

    assert trio.run(status.run, work) == "result"
    status.say({"event": "done", "account": {"result": float("nan")}})
    status.close()
    assert events(ours) == [
        {"event": "progress", "stage": "offline", "done": 5, "total": 10, "connected": True},
        {"event": "done", "account": {"result": "nan"}, "connected": True},
    ]


def test_that_a_party_has_connected_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon after what it told before."""
    monkeypatch.setattr("party_runner.status.PAUSE", 3600)
    ours, status = pair()

    async def work() -> list[bool]:
        status.progress("connecting: to north", 0, None)
        told = [await trio.to_thread.run_sync(next_event)]
        status.progress("planning", 0, None)
        return [*told, await trio.to_thread.run_sync(next_event)]

    def next_event() -> bool:
        line = b""
        while not line.endswith(b"\n"):
            line += ours.recv(1)
        return bool(json.loads(line)["connected"])

    assert trio.run(status.run, work) == [False, True]


def test_a_large_account_arrives_whole() -> None:
    ours, status = pair()
    account = {"result": list(range(300_000))}
    received: list[dict[str, object]] = []

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, status.say, {"event": "done", "account": account})
            received.append(json.loads(await trio.to_thread.run_sync(read_line)))

    def read_line() -> bytes:
        text = b""
        while not text.strip() or not text.endswith(b"\n"):
            text += ours.recv(1 << 16)
        return text

    trio.run(main)
    assert received == [{"event": "done", "account": account, "connected": False}]


@pytest.mark.parametrize("busy", [False, True])
def test_a_party_whose_launcher_is_gone_ends_itself(busy: bool) -> None:
    ours, status = pair()
    ours.close()

    async def work() -> None:
        while True:
            if busy:
                status.progress("online", 1, None)
            await trio.sleep(0.01)

    with pytest.raises(BaseException) as caught:  # noqa: PT011
        trio.run(status.run, work)
    error = leading(caught.value)
    assert isinstance(error, LocalError)
    assert error.code == "launcher-gone"
    status.say({"event": "failed", "code": error.code})
