"""Poisson numbers of large means are accepted with the right chance, by floats and by many digits alike."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import exp, lgamma, log

import numpy as np
import pytest
from privacy.goodness import p_value
from privacy.tapes import stream

from mpc.errors import LocalError
from protocols.privacy.large_poisson import _DIGITS, MARGIN, LargePoisson, LargeSkellam, large_poisson

LEAST = 1 << 21
MEANS = [LEAST, LEAST + 12345, 10**9 + 7, 10**20 + 3, 1 << 94]


def summed(mean: int, j: int) -> Decimal:
    """c(j), term by term."""
    d, total, m = _DIGITS, Decimal(0), Decimal(mean)
    for i in range(1, j + 1) if j > 0 else range(0, j, -1):
        x = d.divide(Decimal(i), m)
        term = d.subtract(x, d.ln(d.add(Decimal(1), x)))
        total = d.add(total, term) if j > 0 else d.subtract(total, term)
    return total


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("j", [-300, -2, -1, 0, 1, 7, 400])
def test_many_digits_are_those_of_the_sum(mean: int, j: int) -> None:
    assert abs(large_poisson(mean).exponent(j) - summed(mean, j)) < Decimal(10) ** -60


@pytest.mark.parametrize("mean", MEANS)
def test_floats_are_far_within_their_margin_and_no_chance_is_above_one(mean: int) -> None:
    noise = large_poisson(mean)
    ends = np.array([-noise.most, -1, 0, 1, noise.most])
    j = np.concatenate([ends, np.linspace(-noise.most, noise.most, 300).astype(np.int64)])
    many = [float(_DIGITS.exp(noise.exponent(int(each)) - Decimal(noise._c))) for each in j]
    assert np.abs(noise._chance(j) - many).max() < MARGIN / 2**8
    assert exp(-2 * noise._c) * 0.99 < min(many) <= max(many) <= 1


def test_who_compares_all_numbers_slowly_gets_the_same() -> None:
    quick, slow = (LargePoisson(LEAST, margin) for margin in (MARGIN, 0.01))
    u = stream("u").words(600)
    j = slow._proposals.draw(600, stream("j")) >> 1
    chance = quick._chance(j)
    uniform = (u >> np.uint64(11)) * 2.0**-53
    sure = np.flatnonzero(np.abs(uniform - chance) > MARGIN)
    exactly = [slow._accepts(int(j[i]), int(u[i]), stream("rest", int(i))) for i in sure]
    assert exactly == (uniform < chance)[sure].tolist()
    assert abs(slow.draw(500, stream("some")).mean()) < 5 * (LEAST / 500) ** 0.5


@pytest.mark.parametrize("mean", [LEAST, 1 << 40])
def test_poisson_at_large_samples(mean: int) -> None:
    width = int(mean**0.5) // 3
    sample = np.floor_divide(large_poisson(mean).draw(40_000, stream("large poisson", mean)), width)

    def pmf(cell: int) -> float:
        inner = np.linspace(cell * width, (cell + 1) * width - 1, 201)
        weights = [
            exp((mean + j) * log(mean) - mean - lgamma(mean + j + 1))
            if mean < 1 << 30
            else exp(-j * (j + 1) / (2 * mean) + j**3 / (6 * mean**2)) / (2 * np.pi * mean) ** 0.5
            for j in inner
        ]
        return float(np.mean(weights)) * width

    assert p_value(sample, pmf, 10) > 1e-6


def test_skellam_numbers_of_large_variance() -> None:
    noise = LargeSkellam(1 << 30)
    sample = noise.draw(20_000, stream("large skellam"))
    assert noise.variance == 1 << 31
    assert sample.var() == pytest.approx(float(noise.variance), rel=0.05)
    assert noise.missed < Fraction(1, 1 << 90)


@pytest.mark.parametrize("mean", [LEAST - 1, (1 << 94) + 1])
def test_other_means_are_refused(mean: int) -> None:
    with pytest.raises(LocalError, match="noise-out-of-range"):
        large_poisson(mean)
