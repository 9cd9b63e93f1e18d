"""The nearest sequence in the clear: sequences that are made up, their distances, and
the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"laboratory": "probe.csv", "archive": "archive.csv"}
LENGTH = 16
LINES = 12
EDITS = 3


def data() -> dict[str, dict[str, Any]]:
    """Sequences by chance, of which one is the probe with a few bases cut and added."""
    random = np.random.RandomState(16)
    probe = random.randint(0, 4, LENGTH)
    lines = random.randint(0, 4, (LINES, LENGTH))
    kept = np.delete(probe, random.choice(LENGTH, EDITS, replace=False))
    lines[7] = np.concatenate([kept, random.randint(0, 4, EDITS)])
    return {"probe.csv": table(probe[None]), "archive.csv": table(lines)}


def table(rows: Any) -> dict[str, Any]:
    """Bases, a column each."""
    return {f"base{place}": column for place, column in enumerate(np.transpose(rows))}


def clear(probe: Any, archive: Any) -> dict[str, Any]:
    """The smallest distance, and the first line that has it."""
    first = np.asarray(probe)[0]
    distances = [distance(first, line) for line in np.asarray(archive)]
    return {"nearest": int(np.argmin(distances)), "distance": min(distances)}


def distance(x: Any, y: Any) -> int:
    """Levenshtein's."""
    above = list(range(len(y) + 1))
    for row, left in enumerate(x):
        line = [row + 1]
        for place, right in enumerate(y):
            step = min(above[place + 1], line[place]) + 1
            line.append(min(above[place] + int(left != right), step))
        above = line
    return above[-1]


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The archive's lines, of which one is named."""
    axes = figure.add_subplot()
    nearest = int(result["nearest"])
    colors = [("C0", 1 if line == nearest else 0.15) for line in range(LINES)]
    axes.barh(range(LINES), [1] * LINES, color=colors)
    axes.text(
        0.5,
        nearest,
        f"nearest: {int(result['distance'])} edits",
        ha="center",
        va="center",
        color="white",
    )
    axes.set(xticks=[], yticks=range(LINES))
    axes.set_yticklabels([f"line {line + 1}" for line in range(LINES)])
    axes.invert_yaxis()
    axes.set_title("The line of the archive that is nearest to the probe")
    for side in axes.spines.values():
        side.set_visible(False)
