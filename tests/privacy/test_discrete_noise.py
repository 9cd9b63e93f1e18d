"""Samples have exactly the distributions claimed: by enumeration, by algebra, at large samples, beside OpenDP."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import exp, log

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.goodness import Pmf, p_value
from privacy.tapes import every_tape, stream, stream_of

from mpc.algebra.words import Stream
from mpc.errors import LocalError
from protocols.privacy.discrete_gaussian_cks20 import DiscreteGaussian, discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import DiscreteLaplace, discrete_laplace
from protocols.privacy.probabilities import Probability


def laplace_pmf(scale: float) -> Pmf:
    a = exp(-1 / scale)
    return lambda x: (1 - a) / (1 + a) * a ** abs(x)


def gaussian_pmf(variance: float) -> Pmf:
    reach = int(40 * variance**0.5) + 2
    total = sum(exp(-(x * x) / (2 * variance)) for x in range(-reach, reach + 1))
    return lambda x: exp(-(x * x) / (2 * variance)) / total


def probability_of(coins: tuple[Probability, ...], falls: tuple[int, ...]) -> Fraction:
    total = Fraction(1)
    for coin, fall in zip(coins, falls, strict=True):
        p = Fraction(coin.digits(200), 2**200)
        total *= p if fall else 1 - p
    return total


class Falls:
    """Coins that fall as a test wants: lane i as pattern i says; whatever is tossed again falls on none."""

    def __init__(self, patterns: list[tuple[int, ...]]) -> None:
        bits = np.array(patterns, np.uint8).T
        padded = np.pad(bits, [(0, 0), (0, 512 - len(patterns))])
        self.rows = np.ascontiguousarray(np.packbits(padded, axis=1, bitorder="little"))

    def toss(self, groups: int, stream: object) -> npt.NDArray[np.uint64]:
        rows, self.rows = self.rows.view(np.uint64), np.zeros_like(self.rows)
        return rows


@pytest.mark.parametrize("scale", [Fraction(1, 3), Fraction(1), Fraction(22, 7)])
def test_every_fall_of_the_coins_of_laplace(scale: Fraction, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits, overflow, zero and sign: summed over all falls, each number has its probability to 2^-150."""
    laplace = DiscreteLaplace(scale, digits=3)
    coins = laplace._coins._probabilities
    patterns = list(product((0, 1), repeat=len(coins)))
    got: dict[int, Fraction] = {}
    for sign in (0, 2**64 - 1):
        monkeypatch.setattr(laplace, "_coins", Falls(patterns))
        for x, falls in zip(laplace._some(len(patterns), stream_of([sign] * 8)), patterns, strict=True):
            got[int(x)] = got.get(int(x), 0) + probability_of(coins, falls) / 2
    a = Fraction(Probability(1 / scale, 0, 1, 1, 0).digits(220), 2**220)
    wanted = {x: (1 - a) / (1 + a) * a ** abs(x) for x in range(-8, 9)}
    wanted |= dict.fromkeys((-9, 9), a**9 / (1 + a))  # all beyond: 2^digits and what the second toss adds, nothing
    assert got.keys() == wanted.keys()
    assert all(abs(got[x] - wanted[x]) < Fraction(1, 2**150) for x in wanted)


@pytest.mark.parametrize("further", [stream_of(then=2**64 - 1), stream("further")])
def test_every_tape_of_laplace(further: Stream) -> None:
    """Three coins of four digits: each number is as frequent as it must be, but for tapes that tie."""
    laplace = DiscreteLaplace(Fraction(2), digits=1, digits_at_once=4)
    tapes = 2**12
    x = laplace._some(tapes, stream_of(every_tape(3, 4), after=further))
    for number in range(3):
        p = laplace_pmf(2.0)(number) * (1 if number == 0 else 2)
        assert abs(np.count_nonzero(np.abs(x) == number) - tapes * p) <= 3 * tapes / 16


@given(st.fractions(Fraction(1, 2**16), 2**96))
def test_proposals_and_acceptance_make_the_gaussian(variance: Fraction) -> None:
    """|y| / scale + (g |y| - f)^2 unit is y^2 / (2 sigma^2) and a constant: exactly, for any sigma^2."""
    gaussian = DiscreteGaussian(variance)
    coins, scale = gaussian._coins, gaussian.laplace.scale
    g, f = gaussian.g, gaussian.f
    exponents = {y / scale + (g * y - f) ** 2 * coins.unit - y * y / (2 * variance) for y in (0, 1, 9)}
    assert len(exponents) == 1
    largest = g * (1 << gaussian.laplace.digits)
    assert max(largest - f, f) < 1 << gaussian._width
    assert coins.digits == 2 * gaussian._width <= 124
    assert 1 / 2 < f / (g * float(variance) ** 0.5) <= 1


