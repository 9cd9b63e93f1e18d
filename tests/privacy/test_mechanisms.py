"""What is released: noise of the scale that sensitivity and epsilon ask for, on the grid; and the event of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp, sqrt

import numpy as np
import pytest
from privacy.tapes import fix_seeds

from mpc.algebra.cores import using_cores
from mpc.errors import LocalError
from protocols.privacy import mechanisms
from protocols.privacy.aggregates import Aggregate, clipped_sum, count, histogram
from protocols.privacy.averages import mean, variance
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import discrete_laplace
from protocols.privacy.events import ComposedEvent, GaussianEvent, LaplaceEvent, PureEvent
from protocols.privacy.grid import grid
from protocols.privacy.mechanisms import Gaussian, Laplace, drawn, release
from protocols.privacy.neighbours import Neighbours, add_or_remove, substitute, user
from protocols.privacy.sensitivity import Sensitivity

RELATIONS = [add_or_remove(), substitute()]


@pytest.fixture(autouse=True)
def _same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    fix_seeds(monkeypatch, "mechanisms")


def of_sensitivity(l1: int, l2_squared: int, size: int) -> Aggregate:
    return Aggregate(np.zeros(size, np.int64), Fraction(1), Sensitivity(l1, l2_squared, add_or_remove()))


def test_scales_are_the_sensitivity_divided_by_what_is_spent() -> None:
    sensitivity = Sensitivity(6, 18, substitute())
    assert Laplace(Fraction(1, 10)).distribution(sensitivity).scale == 60
    assert Laplace("0.1").epsilon == Laplace(0.1).epsilon == Fraction(1, 10)
    assert Gaussian(Fraction(1, 8)).distribution(sensitivity).variance == 72


@pytest.mark.parametrize("mechanism", [Laplace(2), Laplace(Fraction(1, 3)), Gaussian(Fraction(1, 2)), Gaussian(2)])
def test_the_deviation_is_that_of_the_noise(mechanism: Laplace | Gaussian) -> None:
    n = 1 << 15
    released = release(of_sensitivity(2, 4, n), mechanism)
    assert released.deviation is not None
    assert abs(released.values.std() / released.deviation - 1) < 0.03
    assert abs(released.values.mean()) < 5 * released.deviation / sqrt(n)


@pytest.mark.parametrize("near", RELATIONS, ids=str)
def test_what_is_emitted(near: Neighbours) -> None:
    figures = histogram(np.array([1, 2, 2]), [1, 2], near)
    assert release(figures, Laplace("0.5")).event == LaplaceEvent(Fraction(2), near)
    assert release(figures, Gaussian("0.125")).event == GaussianEvent(Fraction(4), near, discrete=True)
    assert release(figures, Laplace("0.5")).values.dtype == np.int64


def test_real_values_stay_on_their_grid() -> None:
    """Every release is a multiple of the step, whatever was in the lowest bits of the values."""
    values = np.random.default_rng(1).uniform(0, 10, 200)
    on = grid(0, 10, Fraction(1, 8))
    released = [release(clipped_sum(values, on, add_or_remove()), Laplace(1)).values for _ in range(20)]
    assert all(float(x * 8).is_integer() for x in released)
    assert len(set(map(float, released))) > 10
    assert abs(float(np.mean(released)) - values.sum()) < 25


def test_what_nobody_moves_is_released_for_nothing() -> None:
    figures = Aggregate(np.array([7]), Fraction(1), Sensitivity(0, 0, substitute()))
    released = release(figures, Laplace(1))
    assert released.values.tolist() == [7]
    assert released.event == PureEvent(Fraction(0), substitute())


def test_noise_is_drawn_afresh_each_time() -> None:
    figures = of_sensitivity(1, 1, 100)
    one, other = (release(figures, Laplace("0.01")).values for _ in range(2))
    assert (one != other).mean() > 0.9
    assert len(set(one.tolist())) > 50


def test_threads_draw_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanisms, "_FEWEST_OF_A_CORE", 512)
    with using_cores(4):
        x = drawn(discrete_laplace(10**6), 2048)
    assert len(set(x.tolist())) > 2000


@pytest.mark.parametrize("near", [*RELATIONS, add_or_remove(user(2))], ids=str)
@pytest.mark.parametrize("mechanism", [Laplace(2), Gaussian(2)], ids=["laplace", "gaussian"])
def test_averages(near: Neighbours, mechanism: Laplace | Gaussian) -> None:
    """Near the truth for many records, and the parts' cost adds up to what was given."""
    values = np.random.default_rng(2).normal(50, 10, 4000)
    users = np.repeat(np.arange(2000), 2)
    on = grid(0.0, 100.0, Fraction(1, 16))
    found, spread = (f(values, on, mechanism, near, users=users) for f in (mean, variance))
    assert abs(float(found.values) - values.mean()) < 1
    assert abs(float(spread.values) - values.var()) < 15
    for released, parts in ((found, 2), (spread, 3)):
        assert isinstance(released.event, ComposedEvent)
        asked = released.event.events
        assert len(asked) == parts - (near == substitute())
        assert sum(event.epsilon if isinstance(event, LaplaceEvent) else event.rho for event in asked) == 2


