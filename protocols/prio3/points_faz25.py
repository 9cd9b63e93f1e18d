"""Polynomials as their values at roots of unity, on the Lagrange basis; over a leading axis of any number of them.

So the drafts of the VDAF from 17 on write the gadget polynomials of a proof; they cite Faz25, eprint 2025/1727. `w` is
the root of order n that the transforms of n elements use.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.elements import inverse_of, shaped, zero_at


@lru_cache(maxsize=16)
def roots(field: PrimeField, n: int) -> Words:
    """w^0, ..., w^(n - 1): (n,). Not to be written to."""
    return field.powers(field.from_ints(field.root(n)), n)


@lru_cache(maxsize=16)
def twist(field: PrimeField, p: int) -> Words:
    """What `odd_values` multiplies by, (p,): w^(-k mod p) / p at place k, w of order 2 p. Not to be written to."""
    return _backwards(field.mul(roots(field, 2 * p)[:p], inverse_of(field, p)))


def odd_values(field: PrimeField, values: Words, twists: Words) -> Words:
    """From values (..., p) at the roots of order p, those at the odd powers of the root w of order 2 p, `in_turn`.

    f(w y) for y at the roots of order p: the coefficient of x^k is multiplied by w^k. The transform of the values has
    p times that coefficient at place -k mod p, and the transform of what it becomes there has f(w y^-1) for y. `twists`
    are `twist`, of the shape of the values or one that broadcasts to it.
    """
    return field.ntt(field.mul(field.ntt(values), twists))


def in_turn(odd: Words) -> Words:
    """Values (batch, p) in the order of `odd_values` to the order of the roots, or back."""
    return _backwards(odd.swapaxes(0, 1)).swapaxes(0, 1)


def _backwards(x: Words) -> Words:
    """Place k to place -k mod p, on the first axis."""
    return np.roll(x[::-1], 1, axis=0)


def interleaved(field: PrimeField, even: Words, odd: Words) -> Words:
    """Values (batch, 2 p) at the roots of order 2 p from those at its even and at its odd powers, (batch, p) each."""
    batch, p = field.shape(even)
    return shaped(field, np.stack([even, odd], axis=2), batch, 2 * p)


def last_value(field: PrimeField, values: Words) -> Words:
    """From the first n - 1 values (batch, n - 1) of polynomials of degree below n - 1, the last: (batch,).

    The coefficient of x^(n - 1) is zero and n times it is the sum of y_k w^k, so y_(n-1) = -w sum_(k<n-1) y_k w^k.
    """
    batch, known = field.shape(values)
    return field.neg(shaped(field, field.matmul(values, roots(field, known + 1)[1:]), batch))


def weights_at(field: PrimeField, t: Words, n: int) -> Words:
    """Weights (batch, n): the values of a polynomial of degree below n, times these and summed, give its value at t.

    t (batch,) is public among those who evaluate. With L_k(t) = (t^n - 1) / n * w^k / (t - w^k); at t = w^k, 1 at k.
    """
    batch = len(t)
    apart = field.sub(shaped(field, t, batch, 1), roots(field, n))
    scale = field.mul(field.sub(field.power(t, n), field.from_ints(1)), inverse_of(field, n))
    weights = field.mul(field.mul(roots(field, n), field.inverse(apart)), shaped(field, scale, batch, 1))
    return field.add(weights, field.from_bits(zero_at(field, apart).astype(np.uint8)))
