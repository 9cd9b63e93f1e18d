"""A page that stands alone: one HTML file, its style and pictures inside, for a browser and for paper.

It loads nothing and runs nothing, and says so to the browser by a policy of its own. Every text is escaped; pictures
are SVG, taken in as they are but for their names, so that those of two pictures do not meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from mpc.errors import LocalError

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
NUMBER = re.compile(r"[-+]?[\d.,]+( ?(%|s|ms|min|B|kB|MB|GB))?")
NAMED = re.compile(r"""(\bid="|url\(#|href="#)([^")]+)""")
TAG = re.compile(r"<[^>]*>")
ACTIVE = re.compile(r"""^<\s*(script|foreignObject|iframe|object|embed)\b|\son\w+\s*=|href\s*=\s*["'](?!#)""", re.I)

STYLE = """
:root {color-scheme: light dark; --ink: #2a2f36; --dim: #66707c; --line: #d5dae0; --paper: #ffffff; --mark: #00796b}
@media (prefers-color-scheme: dark) {
  :root {--ink: #e2e5ea; --dim: #9aa3ad; --line: #3a424c; --paper: #16191d; --mark: #4db6ac}
}
* {box-sizing: border-box}
body {margin: 0 auto; max-width: 56rem; padding: 2rem 1rem 4rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif}
h1 {font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem}
h2 {font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 2px solid var(--mark)}
h3 {font-size: 1rem; margin: 1.5rem 0 .25rem}
p {margin: .5rem 0; max-width: 44rem}
.lead {font-size: 1.1rem}
.numbers {display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0}
.numbers div {border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; min-width: 8rem}
.numbers b {display: block; font-size: 1.4rem; color: var(--mark)}
.numbers span, figcaption, caption, .note {color: var(--dim); font-size: .875rem}
.wide {overflow-x: auto}
table {border-collapse: collapse; margin: .75rem 0; font-size: .875rem}
caption {text-align: left; padding-bottom: .25rem}
th {text-align: left; font-weight: 600; border-bottom: 1px solid var(--ink)}
th, td {padding: .25rem .9rem .25rem 0; vertical-align: top}
td {border-bottom: 1px solid var(--line)}
.number {text-align: right; font-variant-numeric: tabular-nums}
figure {margin: 1rem 0}
figure svg {max-width: 100%; height: auto}
@media print {
  :root {--ink: #000; --dim: #444; --line: #bbb; --paper: #fff; --mark: #00574d}
  body {font-size: 10pt; max-width: none; padding: 0}
  h2, h3 {break-after: avoid} figure, tr, .numbers {break-inside: avoid} .wide {overflow: visible}
}
"""


@dataclass(slots=True)
class Page:
    """A page that is written from the top down: a title, what it comes to in a sentence or two, then parts."""

    title: str
    lead: str
    _parts: list[str] = field(default_factory=list)
    _pictures: int = 0

    def heading(self, text: str, level: int = 2) -> None:
        """A heading, of level 2 or 3."""
        self._parts.append(f"<h{level}>{escape(text)}</h{level}>")

    def text(self, *paragraphs: str) -> None:
        """Paragraphs."""
        self._parts += [f"<p>{escape(each)}</p>" for each in paragraphs]

    def note(self, text: str) -> None:
        """A paragraph that is less important."""
        self._parts.append(f'<p class="note">{escape(text)}</p>')

    def numbers(self, *figures: tuple[str, str]) -> None:
        """A few numbers that matter, each with what it is."""
        cells = (f"<div><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in figures)
        self._parts.append(f'<div class="numbers">{"".join(cells)}</div>')

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> None:
        """A table; columns whose cells are all numbers stand to the right. Nothing where there are no rows."""
        body = [[str(cell) for cell in row] for row in rows]
        if not body:
            return
        right = [all(NUMBER.fullmatch(cell) or not cell for cell in column) for column in zip(*body, strict=True)]
        head = _row("th", columns, right)
        said = f"<caption>{escape(caption)}</caption>" if caption else ""
        filled = "\n".join(_row("td", row, right) for row in body)
        self._parts.append(
            f'<div class="wide"><table>{said}<thead>{head}</thead>\n<tbody>{filled}</tbody></table></div>'
        )

    def picture(self, svg: str, caption: str) -> None:
        """A picture, the text of an SVG file, and what it shows. LocalError `not-a-picture` for what would load or run
        something."""
        self._pictures += 1
        drawn = _inline(svg, f"p{self._pictures}-", caption)
        self._parts.append(f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>")

    def html(self) -> str:
        """The whole file."""
        title = escape(self.title)
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n'
            f'<body><h1>{title}</h1><p class="lead">{escape(self.lead)}</p>\n'
            + "\n".join(self._parts)
            + "\n</body></html>\n"
        )


def _row(tag: str, cells: Sequence[str], right: Sequence[bool]) -> str:
    marked = (' class="number"' if is_number else "" for is_number in right)
    return "<tr>" + "".join(f"<{tag}{m}>{escape(c)}</{tag}>" for c, m in zip(cells, marked, strict=True)) + "</tr>"


def _inline(svg: str, prefix: str, said: str) -> str:
    """The element of an SVG file, with its names made its own and a text for who does not see it."""
    place = svg.find("<svg")
    if place < 0 or any(ACTIVE.search(tag) for tag in TAG.findall(svg[place:])):
        what = "it has no <svg> element" if place < 0 else "it would load or run something"
        raise LocalError(
            "not-a-picture", f"a picture cannot be put on the page: {what}", "give a plain SVG file's text"
        )
    named = NAMED.sub(lambda found: f"{found[1]}{prefix}{found[2]}", svg[place:])
    return named.replace("<svg", f'<svg role="img" aria-label="{escape(said)}"', 1)