@pytest.mark.parametrize("scale", [Fraction(1, 4), Fraction(1), Fraction(7, 2), Fraction(40)])
@pytest.mark.parametrize(("digits", "at_once"), [(None, 64), (2, 64), (None, 2), (1, 1)])
def test_laplace_at_large_samples(scale: Fraction, digits: int | None, at_once: int) -> None:
    n = 40_000 if digits is None else 8_000
    sample = DiscreteLaplace(scale, digits, at_once).draw(n, stream("laplace", str(scale), at_once))
    assert p_value(sample, laplace_pmf(float(scale)), 30) > 1e-4


@pytest.mark.parametrize("variance", [Fraction(1, 4), Fraction(1), Fraction(20, 3), Fraction(400)])
@pytest.mark.parametrize(("digits", "at_once"), [(None, 64), (None, 3), (2, 64)])
def test_gaussian_at_large_samples(variance: Fraction, digits: int | None, at_once: int) -> None:
    """With two digits, most proposals are beyond what the coins reach, and are decided the slow way."""
    n = 40_000 if digits is None else 500
    sample = DiscreteGaussian(variance, digits, at_once).draw(n, stream("gaussian", str(variance), at_once))
    assert p_value(sample, gaussian_pmf(float(variance)), 60) > 1e-4


@pytest.mark.parametrize("log_scale", [20, 33, 48])
def test_noise_of_large_scales(log_scale: int) -> None:
    """Of a quarter of the sizes, what lies between the quartiles; to five deviations of the counts."""
    n = 20_000
    laplace = np.abs(discrete_laplace(2**log_scale).draw(n, stream("large", log_scale)))
    gaussian = np.abs(discrete_gaussian(4**log_scale).draw(n, stream("large too", log_scale)))
    for sample, quartiles in ((laplace, (-log(0.75), log(2), log(4))), (gaussian, (0.31864, 0.67449, 1.15035))):
        places = np.digitize(sample, [q * 2.0**log_scale for q in quartiles])
        assert (abs(np.bincount(places) - n / 4) < 5 * (n * 3 / 16) ** 0.5).all()


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 9000])
def test_so_many_as_are_asked_for(count: int) -> None:
    assert discrete_laplace(3).draw(count, stream("count")).shape == (count,)
    assert discrete_gaussian(3).draw(count, stream("count")).shape == (count,)


@pytest.mark.parametrize("make", [discrete_laplace, discrete_gaussian])
def test_scales_that_are_refused(make: Callable[[object], object]) -> None:
    for scale, code in (
        (0, "amount-out-of-range"), (-1, "negative-amount"), (float("nan"), "infinite-amount"), ("x", "wrong-amount"),
        ("1e-30", "noise-out-of-range"), (10**40, "noise-out-of-range"),
    ):  # fmt: skip
        with pytest.raises(LocalError) as refused:
            make(scale)
        assert refused.value.code == code


def test_histograms_beside_opendp() -> None:
    """Two samples of one distribution: a chi-square of both, of what they have by chance below 2^-42."""
    domains, made, metrics = (pytest.importorskip(f"opendp.{part}") for part in ("domains", "measurements", "metrics"))
    pytest.importorskip("opendp.mod").enable_features("contrib", "idealized-numerics")
    space = domains.vector_domain(domains.atom_domain(T="i64"))
    n = 3000
    for theirs, ours in (
        (made.make_laplace(space, metrics.l1_distance(T="i64"), scale=3.0), discrete_laplace(3)),
        (made.make_gaussian(space, metrics.l2_distance(T="f64"), scale=3.0), discrete_gaussian(9)),
    ):
        samples = [np.array(theirs([0] * n)), ours.draw(n, stream("opendp"))]
        counts = np.array([np.bincount(np.clip(x, -8, 8) + 8, minlength=17) for x in samples])
        statistic = float(((counts[0] - counts[1]) ** 2 / np.maximum(counts.sum(axis=0), 1)).sum())
        assert statistic < 17 + 2 * (17 * 30) ** 0.5 + 2 * 30
