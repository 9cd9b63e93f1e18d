"""Pictures of the documentation: SVG files that are as legible in the dark as in the light, and say what they are of.

Whoever reads chooses light or dark, and the picture follows: its ink is the current colour, which a style of its own
sets by the preferred scheme. The fonts are the reader's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

INK = "#2a2f36"
LIGHT_INK = "#e2e5ea"
COLOURS = ("#0f9485", "#e07b39", "#8a6fd4", "#d9485f", "#4c8fd6", "#b8901f", "#7d8793", "#9aa3ad")
STYLE: Any = {
    "svg.hashsalt": "parley",
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.facecolor": "none",
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
}
SCHEMES = f"<style>svg {{color: {INK}}} @media (prefers-color-scheme: dark) {{svg {{color: {LIGHT_INK}}}}}</style>"


def made_of(files: Iterable[Path]) -> str:
    """What a picture says that it was made of: a digest of these files."""
    digest = sha256()
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return f"made of {digest.hexdigest()[:24]}"


def write(target: Path, draw: Callable[[Figure], None], files: Iterable[Path]) -> None:
    """Writes what `draw` draws into a new figure, which is made of these files."""
    with rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6), layout="constrained")
        draw(figure)
        save(figure, target, made_of(files))


def save(figure: Figure, target: Path, description: str) -> None:
    """Writes a figure that was made in STYLE."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg(figure, description), encoding="utf-8")


def svg(figure: Figure, description: str, style: str = SCHEMES) -> str:
    """The text of its file. `style`: what sets the colour of the ink; a page that takes the picture in has its own."""
    text = StringIO()
    figure.savefig(
        text, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Description": description}
    )
    head, start, rest = text.getvalue().partition("<svg ")
    attributes, end, body = rest.partition(">")
    plain = "\n".join(line.rstrip() for line in body.replace(INK, "currentColor").splitlines())
    return f"{head}{start}{attributes}{end}\n {style}{plain}\n"


def is_made_of(target: Path, files: Iterable[Path]) -> bool:
    """Whether a picture says that it was made of these files as they are."""
    return target.exists() and made_of(files) in target.read_text(encoding="utf-8")
