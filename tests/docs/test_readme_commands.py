"""What the README tells a new user to type, typed: its program, its files, its commands."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from documentation import ROOT, Block, blocks

README = blocks(ROOT / "README.md")
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
SECONDS = 60


def block_with(language: str, text: str) -> Block:
    """The first block of a language that contains a text."""
    return next(block for block in README if block.language == language and text in block.text)


def typed(block: Block) -> list[str]:
    """The commands of a console block, without comments."""
    return [line.split("$ ", 1)[1] for line in block.text.splitlines() if "$ " in line]


def start(command: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bash", "-c", command], cwd=folder, env=os.environ | {"PATH": PATH}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def outcome(process: subprocess.Popen[str]) -> str:
    """What a process printed; it must end well."""
    printed, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, printed
    return printed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program and the inputs, as the README makes them."""
    (tmp_path / "salaries.py").write_text(block_with("python", "async def main").text)
    for command in typed(block_with("console", "printf")):
        if command.startswith("printf"):
            outcome(start(command, tmp_path))
    return tmp_path


def test_run_on_this_machine(folder: Path) -> None:
    (command,) = [c for c in typed(block_with("console", "parley run")) if c.startswith("parley")]
    printed = outcome(start(command, folder))
    assert "62.75" in printed
    assert "Semi-honest" in printed


def test_plan(folder: Path) -> None:
    (command,) = typed(block_with("console", "parley plan"))
    assert " rounds" in outcome(start(command, folder))


def test_a_store_made_before(folder: Path) -> None:
    plan, preprocess, run = typed(block_with("console", "parley preprocess"))
    outcome(start(plan, folder))
    assert "Stores for 2 runs" in outcome(start(preprocess, folder))
    for _ in range(2):
        printed = outcome(start(run, folder))
        assert "62.75" in printed
        assert "Material, from: store" in printed


def test_keys_and_a_terminal_each(folder: Path) -> None:
    roster = block_with("toml", "[[party]]").text
    for port in sorted(set(re.findall(r"127\.0\.0\.1:(\d+)", roster))):
        roster = roster.replace(f":{port}", f":{free_port()}")
    (folder / "parties.toml").write_text(roster)
    for command in typed(block_with("console", "keys new north")) + typed(block_with("console", "keys new south")):
        outcome(start(command, folder))
    terminals = [start(command, folder) for command in typed(block_with("console", "parley join"))]
    assert len(terminals) == 2
    for printed in [outcome(terminal) for terminal in terminals]:
        assert "57.3" in printed
        assert "nobody else is trusted" in " ".join(printed.split())


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
