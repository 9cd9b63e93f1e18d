"""Coins fall as their probabilities say, by every tape of few bits, and probabilities have the digits they should."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.tapes import every_tape, stream, stream_of

from mpc.algebra.bits import popcount, unpack
from protocols.privacy.bernoulli_cks20 import bernoulli, bernoulli_exp
from protocols.privacy.coins import LANES, Coins
from protocols.privacy.exponential_coins import ExponentialCoins, planes_of_squares
from protocols.privacy.probabilities import Probability, exp_of_minus, exponential, rational

rates = st.fractions(0, 200) | st.sampled_from([Fraction(1, 2**40), Fraction(1), Fraction(0)])


def exp(x: Fraction) -> Fraction:
    """exp(x) to 150 places."""
    with localcontext() as context:
        context.prec = 250
        return Fraction((Decimal(x.numerator) / Decimal(x.denominator)).exp())


@given(rates, st.sampled_from([1, 64, 256]))
def test_an_exponential_lies_between_its_bounds(rate: Fraction, bits: int) -> None:
    low, high = exponential(rate, bits)
    assert low <= exp(-rate) * 2**bits <= high <= low + 3


@given(rates, st.integers(-3, 9), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 7, 64, 200]))
def test_digits_are_those_of_the_value(rate: Fraction, a: int, b: int, c: int, bits: int) -> None:
    """(a + b q) / (c + d q), with d such that it is at most 1 and a such that it is at least 0."""
    q = exp(-rate)
    a, d = max(a, 0), max(a + b - c, 0)
    value = (a + b * q) / (c + d * q)
    if value <= 1:
        assert Probability(rate, a, b, c, d).digits(bits) == min(int(value * 2**bits), 2**bits - 1)


def test_digits_of_the_ends() -> None:
    assert rational(Fraction(1)).digits(64) == 2**64 - 1
    assert rational(Fraction(0)).digits(64) == 0
    assert rational(Fraction(1, 3)).digits(4) == 5


@pytest.mark.parametrize("p", [exp_of_minus(Fraction(1)), rational(Fraction(1, 3)), exp_of_minus(Fraction(1, 10**4))])
def test_every_tape_of_nine_digits(p: Probability) -> None:
    """512 tapes in 512 lanes: all below the digits fall on one, and the tied one goes on with the next nine."""
    first = every_tape(1, 9)
    k = p.digits(9)
    for further, expected in ((0, k + 1), (2**64 - 1, k)):
        coins = Coins([p], digits_at_once=9)
        assert unpack(coins.toss(1, stream_of(first, np.full(first.size, further)))[0], LANES).sum() == expected


def test_two_coins_are_independent() -> None:
    """Over all tapes of two coins, pairs of falls are as many as the product of both says."""
    p, q = rational(Fraction(3, 8)), rational(Fraction(5, 8))
    rows = Coins([p, q], digits_at_once=5).toss(2, stream_of(every_tape(2, 5), np.full(2 * 1024 * 5 // 64, 2**64 - 1)))
    one, other = (unpack(row, 1024).astype(bool) for row in rows)
    assert [int((one & other).sum()), int((one & ~other).sum()), int((~one & other).sum())] == [240, 144, 400]


@pytest.mark.parametrize("digits", [1, 3, 64])
def test_ties_do_not_change_how_often_a_coin_falls(digits: int) -> None:
    """Chi-square of a million tosses, below its value of probability 2^-40."""
    p = exp_of_minus(Fraction(1, 2))
    n = 1 << 17
    ones = popcount(Coins([p], digits).toss(n // LANES, stream("ties", digits)))
    expected = n * 0.6065306597126334
    assert (ones - expected) ** 2 / (expected * 0.3934693402873666) < 50


@given(st.lists(st.integers(0, 2**55 - 1), min_size=1, max_size=5))
def test_planes_of_squares(v: list[int]) -> None:
    for width in (55, 32):
        cut = [x % 2**width for x in v]
        rows = planes_of_squares(np.array(cut, np.uint64), width)
        got = [sum((int(rows[i, 0]) >> lane & 1) << i for i in range(2 * width)) for lane in range(len(v))]
        assert got == [x * x for x in cut]


def test_a_coin_of_every_number() -> None:
    """Lane by lane, the coin of m stands where none of its digits' coins failed: the tape of all ones or zeros."""
    unit, digits = Fraction(1, 3), 4
    m = np.array([[0b10], [0], [0b10], [0]], np.uint64)  # lane 1 has m = 5
    size = digits * LANES
    never = ExponentialCoins(unit, digits).toss(m, stream_of(np.full(size, 2**64 - 1)))
    assert unpack(never, 64).tolist() == [1, 0] + [1] * 62
    assert unpack(ExponentialCoins(unit, digits).toss(m, stream_of(np.zeros(size))), 64).all()


@given(st.fractions(0, 1, max_denominator=50), st.integers(0, 2**64 - 1))
def test_the_slow_coin_compares_a_fraction(p: Fraction, word: int) -> None:
    """Decided by one word, but where the word is the digits of p themselves."""
    if p in (0, 1):
        assert bernoulli(p, stream_of()) == (p == 1)
    elif word != int(p * 2**64):
        assert bernoulli(p, stream_of(word)) == (Fraction(word, 2**64) < p)
    else:
        assert bernoulli(p, stream_of(word, 0)) == (p * 2**64 > word)


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1, 7), Fraction(1), Fraction(5, 2)])
def test_the_slow_coin_of_an_exponential(rate: Fraction) -> None:
    n, words = 3000, stream("slow", str(rate))
    p = float(exp(-rate))
    ones = sum(bernoulli_exp(rate, words) for _ in range(n))
    assert (ones - n * p) ** 2 <= 40 * n * p * (1 - p)
