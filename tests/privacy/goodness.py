"""Whether a sample can be of a distribution."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import numpy.typing as npt

Pmf = Callable[[int], float]
RARE = 2.0**-43
"""A p-value that a sample of the system's randomness is below by chance less than once in 2^40 runs, also where the
chi-square distribution is that of its cells but nearly."""


def p_value(sample: npt.NDArray[np.int64], pmf: Pmf, most: int) -> float:
    """Of a chi-square test on -most to most, and what is beyond; the bound of Laurent and Massart, 2000, lemma 1."""
    n, places = len(sample), list(range(-most, most + 1))
    counts = np.array([np.count_nonzero(sample == x) for x in places])
    expected = n * np.array([pmf(x) for x in places])
    counts, expected = np.append(counts, n - counts.sum()), np.append(expected, max(n - expected.sum(), 1e-9))
    large = expected >= 5  # fewer are further off, now and then, than chi-square says
    statistic = float(((counts - expected)[large] ** 2 / expected[large]).sum())
    degrees, x = int(large.sum()), 0.0
    while degrees + 2 * (degrees * x) ** 0.5 + 2 * x < statistic:
        x += 0.1
    return exp(-x)
