"""Products and their truncations, bits and choices by them, in one call: which are, and that plans foretell it."""

import numpy as np
import pytest

import mpc

COUNT = 9000
"""More than are told at once, so that a product and a truncation by themselves are three rounds."""


def run(main, suite="replicated3", **named):
    return mpc.simulate(main, [None] * 3, suite=suite, check_costs=True, **named)


async def pair(ctx, *shape):
    x, y = (np.linspace(-9, 9, int(np.prod(shape))).reshape(shape) * sign for sign in (1, -0.5))
    mine = ctx.me == 0
    return [await mpc.secret(ctx, 0, v if mine else None, range=(-9, 9)) for v in (x, y)], (x, y)


@pytest.mark.parametrize("square", [False, True])
def test_a_product_and_its_truncation_are_two_rounds(square):
    async def main(ctx, mine):
        (x, y), clear = await pair(ctx, COUNT)
        before = ctx.depth
        share = await mpc.share_of(ctx, x * x if square else x * y)
        rounds = ctx.depth - before
        (opened,) = await ctx.suite.open(ctx, share)
        return rounds, ctx.ring.to_signed(opened) / 2**16, clear[0] * clear[0 if square else 1]

    done = run(main)
    rounds, found, right = done.result
    assert rounds <= 3
    assert done.report.bytes_sent[1] < 3.5 * 8 * COUNT  # two numbers told and one opened; a product sends one more
    assert np.abs(found - right).max() < 2.0**-11


def test_matrices_and_stacks_of_them():
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, 3, 4, 5)
        product = x @ y.transpose(0, 2, 1)
        return await mpc.reveal(ctx, product * 0.5, x[0] @ y[0, 0]), (a @ b.transpose(0, 2, 1) / 2, a[0] @ b[0, 0])

    found, right = run(main).result
    for one, other in zip(found, right, strict=True):
        assert np.abs(one - other).max() < 0.01


def test_a_product_that_is_wanted_itself_is_computed_once_and_one_that_is_wanted_later_again():
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, 6)
        both, later = x * y, y * y
        w = both * x
        first = await mpc.reveal(ctx, w, both.sum())
        second = await mpc.reveal(ctx, later * x)
        third = await mpc.reveal(ctx, later.sum())
        return (first[0], first[1], second, third), (a * b * a, (a * b).sum(), b * b * a, (b * b).sum())

    found, right = run(main).result
    for one, other in zip(found, right, strict=True):
        assert np.abs(one - other).max() < 0.01


def test_choices_by_bits_whose_numbers_are_wanted_or_not():
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, 5)
        more, row = x > y, x.reshape(1, 5) > 0
        found = [np.where(x > 1, x, y), np.where(row, x[:1], 2), np.where(more, x, y), more + 1, np.maximum(y, 0.5)]
        right = [np.where(a > 1, a, b), np.where(a.reshape(1, 5) > 0, a[:1], 2), np.where(a > b, a, b), (a > b) + 1]
        return await mpc.reveal(ctx, *found), [*right, np.maximum(b, 0.5)]

    found, right = run(main).result
    for one, other in zip(found, right, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() < 2.0**-15


def test_a_choice_takes_a_round_less_where_it_takes_its_bit_in():
    async def main(ctx, mine):
        (x, _), _ = await pair(ctx, COUNT)
        return await mpc.share_of(ctx, np.maximum(x, 0))

    async def apart(ctx, mine):
        (x, _), _ = await pair(ctx, COUNT)
        positive = x > 0
        return await mpc.share_of(ctx, np.where(positive, x, 0) + positive)

    one, several = run(main).report, run(apart).report
    assert one.rounds < several.rounds
    assert sum(one.bytes_sent) < sum(several.bytes_sent) - 8 * COUNT


@pytest.mark.parametrize("suite", ["replicated3", "beaver", "ideal"])
def test_a_plan_foretells_it(suite):
    async def main(ctx, mine):
        (x, y), _ = await pair(ctx, 40)
        z = (x * y) * x
        sums = np.sum(x * y), np.sum(np.square(x.reshape(8, 5)), 0)
        return await mpc.reveal(ctx, z, (x.reshape(8, 5) @ y.reshape(5, 8)) * 0.25, np.maximum(x, y), *sums)

    done, planned = run(main, suite).report, mpc.plan(main, [None] * 3, suite=suite).report
    assert (planned.rounds, planned.bytes_sent) == (done.rounds, done.bytes_sent)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_of_products_are_of_few_elements(axis, keepdims):
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, 3, 2, 300)
        found = [np.sum(x * y, axis, keepdims=keepdims), np.sum(x * x, axis, keepdims=keepdims)]
        right = [np.sum(a * b, axis, keepdims=keepdims), np.sum(a * a, axis, keepdims=keepdims)]
        return await mpc.reveal(ctx, *found), right

    for one, other in zip(*run(main).result, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() < 300 * 6 * 9 * 2.0**-15


@pytest.mark.parametrize("square", [False, True])
def test_no_product_is_sent_of_which_nothing_but_the_sum_is_wanted(square):
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, COUNT)
        before = ctx.session.ledger.bytes_sent
        found = await mpc.reveal(ctx, np.sum(x * x if square else x * y))
        return ctx.session.ledger.bytes_sent - before, found, np.sum(a * a if square else a * b)

    done = run(main)
    sent, found, right = done.result
    assert sent < (1 if square else 2) * 8 * COUNT + 1000  # operands are put in when they are first needed
    assert abs(found - right) < COUNT * 9 * 2.0**-15


def test_sums_of_products_that_are_wanted_themselves_or_of_another_shape_and_over_no_axis():
    async def main(ctx, mine):
        (x, y), (a, b) = await pair(ctx, 4, 6)
        wanted = x * y
        found = [wanted.sum(0), wanted[0], (x * y[:1]).sum(1), np.sum(y * y, ())]
        return await mpc.reveal(ctx, *found), [(a * b).sum(0), (a * b)[0], (a * b[:1]).sum(1), b * b]

    for one, other in zip(*run(main).result, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() < 0.02
