"""Small logarithms are found wherever they lie, and none where there is none."""

import numpy as np
import pytest

from mpc.algebra.group import Group, Points, Scalars
from mpc.algebra.ristretto import RISTRETTO
from mpc.testing.tiny_group import TinyGroup
from protocols.elgamal import logarithms as module
from protocols.elgamal.logarithms import logarithms


def multiples(group: Group, values: list[int]) -> Points:
    return Points(group, group.generator()) * Scalars.of(group.order, values)


@pytest.mark.parametrize("q", [3, 5, 11, 23])
def test_every_element_of_tiny_groups(q: int) -> None:
    """For every bound below half the order exactly those within it have a logarithm."""
    group = TinyGroup(q)
    values = np.arange(-(q // 2), q // 2 + 1)
    for bound in range(q // 2 + 1):
        found, there = logarithms(multiples(group, values.tolist()), bound)
        assert np.array_equal(there, np.abs(values) <= bound)
        assert np.array_equal(found[there], values[there])


@pytest.mark.parametrize("bound", [0, 1, 127, 128, 129, 1000, 2**16, 2**20 + 1])
def test_ends_and_middles_on_the_curve(bound: int) -> None:
    inside = sorted({-bound, 1 - bound, 0, bound // 2, bound - 1, bound} & set(range(-bound, bound + 1)))
    outside = [bound + 1, -bound - 1, 2 * bound + 1, 2**200]
    found, there = logarithms(multiples(RISTRETTO, inside + outside), bound)
    assert there.tolist() == [True] * len(inside) + [False] * len(outside)
    assert found[there].tolist() == inside


def test_giant_steps_with_small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Near and far steps, of several elements at once, with blocks and tables so small that all take part."""
    monkeypatch.setattr(module, "_AT_ONCE", 8)
    monkeypatch.setattr(module, "_LEAST_STEPS", 4)
    monkeypatch.setattr(module, "_MOST_STEPS", 4)
    module._table.cache_clear()
    values = list(range(-300, 301, 7))
    try:
        found, there = logarithms(multiples(RISTRETTO, values), 300)
        few, here = logarithms(multiples(RISTRETTO, values[:3]), 300)
    finally:
        module._table.cache_clear()
    assert there.all()
    assert found.tolist() == values
    assert here.all()
    assert few.tolist() == values[:3]


def test_none_of_none() -> None:
    found, there = logarithms(multiples(RISTRETTO, []), 100)
    assert (found.size, there.size) == (0, 0)


def test_marks_are_of_elements_not_of_what_stands_for_them() -> None:
    """Sums by other ways give other words; marks are the same, also for negatives, and of no two others."""
    points = multiples(RISTRETTO, list(range(40)))
    again = multiples(RISTRETTO, list(range(100, 140))) - multiples(RISTRETTO, [100])
    decoded, _ = Points.from_bytes(RISTRETTO, points.to_bytes())
    marks = RISTRETTO.marks(points.words)
    for other in (again, decoded, -points, Points.neutral(RISTRETTO) - again):
        assert np.array_equal(RISTRETTO.marks(other.words), marks)
    assert not np.array_equal(points.words, again.words)
    assert len(set(marks.tolist())) == 40
    assert marks[0] == 0
