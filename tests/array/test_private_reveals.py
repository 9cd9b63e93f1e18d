"""Reveals with noise: what is refused, what a declared sensitivity is held against, what a reveal costs and tells."""

from fractions import Fraction

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, Laplace
from protocols.runs.simulating import simulate

LO, HI = -1, 2
HALF = 0.5


def revealed(expression, privacy, *, range_=(LO, HI), inputs=None, n=2, **options):
    async def main(ctx, mine):
        a, b = [await mpc.secret(ctx, owner, mine, range=range_) for owner in (0, 1)]
        return await mpc.reveal(ctx, expression(a, b), privacy=privacy)

    return simulate(main, (inputs or [np.array([1, 2]), np.array([0, -1])]) + [None] * (n - 2), **options)


REFUSED = {
    "rows": (lambda a, b: a, "sensitivity-unknown"),
    "one row": (lambda a, b: a[0], "sensitivity-unknown"),
    "a row without its axis": (lambda a, b: a[:1].reshape(()), "sensitivity-unknown"),
    "of a sum": (lambda a, b: np.sqrt(a.sum() + 9), "sensitivity-unknown"),
    "a product beside the records": (lambda a, b: a.reshape(2, 1) @ b.reshape(1, 2), "sensitivity-unknown"),
    "a variance of figures": (lambda a, b: np.var(np.stack([a.sum(), b.sum()])), "sensitivity-unknown"),
    "largest": (lambda a, b: a.max(), "sensitivity-unknown"),
    "joins": (lambda a, b: (a - a.sum()).sum(), "sensitivity-unknown"),
    "vouched": (lambda a, b: a.within(0, 1).sum(), "not-bounded"),
    "vouched and shortened": (lambda a, b: (a * HALF).reshape(2, 1).within(0, 1).sum(), "not-bounded"),
    "public": (lambda a, b: (a * 0).sum(), "never-moved"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_to_be_private_is_refused(name):
    expression, code = REFUSED[name]
    with pytest.raises(LocalError) as caught:
        revealed(expression, mpc.Laplace(epsilon=1))
    assert caught.value.code == code
    assert caught.value.line


def test_data_without_a_declared_range_are_refused():
    for privacy in (mpc.Laplace(epsilon=1), mpc.Laplace(epsilon=1, sensitivity=1)):
        for expression in (lambda a, b: a.sum(), lambda a, b: np.clip(a, 0, 1).sum()):
            with pytest.raises(LocalError) as caught:
                revealed(expression, privacy, range_=None)
            assert caught.value.code == "not-bounded"
            assert "no clip after it" in caught.value.remedy


def test_a_declared_sensitivity_counts_where_none_follows_and_is_held_against_what_does():
    assert revealed(lambda a, b: a.max(), mpc.Laplace(epsilon=20, sensitivity=3)).result < 8
    with pytest.raises(LocalError) as caught:
        revealed(lambda a, b: a.sum(), mpc.Laplace(epsilon=1, sensitivity=2))
    assert caught.value.code == "sensitivity-too-small"


@pytest.mark.parametrize(
    ("privacy", "least"),
    [(lambda of: mpc.Laplace(epsilon=20, sensitivity=of), 2), (lambda of: mpc.Gaussian(rho=1, sensitivity=of), 1.5)],
)
def test_a_declared_sensitivity_of_a_histogram_counts_both_bins(privacy, least):
    def bins(a, b):
        return np.bincount(a + 1, minlength=4)

    revealed(bins, privacy(least), suite="ideal")
    with pytest.raises(LocalError) as caught:
        revealed(bins, privacy(1))
    assert caught.value.code == "sensitivity-too-small"
    assert "2 elements, each by 1" in caught.value.cause


def test_how_a_declared_sensitivity_spreads_over_columns_is_the_programs_word():
    def columns(a, b):
        return (a.reshape(-1, 1) * [1, 2]).sum(0)

    assert revealed(columns, mpc.Laplace(epsilon=20, sensitivity=6), suite="ideal").result.shape == (2,)
    with pytest.raises(LocalError) as caught:
        revealed(columns, mpc.Laplace(epsilon=20, sensitivity=5))
    assert caught.value.code == "sensitivity-too-small"


@pytest.mark.parametrize(
    ("privacy", "code"),
    [
        (lambda: mpc.Laplace(epsilon=0), "amount-out-of-range"),
        (lambda: mpc.Laplace(epsilon=26), "amount-out-of-range"),
        (lambda: mpc.Laplace(epsilon=float("nan")), "infinite-amount"),
        (lambda: mpc.Laplace(epsilon=1, sensitivity=0), "amount-out-of-range"),
        (lambda: mpc.Laplace(epsilon=1, neighbours="rows"), "wrong-neighbours"),
        (lambda: mpc.Gaussian(), "wrong-amount"),
        (lambda: mpc.Gaussian(rho=1, epsilon=1, delta="1e-6"), "wrong-amount"),
        (lambda: mpc.Gaussian(epsilon=1), "wrong-amount"),
        (lambda: mpc.Gaussian(epsilon=1, delta=1), "amount-out-of-range"),
        (lambda: mpc.Gaussian(epsilon=1, delta="1e-16"), "delta-too-small"),
        (lambda: 1.0, "wrong-privacy"),
    ],
)
def test_noise_that_promises_nothing_is_refused(privacy, code):
    with pytest.raises(LocalError) as caught:
        revealed(lambda a, b: a.sum(), privacy())
    assert caught.value.code == code


@pytest.mark.parametrize("privacy", [mpc.Laplace(epsilon=20), mpc.Gaussian(rho=1)])
@pytest.mark.parametrize("n", [2, 3])
def test_little_noise_leaves_the_value_and_the_account_names_it(privacy, n):
    run = revealed(lambda a, b: (a > 0).sum() + b.sum() * HALF, privacy, n=n, check_costs=True)
    assert abs(run.result - 1.5) < 20
    (reveal,) = run.report.reveals
    assert "substituting one record; noise within" in reveal.privacy
    assert "Noise in what was revealed" in str(run.report)


def test_each_reveal_draws_again():
    """Three numbers of a scale of 300,000 are the same again with a chance below 2^-60."""

    async def main(ctx, mine):
        totals = np.stack([(await mpc.secret(ctx, 0, mine, range=(0, 1))).sum()] * 3)
        return [await mpc.reveal(ctx, totals, privacy=mpc.Laplace(epsilon="0.00001", sensitivity=3)) for _ in range(2)]

    first, second = simulate(main, [np.array([1, 0]), None], suite="ideal").result
    assert (first != second).any()


def test_rows_are_remembered_from_one_reveal_to_the_next():
    async def main(ctx, mine):
        a = np.concatenate([await mpc.secret(ctx, owner, mine, range=(0, 9)) for owner in (0, 1)])
        noise = mpc.Laplace(epsilon=20)
        return [await mpc.reveal(ctx, value, privacy=noise) for value in (a.sum(), (a > 4).sum())]

    total, count = simulate(main, [np.array([1, 9]), np.array([5])], suite="ideal").result
    assert abs(total - 15) < 20
    assert abs(count - 2) < 3


@pytest.mark.parametrize(("epsilon", "delta"), [("1", "1e-6"), ("0.1", "1e-9"), ("8", "1e-5")])
def test_the_rho_of_an_epsilon_and_a_delta_keeps_both(epsilon, delta):
    rho = Fraction(Gaussian(epsilon=epsilon, delta=delta).rho)
    rest = Fraction(delta) - (1 + exp_up(Fraction(epsilon))) * MOST_TAU
    assert Concentrated(rho).epsilon(rest) <= Fraction(epsilon)
    assert Concentrated(rho * Fraction(101, 100)).epsilon(Fraction(delta)) > Fraction(epsilon)


def test_a_plan_knows_what_noise_costs():
    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine, range=(0, 1))
        return await mpc.reveal(ctx, a.sum(), privacy=Laplace(epsilon=1)), await mpc.reveal(
            ctx, a.sum(), privacy=Gaussian(rho=1)
        )

    planned = mpc.plan(main, [np.zeros(3), None])
    ran = simulate(main, [np.zeros(3), None])
    assert (planned.report.rounds, sum(planned.report.bytes_sent)) == (ran.report.rounds, sum(ran.report.bytes_sent))
