"""Inverses, systems, least squares, pseudoinverses: within bounds that are of use, in rounds that no size changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import UNIT, revealing

import mpc
from mpc.errors import LocalError
from mpc.testing import party_counts
from protocols.array.inverses import Spectrum, plan_of
from protocols.runs.simulating import simulate

seeds = st.integers(0, 10**6)


def matrix(seed, shape, least, most, *, definite=False, exact=True):
    """A matrix with singular values (eigenvalues if definite) from `least` to `most`."""
    rng = np.random.default_rng(seed)
    *batch, m, n = shape
    rank = min(m, n)
    u, v = (np.linalg.qr(rng.normal(size=(*batch, side, side)))[0] for side in (m, n))
    values = np.geomspace(least, most, rank) if rank > 1 else np.array([least])
    a = (u[..., :rank] * values) @ np.swapaxes((u if definite else v)[..., :rank], -1, -2)
    a = (a + np.swapaxes(a, -1, -2)) / 2 if definite else a
    return np.rint(a / UNIT) * UNIT if exact else a


def checked(function, exact, *values, n=2, ratio=None, encoded=False):
    """Within the bound; and the bound, of numbers without an error, at most `ratio` times the worst error."""
    ranges = [(-float(np.abs(v).max()) - 0.01, float(np.abs(v).max()) + 0.01) for v in values]
    given_ = (lambda s, r: s.within(*r, error=0)) if not encoded else (lambda s, r: s)
    run = revealing(lambda *s: function(*map(given_, s, ranges)), *values, n=n, ranges=ranges)
    worst = np.abs(run.result - exact(*values)).max()
    bound = run.report.reveals[0].error
    assert worst <= bound + 1e-13
    assert ratio is None or bound <= ratio * worst
    return run


def of_squares(a, b):
    return np.linalg.lstsq(a, b, rcond=None)[0]


KINDS = {
    "solve 3": (
        lambda a, b: mpc.solve(a, b, least=0.9),
        np.linalg.solve,
        matrix(1, (3, 3), 1, 3, definite=True),
        (3, 4),
    ),
    "solve 12": (
        lambda a, b: mpc.solve(a, b, least=0.4),
        np.linalg.solve,
        matrix(2, (12, 12), 0.5, 20, definite=True),
        (12,),
    ),
    "least squares": (lambda a, b: mpc.lstsq(a, b, least=0.9), of_squares, matrix(3, (20, 3), 1, 3), (20, 2)),
    "inverse": (lambda a: mpc.inv(a, least=0.45), np.linalg.inv, matrix(4, (6, 6), 0.5, 4), None),
    "many inverses": (lambda a: mpc.inv(a, least=0.45), np.linalg.inv, matrix(5, (4, 2, 2), 0.5, 4), None),
    "a tall pseudoinverse": (lambda a: mpc.pinv(a, least=0.9), np.linalg.pinv, matrix(6, (9, 4), 1, 3), None),
    "a wide pseudoinverse": (lambda a: mpc.pinv(a, least=0.9), np.linalg.pinv, matrix(7, (3, 5), 1, 3), None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_bound_is_at_most_8_times_the_worst_error(kind):
    function, exact, a, of_b = KINDS[kind]
    others = () if of_b is None else (np.rint(np.random.default_rng(0).uniform(-1, 1, of_b) / UNIT) * UNIT,)
    checked(function, exact, a, *others, ratio=8)


@settings(max_examples=8)
@given(n=party_counts(2, 3), seed=seeds, side=st.integers(1, 4), low=st.floats(0.2, 1))
def test_numbers_that_are_rounded_as_they_come_in_are_in_the_bound(n, seed, side, low):
    a = matrix(seed, (side, side), low, 4, definite=True, exact=False)
    b = np.random.default_rng(seed).uniform(-1, 1, (side, 2))
    checked(lambda x, y: mpc.solve(x, y, least=low * 0.99), np.linalg.solve, a, b, n=n, encoded=True)
    tall = matrix(seed, (side + 3, side), low, 4, exact=False)
    right = np.random.default_rng(seed).uniform(-1, 1, side + 3)
    checked(lambda x, y: mpc.lstsq(x, y, least=low * 0.99), of_squares, tall, right, n=n, encoded=True)
    checked(
        lambda x: mpc.inv(x, least=low * 0.99),
        np.linalg.inv,
        matrix(seed, (side, side), low, 4, exact=False),
        encoded=True,
    )


def test_rounds_follow_from_the_condition_and_not_from_the_size():
    runs = [
        checked(lambda a: mpc.inv(a, least=0.9, most=3.1), np.linalg.inv, matrix(1, (n, n), 1, 3)) for n in (2, 8, 24)
    ]
    assert max(run.report.rounds for run in runs) <= min(run.report.rounds for run in runs) + 8 < 60


def test_what_is_vouched_for_above_saves_steps():
    a = matrix(2, (10, 10), 1, 2)
    known = checked(lambda a: mpc.inv(a, least=0.9, most=2.1), np.linalg.inv, a)
    unknown = checked(lambda a: mpc.inv(a, least=0.9), np.linalg.inv, a)
    assert known.report.rounds < unknown.report.rounds


def test_a_plan_knows_how_far_each_step_comes():
    """The rho of a plan bounds the residual of the iteration in floats, rounding at every step as the ring does."""
    a, seen = matrix(3, (5, 5), 0.5, 4, definite=True), []

    async def main(ctx, mine):
        secret = await mpc.secret(ctx, 0, mine, range=(-5, 5))
        seen.append(plan_of(secret, Spectrum(5, 0.45, 4.1), definite=True))
        return None

    simulate(main, [a, None])
    plan = seen[0]
    x = np.eye(5) * plan.start / 2.0**plan.start_bits
    for i, rho in enumerate(plan.rhos):
        assert np.linalg.norm(np.eye(5) - a @ x, 2) <= rho
        assert i == 0 or rho < plan.rhos[i - 1]
        product = np.floor(a @ x * 2.0**plan.bits) / 2.0**plan.bits
        x = np.ceil(x @ (2 * np.eye(5) - product) * 2.0**plan.bits) / 2.0**plan.bits
    assert plan.rhos[-1] < 1e-4


def test_what_does_not_converge_is_eliminated_or_refused():
    a = np.diag([1000.0, 0.02])

    def found(use):
        return revealing(lambda x: use(x), a, ranges=[(-1000, 1000)])

    run = found(lambda x: mpc.solve(x, np.ones(2), least=0.015))
    np.testing.assert_allclose(run.result, [0.001, 50], rtol=0.2, atol=2.0**-10)
    for use in (lambda x: mpc.inv(x, least=1e-6), lambda x: mpc.lstsq(x, np.ones(2), least=0.004)):
        with pytest.raises(LocalError) as refused:
            found(use)
        assert refused.value.code in {"loses-too-much", "bad-range"}
        assert refused.value.line.startswith("test_full_rank.py")


@pytest.mark.parametrize("use", [mpc.lstsq, lambda a, b, least: mpc.inv(a, least=least)])
def test_shapes_that_have_no_answer_are_refused(use):
    with pytest.raises(LocalError, match="shape-mismatch"):
        revealing(lambda a: use(a, np.ones(2), least=0.1), np.ones((2, 3)))
