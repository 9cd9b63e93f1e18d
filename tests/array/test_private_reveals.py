"""Reveals with noise: how far one record moves a value, as it follows from the expression, and what is refused."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.array.contributions import moves_of
from protocols.array.revealing import shown_form
from protocols.array.scales import ring_form
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, Laplace
from protocols.privacy.neighbours import add_or_remove, group, substitute, user
from protocols.runs.simulating import simulate

LO, HI = -1, 2
HALF = 0.5

EXPRESSIONS = {
    "sum": lambda a, b: a.sum(),
    "columns": lambda a, b: (
        np.stack([a, 2 * a]).T.sum(0) if isinstance(a, np.ndarray) else (a.reshape(-1, 1) * [1, 2]).sum(0)
    ),
    "count": lambda a, b: (a > 0).sum(),
    "equal": lambda a, b: (a == 1).sum(),
    "both": lambda a, b: a.sum() - 3 * b.sum(),
    "joined": lambda a, b: np.concatenate([a, b]).sum(),
    "twice": lambda a, b: np.concatenate([a, a]).sum(),
    "clipped": lambda a, b: np.clip(a, 0, 1).sum(),
    "products": lambda a, b: (a * b).sum(),
    "squares": lambda a, b: (a * a - a).sum(),
    "chosen": lambda a, b: np.where(a > b, a, 5).sum(),
    "weighted": lambda a, b: (a * np.array([1, -2])).sum(),
    "mean": lambda a, b: a.mean(),
    "half": lambda a, b: (a * HALF).sum(),
    "bins": lambda a, b: np.bincount(a + 1, minlength=4),
}


def recorded(expression, neighbours, kind="int"):
    """What is derived of an expression, and at which scale; nothing is computed."""
    found = {}

    async def main(ctx, mine):
        a, b = [await mpc.secret(ctx, owner, mine, range=(LO, HI), kind=kind) for owner in (0, 1)]
        target = shown_form(ring_form(expression(a, b)))
        found[ctx.me] = moves_of(target.node, neighbours), target.scale

    simulate(main, [np.zeros(2, np.int64)] * 2)
    return found[0]


def moved(expression):
    """The furthest that one record of one party moves each element and all of them, over all data of two records."""
    data = [np.array(rows) for rows in product(range(LO, HI + 1), repeat=2)]
    furthest = [0.0, 0.0, 0.0]
    for a, b, changed, row in product(data, data, range(LO, HI + 1), range(4)):
        other = [a.copy(), b.copy()]
        other[row // 2][row % 2] = changed
        apart = np.abs(expression(*other) - expression(a, b))
        furthest = [max(x, y) for x, y in zip(furthest, (apart.max(), apart.sum(), (apart**2).sum()), strict=True)]
    return furthest


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_record_moves_a_value_further_than_follows(name):
    moves, scale = recorded(EXPRESSIONS[name], substitute())
    step, l1, l2 = moved(EXPRESSIONS[name])
    assert step * 2**scale <= moves.step
    assert l1 * 2**scale <= moves.l1
    assert l2 * 4**scale <= moves.l2_squared


@pytest.mark.parametrize(
    ("name", "step"), [("sum", 3), ("count", 1), ("both", 9), ("joined", 3), ("twice", 6), ("clipped", 1), ("bins", 1)]
)
def test_what_follows_is_no_more_than_needed(name, step):
    assert recorded(EXPRESSIONS[name], substitute())[0].step == step


def test_a_histogram_is_moved_in_two_bins():
    assert recorded(EXPRESSIONS["bins"], substitute())[0].elements == 2


def test_units_of_several_records_move_as_much_more():
    assert recorded(EXPRESSIONS["sum"], substitute(group(4)))[0].step == 12
    assert recorded(EXPRESSIONS["sum"], add_or_remove(user(2)))[0].step == 6


def revealed(expression, privacy, *, range_=(LO, HI), inputs=None, n=2, **options):
    async def main(ctx, mine):
        a, b = [await mpc.secret(ctx, owner, mine, range=range_) for owner in (0, 1)]
        return await mpc.reveal(ctx, expression(a, b), privacy=privacy)

    return simulate(main, (inputs or [np.array([1, 2]), np.array([0, -1])]) + [None] * (n - 2), **options)


REFUSED = {
    "rows": (lambda a, b: a, "sensitivity-unknown"),
    "of a sum": (lambda a, b: a.sum() > 1, "sensitivity-unknown"),
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
        with pytest.raises(LocalError) as caught:
            revealed(lambda a, b: a.sum(), privacy, range_=None)
        assert caught.value.code == "not-bounded"


def test_a_declared_sensitivity_counts_where_none_follows_and_is_held_against_what_does():
    assert revealed(lambda a, b: a.max(), mpc.Laplace(epsilon=20, sensitivity=3)).result < 8
    with pytest.raises(LocalError) as caught:
        revealed(lambda a, b: a.sum(), mpc.Laplace(epsilon=1, sensitivity=2))
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
    async def main(ctx, mine):
        total = (await mpc.secret(ctx, 0, mine, range=(0, 1))).sum()
        return [await mpc.reveal(ctx, total, privacy=mpc.Laplace(epsilon="0.00001", sensitivity=1)) for _ in range(2)]

    first, second = simulate(main, [np.array([1, 0]), None], suite="ideal").result
    assert first != second


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
