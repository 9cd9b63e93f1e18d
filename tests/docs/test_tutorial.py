"""What the tutorial tells to type, typed, page by page; what it shows is what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation import ROOT, blocks
from terminals import lines, on_free_ports, play, shows, typed

TUTORIAL = ROOT / "docs" / "tutorial"
NOT_HERE = ("python3 -m venv", "source ", "pip install")
"""How to install, which whoever runs these tests has done."""


def follow(page: str, folder: Path) -> None:
    """Does what a page says, from above to below."""
    for block in blocks(TUTORIAL / page):
        if block.title:
            (folder / block.title).write_text(on_free_ports(block.text))
        elif block.language == "console" and not any(command.startswith(NOT_HERE) for _, command in typed(block)):
            play(block, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the program and the data of the third page."""
    for block in blocks(TUTORIAL / "three_processes.md"):
        if block.title:
            (tmp_path / block.title).write_text(block.text)
        elif block.language == "console" and all("printf" in command for _, command in typed(block)):
            play(block, tmp_path)
    return tmp_path


def test_install(tmp_path: Path) -> None:
    follow("install.md", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["three_processes.md", "plan.md", "three_machines.md"])
def test_a_page(page: str, folder: Path) -> None:
    follow(page, folder)


def test_every_command_of_the_tutorial_stands_in_a_console_block() -> None:
    pages = sorted(TUTORIAL.glob("*.md"))
    assert len(pages) == 5
    assert sum(len(typed(block)) for page in pages for block in blocks(page) if block.language == "console") > 20


def test_what_a_page_shows_is_found_or_not() -> None:
    printed = "Result\nmean     62.75\n\nTime\n  online 0.02 s\nRevealed\nx.py:3   +- 2e-05\n"
    assert shows("Result\nmean 62.75\n", printed)
    assert shows("Result\n...\nRevealed\nx.py:3 ...\n", printed)
    assert not shows("Result\nmean 62.76\n", printed)
    assert not shows("Result\nRevealed\n", printed)
    assert not shows("Revealed\n...\nResult\n", printed)
    assert lines(" a  b \n\nc") == ["a b", "c"]
