"""Writes the diagrams of the documentation: who sees what, the layers, the life of a run.

python -m docs.diagrams
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent / "diagrams"
STYLE = """
  svg { color: #2a2f36; font: 14px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
  @media (prefers-color-scheme: dark) { svg { color: #e2e5ea; } }
  text { fill: currentColor; }
  rect { stroke: currentColor; stroke-opacity: .35; fill: currentColor; fill-opacity: .04; }
  line { stroke: currentColor; stroke-opacity: .65; stroke-width: 1.4; }
  .lane { stroke-opacity: .3; stroke-dasharray: 3 4; }
  .head { font-weight: 600; }
  .small { font-size: 12px; }
  .mono { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
  .own { fill: #e07b39; fill-opacity: .25; stroke: #e07b39; stroke-opacity: 1; }
  .share { fill: #7d8793; fill-opacity: .22; stroke: none; }
  .open { fill: #0f9485; fill-opacity: .25; stroke: #0f9485; stroke-opacity: 1; }
"""
ARROW = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
    '<path d="M0 0 L8 4 L0 8 z" fill="currentColor"/></marker>'
)


class Drawing:
    """Boxes, texts and arrows on a canvas of so many pixels."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self.parts: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, kind: str = "") -> None:
        """A rectangle; `kind` says who sees what is in it."""
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "middle") -> None:
        """A line of text on a baseline."""
        self.parts.append(f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>')

    def arrow(self, start: tuple[float, float], end: tuple[float, float], *, both: bool = False) -> None:
        """A line with a tip at its end, or at both."""
        (x1, y1), (x2, y2) = start, end
        tips = 'marker-end="url(#tip)"' + (' marker-start="url(#tip)"' if both else "")
        self.parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {tips}/>')

    def line(self, x: float, top: float, bottom: float) -> None:
        """A thin vertical line."""
        self.parts.append(f'<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" class="lane"/>')

    def labelled(self, x: float, y: float, width: float, height: float, lines: Sequence[str], kind: str = "") -> None:
        """A box with centred lines, the first in bold."""
        self.box(x, y, width, height, kind)
        top = y + height / 2 - 9 * (len(lines) - 1) + 5
        for place, words in enumerate(lines):
            self.text(x + width / 2, top + 18 * place, words, "small" if place else "head")

    def svg(self) -> str:
        """The file's text."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
        size = f'width="{self.width}" height="{self.height}"'
        body = "\n".join(["<defs>" + ARROW + "</defs>", *self.parts])
        return f"{head} {size}>\n<title>{escape(self.title)}</title>\n<style>{STYLE}</style>\n{body}\n</svg>\n"


FIRMS = {
    "north": ("51.0  62.5", "9f3c 41b7 e0d2"),
    "south": ("48.0  55.0  70.0", "27a1 c86e 5b90"),
    "west": ("90.0", "d14f 8e03 77c5"),
}


def who_sees_what() -> Drawing:
    """Three firms, what each holds, what goes between them, what all learn."""
    drawing = Drawing(760, 430, "Who holds and sees what in a run of three parties")
    drawing.labelled(20, 12, 720, 44, ["firms.py: the program, the same at all, which all have read"], "open")
    for place, (name, (own, share)) in enumerate(FIRMS.items()):
        x = 20 + 260 * place
        drawing.arrow((x + 100, 58), (x + 100, 82))
        drawing.box(x, 84, 200, 196)
        drawing.text(x + 100, 106, f"{name}'s machine", "head")
        drawing.box(x + 16, 118, 168, 62, "own")
        drawing.text(x + 100, 138, f"{name}.csv", "small")
        drawing.text(x + 100, 164, own, "mono")
        drawing.box(x + 16, 196, 168, 68, "share")
        drawing.text(x + 100, 216, "a share of all data", "small")
        drawing.text(x + 100, 246, f"{share} ...", "mono")
        drawing.arrow((x + 100, 282), (x + 100, 316))
        if place:
            drawing.arrow((x - 56, 230), (x - 4, 230), both=True)
            drawing.text(x - 30, 214, "masked", "small")
            drawing.text(x - 30, 254, "TLS", "small")
    drawing.labelled(20, 318, 720, 44, ["what the program reveals: the mean, 62.75; above it, 2"], "open")
    legend = (("own", "its owner alone sees it"), ("share", "random to whoever sees it"), ("open", "all see it"))
    for place, (kind, words) in enumerate(legend):
        drawing.box(40 + 250 * place, 388, 18, 18, kind)
        drawing.text(66 + 250 * place, 402, words, "small", "start")
    return drawing


LAYERS = (
    ("your program", [("main(ctx, mine)", "numpy on secrets")]),
    ("party_runner", [("run, join", "processes"), ("plan, preprocess", "before"), ("keys, dealer", "others")]),
    (
        "protocols",
        [("array", "values, ranges, errors"), ("numeric", "1/x, exp, sort"), ("suites", "beaver, replicated3")],
    ),
    ("", [("runs", "from start to report"), ("preprocessing", "kinds of material"), ("ot", "oblivious transfer")]),
    ("mpc", [("context", "what protocols see"), ("network", "wire, TLS"), ("accounts, store", "costs, material")]),
    ("", [("algebra", "rings, fields, bits"), ("prg, hashes", "seeds to streams"), ("device", "OpenCL")]),
    ("native", [("kernels in C", "AVX2, AVX-512, AMX, portable; and OpenCL C")]),
)


def layers() -> Drawing:
    """The packages from above to below, and what is in each."""
    drawing = Drawing(760, 64 * len(LAYERS) + 20, "The layers of Parley; imports go downward only")
    for row, (package, boxes) in enumerate(LAYERS):
        y = 12 + 64 * row
        drawing.text(128, y + 31, package, "head", "end")
        width = (570 - 10 * (len(boxes) - 1)) / len(boxes)
        for place, lines in enumerate(boxes):
            kind = "own" if row == 0 else "open" if package == "native" else ""
            drawing.labelled(150 + (width + 10) * place, y, width, 52, lines, kind)
    drawing.arrow((738, 20), (738, 64 * len(LAYERS)))
    return drawing


NORTH, SOUTH, DEALER = 100, 420, 660
STEPS: tuple[tuple[int, int, str] | str, ...] = (
    "connect: TLS 1.3, every certificate pinned to its place",
    (NORTH, SOUTH, "HELLO: versions, parties, digest of the program"),
    (SOUTH, NORTH, "HELLO"),
    (NORTH, SOUTH, "CONFIRM: a hash of all HELLOs, a part of a seed"),
    (SOUTH, NORTH, "CONFIRM"),
    "offline: the dealer's seeds, if there is a dealer",
    (DEALER, SOUTH, "a seed"),
    (DEALER, NORTH, "a seed"),
    "the program runs, once, on the real data; at each reveal:",
    (SOUTH, DEALER, "the material it takes"),
    (DEALER, NORTH, "corrections"),
    (NORTH, SOUTH, "masked values"),
    (SOUTH, NORTH, "masked values"),
    "goodbye, with closing counts: a run ends when all have said it",
)


def life_of_a_run() -> Drawing:
    """Messages between two parties and a dealer, from above to below."""
    drawing = Drawing(760, 90 + 34 * len(STEPS), "The life of a run, message by message")
    for x, name in ((NORTH, "north"), (SOUTH, "south"), (DEALER, "dealer")):
        drawing.labelled(x - 60, 10, 120, 34, [name])
        drawing.line(x, 46, 76 + 34 * len(STEPS))
    for row, step in enumerate(STEPS):
        y = 84 + 34 * row
        if isinstance(step, str):
            drawing.labelled(40, y - 24, 680, 26, [step], "open" if row > 7 else "share")
        else:
            start, end, words = step
            drawing.arrow((start, y), (end, y))
            drawing.text((start + end) / 2, y - 6, words, "small")
    return drawing


DRAWINGS = {"who_sees_what": who_sees_what, "layers": layers, "life_of_a_run": life_of_a_run}


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        (FOLDER / f"{name}.svg").write_text(draw().svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
