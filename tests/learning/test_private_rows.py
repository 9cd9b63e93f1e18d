"""Rows are no longer than is said, in the numbers that the parties compute with, and only shortened."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import mpc
from protocols.learning.private_rows import unit_rows

ENDS = np.array([*product((-3.0, -1.0, 0.0, 2.0**-16, 3.0), repeat=3), [1.7, -2.2, 0.3], [0.02, 0.01, -0.01]])


@pytest.mark.parametrize("bound", [0.02, 0.7, 2.0, 5.2, 100.0])
@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_rows_are_as_long_as_is_said_and_in_their_direction(bound: float, suite: str) -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        found = unit_rows(await mpc.secret(ctx, 0, mine, range=(-3, 3)), bound)
        return found.longest, found.values.scale, await mpc.reveal(ctx, found.values)

    longest, scale, rows = mpc.simulate(main, [ENDS, None], suite=suite).result
    squares = np.square((rows * 2**scale).astype(object)).sum(axis=1)
    assert squares.max() <= longest**2
    assert longest <= 1.05 * 2**scale
    right = ENDS / np.maximum(np.linalg.norm(ENDS, axis=1), bound)[:, None]
    np.testing.assert_allclose(rows, right, atol=2.0**-14 / min(bound, 1))


def test_whole_numbers_and_truth_values_are_rows_too() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        whole = await mpc.secret(ctx, 0, np.array([[3, -4], [0, 1]]), range=(-4, 4))
        return await mpc.reveal(ctx, unit_rows(whole, 5).values, unit_rows(whole > 0, 1).values)

    rows, truths = mpc.simulate(main, [None, None]).result
    np.testing.assert_allclose(rows, [[0.6, -0.8], [0, 0.2]], atol=1e-3)
    np.testing.assert_allclose(truths, [[1, 0], [0, 1]], atol=1e-3)
