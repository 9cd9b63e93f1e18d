"""What a page tells its reader to type, typed: its files written, its commands run, what they print compared."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner
from documentation import Block
from free_ports import free_ports
from runner.template import Begun

from party_runner.cli import main

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "88"}
SECONDS = 60
PROMPT = re.compile(r"^(\w*)\$ (.*)$", re.MULTILINE)
FAILS = re.compile(r"\[[a-z]+-[a-z-]+\]")


def typed(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with the name of its terminal."""
    return PROMPT.findall(block.text.replace("\\\n", " "))


def start(command: str, folder: Path) -> Begun | subprocess.Popen[str]:
    """What a command starts: itself, but `parley` in a process that need not import it."""
    words = shlex.split(command)
    if words[0] == "parley" and words[1] != "--version":
        return Begun(words[1:], folder, ENVIRONMENT, merged=True)
    return subprocess.Popen(
        ["bash", "-c", command], cwd=folder, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def outcome(process: Begun | subprocess.Popen[str], *, fails: bool = False) -> str:
    """What a process printed; it must end well, or if it `fails`, not."""
    if isinstance(process, Begun):
        done = process.ended(SECONDS)
        printed, code = done.stdout, done.returncode
    else:
        printed, _ = process.communicate(timeout=SECONDS)
        code = process.returncode
    assert (code != 0) is fails, printed
    return printed


def alone(command: str, folder: Path, *, fails: bool) -> str:
    """What a command of one terminal prints; what starts nobody is called in this process."""
    words = shlex.split(command)
    if words[:2] not in (["parley", "plan"], ["parley", "keys"]):
        return outcome(start(command, folder), fails=fails and "parley" in command)
    with chdir(folder):
        result = CliRunner(env={"COLUMNS": ENVIRONMENT["COLUMNS"]}).invoke(main, words[1:])
    assert (result.exit_code != 0) is fails, result.output
    return result.output


def play(block: Block, folder: Path) -> None:
    """Types a block's commands, those of several terminals side by side, and compares what the last one printed."""
    commands = typed(block)
    fails = bool(block.output and FAILS.search(block.output))
    if len({terminal for terminal, _ in commands}) > 1:
        printed = [outcome(process) for process in [start(command, folder) for _, command in commands]]
    else:
        printed = [alone(command, folder, fails=fails) for _, command in commands]
    if block.output:
        assert shows(block.output, printed[-1]), f"{block.output}\n--- and what came:\n{printed[-1]}"


def shows(expected: str, printed: str) -> bool:
    """Whether a page's text is in what was printed, spaces aside; `...` stands for anything, alone for any lines."""
    text = "".join(f"{line}\n" for line in lines(printed))
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in lines(expected)
    )
    return re.search(pattern, text) is not None


def lines(text: str) -> list[str]:
    """The lines of a text that are not empty, with single spaces."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def on_free_ports(roster: str) -> str:
    """A list of parties with ports that nobody listens at just now."""
    for port in sorted(set(re.findall(r"127\.0\.0\.1:(\d+)", roster))):
        roster = roster.replace(f":{port}", f":{free_ports(1)[0]}")
    return roster
