"""Sharings of zero: they add up, they look random, and each is fresh."""

import numpy as np
import pytest

from mpc.algebra.ring import Z64
from protocols.beaver.share import zero_sharing
from protocols.runs.simulating import simulate


@pytest.mark.parametrize("n", [2, 3, 5])
def test_sharings_of_zero_add_up_and_look_random(n):
    async def main(ctx, mine):
        return zero_sharing(ctx, Z64, (50,)), zero_sharing(ctx, Z64, (50,))

    parts = simulate(main, [None] * n).results
    for k in range(2):
        total = sum((p[k] for p in parts), np.zeros(50, np.uint64))
        assert not total.any()
    assert len({words.tobytes() for p in parts for words in p}) == 2 * n
