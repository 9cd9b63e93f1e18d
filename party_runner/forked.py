"""Processes that are forked from the launcher: what it has imported, most of a second's work, they need not import.

They are forked before the launcher's event loop begins, so before there are keys, tasks and handlers of signals. Each
leads a session of its own, holds no file that the launcher was started with, and waits on its status line for its
command, as words and a listening socket; where the launcher ends before, so does it. Nothing random is drawn by then
but the states of `random` and `numpy.random`, which are drawn anew.
"""

from __future__ import annotations

import gc
import io
import json
import os
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import numpy as np
import trio

from party_runner.start import is_all_of_process

OPEN = Path("/proc/self/fd")
OF_CHILDREN = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}
"""What is set in the environment of a launched process: the launcher reads lines of UTF-8 as soon as they are there."""


class ForkedProcess:
    """What a launcher uses of a `trio.Process`, and beside it `status`, its end of the status line."""

    def __init__(self, pid: int, status: socket.socket, output: int) -> None:
        """`output`: the end to read of the pipe that the process prints to."""
        self.pid, self.status, self._output = pid, status, output
        self.stdout: trio.lowlevel.FdStream | None = None
        self._ended: int | None = None

    @property
    def returncode(self) -> int | None:
        """As of `trio.Process`: None while it runs, less than 0 if a signal ended it."""
        if self._ended is None:
            pid, how = os.waitpid(self.pid, os.WNOHANG)
            self._ended = os.waitstatus_to_exitcode(how) if pid else None
        return self._ended

    async def wait(self) -> int | None:
        """Wait until it has ended; its exit code."""
        if self.returncode is not None:  # and is collected, so that its number may be another's
            return self.returncode
        watched = os.pidfd_open(self.pid)
        try:
            await trio.lowlevel.wait_readable(watched)
        finally:
            os.close(watched)
        return self.returncode

    def begin(self, name: str, words: Sequence[str], listener: socket.socket) -> None:
        """Let it run `parley WORDS` with a listening socket; the system then calls it `name`."""
        self.stdout = trio.lowlevel.FdStream(self._output)
        with suppress(OSError):  # it was killed meanwhile, as its end tells
            socket.send_fds(self.status, [b"\n"], [listener.fileno()])
            self.status.sendall(json.dumps([name, *words]).encode() + b"\n")

    def let_go(self) -> None:
        """Close what is held of it if it has not begun, so that it ends."""
        if self.stdout is None:
            self.status.close()
            os.close(self._output)


def can_fork() -> bool:
    """Whether a fork of this process is as good as a new one: it is the command and nothing else, and began as launched
    ones do, which look for no module in the current folder and order texts alike; it has neither threads nor a device's
    driver, which may have some."""
    if sys.platform != "linux" or not sys.flags.safe_path or sys.flags.hash_randomization or "pyopencl" in sys.modules:
        return False
    return is_all_of_process() and threading.active_count() == 1 and _knows_processes()


def _knows_processes() -> bool:
    """Whether the system tells of processes what is needed here; old kernels do not, nor some containers."""
    if not hasattr(os, "pidfd_open"):  # Python was built for an older one
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return OPEN.exists()


def fork_all(count: int) -> list[ForkedProcess]:
    """`count` processes, each of which waits for its command. In these it does not return: they end by SystemExit."""
    gc.freeze()
    forked: list[ForkedProcess] = []
    for _ in range(count):
        forked.append(_fork(forked))
    return forked


def _fork(before: Sequence[ForkedProcess]) -> ForkedProcess:
    status, theirs = socket.socketpair()
    output, printed = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    forked = ForkedProcess(os.fork(), status, output)
    if forked.pid:
        theirs.close()
        os.close(printed)
        return forked
    for one in (*before, forked):
        one.let_go()
    _begin_anew(printed)
    _serve(theirs)


def _begin_anew(printed: int) -> None:
    """As a process that was started: a session, standard streams without buffers, random states of its own, and no file
    that the launcher's own parent left open for it."""
    os.setsid()
    for descriptor in [int(name) for name in os.listdir(OPEN)]:
        with suppress(OSError):  # that of the listing, which is closed by now
            if descriptor > 2 and os.get_inheritable(descriptor):
                os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (printed, 1), (printed, 2)):
        os.dup2(descriptor, standard)
    os.close(nothing)
    os.close(printed)
    os.environ.update(OF_CHILDREN)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- as long as the process lives
    sys.stdout, sys.stderr = (_unbuffered(standard) for standard in (1, 2))
    np.random.seed()  # `random` draws anew by itself


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "wb", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _serve(status: socket.socket) -> NoReturn:
    from party_runner.cli import main  # whose commands import this file

    begun, descriptors, _, _ = socket.recv_fds(status, 1, 1)
    with status.dup() as line, line.makefile("rb") as lines:
        told = lines.readline()
    if not begun or not told.endswith(b"\n"):
        sys.exit()  # the launcher is gone
    name, *words = json.loads(told)
    with suppress(OSError):  # where nothing may be written there the name stays the launcher's
        Path("/proc/self/comm").write_text(name)
    sys.argv[1:] = [*words, "--listen-fd", str(descriptors[0]), "--status-fd", str(status.detach())]
    main(sys.argv[1:])
    raise AssertionError("a command ends its process")