@pytest.mark.parametrize("near", RELATIONS, ids=str)
def test_averages_of_nothing_and_of_little_are_within_their_bounds(near: Neighbours) -> None:
    on = grid(-1.0, 3.0)
    for values in (np.array([]), np.array([0.5])):
        for _ in range(30):
            assert -1 <= mean(values, on, Laplace("0.1"), near).values <= 3
            assert 0 <= variance(values, grid(-1.0, 3.0, Fraction(1, 2**10)), Laplace("0.1"), near).values <= 4


def test_a_mean_never_uses_the_private_count() -> None:
    """Of one or of two zeros a noisy sum divided by the true count would lie on another lattice."""
    on = grid(-(2**20), 2**20)
    lattices = []
    for n in (1, 2):
        found = [float(mean(np.zeros(n, np.int64), on, Laplace(1), add_or_remove()).values) for _ in range(40)]
        lattices.append(np.mean([(2 * x).is_integer() for x in found]))
    assert abs(lattices[0] - lattices[1]) < 0.5


def test_deviations_of_small_and_large_scales() -> None:
    for scale in (Fraction(1, 1000), Fraction(1, 2), Fraction(3), Fraction(10**9)):
        a = exp(-1 / scale)
        assert discrete_laplace(scale).deviation == pytest.approx(sqrt(2 * a) / -np.expm1(-1 / float(scale)))
    assert discrete_gaussian(16).deviation == 4


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("amount-out-of-range", lambda: Laplace(0)),
        ("negative-amount", lambda: Gaussian(-1)),
        ("infinite-amount", lambda: Laplace(float("nan"))),
        ("wrong-amount", lambda: Laplace(True)),
        ("noise-out-of-range", lambda: release(of_sensitivity(1, 1, 1), Laplace("1e-40"))),
        ("noise-out-of-range", lambda: release(of_sensitivity(1, 1, 1), Gaussian("1e-40"))),
        ("not-figures", lambda: release(5, Laplace(1))),  # type: ignore[arg-type]
        ("not-figures", lambda: release(np.ones(3), Laplace(1))),  # type: ignore[arg-type]
        ("wrong-grid", lambda: variance(np.ones(1), grid(0, 2**27), Laplace(1), add_or_remove())),
        ("contributions-unbounded", lambda: mean(np.ones(1), grid(0.0, 2.0), Laplace(1), add_or_remove(user(1)))),
    ],
)
def test_what_is_refused(code: str, make: Callable[[], object]) -> None:
    with pytest.raises(LocalError) as refused:
        make()
    assert refused.value.code == code


def test_counts_under_substitution_are_moved_by_one() -> None:
    assert count(np.array([True]), substitute()).sensitivity.l1 == 1
