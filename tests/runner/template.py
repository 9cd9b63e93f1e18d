"""The command in processes that are forked from one which has imported it, since tests run it so often.

Each is a process of its own that begins as the command does: its folder, environment, streams and exit code are its
own, texts are hashed without salt, and the current folder is not looked for modules.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from forks import ROOT, forked, stand_for

from party_runner.cli import main
from party_runner.start import take_process


class Begun:
    """The command, which has begun; what it prints to both streams as if to one, where `merged`."""

    def __init__(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, *, merged: bool = False
    ) -> None:
        self.arguments = tuple(arguments)
        self._folder = tempfile.TemporaryDirectory()
        self._files = [Path(self._folder.name, name) for name in ("out", "out" if merged else "err")]
        own = dict(os.environ if env is None else env)
        self._process = forked(_run, self.arguments, str(cwd), own, [str(file) for file in self._files])

    def send(self, number: int) -> None:
        """A signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def printed(self) -> str:
        """What it has printed to stdout so far."""
        return self._files[0].read_text() if self._files[0].exists() else ""

    def ended(self, timeout: float) -> subprocess.CompletedProcess[str]:
        """Once it has; AssertionError if that takes longer."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
        with self._folder:
            out, err = (file.read_text() for file in self._files)
        assert code is not None, f"{self.arguments} still runs"
        return subprocess.CompletedProcess(self.arguments, code, out, err)


def completed(
    arguments: Sequence[str], timeout: float, *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end; AssertionError if that takes longer."""
    return Begun(arguments, cwd or Path.cwd(), env).ended(timeout)


def _run(arguments: tuple[str, ...], folder: str, environment: Mapping[str, str], files: list[str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [place for place in sys.path if place not in ("", ".", "tests", str(ROOT), str(ROOT / "tests"))]
    sys.argv[:] = ["parley", *arguments]
    for standard, file in enumerate((os.devnull, *files)):
        stand_for(standard, os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND))
    sys.stdout, sys.stderr = _stream(1), _stream(2)
    take_process()
    main(arguments)


def _stream(descriptor: int) -> io.TextIOWrapper:
    buffer = io.BufferedWriter(io.FileIO(descriptor, "wb", closefd=False))
    return io.TextIOWrapper(buffer, line_buffering=descriptor == 2)
