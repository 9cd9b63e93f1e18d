"""Operands for measurements: arrays of words without a pattern, the same in every run."""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import Shape, Words


def random_words(shape: Shape, number: int = 0) -> Words:
    """The operand of a number; its pages are all the process's own."""
    return np.random.default_rng(number).integers(0, 2**64, shape, np.uint64)
