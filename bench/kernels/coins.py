"""Coins of one probability: their tape as bytes to be read, which the caller has drawn."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.words import U64, pointer
from native import lib

PROBABILITIES, DIGITS, GROUPS = 16, 64, 4
BYTES = DIGITS / 8
"""Of the tape, a coin."""


def workloads() -> list[KernelWorkload]:
    """Of as many coins as a sampler tosses at once, whose tape is in the second-level cache."""
    line = lib.PARLEY_COIN_WORDS
    shape = (PROBABILITIES, GROUPS, line)
    tape = random_words(PROBABILITIES * GROUPS * DIGITS * line, 1)
    out, tied, probabilities = np.empty(shape, U64), np.empty(shape, U64), random_words(PROBABILITIES, 2)
    po, pt, pp, pr = (pointer(x) for x in (out, tied, probabilities, tape))
    toss = partial(lib.parley_coins, po, pt, pp, pr, PROBABILITIES, DIGITS, GROUPS)
    return [KernelWorkload("coins.toss", "coins", 64 * out.size, toss, "copy_l2", BYTES / 2)]
