"""What replicated3 does at once: products that are shortened, and functions of u and w for x = u - w."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra import bits
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.errors import LocalError


def simulated(program: Any) -> Any:
    """What all three get, with every declared cost held against what is counted."""
    return mpc.simulate(program, [None] * 3, suite="replicated3", check_costs=True).result


async def shared(ctx: Context, numbers: Any) -> Any:
    """A share of whole numbers of party 0."""
    words = Z64.from_signed(np.asarray(numbers, np.int64))
    return await ctx.suite.input(ctx, 0, words if ctx.me == 0 else None, Z64.shape(words))


def shortened(x: Any, y: Any, shift: int, plus: Any = None, *, summed: bool = False) -> Any:
    """What comes out, in the clear."""

    async def program(ctx: Context, mine: object) -> Any:
        addend = None if plus is None else await shared(ctx, plus)
        z = await ctx.suite.mul_truncate(ctx, await shared(ctx, x), await shared(ctx, y), shift, addend, summed)
        (opened,) = await ctx.suite.open(ctx, z)
        return Z64.to_signed(opened)

    return simulated(program)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_products_are_rounded_to_a_neighbour(data: st.DataObject) -> None:
    shift = data.draw(st.integers(1, 62))
    numbers = st.integers(-(1 << 30), 1 << 30)
    x, y = (data.draw(st.lists(numbers, min_size=3, max_size=3)) for _ in range(2))
    plus = data.draw(st.lists(st.integers(-(1 << 60), 1 << 60), min_size=3, max_size=3))
    exact = [a * b + c for a, b, c in zip(x, y, plus, strict=True)]
    for found, whole in zip(shortened(x, y, shift, plus).tolist(), exact, strict=True):
        assert found - (whole >> shift) in ((0, 1) if whole % (1 << shift) else (0,))


def test_shapes_broadcast_and_sums_are_of_the_first_axis() -> None:
    x, y = np.arange(6).reshape(2, 3) << 10, np.array([[2], [-3]])
    assert np.abs(shortened(x, y, 10) - (x * y >> 10)).max() <= 1
    assert np.abs(shortened(x, y, 10, [1 << 20, 0, 0], summed=True) - [(1 << 10) - 9, -10, -11]).max() <= 1
    assert shortened(np.zeros((0, 2), np.int64), 5, 3).shape == (0, 2)
    assert abs(int(shortened(1 << 20, 3, 4)) - (3 << 16)) <= 1
    assert shortened(np.full(5000, 1 << 20), 3, 20).tolist() == [3] * 5000


@pytest.mark.parametrize("shift", [-1, 63, 64])
def test_a_shift_that_cannot_be_is_refused(shift: int) -> None:
    with pytest.raises(LocalError, match="bad-shift"):
        shortened([1], [1], shift)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (7000,)])
def test_a_sum_of_products_of_both_sides(shape: tuple[int, ...]) -> None:
    """x = u - w and x^2 = u^2 1 - 2 u w + 1 w^2, whichever way it is told."""
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape) * 3 - 5
    one = np.uint64(1)

    def told(w: Words) -> Words:
        return np.stack([np.full_like(w, 1), w, w * w])

    def factors(u: Words) -> Words:
        return np.stack([u * u, np.uint64(0) - (u + u), np.full_like(u, one)])

    async def program(ctx: Context, mine: object) -> Any:
        x = await shared(ctx, numbers)
        squares = await ctx.suite.by_summands(ctx, x, 3, told, factors, 10 * x.size)
        (opened,) = await ctx.suite.open(ctx, squares)
        return Z64.to_signed(opened)

    assert np.array_equal(simulated(program), numbers * numbers)


def test_what_is_added_to_a_product_is_no_larger_than_it() -> None:
    """Masks are as many as the product's numbers: of a larger addend they would hide differences of none."""
    for plus in ([1, 2, 3], [[1]], [1, 2]):
        with pytest.raises(LocalError, match="wrong-shape"):
            shortened([5], [7], 3, plus)
    with pytest.raises(LocalError, match="wrong-shape"):
        shortened([[5, 6], [7, 8]], [7, 7], 3, [[1, 2], [3, 4]], summed=True)
    assert np.abs(shortened([8, 16, 24], [1], 3, 8) - [2, 3, 4]).max() <= 1


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (7000,)])
def test_numbers_where_a_bit_is_1(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(7)
    truths, numbers = random.integers(0, 2, shape), random.integers(-(1 << 62), 1 << 62, shape)

    async def program(ctx: Context, mine: object) -> Any:
        packed = bits.pack(np.asarray(truths, np.uint8)) if ctx.me == 2 else None
        b = await ctx.suite.input_bits(ctx, 2, packed, shape)
        (opened,) = await ctx.suite.open(ctx, await ctx.suite.choose(ctx, b, await shared(ctx, numbers)))
        return Z64.to_signed(opened)

    assert np.array_equal(simulated(program), truths * numbers)
