"""The local part of functions in pieces: reading thresholds of masked numbers, and polynomials chosen by them.

Of a number, eight thresholds read nine bits of its thermometer, and a choice takes deg (deg + 1) / 2 products for its
coefficients and deg + 1 more, as do the coefficients that were chosen. numpy's way is the same, array by array.
"""

from __future__ import annotations

from math import comb

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra import bits
from mpc.algebra.cores import using_cores
from mpc.algebra.powers_of_masks import polynomials
from mpc.algebra.ring import U64, Words
from mpc.algebra.thermometers import crossed, thermometers

COUNT = 1 << 14
CHOICES, DEGREE = 8, 4
PLACES = 512
LANES = 8
"""Products of a 512-bit instruction."""


def workloads() -> list[KernelWorkload]:
    """A number counts once, whatever is read or multiplied for it."""
    terms, words = DEGREE + 1, bits.words_for(COUNT)
    first, steps = random_words((1, terms), 1), random_words((1, CHOICES, terms), 2)
    c, opened = random_words((COUNT,), 3), random_words((CHOICES, words), 4)
    powers, products = random_words((terms, COUNT), 5), random_words((CHOICES, terms, COUNT), 6)
    table, places = random_words((COUNT, PLACES // 64), 7), c % np.uint64(PLACES)
    thresholds = tuple(range(1, PLACES, PLACES // CHOICES))
    taken = (CHOICES + 1) * (DEGREE * terms // 2 + terms)

    def chosen() -> object:
        with using_cores(1):
            return polynomials(first, steps, c, opened, powers, products)

    def read() -> object:
        with using_cores(1):
            return crossed(table, places, thresholds, place_bits=PLACES.bit_length() - 1, whole=True)

    def made() -> object:
        with using_cores(1):
            return thermometers(places, PLACES.bit_length() - 1)

    peers = {"numpy": lambda: _array_by_array(first[0], steps[0], c, opened, powers, products)}
    return [
        KernelWorkload("pieces.polynomials", "numbers", COUNT, chosen, "vpmullq", taken / LANES, peers),
        KernelWorkload("pieces.crossed", "numbers", COUNT, read, "read", PLACES / 8),
        KernelWorkload("pieces.thermometers", "numbers", COUNT, made, "copy", PLACES / 16),
    ]


def _array_by_array(first: Words, steps: Words, c: Words, opened: Words, powers: Words, products: Words) -> Words:
    """One table, coefficient by coefficient."""
    v = [bits.unpack(plane, len(c)).astype(U64) for plane in opened]
    of_c = [np.ones(len(c), U64)]
    for _ in range(DEGREE):
        of_c.append(of_c[-1] * c)
    total = np.zeros(len(c), U64)
    for j in range(DEGREE + 1):
        chosen = first[j] + sum(bit * step[j] for bit, step in zip(v, steps, strict=True))
        signed = [(1 - 2 * bit) * step[j] for bit, step in zip(v, steps, strict=True)]
        for k in range(j + 1):
            of_r = chosen * powers[k] + sum(factor * products[i, k] for i, factor in enumerate(signed))
            total += of_r * of_c[j - k] * np.uint64(comb(j, k) * (-1) ** k % (1 << 64))
    return total
