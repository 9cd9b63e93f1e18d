"""The millionaires in the clear: two fortunes that are made up, who is richer, and the
picture of the result.
"""

from __future__ import annotations

from typing import Any

PARTIES = {"alice": "alice.csv", "bob": "bob.csv"}
COLUMNS = ("cents",)


def data() -> dict[str, dict[str, Any]]:
    """Two amounts that differ late."""
    return {
        "alice.csv": {"cents": [731204918255]},
        "bob.csv": {"cents": [731204917960]},
    }


def clear(first: Any, second: Any) -> dict[str, Any]:
    """Both comparisons."""
    a, b = (int(table["cents"][0]) for table in (first, second))
    return {"first_has_more": a > b, "alike": a == b}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """A pair of scales, of which nobody sees what lies in the pans."""
    axes = figure.add_subplot()
    tilt = 0 if result["alike"] else 0.25 if result["first_has_more"] else -0.25
    axes.plot([-1, 1], [1 - tilt, 1 + tilt], color="C0", linewidth=3)
    axes.plot([0, 0], [0, 1], color="C0", linewidth=3)
    for name, place, height in zip(PARTIES, (-1, 1), (1 - tilt, 1 + tilt), strict=True):
        axes.annotate(
            f"{name}: ?",
            (place, height),
            xytext=(place, height - 0.4),
            ha="center",
            arrowprops={"arrowstyle": "-", "color": "C0"},
        )
    axes.set(xlim=(-1.6, 1.6), ylim=(0, 1.5), xticks=[], yticks=[])
    axes.set_title("Who is richer, by amounts that nobody shows")
    for side in axes.spines.values():
        side.set_visible(False)
