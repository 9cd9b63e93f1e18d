"""Logistic regression with differential privacy by noise in the objective: its minimum is told once.

Kifer, Smith, Thakurta, COLT 2012, algorithm 1; Iyengar, Near, Song, Thakkar, Thakurta, Wang, "Towards practical
differentially private convex optimization", IEEE S&P 2019, algorithm 1, which does not need the exact minimum; Redberg,
Koskela, Wang, "Improving the privacy and practicality of objective perturbation for differentially private linear
learners", NeurIPS 2023.

The parties add b w to a sum of losses, b being noise that nobody knows, and go down to where it is least on weights
that are secret. `perturbed_minima_kst12` proves what the minimum w* tells, `secret_descent` that the weights v that are
computed are no further than some B from it. v + noise is told. That is two mechanisms, one after the other: w*, which
keeps (epsilon_1, delta_1); and, whatever w* is, v + noise. Data with the same w* have v within B of it, and so within
2 B of one another: Gaussian noise for that distance keeps (epsilon_2, delta_2). Both together keep the sums, and of
both nothing is told but v + noise. v may depend on chance besides, since numbers are rounded either way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, inf, sqrt
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.learning.logistic_regression_bst14 import PrivateLogisticModel
from protocols.learning.noisy_sums import NoisySums, require_gaussian
from protocols.learning.private_rows import Parts, bound_of, examples_of
from protocols.learning.secret_descent import Descent, descent
from protocols.learning.truth_labels import require_truths
from protocols.privacy.amounts import positive
from protocols.privacy.directed import sqrt_up
from protocols.privacy.events import ApproximateEvent
from protocols.privacy.joint_noise import Gaussian
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.perturbed_minima_kst12 import ObjectiveNoise, Perturbed, objective_noise
from protocols.privacy.prepaid import prepaid
from protocols.privacy.schedules import Schedule

_PARTS = 1 << 10


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that is public of a training before it is computed: both noises, how many steps, and how far the weights may
    then be from the minimum."""

    objective: ObjectiveNoise
    output: Gaussian
    steps: int
    away: Fraction

    def loss(self, squared: Fraction, curvature: Fraction, deviation: float) -> float:
        """How much larger the mean log loss is, on average, than at the minimum without noise: |b| moves that by at
        most |b| / L, and the loss of a row changes by no more than its length times the distance."""
        spread = sqrt(self.objective.variance) / float(curvature) + deviation
        return sqrt(squared) * (sqrt(self.objective.count) * spread + float(self.away))


async def private_logistic_by_objective(
    ctx: Context,
    features: Parts,
    labels: Parts,
    *,
    row_bound: float,
    privacy: Gaussian,
    ridge: float = 0.05,
    intercept: bool = True,
) -> PrivateLogisticModel:
    """A model of truth values `labels` (rows,) by `features` (rows, columns), in parts as of
    `private_logistic_regression`, whose rows are shortened as there: the minimum of the mean log loss, of ridge |w|^2 /
    2, and of a product of w with noise that nobody knows, in units of the bound; the intercept is one of the w.

    `privacy`: `mpc.Gaussian(epsilon=..., delta=...)`, which all of it keeps. A small `ridge` takes more steps, and more
    noise where few rows bend the objective. How many steps follows from what is public: they end where rounding, of
    which more fractional bits leave less, is most of what parts the weights from the minimum. That distance is proved,
    and hidden by noise of its own, for which a part of epsilon and delta is kept.

    Everybody learns the model and how many rows there are, and nothing on the way: weights and noise stay secret. That
    holds for one row in the place of another, against whom and with what is charged as of
    `private_logistic_regression`. A step has a sigmoid of each row and two products of a matrix by a vector; noise is
    drawn twice.

    `expected_loss` compares with the same minimum without noise. LocalError `ridge-too-small`, `wrong-privacy` also
    where a rho is asked for, `delta-too-small`; the others as of `private_logistic_regression`.
    """
    need_context(ctx, "learning.private_logistic_by_objective")
    _require_epsilon(require_gaussian(privacy))
    longest = bound_of(row_bound, "row_bound")
    examples = examples_of(ctx, features, labels, longest, privacy.neighbours)
    require_truths(examples.targets)
    one = 1 << ctx.fractional_bits
    squared = Fraction(examples.rows.longest**2 + intercept * one**2, one**2)
    down = descent(examples.with_ones(intercept), examples.targets, squared, _ridge(ridge))
    plan = _planned(ctx, down, examples.moved, privacy)
    async with _paid(ctx, plan, privacy) as sums:
        w = await sums.reveal(ctx, down.minimum(ctx, plan.objective, plan.steps))
    loss = plan.loss(squared, down.curvature, sums.deviation)
    weights, level = (w[:-1], float(w[-1])) if intercept else (w, 0.0)
    return PrivateLogisticModel(weights / longest, level, plan.steps, loss, sums.price, privacy.neighbours)


