"""One process of a local run, as its launcher sees it: what it prints, how far it is, how it ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import trio

from party_runner.failures import FAULT, INTERRUPTED, PEER
from party_runner.forked import OF_CHILDREN, ForkedProcess

TAIL_LINES = 12
LINE_BYTES = 4000
CONSEQUENCES = ("peer-failed", "peer-lost", "peer-stalled")
AFTER_EXIT = 1.0  # seconds to read what an ended process has left in its pipes

Listener = Callable[["Child", dict[str, Any]], None]
Printer = Callable[["Child", str], None]


@dataclass(slots=True)
class Child:
    """A party's or the dealer's process. `account` is what it reported at its end, `code` the code of its error, `text`
    what it says of it to a person, `said` the exit code that it told with them, however long it then took to end;
    `returned` holds the result of a program that had returned before, as the one element of a list. `begun`: whether it
    has said anything; before, Python imports what it is made of."""

    name: str
    process: trio.Process | ForkedProcess
    status: trio.SocketStream
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))
    account: dict[str, Any] | None = None
    done: bool = False
    code: str = ""
    text: str = ""
    returned: list[Any] = field(default_factory=list)
    connected: bool = False
    begun: bool = False
    ended_by_us: bool = False
    said: int | None = None
    ended_at: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.returncode is not None

    @property
    def failed(self) -> bool:
        """Whether the process is gone without having done its part."""
        return self.ended and not (self.process.returncode == 0 and self.done)

    @property
    def killed(self) -> bool:
        """Whether a signal ended the process before it could say why."""
        return self.said is None and (self.process.returncode or 0) < 0

    def exit_code(self) -> int:
        """The exit code that this end stands for; a killed process is a lost peer."""
        code = self.process.returncode if self.said is None else self.said
        if code == 0 or code is None:
            return FAULT
        return code if code > 0 else PEER

    def describe(self) -> str:
        """How the process ended, in words."""
        code = (self.process.returncode or 0) if self.said is None else self.said
        if code < 0:
            return f"{self.name} was killed by signal {-code} ({signal.Signals(-code).name})"
        return f"{self.name} ended with exit code {code}" + (f" [{self.code}]" if self.code else "")

    def rank(self) -> tuple[int, float]:
        """Whose end explains the others': a killed process, an error of its own, what it found out about a peer, and
        last what it was told or left alone by a peer; of two of a kind the earlier."""
        code = (self.process.returncode or 0) if self.said is None else self.said
        if self.ended_by_us and self.said in (None, INTERRUPTED):
            return 5, self.ended_at
        if code == PEER:
            return (3 if self.code in CONSEQUENCES else 2), self.ended_at
        return (0 if code < 0 else 4 if code == INTERRUPTED else 1), self.ended_at

    def end(self, how: signal.Signals) -> None:
        """Send a signal to the process and to whatever it has started; SIGTERM for Ctrl-C to one that only imports,
        which has nothing to say and would show where."""
        if not self.ended:
            how = signal.SIGTERM if how == signal.SIGINT and not self.begun else how
            self.ended_by_us = True
            try:
                os.killpg(self.process.pid, how)
            except ProcessLookupError:
                return


async def start(
    name: str, arguments: Sequence[str], listener: socket.socket, waiting: ForkedProcess | None = None
) -> Child:
    """Run `parley ARGUMENTS` with a listening socket and a status line: in the process that waits for it, or in a new
    one. What is of the launcher's here is to be closed by it.

    The child leads a session of its own, so that Ctrl-C on the terminal reaches the launcher alone, and does not look
    for modules in the current folder.
    """
    if waiting is None:
        process, status = await _started(arguments, listener)
        return Child(name, process, _stream(status))
    waiting.begin(name, arguments, listener)
    return Child(name, waiting, _stream(waiting.status))


def _stream(status: socket.socket) -> trio.SocketStream:
    return trio.SocketStream(trio.socket.from_stdlib_socket(status))


async def _started(arguments: Sequence[str], listener: socket.socket) -> tuple[trio.Process, socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        descriptors = (listener.fileno(), theirs.fileno())
        flags = ("--listen-fd", str(descriptors[0]), "--status-fd", str(descriptors[1]))
        process = await trio.lowlevel.open_process(
            [sys.executable, "-P", "-m", "party_runner", *arguments, *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=descriptors,
            start_new_session=True,
            env={**os.environ, **OF_CHILDREN},
        )
    return process, ours


async def follow(child: Child, on_event: Listener, on_line: Printer) -> None:
    """Read what a process prints and reports until it has ended."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read_output, child, on_line)
        nursery.start_soon(_read_status, child, on_event)
        await child.process.wait()
        child.ended_at = trio.current_time()
        nursery.cancel_scope.deadline = trio.current_time() + AFTER_EXIT


async def _read_output(child: Child, on_line: Printer) -> None:
    assert child.process.stdout is not None
    async for line in _lines(child.process.stdout, LINE_BYTES):
        text = line.decode(errors="replace").rstrip()
        child.tail.append(text)
        on_line(child, text)


async def _read_status(child: Child, on_event: Listener) -> None:
    async with child.status as stream:
        async for line in _lines(stream, None):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            _note(child, event)
            on_event(child, event)


def _note(child: Child, event: dict[str, Any]) -> None:
    kind = event["event"]
    child.begun, child.connected = True, event["connected"]
    if kind == "done":
        child.done, child.account = True, event.get("account")
    elif kind == "failed":
        child.code, child.text, child.returned = event["code"], event["text"], event.get("returned", [])
        child.said = event["exit_code"]


async def _lines(stream: trio.abc.ReceiveStream, limit: int | None) -> AsyncIterator[bytes]:
    """The lines of a stream; one longer than `limit` bytes is given in pieces."""
    held = bytearray()
    try:
        async for chunk in stream:
            held += chunk
            *lines, rest = held.split(b"\n")
            held = rest
            for line in lines:
                yield bytes(line)
            if limit is not None and len(held) > limit:
                yield bytes(held)
                held = bytearray()
    except trio.BrokenResourceError:
        pass
    if held:
        yield bytes(held)
