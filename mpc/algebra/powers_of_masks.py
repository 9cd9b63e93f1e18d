"""Polynomials of x = c - r, chosen by bits, from a public c and shares of the powers of r: what is linear in these.

Of each bit b, which is v ^ s with v public and s secret, there are shares of s r^k too; then b r^k is
v r^k + (1 - 2 v) s r^k.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.cores import in_parts
from mpc.algebra.words import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib

_TOGETHER = 64
ENOUGH_WORK = 2_000_000
"""Coefficients by numbers for which a core of its own is worth a thread: a millisecond or so."""


def polynomials(first: Words, steps: Words, c: Words, opened: Words, powers: Words, products: Words) -> Words:
    """sum_j (first_j + sum_i b_i steps_ij) x^j modulo 2^64, for every row of coefficients: (rows, count).

    `first`: (rows, degree + 1), `steps`: (rows, choices, degree + 1); `c`: (count,); `opened`: v, packed planes
    (choices, words_for(count)): all public. `powers`: shares of r^k from r^0 on, (degree + 1, count); `products`:
    shares of s_i r^k, (choices, degree + 1, count). The result is a share. Degrees are up to 8. LocalError
    `wrong-shape`, `wrong-dtype`.
    """
    (rows, choices, terms), count = steps.shape, c.size
    bits_of_choices = choices, words_for(count)
    shapes = (rows, terms), steps.shape, (count,), bits_of_choices, (terms, count), (choices, terms, count)
    operands = [_checked(*both) for both in zip((first, steps, c, opened, powers, products), shapes, strict=True)]
    f, s, masked, v, of_r, of_s = (pointer(words) for words in operands)
    out = np.empty((rows, count), U64)
    sizes = rows, choices, terms - 1, count

    def part(begin: int, end: int) -> None:
        lib.parley_pieces_polynomials(pointer(out), f, s, masked, v, of_r, of_s, *sizes, begin, end)

    in_parts(count, part, step=_TOGETHER, smallest=1 + ENOUGH_WORK // (1 + rows * (1 + choices) * terms))
    return out


def _checked(words: Words, shape: tuple[int, ...]) -> Words:
    if as_words(words).shape != shape:
        raise LocalError(
            "wrong-shape",
            f"an array of shape {words.shape} where one of {shape} belongs to what else there is",
            "give each coefficient, bit, power and product of every number",
        )
    return contiguous(words)
