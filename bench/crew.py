"""The processes of one system that work together on one workload, told by lines when to repeat it.

Each process prints one line of JSON when it is ready (`version`, `security`), and one for every line `go` that it
reads: `began` and `ended` by the machine's monotonic clock, `busy` (processor seconds of all its threads), `bytes` sent
and `rounds`, or null where it can't count them; it may say more, as how far the first result was off (`error`). It ends
when its input does. Ours (`bench.party`, `bench.preprocessing.party`) and the peers' (`bench.peers`) do the same.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.harness import Failed

READY_SECONDS = 300.0
REPETITION_SECONDS = 240.0
FAREWELL_SECONDS = 10.0
LAST_LINES = 12
STARTED: Callable[..., subprocess.Popen[str]] = subprocess.Popen
"""What starts a process of a command. Tests, which start so many, fork theirs from one that has imported it all."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Seconds from when the first began to when the last was done; processor seconds and bytes of all; rounds; how far
    the first result was from that in the clear; seconds before the repetition, in which its material was made."""

    seconds: float
    busy: float
    bytes: int | None
    rounds: int | None
    error: float | None = None
    offline: float | None = None


class Crew:
    """`members` answer lines; `beside` are processes that only serve them, as a dealer does."""

    def __init__(
        self,
        members: Sequence[Sequence[str]],
        beside: Sequence[Sequence[str]] = (),
        *,
        pass_fds: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._pass_fds = tuple(pass_fds)
        self._environment = {**os.environ, **(environment or {})}
        self._beside = [self._start(command) for command in beside]
        self._members = [self._start(command) for command in members]

    def ready(self) -> dict[str, Any]:
        """What the first member says of itself, once all are ready. Raises Failed, as does `repetition`."""
        with self._deadline(READY_SECONDS):
            first, *_ = [self._line(member) for member in self._members]
        return first

    def lines(self) -> list[dict[str, Any]]:
        """One repetition by all members together: the line of each."""
        with self._deadline(REPETITION_SECONDS):
            for member in self._members:
                self._tell(member, "go")
            return [self._line(member) for member in self._members]

    def repetition(self) -> Repetition:
        """One repetition, summed up."""
        lines = self.lines()
        sent = [line["bytes"] for line in lines]
        rounds = [line["rounds"] for line in lines]
        return Repetition(
            seconds_of(lines),
            sum(line["busy"] for line in lines),
            None if None in sent else sum(sent),
            None if None in rounds else max(rounds),
            max((error for line in lines if (error := line.get("error")) is not None), default=None),
            max((offline for line in lines if (offline := line.get("offline")) is not None), default=None),
        )

    def end(self) -> None:
        """Lets all processes end by themselves, and ends those that don't."""
        for member in self._members:
            if member.stdin:
                member.stdin.close()
        for process in self.processes():
            try:
                process.wait(FAREWELL_SECONDS)
            except subprocess.TimeoutExpired:
                self._kill()
            if process.stdout:
                process.stdout.close()
        self._log.close()

    def processes(self) -> list[subprocess.Popen[str]]:
        """All of them, members first."""
        return [*self._members, *self._beside]

    def _start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        return STARTED(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            pass_fds=self._pass_fds, env=self._environment, start_new_session=True,
        )  # fmt: skip

    def _tell(self, member: subprocess.Popen[str], line: str) -> None:
        try:
            _pipe(member.stdin).write(line + "\n")
            _pipe(member.stdin).flush()
        except BrokenPipeError:
            raise self._failure() from None

    def _line(self, member: subprocess.Popen[str]) -> dict[str, Any]:
        line = _pipe(member.stdout).readline()
        if not line:
            raise self._failure()
        read: dict[str, Any] = json.loads(line)
        return read

    def _failure(self) -> Failed:
        self._kill()
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().splitlines() if line.strip()]
        return Failed("\n".join(lines[-LAST_LINES:]) or "its process ended without a word")

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Ends the processes when they take longer: whoever waits for a line of theirs is told by its end."""
        watchdog = threading.Timer(seconds, self._give_up, [seconds])
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _give_up(self, seconds: float) -> None:
        os.write(self._log.fileno(), f"no answer within {seconds:.0f} s\n".encode())
        self._kill()

    def _kill(self) -> None:
        for process in self.processes():
            if process.poll() is None:
                # The watchdog may have been quicker.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def seconds_of(lines: Sequence[Mapping[str, Any]]) -> float:
    """From when the first member began to when the last was done."""
    return float(max(line["ended"] for line in lines) - min(line["began"] for line in lines))


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise AssertionError("the processes of a crew have pipes")
    return pipe


def module(python: str | Path, name: str, order: Mapping[str, Any]) -> list[str]:
    """The command that runs a module with an order in JSON as its only argument."""
    return [str(python), "-m", name, json.dumps(order)]
