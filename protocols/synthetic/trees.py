"""Trees of attributes, by their edges."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[int, ...]


def joined_by(edges: Sequence[Pair], a: int, b: int) -> bool:
    """Whether a path of these edges joins a and b."""
    return b in reached(edges, a)


def reached(edges: Sequence[Pair], root: int) -> dict[int, int]:
    """All that a path joins to the root, nearest first, each with the one before it on the path; the root's is -1."""
    found, waiting = {root: -1}, [root]
    for at in waiting:
        for edge in edges:
            other = sum(edge) - at
            if at in edge and other not in found:
                found[other] = at
                waiting.append(other)
    return found
