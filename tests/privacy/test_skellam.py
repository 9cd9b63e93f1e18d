"""Poisson and Skellam noise is exact, and the divergence that is charged is not less than the true one."""

from __future__ import annotations

from fractions import Fraction
from math import exp, factorial, log

import numpy as np
import pytest
from privacy.goodness import p_value
from privacy.tapes import stream, stream_of

from mpc.errors import LocalError
from protocols.privacy.aggregates import Aggregate
from protocols.privacy.mechanisms import Gaussian, release
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import Skellam, SkellamNoise, poisson, renyi_bound

MEANS = [Fraction(1, 50), Fraction(1, 2), Fraction(3), Fraction(41, 7)]


def poisson_pmf(mean: Fraction, k: int) -> float:
    return exp(-mean) * float(mean) ** k / factorial(k) if k >= 0 else 0.0


def skellam_pmf(variance: float) -> dict[int, float]:
    half = Fraction(variance) / 2
    p = np.array([poisson_pmf(half, k) for k in range(60)])
    return dict(zip(range(-59, 60), np.convolve(p, p[::-1]), strict=True))


@pytest.mark.parametrize("mean", MEANS)
def test_cumulative_probabilities(mean: Fraction) -> None:
    first, digits = poisson(mean).cumulative(64)
    for k in range(first, first + 12):
        assert digits[k - first] / 2**64 == pytest.approx(sum(poisson_pmf(mean, j) for j in range(k + 1)), rel=1e-12)
    assert digits[-1] == 2**64 - 1
    deeper = poisson(mean).cumulative(128)
    assert [x >> 64 for x in deeper[1][: len(digits)]] == digits[: len(deeper[1])]


def test_every_tape_of_eight_bits() -> None:
    """As many tapes give at most k as the digits of F(k) say, and the one that ties with them, or not."""
    tapes = np.arange(256, dtype=np.uint64) << np.uint64(56)
    first, digits = poisson(Fraction(3), 8).cumulative(8)
    x = poisson(Fraction(3), 8).draw(256, stream_of(tapes, after=stream("ties of Poisson")))
    for k, of in enumerate(digits, first):
        assert of <= np.count_nonzero(x <= k) <= of + 1


@pytest.mark.parametrize("digits", [2, 64])
@pytest.mark.parametrize("mean", MEANS)
def test_poisson_at_large_samples(mean: Fraction, digits: int) -> None:
    """With two bits most numbers tie, and are drawn further."""
    sample = poisson(mean, digits).draw(20_000 if digits == 64 else 400, stream("poisson", str(mean), digits))
    assert p_value(sample, lambda k: poisson_pmf(mean, k), 20) > 1e-4


@pytest.mark.parametrize("variance", [Fraction(1, 2), Fraction(9)])
def test_skellam_at_large_samples(variance: Fraction) -> None:
    wanted = skellam_pmf(float(variance))
    sample = SkellamNoise(variance).draw(20_000, stream("skellam", str(variance)))
    assert p_value(sample, wanted.__getitem__, 20) > 1e-4


@pytest.mark.parametrize("order", [2, 3, 8, 20])
@pytest.mark.parametrize("variance", [1, 4, 9])
def test_the_divergence_charged_is_not_below_the_true_one(variance: int, order: int) -> None:
    """Of one figure that moves by 1 or 2."""
    p = skellam_pmf(variance)
    for moved in (1, 2):
        terms = [exp(order * log(p[x]) + (1 - order) * log(p[x - moved])) for x in range(-25, 26)]
        true = log(sum(terms)) / (order - 1)
        bound = renyi_bound(order, Fraction(variance), Sensitivity(moved, moved**2, add_or_remove()))
        assert 0 < true <= bound


def test_large_skellam_noise_costs_about_what_gaussian_noise_does() -> None:
    near, delta = Sensitivity(1, 1, add_or_remove()), Fraction(1, 10**6)
    epsilon = float(Skellam(10**4, delta).event(near).epsilon)
    rho = float(1 / (2 * Gaussian(Fraction(1, 2 * 10**4)).event(near).variance))
    assert 0.6 < epsilon / (rho + 2 * (rho * log(10**6)) ** 0.5) < 1
    assert Skellam(10**4, delta).event(near).delta == delta


def test_releases_and_what_is_refused() -> None:
    figures = Aggregate(np.zeros(4000, np.int64), Fraction(1), Sensitivity(2, 4, add_or_remove()))
    released = release(figures, Skellam(9, "1e-6"))
    assert released.deviation == 6
    assert 5.5 < released.values.std() < 6.5
    for variance, delta, code in (
        (0, "0.1", "amount-out-of-range"), (1, 0, "amount-out-of-range"), (1, 1, "amount-out-of-range"),
        (2**30, "0.1", "noise-out-of-range"),
    ):  # fmt: skip
        with pytest.raises(LocalError) as refused:
            release(figures, Skellam(variance, delta))
        assert refused.value.code == code
