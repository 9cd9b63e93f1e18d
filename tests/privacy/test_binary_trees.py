"""Noise of a binary tree over the steps: what is shown follows from noisy nodes, and moves no further than was said."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.audit import epsilon_at_least
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from protocols.privacy.banded_inverse_kmul25 import banded_inverse
from protocols.privacy.binary_tree_dnpr10 import BinaryTree, binary_tree, variance_of, weight_of
from protocols.privacy.correlated_noise import CorrelatedNoise
from protocols.privacy.neighbours import substitute

TREES = st.builds(
    lambda steps, separation, participations: binary_tree(steps, separation=separation, participations=participations),
    st.integers(1, 9),
    st.integers(1, 5),
    st.integers(1, 4),
)
Node = tuple[int, int]


def nodes(steps: int) -> list[Node]:
    """Level and place, in the order in which a stream draws for them: as they are complete."""
    all_of = [(level, place) for level in range(steps.bit_length()) for place in range(steps >> level)]
    return sorted(all_of, key=lambda node: ((node[1] + 1) << node[0], node[0]))


def sums(steps: int) -> np.ndarray:
    """B: a row a node."""
    rows = np.zeros((len(nodes(steps)), steps), np.int64)
    for row, (level, place) in zip(rows, nodes(steps), strict=True):
        row[place << level : (place + 1) << level] = 1
    return rows


def weights(steps: int) -> np.ndarray:
    """W of the prefix sums: a row a step, a column a node."""
    index = {node: column for column, node in enumerate(nodes(steps))}
    units = np.eye(len(index))

    def estimate(level: int, place: int) -> np.ndarray:
        own = units[index[level, place]]
        if not level:
            return own
        w = weight_of(level) / 1024
        return w * own + (1 - w) * (estimate(level - 1, 2 * place) + estimate(level - 1, 2 * place + 1))

    return np.array(
        [sum(estimate(lv, (t >> lv) - 1) for lv in range(t.bit_length()) if t >> lv & 1) for t in range(1, steps + 1)]
    )


@given(TREES)
def test_no_schedule_moves_the_nodes_further_than_is_said(tree: BinaryTree) -> None:
    b, moved = sums(tree.steps), []
    for count in range(1, tree.participations + 1):
        for places in combinations(range(tree.steps), count):
            if all(y - x >= tree.separation for x, y in pairwise(places)):
                moved.append(int((b[:, list(places)].sum(axis=1) ** 2).sum()))
    assert max(moved) <= tree.squared_sensitivity
    if tree.participations == 1:
        assert tree.squared_sensitivity == tree.levels == max(moved)


@given(st.integers(1, 40))
def test_prefix_sums_are_estimated_without_bias_and_as_well_as_is_said(steps: int) -> None:
    w = weights(steps)
    assert w @ sums(steps) == pytest.approx(np.tril(np.ones((steps, steps))))
    tree = binary_tree(steps, separation=steps)
    assert tree.squared_errors() / tree.levels == pytest.approx((w**2).sum(axis=1))


def test_weights_are_nearly_the_best() -> None:
    for level in range(20):
        best = 1 / (2 - 2.0**-level)
        assert best <= variance_of(level) < best * (1 + 1e-5)


def shown(tree: BinaryTree, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The stream's outputs on data x, for draws z in the order of `nodes`."""
    draws = iter(z)
    step = tree.stream(lambda: next(draws))
    return np.array([each + step() for each in x])


@given(st.integers(1, 20), st.randoms(use_true_random=False))
def test_what_is_shown_follows_from_the_noisy_nodes(steps: int, random) -> None:  # type: ignore[no-untyped-def]
    """Other data with draws that give the same noisy nodes give the same outputs, roundings and all."""
    dice = np.random.default_rng(random.randrange(2**32))
    tree, b = binary_tree(steps, separation=steps), sums(steps)
    x, other = dice.integers(-(2**30), 2**30, (2, steps, 2))
    z = dice.integers(-(2**30), 2**30, (len(b), 2))
    outputs = shown(tree, x, z)
    assert (outputs == shown(tree, other, z + b @ (x - other))).all()
    exact = np.cumsum(x, axis=0) + weights(steps) @ z
    assert np.abs(np.cumsum(outputs, axis=0) - exact).max() <= 0.5 + steps * 2.0**-12


def test_the_largest_draws_do_not_overflow() -> None:
    tree, large = binary_tree(64, separation=64), (1 << 38) - 1
    z = np.full((len(nodes(64)), 1), large)
    assert np.abs(np.cumsum(shown(tree, np.zeros((64, 1), np.int64), z), axis=0)).max() < 64 * large


def test_a_tree_is_better_than_noise_alone_and_worse_than_the_banded_root() -> None:
    worst = [
        each.squared_errors().max()
        for each in (
            banded_inverse(1023, 1, separation=1023),
            binary_tree(1023, separation=1023),
            banded_inverse(1023, 100, separation=1023),
        )
    ]
    assert worst == sorted(worst, reverse=True)
    assert worst[1] < worst[0] / 15


RUNS, RADIUS = 20_000, 1 << 10
MOVED = np.array([1, 0, 1, 0])


@pytest.mark.parametrize("once", [False, True])
def test_audited(monkeypatch: pytest.MonkeyPatch, once: bool) -> None:
    """rho = 1/2 is (1, 0.127)-private (Balle, Wang, ICML 2018, theorem 8); for a unit that comes back, and was said to
    take part once, it is not. What tells best are the nodes, weighted by how far they move."""
    fix_seeds(monkeypatch, "trees")
    tree = binary_tree(4, separation=2, participations=1 if once else 2)
    outputs = []
    for x in (MOVED, 0 * MOVED):
        noise = CorrelatedNoise(tree, 1, RADIUS, RUNS)
        assert noise.event.rho == Fraction(1, 2)
        prefixes = np.cumsum([noise.release(np.full(RUNS, RADIUS * each, np.int64)) for each in x], axis=0)
        best = np.linalg.solve(weights(4) @ weights(4).T, np.cumsum(MOVED))
        outputs.append(best @ prefixes)
    assert (epsilon_at_least(*outputs, delta=0.127) > 1) == once


def test_a_tree_in_place_of_another_unit_needs_twice_the_noise() -> None:
    tree = binary_tree(9, separation=9)
    one, other = CorrelatedNoise(tree, 1, 5, 3), CorrelatedNoise(tree, 1, 5, 3, neighbours=substitute())
    assert one.deviation == pytest.approx(10, rel=0.01)
    assert other.deviation == pytest.approx(20, rel=0.01)


def test_what_is_no_tree_is_refused() -> None:
    with pytest.raises(LocalError, match="wrong-schedule"):
        binary_tree(2**20 + 1, separation=1)
    with pytest.raises(LocalError, match="amount-out-of-range"):
        binary_tree(9, separation=0)
    noise = CorrelatedNoise(binary_tree(1, separation=1), 1, 5, 1)
    noise.release(np.zeros(1, np.int64))
    with pytest.raises(LocalError, match="answers-spent"):
        noise.release(np.zeros(1, np.int64))
