"""A picture of error against epsilon, or rho, for each figure of a plan: SVG, legible in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from party_runner.whole_file import write_file

WIDTH, HEIGHT = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 76, 16, 34, 44
LONGEST = 80
"""Characters of a title."""

INK, LIGHT_INK = "#2a2f36", "#e2e5ea"
MEAN, BOUND = "#0f9485", "#e07b39"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" font-size="12"'
    ' font-family="sans-serif" fill="currentColor">'
    "<style>svg {{color: {ink}}} @media (prefers-color-scheme: dark) {{svg {{color: {light}}}}}</style>"
)

NONE = f'<text x="{LEFT}" y="{HEIGHT // 2}">No single figure is revealed with noise.</text>'

Place = Callable[[float], float]
Curve = Sequence[Sequence[float]]


def write_plot(target: Path, figures: Sequence[dict[str, Any]]) -> None:
    """Write the picture of a plan's `figures`, whole or not at all. LocalError `unwritable`."""
    write_file(target, plot(figures).encode())


def plot(figures: Sequence[dict[str, Any]]) -> str:
    """A panel for each figure: both errors over amounts, and what is asked, as a dot on each; or that there is none."""
    head = HEAD.format(w=WIDTH, h=max(HEIGHT * len(figures), HEIGHT), ink=INK, light=LIGHT_INK)
    panels = [f'<g transform="translate(0 {HEIGHT * i})">{_panel(figure)}</g>' for i, figure in enumerate(figures)]
    return "\n".join([head, *(panels or [NONE]), "</svg>", ""])


def _panel(figure: dict[str, Any]) -> str:
    asked = [float(figure[figure["measure"]]), figure["mean_error"], figure["error"]]
    shown = [*(point for point in figure["curve"] if point[2] > 0), asked]
    errors = [error for point in shown for error in point[1:] if error > 0]
    amounts = [point[0] for point in shown]
    x, y = _scale(amounts, LEFT, WIDTH - RIGHT), _scale(errors, HEIGHT - BOTTOM, TOP)
    title = escape(f"{figure['name']}  {figure['figure']}".strip()[:LONGEST])
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{title}</text>', *_axes(figure, x, y, amounts, errors)]
    parts += [_line(shown[:-1], place, x, y, colour) for place, colour in ((1, MEAN), (2, BOUND))]
    parts += _dots(asked, x, y)
    return "".join([*parts, *_legend()])


def _scale(values: Sequence[float], start: float, end: float) -> Place:
    """From a value to its place, by logarithms."""
    low, high = log10(min(values)), log10(max(values))
    span = high - low or 1.0
    return lambda value: start + (end - start) * (log10(value) - low) / span


def _axes(
    figure: dict[str, Any], x: Place, y: Place, amounts: Sequence[float], errors: Sequence[float]
) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="currentColor" stroke-width="0.8"/>'
    for tick in _ticks(amounts):
        yield f'<text x="{x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>'
        yield f'<path d="M{x(tick):.1f} {bottom}v4" stroke="currentColor" stroke-width="0.8"/>'
    for tick in _ticks(errors):
        yield f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        yield f'<path d="M{LEFT} {y(tick):.1f}h-4" stroke="currentColor" stroke-width="0.8"/>'
    yield f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">{figure["measure"]}</text>'
    yield f'<text x="{LEFT}" y="{HEIGHT - 10}">error, in the unit of the figure</text>'


def _ticks(values: Sequence[float]) -> list[float]:
    """Powers of ten between the least and the greatest, and 2 and 5 times them where there are few."""
    low, high = min(values), max(values)
    exponents = range(floor(log10(low)), ceil(log10(high)) + 1)
    tens = [10.0**e for e in exponents if low <= 10.0**e <= high]
    return tens if len(tens) > 2 else [m * 10.0**e for e in exponents for m in (1, 2, 5) if low <= m * 10.0**e <= high]


def _line(curve: Curve, place: int, x: Place, y: Place, colour: str) -> str:
    points = " ".join(f"{x(point[0]):.1f},{y(point[place]):.1f}" for point in curve if point[place] > 0)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def _dots(asked: Sequence[float], x: Place, y: Place) -> list[str]:
    amount, *errors = asked
    marked = [(error, colour) for error, colour in zip(errors, (MEAN, BOUND), strict=True) if error > 0]
    return [f'<circle cx="{x(amount):.1f}" cy="{y(error):.1f}" r="4" fill="{colour}"/>' for error, colour in marked]


def _legend() -> Iterator[str]:
    for row, (said, colour) in enumerate((("95% within", BOUND), ("mean", MEAN), ("dots: as asked", "none"))):
        y = TOP + 14 + 17 * row
        yield f'<path d="M{WIDTH - RIGHT - 130} {y - 4}h18" stroke="{colour}" stroke-width="1.8"/>'
        yield f'<text x="{WIDTH - RIGHT - 106}" y="{y}">{said}</text>'
