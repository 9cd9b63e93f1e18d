"""What is summed beside the updates: examples, losses, hits, and what was cut off; one number each, of 64 bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from mpc.algebra.words import U64, Words

NAMES = (
    "weight", "examples", "capped", "shortened", "saturated", "loss", "held_out", "held_out_loss", "held_out_judged",
    "held_out_correct", "told",
)  # fmt: skip
BITS = 64
WIDTHS = ((len(NAMES), BITS),)
"""Of a vector that holds them alone."""
REALS = ("loss", "held_out_loss")
"""Sums of reals, in units of 2^-16."""

_SCALE = 1 << 16


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over all clients of a round. `weight` is what the mean is divided by; `loss` is of `told` of the examples;
    `held_out_judged` of those held out can be right or wrong."""

    weight: int = 0
    examples: int = 0
    capped: int = 0
    shortened: int = 0
    saturated: int = 0
    loss: float = 0.0
    held_out: int = 0
    held_out_loss: float = 0.0
    held_out_judged: int = 0
    held_out_correct: int = 0
    told: int = 0


def with_loss(figures: Figures, examples: int, loss: float | None) -> Figures:
    """With the examples that a site trained on, and their mean loss if it is told."""
    if loss is None:
        return replace(figures, examples=examples)
    return replace(figures, examples=examples, loss=loss * examples, told=examples)


def figure_words(figures: Figures, clients: int) -> Words:
    """(11,) words. A number that so many clients could not add up is cut off at what they can; one that is not finite
    counts as the largest."""
    most = (1 << (BITS - 2)) // clients
    numbers = [_units(name, getattr(figures, name)) for name in NAMES]
    return np.array([min(max(number, -most), most) % (1 << BITS) for number in numbers], U64)


def figures_of(total: Words) -> Figures:
    """The sums again."""
    signed = total.astype(np.int64, copy=True).tolist()
    values: Mapping[str, float] = {
        name: number / _SCALE if name in REALS else number for name, number in zip(NAMES, signed, strict=True)
    }
    return Figures(**values)  # type: ignore[arg-type]


def _units(name: str, value: float) -> int:
    if name not in REALS:
        return int(value)
    return round(value * _SCALE) if isfinite(value) and abs(value) < 1 << 46 else 1 << BITS
