"""A number that is opened outside its proven range is refused: public numbers differed, or a range was vouched for."""

import numpy as np
import pytest

import mpc
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

X = np.array([3.0, 5.5, 7.0])

DIFFERING = {
    "an own index as a factor": lambda x, me: x * (me + 2),
    "an own index added to a share": lambda x, me: x + (1000 if me else 0),
    "the length of own data": lambda x, me: x.sum() * [3, 40][me],
    "a divisor": lambda x, me: x / [2.3, 3.7][me],
    "weights of an unseeded generator": lambda x, me: x @ np.random.default_rng(me).normal(size=3),
    "whole numbers": lambda x, me: (x > 4).astype(int) * (2**20 * (me + 1)),
    "a matrix": lambda x, me: np.full((2, 3), me + 1.25) @ x,
}


def refused(program, inputs=(X, None), **options):
    with pytest.raises(LocalError, match="revealed-outside-range") as caught:
        simulate(program, list(inputs), **options)
    assert caught.value.line.startswith("test_revealed_outside_range.py:")
    assert "--arg" in caught.value.remedy
    return caught.value


@pytest.mark.parametrize("differing", DIFFERING.values(), ids=DIFFERING.keys())
def test_public_numbers_that_differ_are_refused_where_they_throw_a_value_out_of_its_range(differing):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 10))
        return await mpc.reveal(ctx, differing(x, ctx.me))

    refused(main)


VOUCHED = {
    "fixed": lambda x: x.within(0, 5),
    "a product": lambda x: (x * x).within(0, 30),
    "whole": lambda x: np.floor(x).astype(int).within(0, 6),
    "one element": lambda x: x[2].within(0, 6),
    "below": lambda x: x.within(4, 8),
    "an alias of what is revealed beside it": lambda x: (x, x.within(0, 5)),
}


@pytest.mark.parametrize("to", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("false", VOUCHED.values(), ids=VOUCHED.keys())
def test_a_range_that_was_vouched_for_and_is_false_is_refused_by_who_sees_it(false, to):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 10))
        shown = false(x)
        return await mpc.reveal(ctx, *(shown if isinstance(shown, tuple) else (shown,)), to=to)

    assert "outside [" in refused(main).cause


def test_the_ends_of_a_range_are_inside():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(3, 7))
        return await mpc.reveal(ctx, x, x.within(3, 7), x[:0], (x > 5) + 0)

    assert simulate(main, [X, None]).result[0].tolist() == X.tolist()


def test_a_program_that_catches_the_refusal_goes_on_at_every_party():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 10))
        before = await mpc.reveal(ctx, x)
        with pytest.raises(LocalError, match="revealed-outside-range"):
            await mpc.reveal(ctx, x.within(0, 5))
        return before.tolist(), (await mpc.reveal(ctx, x * 2)).tolist(), len(ctx.session.ledger.reveals)

    for result in simulate(main, [X, None], check_costs=True).results:
        assert result == (X.tolist(), (X * 2).tolist(), 3)


def test_a_wider_ring_has_the_same_gate():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 2**70))
        return await mpc.reveal(ctx, x.within(0, 2**66))

    refused(main, (np.array([2**67], object), None), ring=Z128)


def test_a_plan_has_no_values_to_refuse():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 10))
        return await mpc.reveal(ctx, x.within(20, 30))

    assert mpc.plan(main, [X, None]).report.reveals
