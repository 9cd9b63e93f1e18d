"""Vectors of a training: paid for once, each with its part of the noise, none more, on the grid that was proved."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from privacy.houses import House

import mpc
from mpc.errors import LocalError
from protocols.learning.noisy_sums import noisy_sums, part_of
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.joint_noise import MOST_TAU
from protocols.privacy.ledger.charges import budget
from protocols.privacy.neighbours import substitute
from protocols.privacy.schedules import schedule_of
from protocols.runs.simulating import simulate

X = np.array([[0.5, -1.0], [0.25, 0.75], [1.0, 0.0]])
TOTAL = [1.75, -0.25]
MOVED = 4 << 16
PRIVACY = mpc.Gaussian(epsilon=5, delta="1e-6")
BUDGET = budget(epsilon=6, delta="1e-5", neighbours=substitute())


async def own(ctx: mpc.Context) -> mpc.SecretArray:
    return await mpc.secret(ctx, 0, X if ctx.me == 0 else None, range=(-1, 1))


@pytest.mark.parametrize(("n", "suite"), [(2, "beaver"), (3, "ideal")])
def test_each_vector_has_noise_of_its_own(n: int, suite: str) -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = np.concatenate([await own(ctx)] * 3, axis=1)
        async with noisy_sums(ctx, PRIVACY, 20, 6, MOVED) as sums:
            return [await sums.reveal(ctx, x.sum(axis=0)) for _ in range(20)], sums.deviation

    shown, deviation = simulate(main, [None] * n, suite=suite).result
    noise = (np.array(shown) - TOTAL * 3) / deviation
    assert len(np.unique(noise)) > 116, "four of 120 numbers are like others, of a million, by chance below 2^-41"
    assert 0.5 < noise.std() < 1.7, "of 120 numbers, by chance below 10^-17"
    assert np.abs(noise).max() < 8
    assert deviation == pytest.approx(4 / (2 * float(part_of(PRIVACY, 20).rho or 0)) ** 0.5)


def test_one_more_is_refused_and_all_of_them_were_spent_at_once(tmp_path: Path) -> None:
    house = House(tmp_path, (BUDGET, BUDGET))

    async def main(ctx: mpc.Context, _: Any) -> None:
        x = await own(ctx)
        async with noisy_sums(ctx, PRIVACY, 2, 2, MOVED) as sums:
            await sums.reveal(ctx, x.sum(axis=0))
            await sums.reveal(ctx, x.sum(axis=0))
            with pytest.raises(LocalError, match="not-in-schedule"):
                await sums.reveal(ctx, x.sum(axis=0))
        with pytest.raises(LocalError, match="budget-exceeded"):
            async with noisy_sums(ctx, PRIVACY, 1, 2, MOVED):
                pass

    house.run(main)
    assert all(4.5 < spent <= 5 and not unknown for spent, unknown in house.accounts())


@pytest.mark.parametrize("steps", [1, 7, 1000])
def test_parts_of_an_epsilon_and_a_delta_keep_both(steps: int) -> None:
    noise = part_of(PRIVACY, steps)
    rest = Fraction(1, 10**6) - (1 + exp_up(Fraction(5))) * steps * MOST_TAU
    whole = steps * Fraction(noise.rho or 0)
    assert Concentrated(whole).epsilon(rest) <= 5 < Concentrated(whole * Fraction(1001, 1000)).epsilon(rest)
    charged = schedule_of([noise] * steps, 2, 16).price.booked("epsilon")
    assert 4.999 < (charged.epsilon or 0) <= 5
    assert charged.delta == Fraction(1, 10**6)


def test_parts_of_a_rho_share_it() -> None:
    noise = part_of(mpc.Gaussian(rho=1, delta="1e-6", neighbours=substitute()), 10)
    assert (noise.rho, noise.delta, noise.neighbours) == (Fraction(1, 10), Fraction(1, 10**6), substitute())


async def _linear(ctx: mpc.Context, x: mpc.SecretArray, privacy: mpc.Gaussian) -> None:
    await mpc.learning.private_linear_regression(ctx, x, x[:, 0], row_bound=1, target_bound=1, privacy=privacy)


async def _logistic(ctx: mpc.Context, x: mpc.SecretArray, privacy: mpc.Gaussian) -> None:
    await mpc.learning.private_logistic_regression(ctx, x, x[:, 0] > 0, row_bound=1, privacy=privacy)


async def _clusters(ctx: mpc.Context, x: mpc.SecretArray, privacy: mpc.Gaussian) -> None:
    await mpc.learning.private_kmeans(ctx, x, [[0, 0], [1, 1]], bounds=(-1, 1), privacy=privacy)


@pytest.mark.parametrize("train", [_linear, _logistic, _clusters])
def test_noise_that_does_not_fit_the_ring_is_refused_before_anything_is_spent(tmp_path: Path, train: Any) -> None:
    house = House(tmp_path, (BUDGET, BUDGET))

    async def main(ctx: mpc.Context, _: Any) -> str:
        with pytest.raises(LocalError, match="noise-out-of-range") as caught:
            await train(ctx, await own(ctx), mpc.Gaussian(epsilon="0.0001", delta="1e-6"))
        return str(caught.value.line).split(":")[0]

    assert house.run(main) == ["test_noisy_sums.py"] * 2
    assert house.accounts() == [(0, 0), (0, 0)]


def test_a_sum_that_leaves_the_ring_with_its_noise_is_refused_before_anything_is_spent(tmp_path: Path) -> None:
    house = House(tmp_path, (BUDGET, BUDGET))

    async def main(ctx: mpc.Context, _: Any) -> None:
        x = await own(ctx)
        wide = x.sum(axis=0).within(-(2**40), 2**40)
        with pytest.raises(LocalError, match="range-exceeded"):
            async with noisy_sums(ctx, PRIVACY, 1, 2, MOVED, like=wide * 256):
                pass

    house.run(main)
    assert house.accounts() == [(0, 0), (0, 0)]
