"""How many comparisons it takes to order what falls between sorted elements, but for a chance below 2^-40.

Of elements in uniformly random order the first s are sorted; the m that follow fall into s + 1 gaps. Every way to share
them out is equally likely, so the sizes k of the gaps are independent geometric numbers, (1 - q) q^k with
q = m / (m + s + 1), given that they add up to m. All pairs of a gap are k (k - 1) / 2.

With `rows` such arrays, g = rows (s + 1) gaps, p the chance that s + 1 such numbers add up to m, and any t > 0,

    P(some gap has K or more)              <=  g (m / (m + s))^K,
    P(no gap has, and over B pairs in all) <=  M(t)^g e^(-t B) p^-rows

by a union and by Chernoff's bound, where M(t) is the sum over k < K of (1 - q) q^k e^(t k (k - 1) / 2). Worked out in
decimals, which come out the same on every machine.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal, localcontext
from functools import lru_cache
from math import comb

_CHANCE_BITS = 46
"""Either event of a stage has a chance of at most 2^-46; a sort has at most 16 stages."""

_DIGITS = 30
_TRIED = 8
"""Values of t."""


@lru_cache(1 << 12)
def pairs_in_gaps(rows: int, pivots: int, later: int) -> int:
    """A number of pairs, a multiple of 64, that `later` elements among `pivots` sorted ones exceed with a chance below
    2^-45; never more than all pairs of all rows."""
    every = rows * later * (later - 1) // 2
    if every <= 64 or pivots == 0:
        return _whole_words(every)
    with localcontext(Context(prec=_DIGITS)):
        return _whole_words(min(every, _bound(rows, pivots + 1, later)))


def _whole_words(pairs: int) -> int:
    return -(-pairs // 64) * 64


def _bound(rows: int, gaps: int, later: int) -> int:
    rare = Decimal(2).ln() * _CHANCE_BITS
    q = Decimal(later) / (later + gaps)
    largest = _whole((Decimal(rows * gaps).ln() + rare) / (1 + Decimal(gaps - 1) / later).ln()) + 1
    sum_ = +Decimal(comb(later + gaps - 1, later)).ln() + gaps * (1 - q).ln() + later * q.ln()
    steepest = -2 * q.ln() / largest
    tried = [steepest * i / _TRIED for i in range(1, _TRIED + 1)]
    return min(_whole((rows * (gaps * _moment(q, t, largest).ln() - sum_) + rare) / t) for t in tried)


def _moment(q: Decimal, t: Decimal, largest: int) -> Decimal:
    """M(t): each term is the one before times q e^(t k)."""
    term, total = 1 - q, Decimal(0)
    step, growth = q, t.exp()
    for _ in range(largest):
        total += term
        term *= step
        step *= growth
    return total


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))
