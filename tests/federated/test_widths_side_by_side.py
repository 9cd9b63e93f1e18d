"""Numbers of several widths in the elements of one ring: sums come out exactly, and an element tells nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from protocols.federated.side_by_side import SideBySide

WIDTHS = [
    ((7, 32), (10, 64)), ((5, 8), (3, 64)), ((9, 20), (1, 64)), ((4, 40), (2, 64)), ((6, 16),), ((3, 64), (10, 64)),
    ((5, 12), (4, 31)), ((1, 63), (1, 62)),
]  # fmt: skip


def words(values, bits):
    return values.astype(np.uint64) & np.uint64(2**bits - 1)


def dtype(layout):
    return np.dtype(next(f"u{size}" for size in (1, 2, 4, 8) if 8 * size >= layout.bits))


def summed(layout, clients):
    """Elements of all clients, added up in their ring."""
    total = np.zeros(layout.length, np.uint64)
    for parts in clients:
        given = [words(part, bits) for part, (_, bits) in zip(parts, layout.widths, strict=True)]
        elements = layout.elements(given, dtype(layout))
        assert elements.shape == (layout.length,)
        total += elements
    return (total & np.uint64(2**layout.bits - 1)).astype(dtype(layout))


@pytest.mark.parametrize("widths", WIDTHS)
def test_sums_of_signed_numbers_come_out(widths):
    dice, layout, n = np.random.default_rng(7), SideBySide(widths), 5
    most = [2 ** (bits - 1) // n - 1 for _, bits in widths]
    clients = [[dice.integers(-m, m + 1, count) for m, (count, _) in zip(most, widths, strict=True)] for _ in range(n)]
    clients[0] = [np.full(count, -m) for m, (count, _) in zip(most, widths, strict=True)]
    found = layout.parts(summed(layout, clients))
    for k, (part, (_, bits)) in enumerate(zip(found, widths, strict=True)):
        assert (part == words(sum(parts[k] for parts in clients), bits)).all()


def test_elements_depend_on_sums_alone():
    """All pairs of clients with small numbers: equal sums give equal elements, so nothing but sums shows."""
    layout, seen = SideBySide(((2, 32), (1, 64))), {}
    values = [np.array(pair) for pair in ((-2, 1), (3, -1), (0, 0), (1, 2), (-1, -3))]
    for one in values:
        for other in values:
            total = summed(layout, [[one, np.array([1])], [other, np.array([-2])]])
            key = tuple(one + other)
            assert seen.setdefault(key, total.tobytes()) == total.tobytes()


def test_a_ring_of_32_bits_takes_half_of_the_elements():
    assert SideBySide(((1000, 32), (10, 64))).length == 510
    assert SideBySide(((1000, 16), (10, 64))).length == 260
    assert SideBySide(((1000, 24),)).length == 1000
    assert SideBySide(((1000, 24),)).bits == 24
