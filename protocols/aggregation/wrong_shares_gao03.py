"""Which of many shares are wrong: decoding of Reed-Solomon codes.

Shuhong Gao, "A new algorithm for decoding Reed-Solomon codes", Communications, Information and Network Security, 2003,
algorithm 1. Shares of a secret with threshold t are values of a polynomial of degree below t. Of n shares of which at
most (n - t) / 2 are wrong, it is the only one through the others, and found in n^2 steps: with g0 the product of the
x - a_i and g1 the polynomial through all shares, Euclid's algorithm on both, ended in the middle, gives it times the
product of x - a_i over the wrong ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.field import FIELD64
from mpc.algebra.ring import Words

_ZERO = np.uint64(0)


def wrong_shares(points: Sequence[int], shares: Words, threshold: int) -> list[int] | None:
    """The places of shares (n, parts) that do not lie on the polynomials of degree below `threshold`; None where more
    than (n - threshold) / 2 would have to be wrong. The points are distinct."""
    x = np.array(points, np.uint64)
    g0, basis = _basis(x)
    wrong = set[int]()
    for column in shares.T:
        f = _decoded(g0, _combined(column, basis), threshold)
        if f is None:
            return None
        wrong |= set(np.flatnonzero(_values(f, x) != column).tolist())
    return sorted(wrong) if 2 * len(wrong) <= len(x) - threshold else None


def _basis(x: Words) -> tuple[Words, Words]:
    """g0, and in each row the polynomial that is 1 at one point and 0 at the others; lowest coefficients first."""
    n = len(x)
    g0 = np.ones(1, np.uint64)
    for a in x:
        shifted, scaled = np.append(_ZERO, g0), np.append(FIELD64.mul(g0, np.full(len(g0), a)), _ZERO)
        g0 = FIELD64.sub(shifted, scaled)
    quotients = np.zeros((n, n), np.uint64)  # of g0 by each x - a, by Horner's scheme in all rows at once
    quotients[:, n - 1] = 1
    for i in range(n - 2, -1, -1):
        quotients[:, i] = FIELD64.add(np.full(n, g0[i + 1]), FIELD64.mul(quotients[:, i + 1].copy(), x))
    at_own = np.array([_values(row, x[i : i + 1])[0] for i, row in enumerate(quotients)])
    return g0, FIELD64.mul(quotients, np.repeat(FIELD64.inverse(at_own)[:, None], n, axis=1))


def _combined(values: Words, basis: Words) -> Words:
    combined: Words = FIELD64.matmul(values[None, :], basis)[0]
    return combined


def _values(f: Words, x: Words) -> Words:
    """f at each point, by Horner's scheme."""
    value = np.zeros(len(x), np.uint64)
    for coefficient in f[::-1]:
        value = FIELD64.add(FIELD64.mul(value, x), np.full(len(x), coefficient))
    return value


def _decoded(g0: Words, g1: Words, threshold: int) -> Words | None:
    """f of degree below the threshold; None if there is none near enough."""
    n = len(g0) - 1
    r0, r1 = _trimmed(g0), _trimmed(g1)
    v0, v1 = np.zeros(0, np.uint64), np.ones(1, np.uint64)
    while 2 * (len(r1) - 1) >= n + threshold:
        quotient, rest = _divided(r0, r1)
        r0, r1, v0, v1 = r1, rest, v1, _minus(v0, _times(quotient, v1))
    if not len(r1):
        return np.zeros(1, np.uint64)
    f, rest = _divided(r1, v1)
    return f if not len(rest) and len(f) <= threshold else None


def _trimmed(f: Words) -> Words:
    """Without leading zeros; nothing for 0."""
    places = np.flatnonzero(f)
    return f[: places[-1] + 1 if len(places) else 0]


def _minus(f: Words, g: Words) -> Words:
    size = max(len(f), len(g))
    return _trimmed(FIELD64.sub(np.pad(f, (0, size - len(f))), np.pad(g, (0, size - len(g)))))


def _times(f: Words, g: Words) -> Words:
    """The product, coefficient by coefficient of f, which is short."""
    product = np.zeros(max(len(f) + len(g) - 1, 0), np.uint64)
    for i, coefficient in enumerate(f):
        here = slice(i, i + len(g))
        product[here] = FIELD64.add(product[here].copy(), FIELD64.mul(g, np.full(len(g), coefficient)))
    return product


def _divided(f: Words, g: Words) -> tuple[Words, Words]:
    """Quotient and rest of f by g, whose last coefficient is not 0."""
    rest, inverse = f.copy(), FIELD64.inverse(g[-1:])
    quotient = np.zeros(max(len(f) - len(g) + 1, 0), np.uint64)
    for i in range(len(quotient) - 1, -1, -1):
        here = slice(i, i + len(g))
        quotient[i : i + 1] = FIELD64.mul(rest[i + len(g) - 1 : i + len(g)].copy(), inverse)
        rest[here] = FIELD64.sub(rest[here].copy(), FIELD64.mul(g, np.full(len(g), quotient[i])))
    return quotient, _trimmed(rest)
