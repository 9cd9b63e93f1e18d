"""Choices among candidates have exactly the probabilities of their papers, and quantiles come of good scores."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import exp, prod

import numpy as np
import pytest
from privacy.goodness import p_value
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from protocols.privacy.events import PureEvent
from protocols.privacy.neighbours import Neighbours, add_or_remove, substitute
from protocols.privacy.noisy_answers import AboveThreshold, report_noisy_max
from protocols.privacy.quantiles import quantile
from protocols.privacy.selection_ms20 import Chosen, exponential_mechanism, permute_and_flip

SCORES = np.array([3, -1, 2, 2, -40])
EPSILON, MOVED = 3, 2
Choice = Callable[..., Chosen]


@pytest.fixture(autouse=True)
def _same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    fix_seeds(monkeypatch, "choices")


def weights(scores: np.ndarray) -> list[float]:
    return [exp(EPSILON * (int(s) - int(scores.max())) / (2 * MOVED)) for s in scores]


def in_proportion(scores: np.ndarray) -> list[float]:
    return [w / sum(weights(scores)) for w in weights(scores)]


def flipped(scores: np.ndarray) -> list[float]:
    """Summed over all falls of the coins, a uniform choice among those that fell on one."""
    found = [0.0] * len(scores)
    for falls in product((0, 1), repeat=len(scores)):
        p = prod(w if fell else 1 - w for w, fell in zip(weights(scores), falls, strict=True))
        for i, fell in enumerate(falls):
            found[i] += p / sum(falls) if fell and p else 0
    return found


@pytest.mark.parametrize(
    ("choose", "probabilities"), [(permute_and_flip, flipped), (exponential_mechanism, in_proportion)]
)
def test_each_candidate_is_as_frequent_as_it_should_be(
    choose: Choice, probabilities: Callable[..., list[float]]
) -> None:
    places = np.array([choose(SCORES, MOVED, EPSILON, add_or_remove()).place for _ in range(1000)])
    wanted = probabilities(SCORES)
    assert sum(wanted) == pytest.approx(1)
    assert p_value(places, lambda x: wanted[x] if 0 <= x < len(wanted) else 0.0, len(wanted)) > 1e-4


def test_permute_and_flip_is_private_on_every_pair_of_neighbours() -> None:
    """Of scores that move by one each, no probability changes by more than e^epsilon; it comes near."""
    worst = 0.0
    for scores in product(range(3), repeat=3):
        for moves in product((-MOVED, 0, MOVED), repeat=3):
            a, b = flipped(np.array(scores)), flipped(np.array(scores) + moves)
            worst = max(worst, *(abs(np.log(x / y)) for x, y in zip(a, b, strict=True)))
    assert 0.5 * EPSILON < worst <= EPSILON + 1e-9


@pytest.mark.parametrize("choose", [permute_and_flip, exponential_mechanism, report_noisy_max])
def test_one_candidate_and_one_that_is_far_better(choose: Choice) -> None:
    assert choose(np.array([-(2**61)]), 1, "0.1", substitute()) == Chosen(0, PureEvent("0.1", substitute()))
    assert choose(np.array([0, 2**61, -(2**61)]), 1, 1, add_or_remove()).place == 1


def test_noisy_maxima() -> None:
    """The better of two, by the tail of the difference of two Laplace numbers of scale 2."""
    places = [report_noisy_max(np.array([0, 6]), 1, 1, add_or_remove()).place for _ in range(400)]
    assert 0.85 < np.mean(places) < 0.95


def test_the_first_above_a_threshold_ends_the_answers() -> None:
    asked = AboveThreshold(1000, 1, 1, add_or_remove())
    assert [asked.is_above(score) for score in (0, 500, 900, 1100)] == [False, False, False, True]
    assert asked.event == PureEvent(1, add_or_remove())
    with pytest.raises(LocalError) as spent:
        asked.is_above(0)
    assert spent.value.code == "answers-spent"


@pytest.mark.parametrize("near", [add_or_remove(), substitute()], ids=str)
@pytest.mark.parametrize("q", ["1/2", "0.9", 0, 1])
def test_quantiles_of_many_values(near: Neighbours, q: str | int) -> None:
    values = np.random.default_rng(3).integers(0, 1000, 5000)
    candidates = np.arange(0, 1001, 10)
    found = quantile(values, q, candidates, 1, near)
    assert abs(int(found.values) - float(np.quantile(values, float(Fraction(q))))) <= 20
    assert found.event == PureEvent(1, near)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("wrong-scores", lambda: permute_and_flip(np.array([1.5]), 1, 1, add_or_remove())),
        ("wrong-scores", lambda: permute_and_flip(np.array([], np.int64), 1, 1, add_or_remove())),
        ("wrong-scores", lambda: permute_and_flip(np.array([2**61 + 1]), 1, 1, add_or_remove())),
        ("wrong-scores", lambda: exponential_mechanism(np.array([-(2**63)]), 1, 1, add_or_remove())),
        ("amount-out-of-range", lambda: permute_and_flip(SCORES, 0, 1, add_or_remove())),
        ("amount-out-of-range", lambda: permute_and_flip(SCORES, 1, 0, add_or_remove())),
        ("wrong-categories", lambda: quantile(SCORES, "1/2", np.array([2, 1]), 1, add_or_remove())),
        ("missing-values", lambda: quantile(np.array([np.nan]), "1/2", np.arange(3), 1, add_or_remove())),
        ("amount-out-of-range", lambda: quantile(SCORES, 2, np.arange(3), 1, add_or_remove())),
        ("amount-out-of-range", lambda: quantile(SCORES, "1/65537", np.arange(3), 1, add_or_remove())),
    ],
)
def test_what_is_refused(code: str, make: Callable[[], object]) -> None:
    with pytest.raises(LocalError) as refused:
        make()
    assert refused.value.code == code
