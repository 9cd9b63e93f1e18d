"""What a plan says of figures with noise: the error that a run promises, and the least amount for a wanted one."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mpc
from mpc.errors import LocalError
from protocols.privacy.choosing import PlannedFigure, _number_of, _numbered, figures_of, total_of
from protocols.privacy.joint_noise import Figure, Gaussian, JointNoise, Laplace, Moves
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.summed_noise import InParts, Skellam

NOISES = {
    "epsilon": Laplace(epsilon="0.5"),
    "rho": Gaussian(rho="0.1"),
    "epsilon and delta": Gaussian(epsilon=1, delta="1e-6"),
    "Laplace in parts": InParts(Laplace(epsilon=1), honest=2).among(3),
    "Gaussian in parts": InParts(Gaussian(rho="0.1")).among(2),
}
DATA = [np.zeros(100), np.zeros(80)]


def figure_of(noise: JointNoise, moves: Moves, scale: int = 0, size: int = 1) -> PlannedFigure:
    figure = Figure(noise, moves, size, scale, 0, 1000 << scale)
    return PlannedFigure("survey.py:1", 1, figure, noise.promise(noise.sampler(moves, size), scale))


async def survey(ctx: Any, mine: Any, privacy: Any = NOISES["epsilon"]) -> None:
    a, b = [await mpc.secret(ctx, owner, mine, range=(0, 120)) for owner in (0, 1)]
    for _ in range(2):
        await mpc.reveal(ctx, (a > 65).sum(), privacy=Laplace(epsilon=1))
    await mpc.reveal(
        ctx,
        np.concatenate([a, b]).mean(),
        privacy=privacy,
    )


def test_the_figures_of_a_plan_are_what_the_program_reveals() -> None:
    plan = mpc.plan(survey, DATA)
    count, mean = plan.figures
    assert (count.figure.text, count.releases, count.width, count.sensitivity) == ("(a > 65).sum()", 2, 100, 1)
    assert (mean.figure.text, mean.releases) == ("np.concatenate([a, b]).mean()", 1)
    assert mean.width == pytest.approx(120, abs=0.01)
    assert mean.sensitivity == pytest.approx(120 / 180, abs=1e-4)
    assert str(total_of(plan.prices)).startswith("epsilon 2.5 ")


def test_a_program_without_noise_has_no_figures() -> None:
    assert figures_of([("survey.py:1", "a promise of another kind")]) == []
    assert total_of([]) is None


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
@pytest.mark.parametrize(("step", "scale", "wanted"), [(1, 0, 3), (1000, 3, 100)])
def test_the_amount_that_is_needed_suffices_and_the_next_below_does_not(
    noise: JointNoise, step: int, scale: int, wanted: Any
) -> None:
    figure = figure_of(noise, Moves.alike(1, step), scale)
    needed = figure.needed(wanted)
    if needed is None:  # a rho above 3, which noise on secret bits does not promise with a delta of 1e-9
        assert figure.measure == "rho"
        assert step > 1
        return
    below = figure._with(figure.measure, _numbered(_number_of(needed.amount) - 1))
    assert needed.error.bound <= float(wanted) < below._error(below._strength).bound


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_whoever_asks_for_what_is_needed_gets_what_was_said(noise: JointNoise) -> None:
    figure = figure_of(noise, Moves.alike(3, 1 << 16), 16, 3)
    needed = figure.needed("7.5")
    assert needed is not None
    other = figure._with(figure.measure, needed.amount).figure.noise
    promise = other.promise(other.sampler(figure.figure.moves, 3), 16)
    assert (promise.charge, promise.error, promise.mean_error) == (
        needed.charge,
        needed.error.bound,
        needed.error.mean,
    )


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_a_curve_falls_and_passes_what_is_asked(noise: JointNoise) -> None:
    figure = figure_of(noise, Moves.alike(1, 100))
    curve = figure.curve()
    assert all(a < b for (a, _), (b, _) in pairwise(curve))
    assert all(a.bound >= b.bound and a.mean > b.mean for (_, a), (_, b) in pairwise(curve))
    amount, error = min(curve, key=lambda point: abs(point[0] - float(figure.asked)))
    assert amount == pytest.approx(float(figure.asked), rel=1e-9)
    assert (error.mean, error.bound) == pytest.approx((figure.promise.mean_error, figure.promise.error))


def test_skellam_noise_has_errors_and_no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocols.privacy.choosing._FEW_HALVINGS", 3)
    figure = figure_of(InParts(Skellam(epsilon=1, delta="1e-6")).among(2), Moves.alike(1, 1))
    needed = figure.needed(40)
    assert needed is not None
    assert needed.error.bound <= 40
    assert (figure.noise, figure.measure, figure.curve()) == ("Skellam in parts", "epsilon", [])


async def trained(ctx: Any, mine: Any) -> None:
    a = await mpc.secret(ctx, 0, mine, range=(0, 120))
    async with mpc.privacy.prepaid(ctx, [Laplace(epsilon=1)] * 3, elements=1) as paid:
        for _ in range(3):
            await mpc.reveal(ctx, a.sum(), privacy=paid.step())


def test_what_was_paid_beforehand_is_one_figure_and_counts_once() -> None:
    plan = mpc.plan(trained, [np.zeros(10), None])
    (figure,) = plan.figures
    assert (figure.releases, figure.paid_before, figure.asked) == (3, True, 1)
    assert plan.prices == [figure.promise.charge]


def test_less_than_no_noise_is_out_of_reach() -> None:
    assert figure_of(NOISES["epsilon"], Moves.alike(1, 1 << 16), 16).needed(Fraction(1, 1 << 17)) is None
    with pytest.raises(LocalError) as caught:
        figure_of(NOISES["epsilon"], Moves.alike(1, 1)).needed(0)
    assert caught.value.code == "amount-out-of-range"


def test_charges_of_different_neighbours_have_no_sum() -> None:
    other = figure_of(Laplace(epsilon=1, neighbours=add_or_remove()), Moves.alike(1, 1))
    assert total_of(one.promise.charge for one in (figure_of(NOISES["epsilon"], Moves.alike(1, 1)), other)) is None


@given(st.fractions(Fraction(1, 10**6), 25))
def test_amounts_of_three_digits_are_numbered_in_their_order(amount: Fraction) -> None:
    number = _number_of(amount)
    assert _numbered(number - 1) < amount <= _numbered(number) * (1 + Fraction(1, 1 << 16))
    assert _number_of(_numbered(number)) == number
