"""Small pieces of one form go through the parties' tools together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.ring import Words

JOINED_WORDS = 1 << 24
"""Pieces are joined up to about this many words of messages."""


def joined(parts: Sequence[Words], axis: int = 0) -> Words:
    """One array of all."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=axis)


def runs(places: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """Consecutive places of not much more than JOINED_WORDS together."""
    made: list[list[int]] = []
    room = 0
    for place in places:
        if room <= 0:
            made.append([])
            room = JOINED_WORDS
        made[-1].append(place)
        room -= sizes[place]
    return made
