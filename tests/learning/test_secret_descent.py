"""Steps to the minimum of an objective on secrets come as near as is proved, rounding and all."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.linalg import norm, solve

import mpc
from mpc.errors import LocalError
from protocols.learning import secret_descent
from protocols.learning.secret_descent import descent
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.perturbed_minima_kst12 import ObjectiveNoise
from protocols.suite import suite_of

NOISE = ObjectiveNoise(Fraction(9), 3, 12)


def with_noise(monkeypatch: pytest.MonkeyPatch, b: Any) -> None:
    """Have joint noise be b, in steps of the grid, from here on."""

    async def draw(self: JointGaussian, ctx: mpc.Context) -> Any:
        return suite_of(ctx).constant(ctx, ctx.ring.from_signed(np.asarray(b, np.int64)))

    monkeypatch.setattr(JointGaussian, "draw", draw)


def minimum(x: Any, y: Any, curvature: float, b: Any) -> Any:
    """By Newton's steps, on the numbers that are computed with."""
    w = np.zeros(x.shape[1])
    for _ in range(30):
        s = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (s - y) + curvature * w + b
        w = w - solve((x * (s * (1 - s))[:, None]).T @ x + curvature * np.eye(x.shape[1]), gradient)
    return w


def table(seed: int, rows: int) -> tuple[Any, Any]:
    """On the grid, rows no longer than sqrt(2): every third as long as may be, with labels against it."""
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(rows, 3))
    x = x / norm(x, axis=1)[:, None] * 2**0.5 * dice.choice([0.3, 0.7, 0.999], size=rows)[:, None]
    return np.trunc(x * 2**12) / 2**12, dice.integers(0, 2, rows)


@pytest.mark.parametrize(("suite", "bits", "seeds"), [("ideal", 16, 3), ("beaver", 16, 2), ("ideal", 20, 1)])
def test_weights_are_as_near_to_the_minimum_as_is_proved(
    monkeypatch: pytest.MonkeyPatch, suite: str, bits: int, seeds: int
) -> None:
    for seed in range(seeds):
        x, y = table(seed, 9 + seed)
        b = np.random.default_rng(seed).normal(size=3) * (3 << 12)
        with_noise(monkeypatch, b)

        async def main(ctx: mpc.Context, _: Any, x: Any = x, y: Any = y) -> Any:
            rows = await mpc.secret(ctx, 0, x, range=(-2, 2))
            down = descent(rows, await mpc.secret(ctx, 1, y, range=(0, 1)), Fraction(2), Fraction(1, 2))
            off, furthest = down.off(ctx), down.furthest(NOISE.longest)
            enough = down.steps_to(off, furthest)
            found = [await mpc.reveal(ctx, down.minimum(ctx, NOISE, steps)) for steps in (4, enough)]
            left = [furthest * (1 - down.step * down.curvature) ** steps for steps in (4, enough)]
            assert left[-1] <= down.left(off)
            return found, [float(one + off) for one in left], float(down.curvature), float(off)

        found, bounds, curvature, off = mpc.simulate(main, [None, None], suite=suite, fractional_bits=bits).result
        right = minimum(x, y, curvature, b.astype(int) / 2**12)
        apart = [norm(w - right) for w in found]
        assert all(one <= bound for one, bound in zip(apart, bounds, strict=True))
        assert apart[-1] < bounds[-1] <= 9 / 8 * off * (1 + 1e-9)
        assert off < 1e-3


def test_what_is_proved_counts_every_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sigmoid that is off by 3e-3, and says so, leaves the weights off by no more than is said; if it keeps that to
    itself, by more."""
    x, y = table(1, 20)
    x[:] = [2**0.5 - 2**-10, 0, 0]
    with_noise(monkeypatch, [0, 0, 0])
    exact = secret_descent.sigmoid

    async def main(ctx: mpc.Context, _: Any) -> Any:
        rows = await mpc.secret(ctx, 0, x, range=(-2, 2))
        down = descent(rows, await mpc.secret(ctx, 1, y, range=(0, 1)), Fraction(2), Fraction(1, 2))
        off = down.off(ctx)
        w = await mpc.reveal(ctx, down.minimum(ctx, NOISE, 14))
        return norm(w - minimum(x, y, float(down.curvature), 0)), float(off)

    for said in (200 << 32, 0):

        def worse(odds: Any, said: int = said) -> Any:
            found = exact(odds) + 195 / 2**16
            return found.in_range(found.range.off_by(found.range.error + said))

        monkeypatch.setattr(secret_descent, "sigmoid", worse)
        apart, off = mpc.simulate(main, [None, None], suite="ideal").result
        assert (apart <= off) == bool(said)


@pytest.mark.parametrize("ridge", [Fraction(1, 10**5), Fraction(1, 300)])
def test_an_objective_too_flat_for_its_steps_is_refused(ridge: Fraction) -> None:
    x, y = table(0, 12)

    async def main(ctx: mpc.Context, _: Any) -> Any:
        rows = await mpc.secret(ctx, 0, x, range=(-2, 2))
        down = descent(rows, await mpc.secret(ctx, 1, y, range=(0, 1)), Fraction(2), ridge)
        with pytest.raises(LocalError, match="ridge-too-small"):
            down.steps_to(down.off(ctx), down.furthest(NOISE.longest))

    mpc.simulate(main, [None, None], suite="ideal")
