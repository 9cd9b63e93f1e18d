"""Figures that leave together: one vector of whole numbers of steps, with noise of one scale for each.

Beside a sum of wide values a count moves by little. So each figure has steps of its own, of which all move by about as
many: one sampler serves all, one event and one charge say what happened. Nothing of the privacy rests on which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ldexp
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.private_reveals import noised
from protocols.array.revealing import reveal_charged
from protocols.array.shape import concatenate
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.errors_of_noise import gaussian_error, laplace_error
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace
from protocols.privacy.joint_noise import Gaussian, JointNoise, Laplace, Moves, Promise, Sampler
from protocols.statistics.distances import Distance
from protocols.statistics.estimate import Floats, Interval, confidence_of
from protocols.statistics.steps import Figure


@dataclass(frozen=True, slots=True)
class Opened:
    """Noisy figures, in their order and shapes, and what is known of them."""

    figures: tuple[Floats, ...]
    promise: Promise
    _steps: tuple[float, ...]
    _sampler: Sampler
    _rounding: float

    def interval(self, place: int, confidence: Fraction) -> Interval:
        """Around each number of a figure: the true one is there with this confidence."""
        off = (float(bound_of(self._sampler, confidence)) + self._rounding) / self._steps[place]
        return Interval(self.figures[place] - off, self.figures[place] + off)


async def opened(
    ctx: Context, figures: Sequence[Figure], distance: Distance, privacy: JointNoise, to: Any
) -> Opened | None:
    """The figures with noise for this distance of all of them together, in steps. None where they are not learnt.

    One reveal, charged once. LocalError as of `mpc.reveal` with `privacy`.
    """
    vector = concatenate([figure.in_steps().reshape(-1) for figure in figures])
    sampler = privacy.sampler(moves_of(distance), vector.size)
    noisy, promise = noised(vector, sampler), privacy.promise(sampler, figures[0].exponent)
    values = await reveal_charged(ctx, noisy, privacy=promise, to=to)
    if values is None:
        return None
    parts = np.split(np.asarray(values, np.float64), np.cumsum([f.x.size for f in figures])[:-1])
    shaped = (ldexp(1, -f.exponent) * part.reshape(f.x.shape) for f, part in zip(figures, parts, strict=True))
    steps = tuple(float(f.steps) for f in figures)
    return Opened(tuple(shaped), promise, steps, sampler, noisy.range.error_of_reals(0))


def begun(ctx: Context, name: str, privacy: Any, confidence: AnyNumber, *sorts: type) -> Fraction:
    """The confidence, where a statistic of this name can be asked for.

    LocalError `no-context`, `amount-out-of-range`; `wrong-privacy` for what is no noise that parties draw together, or
    says how far a figure moves.
    """
    need_context(ctx, f"statistics.{name}")
    sorts = sorts or (Laplace, Gaussian)
    if not isinstance(privacy, sorts) or getattr(privacy, "sensitivity", None) is not None:
        asked = " or ".join({Laplace: "mpc.Laplace(epsilon=...)", Gaussian: "mpc.Gaussian(rho=...)"}[s] for s in sorts)
        raise LocalError(
            "wrong-privacy", f"privacy= is a {type(privacy).__name__}, or declares a sensitivity",
            f"{asked}; how far one record moves a statistic follows from its bounds", line=user_line(),
        )  # fmt: skip
    return confidence_of(confidence)


def bound_of(sampler: Sampler, confidence: Fraction) -> float:
    """No number is larger in size with this confidence; in steps."""
    if isinstance(sampler, JointLaplace):
        return laplace_error(sampler.scale, confidence).bound
    assert isinstance(sampler, JointGaussian)
    return gaussian_error(Fraction(float(sampler.variance) ** 0.5), confidence).bound


def moves_of(distance: Distance) -> Moves:
    """As noise takes it."""
    return Moves(1, distance.l1, distance.l1, distance.l2_squared)
