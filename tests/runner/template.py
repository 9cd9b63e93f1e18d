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
from collections.abc import Mapping
from pathlib import Path

from forks import ROOT, forked, stand_for

from party_runner.cli import main
from party_runner.start import take_process


def completed(
    arguments: tuple[str, ...], timeout: float, *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end; AssertionError if that takes longer."""
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("out", "err")]
        own = dict(os.environ if env is None else env)
        process = forked(_run, arguments, str(cwd or Path.cwd()), own, files)
        process.join(timeout)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"{arguments} still runs")
        out, err = (Path(file).read_text() for file in files)
    assert process.exitcode is not None
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _run(arguments: tuple[str, ...], folder: str, environment: Mapping[str, str], files: list[str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [place for place in sys.path if place not in ("", ".", "tests", str(ROOT), str(ROOT / "tests"))]
    sys.argv[:] = ["parley", *arguments]
    for standard, file in enumerate((os.devnull, *files)):
        stand_for(standard, os.open(file, os.O_RDWR | os.O_CREAT))
    sys.stdout, sys.stderr = _stream(1), _stream(2)
    take_process()
    main(arguments)


def _stream(descriptor: int) -> io.TextIOWrapper:
    buffer = io.BufferedWriter(io.FileIO(descriptor, "wb", closefd=False))
    return io.TextIOWrapper(buffer, line_buffering=descriptor == 2)
