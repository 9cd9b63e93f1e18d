"""The pages of the documentation as tests see them: fenced blocks, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(`{3,})([a-z]*)[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'^`+[a-z]+ title="([^"]+)"')
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SNIPPET = re.compile(r'^--8<-- "([^"]+)"$', re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text and title, the page's line it starts at, the `text` block right after it."""

    language: str
    text: str
    line: int
    output: str | None
    title: str = ""


def pages() -> list[Path]:
    """Every page of the documentation, those in the root included."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page's path from the root, as tests are called by it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The page's fenced blocks, in order."""
    text = SNIPPET.sub(_included, page.read_text(encoding="utf-8"))
    found = list(FENCE.finditer(text))
    return [
        Block(m[2], m[3], text.count("\n", 0, m.start()) + 1, _output(text, m, after), _title(m))
        for m, after in zip_longest(found, found[1:])
    ]


def links(page: Path) -> Iterator[str]:
    """The targets of the page's links and pictures, fenced blocks left out."""
    for match in LINK.finditer(_prose(page)):
        yield match[1]


def anchors(page: Path) -> set[str]:
    """The anchors that the page's headings make."""
    return {_slug(heading) for heading in HEADING.findall(_prose(page))}


def _included(snippet: re.Match[str]) -> str:
    """The file that stands in a snippet's place."""
    return (ROOT / snippet[1]).read_text(encoding="utf-8").rstrip()


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def _slug(heading: str) -> str:
    plain = re.sub(r"[`*\[\]]|\([^)]*\.md[^)]*\)", "", heading).lower()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip())


def _title(block: re.Match[str]) -> str:
    found = TITLE.match(block[0])
    return found[1] if found else ""


def _output(text: str, block: re.Match[str], after: re.Match[str] | None) -> str | None:
    if (
        block[2] not in ("python", "console")
        or after is None
        or after[2] != "text"
        or text[block.end() : after.start()].strip()
    ):
        return None
    return after[3]
