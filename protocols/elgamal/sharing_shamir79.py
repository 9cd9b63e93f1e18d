"""Secrets in shares of which t + 1 give them back and t tell nothing, with public images against which each is checked.

Shamir, Communications of the ACM 1979: party j, counted from 0, has f(j + 1) for a random f of degree t with the secret
f(0). Feldman, FOCS 1987: of the coefficients a_k everybody has A_k = a_k G, and so f(j + 1) G for every j.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Points, Scalars, concatenate_scalars, dot_var


def shares_of(coefficients: Scalars, n: int) -> Scalars:
    """f(1), ..., f(n) of secret coefficients (t + 1,), the lowest first."""
    places = Scalars.of(coefficients.order, list(range(1, n + 1)))
    total = coefficients[-1].broadcast((n,))
    for k in range(len(coefficients) - 2, -1, -1):
        total = total * places + coefficients[k]
    return total


def images_of(commitments: Points, n: int) -> Points:
    """(..., n): f(j) G for j = 1, ..., n, of A_k (..., t + 1)."""
    order, length = commitments.group.order, commitments.shape[-1]
    powers = [Scalars.of(order, j).powers(length).reshape(1, length) for j in range(1, n + 1)]
    *front, _ = commitments.shape
    bits = min((n ** (length - 1)).bit_length(), order.bits)
    return dot_var(commitments.reshape(*front, 1, length), concatenate_scalars(powers), bits=bits)


def weights_at_zero(parties: Sequence[int], order: Modulus) -> Scalars:
    """(t + 1,): what shares of these parties, each with its index from 0, are multiplied by to give f(0): Lagrange."""
    places = [party + 1 for party in parties]
    others = [[j for j in places if j != i] for i in places]
    above = Scalars.of(order, [prod(js) for js in others])
    below = Scalars.of(order, [prod(j - i for j in js) for i, js in zip(places, others, strict=True)])
    return above * below.inverse()
