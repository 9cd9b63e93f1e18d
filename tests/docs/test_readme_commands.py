"""What the README tells a new user to type, typed: its program, its files, its commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation import ROOT, Block, blocks
from terminals import on_free_ports, outcome, start, typed

README = blocks(ROOT / "README.md")


def block_with(language: str, text: str) -> Block:
    """The first block of a language that contains a text."""
    return next(block for block in README if block.language == language and text in block.text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program and the inputs, as the README makes them."""
    (tmp_path / "salaries.py").write_text(block_with("python", "async def main").text)
    for _, command in typed(block_with("console", "printf")):
        if command.startswith("printf"):
            outcome(start(command, tmp_path))
    return tmp_path


def test_run_on_this_machine(folder: Path) -> None:
    (command,) = [c for _, c in typed(block_with("console", "parley run")) if c.startswith("parley")]
    printed = outcome(start(command, folder))
    assert "62.75" in printed
    assert "Semi-honest" in printed


def test_plan(folder: Path) -> None:
    ((_, command),) = typed(block_with("console", "parley plan"))
    assert " rounds" in outcome(start(command, folder))


def test_a_store_made_before(folder: Path) -> None:
    plan, preprocess, run = (command for _, command in typed(block_with("console", "parley preprocess")))
    outcome(start(plan, folder))
    assert "Stores for 2 runs" in outcome(start(preprocess, folder))
    for _ in range(2):
        printed = outcome(start(run, folder))
        assert "62.75" in printed
        assert "Material, from: store" in printed


def test_keys_and_a_terminal_each(folder: Path) -> None:
    roster = block_with("toml", "[[party]]").text
    (folder / "parties.toml").write_text(on_free_ports(roster))
    for _, command in typed(block_with("console", "keys new north")) + typed(block_with("console", "keys new south")):
        outcome(start(command, folder))
    terminals = [start(command, folder) for _, command in typed(block_with("console", "parley join"))]
    assert len(terminals) == 2
    for printed in [outcome(terminal) for terminal in terminals]:
        assert "57.3" in printed
        assert "nobody else is trusted" in " ".join(printed.split())
