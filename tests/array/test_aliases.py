"""A value seen with another range is the same value: computed once, rounded once, in every form."""

import numpy as np
import pytest
from programs import UNIT, revealed, revealing

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

RNG = np.random.default_rng(9)
X, Y = RNG.uniform(0, 2, 1000), RNG.uniform(0, 2, 1000)


def test_a_value_equals_itself_within_another_range():
    """Computed twice, two roundings of the same product differ in about a third of the elements."""

    def program(x, y):
        product = x * y
        return product == product.within(0, 4), product * 0.3 == product.within(0, 4) * 0.3

    for same in revealed(program, X, Y, ranges=[(0, 2)] * 2):
        assert same.all()


def test_an_alias_costs_nothing():
    def account(function):
        report = revealing(function, X, Y, ranges=[(0, 2)] * 2).report
        return report.rounds, report.bytes_sent, report.material

    assert account(lambda x, y: (x * y).within(0, 8).within(0, 4) * 2) == account(lambda x, y: (x * y) * 2)
    both = account(lambda x, y: ((x * y) * x, (x * y).within(0, 4)))
    shared = account(lambda x, y: (lambda p: (p * x, p.within(0, 4)))(x * y))
    assert shared[2]["triple"] < both[2]["triple"]


def test_forms_are_shared_by_aliases_whichever_asked_first():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2))
        product = x * x
        bit = x > 1
        narrow, same_bit = product.within(0, 4), bit.within(0, 1)
        first = await mpc.reveal(ctx, narrow)
        before = dict(ctx.session.ledger.material)
        second = await mpc.reveal(ctx, product)
        assert dict(ctx.session.ledger.material) == before, "the truncation of one is that of the other"
        await mpc.reveal(ctx, bit + 0)
        before = dict(ctx.session.ledger.material)
        await mpc.reveal(ctx, same_bit.sum())
        assert dict(ctx.session.ledger.material) == before, "the bits of one as numbers are those of the other"
        return first, second

    first, second = simulate(main, [X, None]).result
    np.testing.assert_array_equal(first, second)


WIDE = [(0, 2.0**30)] * 2


def test_the_range_of_the_alias_answers_for_its_value():
    found = revealed(lambda x, y: (x * y).within(0, 4) + 1, 1.5, 2.5, ranges=WIDE)
    assert abs(found - 4.75) < 2 * UNIT


@pytest.mark.parametrize("order", [1, -1])
def test_a_use_without_the_vouched_range_is_refused_beside_one_with_it(order):
    """Whichever of the two is written or asked for first."""

    def program(x, y):
        product = x * y
        uses = [lambda: product * 0.5, lambda: product.within(0, 4) * 0.5]
        return tuple(use() for use in uses[::order])

    with pytest.raises(LocalError, match="range-exceeded"):
        revealed(program, 1.5, 2.5, ranges=WIDE)


@pytest.mark.parametrize("shortened_before", [False, True])
def test_an_index_takes_a_value_as_it_is_whatever_was_asked_of_it_before(shortened_before):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        product = x * x
        if shortened_before:
            await mpc.reveal(ctx, product)
        part = product[:10]
        return part.scale, product.scale

    part, whole = simulate(main, [X, None]).result
    assert part == whole == 32


def test_the_public_range_of_an_alias_is_shown():
    def program(x):
        narrow = (x * x).within(1, 2)
        assert narrow.bounds == (1.0, 2.0)
        assert (x * x).bounds == (0.0, 4.0)
        return narrow

    revealed(program, 1.2, ranges=[(0, 2)])


def test_what_is_only_moved_about_is_shortened_once():
    """A product that is transposed again and again, as features in every step of a regression, takes one truncation."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        wide = x * x
        steps = [wide.T @ x, wide.reshape(-1) @ x.reshape(-1), wide @ x, wide.T.reshape(2, 2) @ x]
        return await mpc.reveal(ctx, *steps)

    values = np.array([[1.5, -2.0], [0.25, 3.0]])
    run = mpc.simulate(main, [values, None])
    square = values * values
    expected = [square.T @ values, (square * values).sum(), square @ values, square.T.reshape(2, 2) @ values]
    for result, right in zip(run.result, expected, strict=True):
        np.testing.assert_allclose(result, right, atol=2.0**-10)
    results = sum(np.size(right) for right in expected)
    assert run.report.material["truncation_pair"] == values.size + results
