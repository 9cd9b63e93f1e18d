"""A lower bound of a mechanism's epsilon, from many runs on two neighbours: Jagielski, Ullman, Oprea, NeurIPS 2020.

Half of the runs choose a set of outputs that is much more likely on the one than on the other. Of the other half, how
often each gave such an output bounds both probabilities (Chernoff, by relative entropy), and so epsilon: the truth is
below the bound with probability 2 exp(-SURE) at most, for whatever mechanism: enough where noise is of seeds that are
fixed. Of fresh noise tests ask for FRESH.
"""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt

Outputs = npt.NDArray[np.float64]

SURE, FRESH = 20.0, 30.0


def epsilon_at_least(on_one: Outputs, on_other: Outputs, delta: float = 0.0, sure: float = SURE) -> float:
    """From as many outputs, one number each, on two neighbours; the event is upper, or lower, than a threshold."""
    half = len(on_one) // 2
    best, event = -np.inf, (1.0, 0.0)
    for sign in (1.0, -1.0):
        for threshold in np.quantile(sign * np.concatenate([on_one[:half], on_other[:half]]), np.arange(0.02, 1, 0.02)):
            found = _bound(*(sign * x[:half] >= threshold for x in (on_one, on_other)), delta, sure)
            if found > best:
                best, event = found, (sign, float(threshold))
    sign, threshold = event
    return _bound(*(sign * x[half:] >= threshold for x in (on_one, on_other)), delta, sure)


def _bound(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_], delta: float, sure: float) -> float:
    low = 1 - _most(1 - one.mean(), len(one), sure)
    return log(max(low - delta, 1e-12) / _most(float(other.mean()), len(other), sure))


def _most(rate: float, n: int, sure: float) -> float:
    """The largest p that so high a rate of n leaves possible: n KL(rate, p) <= sure."""
    low, high = rate, 1.0
    for _ in range(50):
        p = (low + high) / 2
        low, high = (p, high) if n * _divergence(rate, p) <= sure else (low, p)
    return high


def _divergence(rate: float, p: float) -> float:
    parts = ((rate, p), (1 - rate, 1 - p))
    return sum(a * log(a / max(b, 1e-300)) for a, b in parts if a > 0)
