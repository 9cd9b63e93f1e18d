"""Series of sines that are the logistic function and erf over a bounded range: what is left out, and where it ends."""

from __future__ import annotations

from math import erf as erf_of

import numpy as np
import pytest

from protocols.numeric.error_function import erf
from protocols.numeric.sigmoid import sigmoid
from protocols.numeric.smooth_steps import ERF_TAILS, LOGISTIC_TAILS, LONGEST_TURN, erf_waves, logistic_waves
from protocols.ranges import Range

from .computing import compute

REALS = [(-1, 1), (0, 8), (-8, 8), (-30, 30), (-35.5, 5)]


@pytest.mark.parametrize("turn", range(LOGISTIC_TAILS + 1, LONGEST_TURN + 1, 9))
def test_the_logistic_series_is_near_and_within_0_and_1(turn: int) -> None:
    x = np.linspace(-(turn - LOGISTIC_TAILS) / 2, (turn - LOGISTIC_TAILS) / 2, 1001)
    series = sum(float(wave.a) * np.sin(2 * np.pi * wave.k * x / turn) for wave in logistic_waves(turn))
    assert np.abs(0.5 + series - 1 / (1 + np.exp(-x))).max() < 1.4e-5
    assert np.abs(series).max() < 0.5 - 2.0**-19


@pytest.mark.parametrize("turn", range(ERF_TAILS + 1, LONGEST_TURN + 1, 11))
def test_the_series_of_erf_is_nearer_than_its_last_place(turn: int) -> None:
    x = np.linspace(-(turn - ERF_TAILS) / 2, (turn - ERF_TAILS) / 2, 1001)
    right = np.array([erf_of(v) for v in x])
    for f in (8, 16, 20):
        series = sum(float(wave.a) * np.sin(2 * np.pi * wave.k * x / turn) for wave in erf_waves(f, turn))
        assert np.abs(series - right).max() < 2.0 ** -(f + 3)


@pytest.mark.parametrize(("lo", "hi"), REALS)
@pytest.mark.parametrize("f", [8, 16, 20])
def test_both_take_few_rounds_and_keep_their_bounds(lo: float, hi: float, f: int) -> None:
    r = Range.of_reals(lo, hi, f)
    x = np.linspace(r.lo, r.hi, 400).astype(np.int64)
    reals = np.ldexp(x.astype(float), -f)
    logistic, step = (compute(function, x, r, f, "replicated3") for function in (sigmoid, erf))
    assert max(logistic.rounds, step.rounds) <= 4
    assert np.abs(np.ldexp(logistic.values.astype(float), -f) - 1 / (1 + np.exp(-reals))).max() < 1.4e-5 + 2.0**-f
    assert 0 <= logistic.values.min() <= logistic.values.max() <= 1 << f
    assert np.abs(step.values - np.array([erf_of(v) for v in reals]) * 2.0**f).max() < 1.2


def test_what_reaches_further_is_compared() -> None:
    x = np.array([-(1 << 30), -(40 << 16), 0, 40 << 16, 1 << 30])
    y = compute(sigmoid, x, Range.of_reals(-40000, 40000, 16), suite="replicated3").values
    assert y.tolist()[:2] + y.tolist()[3:] == [0, 0, 1 << 16, 1 << 16]
