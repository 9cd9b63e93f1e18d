from __future__ import annotations

import numpy as np
import pytest

from mpc.context import Context
from protocols.numeric.normalise import at_leading, leading_places, mantissa, or_from_top, to_top
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

from .computing import Computed, spread


@pytest.mark.parametrize("width", range(1, 10))
def test_prefix_or_of_every_pattern(computed: Computed, width: int) -> None:
    async def prefixes(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        x_bits = await suite_of(ctx).a2b(ctx, x, width)
        return await suite_of(ctx).b2a(ctx, await or_from_top(ctx, x_bits))

    x = np.arange(1 << width)
    below_leading_bit = [(1 << int(v).bit_length()) - 1 for v in x]
    assert computed(prefixes, x, Range(0, (1 << width) - 1)).values.tolist() == below_leading_bit


@pytest.mark.parametrize(
    "r", [Range(1, 1000), Range(1, (1 << 61) - 1), Range(5, 7), Range(100, 3000), Range(1 << 40, 1 << 44)]
)
def test_any_table_is_looked_up_at_the_leading_bit(computed: Computed, r: Range) -> None:
    def table(i: int) -> int:
        sign = -1 if i % 2 else 1
        return sign * int(pow(3, i, 1009))

    async def looked_up(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        found, half = await at_leading(ctx, x, r, table, lambda i: table(i) // 2)
        return found - half

    x = spread(r)
    assert computed(looked_up, x, r).values.tolist() == [
        table(i) - table(i) // 2 for i in (int(v).bit_length() - 1 for v in x)
    ]


@pytest.mark.parametrize("r", [Range(1, 1000), Range(1, (1 << 61) - 1), Range(5, 7), Range(1, 1)])
def test_mantissas(computed: Computed, r: Range) -> None:
    async def mantissas(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
        (factor,) = await at_leading(ctx, x, r, to_top(r))
        return await mantissa(ctx, x, r, factor, 28)

    x = spread(r)
    exact = np.array([4 * int(v) / 2 ** int(v).bit_length() - 3 for v in x])
    error = np.abs(computed(mantissas, x, r).values / 2.0**28 - exact)
    assert (error < 1.001 * 2.0**-28).all()
    assert (error[x < 1 << 30] == 0).all() or r.hi >= 1 << 30


def test_places() -> None:
    assert leading_places(Range(0, 0)) == (0, 1)
    assert leading_places(Range(1, 1)) == (0, 1)
    assert leading_places(Range(4, 8)) == (2, 4)
