"""With what probability random neighbours fail: exact hypergeometric tails, in powers of two.

Of a population of which some are marked, so many are drawn without putting back; the marked among these are
hypergeometric. Everything here is log2 of a probability, an array where `marked` is one; -inf for what cannot happen.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, log2

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def tail(population: int, marked: npt.ArrayLike, drawn: int, at_least: int) -> Numbers:
    """log2 P[at least so many of the drawn are marked], for each number of marked."""
    whole = np.atleast_1d(np.asarray(marked, np.int64))[:, None]
    hits = np.arange(max(at_least, 0), drawn + 1)[None, :]
    possible = (hits <= whole) & (drawn - hits <= population - whole)
    terms = _log_choose(whole, hits, possible) + _log_choose(population - whole, drawn - hits, possible)
    terms = np.where(possible, terms - log2_choose(population, drawn), -inf)
    return np.minimum(log2_sum(terms), 0.0)


def log2_sum(terms: Numbers) -> Numbers:
    """log2 of the sum of 2^term over the last axis; -inf for none."""
    if not terms.shape[-1]:
        return np.full(terms.shape[:-1], -inf)
    peak = terms.max(axis=-1)
    level = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(level + np.log2(np.exp2(terms - level[..., None]).sum(axis=-1)))


def log2_choose(n: int, k: int) -> float:
    """log2 of the binomial coefficient."""
    logs = _log_factorials(n)
    return float(logs[n] - logs[k] - logs[n - k])


def _log_choose(n: npt.NDArray[np.int64], k: npt.NDArray[np.int64], possible: npt.NDArray[np.bool_]) -> Numbers:
    n, k = (np.where(possible, x, 0) for x in np.broadcast_arrays(n, k))
    logs = _log_factorials(int(n.max(initial=0)))
    return np.asarray(logs[n] - logs[k] - logs[n - k])


def _log_factorials(most: int) -> Numbers:
    """log2 of 0!, 1!, ... at least to `most`!."""
    return _table(1 << max(most, 1).bit_length())


@lru_cache(maxsize=24)
def _table(size: int) -> Numbers:
    steps = np.zeros(size + 1, np.longdouble)
    steps[1:] = np.log2(np.arange(1, size + 1, dtype=np.longdouble))
    return np.cumsum(steps).astype(np.float64)


def times(count: float, log2_probability: float) -> float:
    """The union bound over so many events of one probability."""
    return log2(count) + log2_probability if count > 0 else -inf
