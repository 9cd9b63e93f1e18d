"""Runs the real command in real processes: the programs, the inputs, and how to find and end a party."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from party_runner.cli import main

from .template import completed

PRODUCT = """
import mpc

async def main(ctx, mine):
    a = await mpc.secret(ctx, owner=0, value=mine)
    b = await mpc.secret(ctx, owner=1, value=mine)
    return {"product": await mpc.reveal(ctx, (a * b).sum())}
"""

ENDLESS = """
import mpc

async def main(ctx, mine):
    a = await mpc.secret(ctx, owner=0, value=mine)
    turns = 10**9 if mine.any() else 1
    for turn in range(turns):
        await mpc.reveal(ctx, a * a)
        if turn == 3:
            print("under way", flush=True)
"""

LIMIT = 60.0


def parley(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command, run to its end in a process that need not import it."""
    return completed(arguments, LIMIT, **options)


def parley_as_started(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command as a person starts it, run to its end."""
    command = [sys.executable, "-m", "party_runner", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False, **options)


def call(*arguments: str) -> tuple[int, str]:
    """The command within this process, for what ends before anybody connects: exit code and all that it printed."""
    result = CliRunner().invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def write(folder: Path, name: str, text: str) -> str:
    """A file in `folder`; its path."""
    path = folder / name
    path.write_text(text)
    return str(path)


def product_of(folder: Path, parties: int) -> list[str]:
    """Arguments of `parley run` for the product of two columns; only the first two parties have data."""
    program = write(folder, "product.py", PRODUCT)
    inputs = [write(folder, "a.csv", "x\n1.5\n2\n3\n"), write(folder, "b.csv", "x\n2\n0.5\n-1\n")]
    return ["run", program, "-n", str(parties), "--input", f"0={inputs[0]}", "--input", f"1={inputs[1]}"]


@dataclass(slots=True)
class Started:
    """A run that is under way; its stderr goes to a file."""

    process: subprocess.Popen[str]
    log: Path

    def wait_for(self, text: str, count: int = 1) -> None:
        """Wait until `text` was printed `count` times."""
        deadline = time.monotonic() + LIMIT
        while self.log.read_text().count(text) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"{text!r} was not printed {count} times:\n{self.log.read_text()}")
            time.sleep(0.02)

    def pid_of(self, name: str) -> int:
        """The process of a party, or of the dealer."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        for pid in (int(word) for children in threads for word in children.read_text().split()):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            started_as = words[4] == "dealer" if name == "dealer" else name in words[4:]
            if started_as or Path(f"/proc/{pid}/comm").read_text().strip() == name:
                return pid
        raise AssertionError(f"there is no process of {name}")

    def pids(self, *names: str) -> list[int]:
        """The processes of several endpoints."""
        return [self.pid_of(name) for name in names]

    def end(self, timeout: float = LIMIT) -> tuple[int, str]:
        """Wait for the launcher; its exit code and all that it printed."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still running:\n{self.log.read_text()}") from None
        return code, self.log.read_text()


def start_endless(folder: Path, parties: int = 3, *options: str) -> Started:
    """A run that goes on until somebody is killed, once every party is in the middle of it."""
    program = write(folder, "endless.py", ENDLESS)
    files = [write(folder, f"data{place}.csv", "1\n2\n") for place in range(parties)]
    inputs = [word for place, file in enumerate(files) for word in ("--input", f"{place}={file}")]
    return start_run(folder, ["run", program, "-n", str(parties), *inputs, *options], parties)


def start_run(folder: Path, arguments: Sequence[str], parties: int) -> Started:
    """A run of a program that prints "under way", once every party has."""
    log = folder / "log"
    command = [sys.executable, "-m", "party_runner", *arguments]
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, stderr=stderr, stdout=stderr, text=True, env={**os.environ, "TMPDIR": str(folder)}
        )
    started = Started(process, log)
    started.wait_for("| under way", parties)
    return started


def gone(pids: Sequence[int]) -> bool:
    """Whether none of these processes is left."""
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def kill(pid: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal."""
    os.kill(pid, how)
