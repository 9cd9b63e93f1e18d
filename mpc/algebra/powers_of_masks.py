"""Polynomials of x = c - r, chosen by bits, from a public c and shares of the powers of r: what is linear in these.

Of each bit b, which is v ^ s with v public and s secret, there are shares of s r^k too; then b r^k is
v r^k + (1 - 2 v) s r^k.
"""

from __future__ import annotations

from math import comb

import numpy as np

from mpc.algebra import bits
from mpc.algebra.words import U64, Words


def polynomials(first: Words, steps: Words, c: Words, opened: Words, powers: Words, products: Words) -> Words:
    """sum_j (first_j + sum_i b_i steps_ij) x^j modulo 2^64, for every row of coefficients: (rows, count).

    `first`: (rows, degree + 1), `steps`: (rows, choices, degree + 1); `c`: (count,); `opened`: v, packed planes
    (choices, words_for(count)): all public. `powers`: shares of r^k from r^0 on, (degree + 1, count); `products`:
    shares of s_i r^k, (choices, degree + 1, count). The result is a share.
    """
    rows, degree, count = len(first), first.shape[1] - 1, len(c)
    of_c = _powers(c, degree)
    total = np.zeros((rows, count), U64)
    v = [bits.unpack(plane, count).astype(U64) for plane in opened]
    for row in range(rows):
        for j in range(degree + 1):
            if not first[row, j] and not steps[row, :, j].any():
                continue
            chosen = np.full(count, first[row, j])
            for i, bit in enumerate(v):
                chosen += bit * steps[row, i, j]
            signed = [(1 - 2 * bit) * steps[row, i, j] for i, bit in enumerate(v)]
            for k in range(j + 1):
                weight = np.uint64(comb(j, k) * (-1) ** k % (1 << 64))
                of_r = chosen * powers[k]
                for i, factor in enumerate(signed):
                    of_r += factor * products[i, k]
                total[row] += of_r * of_c[j - k] * weight
    return total


def _powers(c: Words, degree: int) -> list[Words]:
    found = [np.ones(len(c), U64)]
    for _ in range(degree):
        found.append(found[-1] * c)
    return found
