"""The line between a launched party and its launcher: one socket, JSON lines upward, nothing downward.

The party says how far it is, what it computed, and why it failed. When the launcher is gone the socket closes, and
the party ends itself: no process of a run is ever left behind.
"""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import trio

from mpc.errors import LocalError

Progress = Callable[[str, int, int | None], None]
Event = dict[str, Any]
R = TypeVar("R")

PAUSE = 0.05  # seconds between two reports of progress: enough for the eye, nothing for the run


class StatusLine:
    """The party's end. Progress is reported at most every `PAUSE` seconds, the newest only; that it has connected at
    once: whoever ends from then on is missed by the others, whom the launcher leaves the time to find out."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._newest: Event | None = None
        self.connected = False
        self._wake, self._met = trio.Event(), trio.Event()

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """Note how far this party is; never blocks."""
        self.connected = self.connected or not stage.startswith("connecting")
        self._newest = {"event": "progress", "stage": stage, "done": done, "total": total, "connected": self.connected}
        self._wake.set()
        if self.connected:
            self._met.set()

    async def run(self, work: Callable[[], Awaitable[R]]) -> R:
        """Do `work` while reporting; LocalError `launcher-gone` when the launcher ends before it."""
        result: list[R] = []
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(self._socket.dup()))
        async with stream, trio.open_nursery() as nursery:
            nursery.start_soon(self._report, stream)
            nursery.start_soon(_watch, stream)
            result.append(await work())
            nursery.cancel_scope.cancel()
        return result[0]

    def say(self, event: Event) -> None:
        """Send one event, and whether this party had connected; wait until it is gone. For the end of a process.

        It starts on a line of its own, for the last report of progress may have been cut.
        """
        self._socket.setblocking(True)
        try:
            self._socket.sendall(b"\n" + _line(event | {"connected": self.connected}))
        except OSError:
            return  # the launcher is gone, nobody is left to tell

    async def _report(self, stream: trio.SocketStream) -> None:
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            told = self._newest
            if told is not None:
                try:
                    await stream.send_all(_line(told))
                except trio.BrokenResourceError:
                    raise _launcher_gone() from None
            with trio.move_on_after(PAUSE):
                await (trio.sleep_forever() if told is not None and told["connected"] else self._met.wait())

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


async def _watch(stream: trio.SocketStream) -> None:
    try:
        while await stream.receive_some():
            pass
    except trio.BrokenResourceError:
        pass
    raise _launcher_gone()


def _launcher_gone() -> LocalError:
    return LocalError("launcher-gone", "the process that started this party is gone", "Start the run again.")


def _line(event: Event) -> bytes:
    return json.dumps(finite(event)).encode() + b"\n"


def finite(value: Any) -> Any:
    """`value` with NaN and infinities as strings: JSON has none, and many readers refuse Python's spelling."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
