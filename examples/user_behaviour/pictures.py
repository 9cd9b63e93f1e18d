"""The pictures of the report, each the text of an SVG file; its ink is the page's unless `style` sets another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from docs.pictures import COLOURS, STYLE, svg
from examples.user_behaviour.clear import Outcome
from examples.user_behaviour.network import Floats, curve

PRIVATE, OTHER, CLEAR = COLOURS[0], COLOURS[7], COLOURS[1]


def drawn(draw: Callable[[Figure], None], height: float = 3.2, style: str = "") -> str:
    """What `draw` draws into a new figure."""
    with rc_context(STYLE):
        figure = Figure(figsize=(7, height), layout="constrained")
        draw(figure)
        return svg(figure, "Parley", style)


def accuracy(compared: Sequence[Outcome], style: str = "") -> str:
    """The area under the ROC curve of each model, the shops' own first."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        names = [f"{each.name} ({each.trained_on:,})" for each in compared]
        colours = [*[OTHER] * (len(compared) - 2), PRIVATE, CLEAR]
        axes.barh(names, [each.area for each in compared], color=colours, height=0.7)
        for place, each in enumerate(compared):
            axes.text(each.area, place, f" {each.area:.3f}", va="center")
        axes.set(xlim=(0.5, 1), xlabel="area under the ROC curve (0.5: by chance), of customers kept back")
        axes.invert_yaxis()

    return drawn(draw, style=style)


def curves(compared: Sequence[Outcome], came: Floats) -> str:
    """The ROC curves of the best of the shops alone, of all with noise, and of all in one place."""
    alone = max(compared[:-2], key=lambda each: each.area)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for each, colour in ((alone, OTHER), (compared[-2], PRIVATE), (compared[-1], CLEAR)):
            axes.plot(*curve(each.scores, came), color=colour, label=f"{each.name}, {each.area:.3f}")
        axes.plot([0, 1], [0, 1], color=OTHER, linewidth=0.6, linestyle=":")
        axes.set(
            xlabel="of those who did not come again, foretold that they would", ylabel="of those who came, foretold"
        )
        axes.legend(frameon=False, loc="lower right")

    return drawn(draw, 4.2)


def counts(released: Any, exact: Any, labels: Sequence[str], title: str, style: str = "") -> str:
    """Counts as they were released, beside the exact ones, which only this script knows."""

    def draw(figure: Figure) -> None:
        axes, place = figure.add_subplot(), np.arange(len(labels))
        axes.bar(place - 0.2, released, 0.4, color=PRIVATE, label="released, with noise")
        axes.bar(place + 0.2, exact, 0.4, color=OTHER, label="exact")
        axes.set(xticks=place, xticklabels=labels, xlabel=title, ylabel="customers")
        axes.legend(frameon=False)

    return drawn(draw, 2.6, style)


def times(steps: Sequence[str], seconds: Sequence[float]) -> str:
    """How long each step took, one after the other."""

    def draw(figure: Figure) -> None:
        axes, begin = figure.add_subplot(), 0.0
        for place, (name, took) in enumerate(zip(steps, seconds, strict=True)):
            axes.barh(0, took, left=begin, color=COLOURS[place], label=f"{name} {took:.1f} s")
            begin += took
        axes.set(yticks=[], xlabel="seconds", xlim=(0, begin))
        figure.legend(frameon=False, loc="outside upper center", ncols=len(steps))

    return drawn(draw, 1.5)


def intervals(lower: Sequence[int], unit: str = "") -> list[str]:
    """The names of intervals that begin here, of whole numbers; the last is open."""
    ends = [*(each - 1 for each in lower[1:]), None]
    pairs = zip(lower, ends, strict=True)
    return [
        f"{unit}{low} or more" if high is None else f"{unit}{low}" if low == high else f"{unit}{low} to {high}"
        for low, high in pairs
    ]
