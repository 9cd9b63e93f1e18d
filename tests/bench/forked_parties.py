"""Parties of the bench in processes that are forked from one which has imported what they run, in place of new ones."""

from __future__ import annotations

import fcntl
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import reduction
from operator import methodcaller
from typing import IO, Any

from forks import MEASURED, forked, stand_for

BEYOND = 256
"""Descriptors from here on are nobody's."""


class Passed:
    """A descriptor of this process; at the other it comes in as the number that it has there."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return methodcaller("detach"), (reduction.DupFd(self._descriptor),)


class ForkedParty:
    """As much of subprocess.Popen as a crew needs, of `python -m MODULE ORDER`."""

    def __init__(
        self, command: Sequence[str], *, stderr: IO[str], pass_fds: Sequence[int], env: Mapping[str, str], **_: Any
    ) -> None:
        told, self._tells = os.pipe()
        self._reads, says = os.pipe()
        passed = {0: told, 1: says, 2: stderr.fileno(), **{number: number for number in pass_fds}}
        self._process = forked(_run, command[2:], {to: Passed(of) for to, of in passed.items()}, dict(env))
        os.close(told)
        os.close(says)
        self.stdin = os.fdopen(self._tells, "w")
        self.stdout = os.fdopen(self._reads)

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked party", timeout or 0)
        return self._process.exitcode


def started(command: Sequence[str], **options: Any) -> ForkedParty | subprocess.Popen[str]:
    """The process of a command: a forked one, where what it runs is imported."""
    forkable = command[0] == sys.executable and command[2] in MEASURED
    return ForkedParty(command, **options) if forkable else subprocess.Popen(command, **options)


def _run(arguments: Sequence[str], descriptors: Mapping[int, int], environment: Mapping[str, str]) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    away = {to: _moved(descriptor) for to, descriptor in descriptors.items()}
    for to, descriptor in away.items():
        stand_for(to, descriptor)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(i, mode, closefd=False) for i, mode in enumerate("rww"))
    sys.argv[:] = arguments
    sys.modules.pop(arguments[0])
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _moved(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD, BEYOND)
    os.close(descriptor)
    return moved
