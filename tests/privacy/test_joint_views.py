"""What a party sees while all draw noise together says nothing of the noise: all outcomes of small draws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mpc.algebra.ring import Ring
from mpc.context import Context
from mpc.testing import exact_view
from protocols.beaver import SUITE
from protocols.privacy.joint_coins_csu19 import JointCoins
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace, random_signs
from protocols.suite import suite_of

ONE_BIT = Ring(1)
FAIR = JointCoins((1, 1), 1)
"""Two coins of one digit."""

Drawn = Callable[[Context, list[Any], int], Awaitable[Any]]


async def size(ctx: Context, mine: list[Any], lanes: int) -> Any:
    """The last digit of |x| for a G of one digit: 1 with a chance of 1/4."""
    return await JointLaplace(Fraction(1), lanes, 1, FAIR, Fraction(0)).sizes(ctx)


async def product_with_sign(ctx: Context, mine: list[Any], lanes: int) -> Any:
    """s |x| for a sign that nobody knows, and an |x| that party 1 has: what is subtracted twice."""
    suite = suite_of(ctx)
    sizes = await suite.input(ctx, 1, mine[0] if ctx.me == 1 else None, (lanes,))
    return await suite.mul(ctx, await random_signs(ctx, lanes), sizes)


def beside(draw: Drawn, inputs: list[list[int]], *, leak: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """All that party 0 sees of a draw, a row for each outcome of all randomness, and what was drawn, which it does not
    learn; with `leak` it does."""
    told: list[np.ndarray] = []

    async def protocol(ctx: Context, mine: list[Any], lanes: int) -> None:
        share = await draw(ctx, mine, lanes)
        opened = await ctx.suite.open_to(ctx, 1, share)
        if ctx.me == 1:
            told.append(np.asarray(opened))
        if leak:
            await ctx.suite.open_to(ctx, 0, share)

    view = exact_view(protocol, inputs, suite=SUITE, observers=0, ring=ONE_BIT)
    rows = np.stack([view.columns[name] for name in sorted(view.columns)], axis=1)
    return rows, told[-1]


def is_independent(rows: np.ndarray, drawn: np.ndarray) -> bool:
    """Whether each row comes beside each drawn number as often as its share of all outcomes says."""
    _, which = np.unique(rows, axis=0, return_inverse=True)
    counts = np.stack([np.bincount(which[drawn == value], minlength=which.max() + 1) for value in np.unique(drawn)])
    return bool((counts * len(drawn) == np.outer(counts.sum(axis=1), counts.sum(axis=0))).all())


DRAWS = {"size": (size, [[0], [0]]), "sign": (product_with_sign, [[0], [1]])}


@pytest.mark.parametrize("name", DRAWS)
def test_what_a_party_sees_of_a_draw_is_independent_of_what_is_drawn(name: str) -> None:
    draw, inputs = DRAWS[name]
    rows, drawn = beside(draw, inputs)
    assert drawn.mean() == {"size": 1 / 4, "sign": 1 / 2}[name]
    assert is_independent(rows, drawn)


def test_a_draw_that_is_opened_is_not() -> None:
    assert not is_independent(*beside(size, [[0], [0]], leak=True))