def _planned(ctx: Context, down: Descent, moved: int, privacy: Gaussian) -> _Plan:
    """Both noises, each with its part of epsilon and delta: the deviation of the weights by the one is about
    sqrt(X) / (L epsilon_1), by the other B / epsilon_2, whose sum is least where epsilon_2 / epsilon_1 is the root of
    L B / sqrt(X)."""
    epsilon, delta, off = positive(privacy.epsilon or 0, "epsilon"), privacy.given_delta, down.off(ctx)
    ratio = sqrt_up(down.curvature * off / sqrt_up(down.squared))
    part = max(Fraction(round(ratio / (1 + ratio) * _PARTS), _PARTS), Fraction(1, _PARTS))
    objective = Perturbed(moved, down.squared, down.curvature)
    p, f = down.x.shape[1], ctx.fractional_bits
    noise = objective_noise(objective, (1 - part) * epsilon, (1 - part) * delta, p, f)
    steps = down.steps_to(off, down.furthest(noise.longest))
    away = off + down.left(off) + noise.rounded / down.curvature
    output = Gaussian(epsilon=part * epsilon, delta=part * delta, neighbours=privacy.neighbours)
    return _Plan(noise, output, steps, away)


@asynccontextmanager
async def _paid(ctx: Context, plan: _Plan, privacy: Gaussian) -> AsyncIterator[NoisySums]:
    """The one vector that is told, once all parties have spent what the whole was asked for with: an epsilon, whose rho
    is that of any epsilon. Errors of `prepaid`."""
    whole = charge(epsilon=privacy.epsilon, delta=privacy.given_delta, neighbours=privacy.neighbours)
    noise = plan.output
    size, moved = plan.objective.count, ceil(2 * plan.away * (1 << ctx.fractional_bits))
    event = ApproximateEvent(whole.main, whole.delta, whole.neighbours)
    async with prepaid(ctx, Schedule((noise,), event, Price((whole,))), elements=size) as paid:
        yield NoisySums(paid, noise, size, moved, ctx.fractional_bits)


def _require_epsilon(privacy: Gaussian) -> None:
    """LocalError `wrong-privacy` where no epsilon is asked for: no rho is proved of a minimum."""
    if privacy.epsilon is None:
        raise LocalError(
            "wrong-privacy",
            "privacy= asks for a rho, and noise in an objective keeps an epsilon with a delta",
            "mpc.Gaussian(epsilon=..., delta=...)",
            line=user_line(),
        )


def _ridge(value: Any) -> Fraction:
    """LocalError `wrong-number` for none above 0."""
    number = value.item() if isinstance(value, np.generic) else value
    if type(number) not in (int, float) or not 0 < number < inf:
        raise LocalError("wrong-number", f"a ridge of {value!r}", "ridge= above 0, as 0.05", line=user_line())
    return Fraction(number)
