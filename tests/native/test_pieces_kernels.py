"""Functions in pieces of masked numbers: every implementation equals the definition in Python's integers."""

from collections.abc import Iterator
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from kernel_arrays import EDGES, M, Words, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib


@pytest.fixture(params=with_kernels_of_their_own("pieces"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def bit(packed: Words, n: int) -> int:
    return int(packed[n // 64]) >> n % 64 & 1


def at_masked(coefficients: list[int], c: int, powers: list[int]) -> int:
    """The polynomial at c - r, term by term from the binomial theorem, where powers[k] stands for r^k."""
    total = 0
    for j, a in enumerate(coefficients):
        total += a * sum(comb(j, k) * c ** (j - k) * (-1) ** k * powers[k] for k in range(j + 1))
    return total


class Case:
    def __init__(self, rows: int, choices: int, degree: int, count: int) -> None:
        self.sizes = rows, choices, degree, count
        terms, words = degree + 1, -(-count // 64)
        self.first = sample(rows * terms, 1).reshape(rows, terms)
        self.steps = sample(rows * choices * terms, 2).reshape(rows, choices, terms)
        self.c, self.v = sample(count, 3), sample(choices * words, 4).reshape(choices, words)
        self.powers = sample(terms * count, 5).reshape(terms, count)
        self.products = sample(choices * terms * count, 6).reshape(choices, terms, count)

    def expected(self) -> list[int]:
        rows, choices, _, count = self.sizes
        found = []
        for row in range(rows):
            for n in range(count):
                c, total = int(self.c[n]), 0
                chosen = ints(self.first[row])
                for i in range(choices):
                    step, v = ints(self.steps[row, i]), bit(self.v[i], n)
                    chosen = [a + v * b for a, b in zip(chosen, step, strict=True)]
                    total += (1 - 2 * v) * at_masked(step, c, ints(self.products[i, :, n]))
                found.append((total + at_masked(chosen, c, ints(self.powers[:, n]))) % M)
        return found

    def found(self, cuts: tuple[int, ...]) -> list[int]:
        rows, _, _, count = self.sizes
        out, whole = guarded(rows * count)
        for begin, end in pairwise(cuts):
            lib.parley_pieces_polynomials(
                p(out), p(self.first), p(self.steps), p(self.c), p(self.v), p(self.powers), p(self.products),
                *self.sizes, begin, end,
            )  # fmt: skip
        assert untouched(whole)
        return ints(out)


@pytest.mark.parametrize("degree", range(9))
@at_every("sizes", [(1, 1, 1), (1, 3, 7), (2, 2, 9), (1, 0, 12), (3, 1, 64), (1, 2, 0), (1, 2, 67)])
def test_polynomials(degree: int, sizes: tuple[int, int, int]) -> None:
    rows, choices, count = sizes
    case = Case(rows, choices, degree, count)
    assert case.found((0, count)) == case.expected()


def test_polynomials_in_parts() -> None:
    case = Case(2, 3, 3, 201)
    assert case.found((0, 64, 192, 201)) == case.expected()


@pytest.mark.parametrize("degree", [2, 4])
def test_shares_add_up_to_the_piece_that_was_chosen(degree: int) -> None:
    """Of r and s in the clear, all of them at one holder: P_i(x), with sum of all steps up to the piece."""
    rng, choices, count = np.random.default_rng(degree), 3, 70
    case = Case(1, choices, degree, count)
    r, x = sample(count, 8), np.array([*EDGES, *rng.integers(0, M, count - len(EDGES), dtype=np.uint64)], np.uint64)
    s = rng.integers(0, 2, (choices, count), dtype=np.uint64)
    piece = rng.integers(0, choices + 1, count)
    b = (piece[None] > np.arange(choices)[:, None]).astype(np.uint64)
    case.c = x + r
    case.powers = np.stack([np.array([pow(v, k, M) for v in ints(r)], np.uint64) for k in range(degree + 1)])
    case.products = s[:, None] * case.powers
    padded = np.zeros((choices, 128), np.uint64)
    padded[:, :count] = b ^ s
    case.v = (padded.reshape(choices, 2, 64) << np.arange(64, dtype=np.uint64)).sum(axis=2, dtype=np.uint64)
    for n, found in enumerate(case.found((0, count))):
        coefficients = case.first[0] + case.steps[0, : piece[n]].sum(axis=0, dtype=np.uint64)
        assert found == sum(int(a) * int(x[n]) ** j for j, a in enumerate(coefficients)) % M


@pytest.mark.parametrize("place_bits", [6, 7, 10])
@at_every("count", [0, 1, 9, 64, 65])
def test_thermometers(place_bits: int, count: int) -> None:
    """Of numbers around every word of theirs, and any others."""
    places = 1 << place_bits
    edges = [v + d for v in range(0, places, 64) for d in (0, 1, 63)]
    numbers = np.resize(np.array([*edges, *ints(sample(count, 7) % np.uint64(places))], np.uint64), count)
    out, around = guarded(count * places // 64)
    lib.parley_pieces_thermometers(p(out), p(numbers), place_bits, count)
    assert untouched(around)
    for n, number in enumerate(ints(numbers)):
        row = out[n * places // 64 : (n + 1) * places // 64]
        assert [bit(row, j) for j in range(places)] == [number <= j for j in range(places)]


@pytest.mark.parametrize("whole", [0, 1])
@pytest.mark.parametrize("place_bits", [6, 8])
@at_every("count", [0, 1, 63, 64, 65, 200])
def test_crossed(place_bits: int, whole: int, count: int) -> None:
    """Of any words: shares of a thermometer are no thermometer."""
    size, words = 1 << place_bits, -(-count // 64)
    table, places = sample(count * size // 64, size).reshape(count, size // 64), sample(count, 9) % np.uint64(size)
    t = np.array([0, 1, size // 2, size - 1], np.uint64)
    out, around = guarded(len(t) * words)
    cut = count // 128 * 64
    for begin, end in ((0, cut), (cut, count)):
        lib.parley_pieces_crossed(p(out), p(table), p(places), p(t), place_bits, len(t), whole, count, begin, end)
    assert untouched(around)
    found = out.reshape(len(t), words)
    for i, threshold in enumerate(ints(t)):
        for n, place in enumerate(ints(places)):
            read = bit(table[n], (place - threshold) % size) ^ bit(table[n], place)
            assert bit(found[i], n) == read ^ (whole and threshold <= place)
        assert all(bit(found[i], n) == 0 for n in range(count, 64 * words))
