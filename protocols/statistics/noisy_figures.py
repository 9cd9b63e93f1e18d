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
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.private_reveals import noised
from protocols.array.revealing import reveal_charged
from protocols.array.shape import concatenate
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.errors_of_noise import gaussian_error, laplace_error, skellam_error, summed_laplace_error
from protocols.privacy.events import LaplaceEvent, ZcdpEvent
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace
from protocols.privacy.joint_noise import Figure as PlannedFigure
from protocols.privacy.joint_noise import Gaussian, JointNoise, Laplace, Moves, Promise, Sampler
from protocols.privacy.prepaid import Step
from protocols.privacy.summed_noise import InParts, SummedNoise
from protocols.statistics.distances import Distance
from protocols.statistics.estimate import Floats, Interval, confidence_of
from protocols.statistics.steps import Figure

AnyNoise = JointNoise | InParts
"""What statistics take as `privacy`."""

_ASKED = {
    Laplace: "mpc.Laplace(epsilon=...)",
    Gaussian: "mpc.Gaussian(rho=...)",
    InParts: "mpc.InParts of one",
    Step: "",
}


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
    ctx: Context, figures: Sequence[Figure], distance: Distance, privacy: JointNoise, to: Any, *, name: str = "",
    over: int = 1,
) -> Opened | None:  # fmt: skip
    """The figures with noise for this distance of all of them together, in steps. None where they are not learnt.

    `name`: what plans call one that is alone, if its noise is known to them; `over`: what it is divided by afterwards,
    a public number. One reveal, charged once. LocalError as of `mpc.reveal` with `privacy`.
    """
    vector = concatenate([figure.in_steps().reshape(-1) for figure in figures])
    sampler = privacy.sampler(moves_of(distance), vector.size)
    noisy, promise = noised(vector, sampler), privacy.promise(sampler, figures[0].exponent)
    if len(figures) == 1 and name:
        lo, hi = vector.range.lo, vector.range.hi
        scale = figures[0].exponent
        promise = promise.of(PlannedFigure(privacy, moves_of(distance), vector.size, scale, lo, hi, name, over))
    values = await reveal_charged(ctx, noisy, privacy=promise, to=to)
    if values is None:
        return None
    parts = np.split(np.asarray(values, np.float64), np.cumsum([f.x.size for f in figures])[:-1])
    shaped = (ldexp(1, -f.exponent) * part.reshape(f.x.shape) for f, part in zip(figures, parts, strict=True))
    steps = tuple(float(f.steps) for f in figures)
    return Opened(tuple(shaped), promise, steps, sampler, noisy.range.error_of_reals(0))


def begun(ctx: Context, name: str, privacy: Any, confidence: AnyNumber, *sorts: type) -> tuple[JointNoise, Fraction]:
    """The noise among the parties and the confidence, where a statistic of this name can be asked for.

    LocalError `no-context`, `amount-out-of-range`, `too-few-honest`; `wrong-privacy` for what is no noise that parties
    draw, or not of these sorts, or says how far a figure moves.
    """
    need_context(ctx, f"statistics.{name}")
    with naming_line():
        noise = privacy.among(ctx.n) if isinstance(privacy, InParts) else privacy
    if not isinstance(privacy, sorts or tuple(_ASKED)) or noise.sensitivity is not None:
        asked = [text for sort, text in _ASKED.items() if sort in (sorts or _ASKED) and text]
        raise LocalError(
            "wrong-privacy", _what_is_wrong(privacy, sorts),
            f"{' or '.join(asked)}; how far one record moves a statistic follows from its bounds", line=user_line(),
        )  # fmt: skip
    return noise, confidence_of(confidence)


def _what_is_wrong(privacy: Any, sorts: Sequence[type]) -> str:
    if isinstance(privacy, tuple(sorts or _ASKED)):
        return "privacy= declares a sensitivity"
    if isinstance(privacy, InParts):
        return "privacy= is noise in parts, of which this statistic takes none"
    return "no privacy= is given" if privacy is None else f"privacy= is of type {type(privacy).__name__}"


def bound_of(sampler: Sampler, confidence: Fraction) -> float:
    """No number is larger in size with this confidence; in steps."""
    match sampler:
        case JointLaplace():
            return laplace_error(sampler.scale, confidence).bound
        case JointGaussian():
            return gaussian_error(Fraction(float(sampler.variance) ** 0.5), confidence).bound
        case SummedNoise():
            return _bound_of_parts(sampler, confidence)
    raise TypeError(f"noise of a {type(sampler).__name__}")


def _bound_of_parts(sampler: SummedNoise, confidence: Fraction) -> float:
    """Of the sum of all parties' parts, as `summed_noise` draws them."""
    of, parties = sampler.parts, sampler.parties
    match of.event:
        case LaplaceEvent():
            return summed_laplace_error(of.spread, Fraction(parties, sampler.honest), confidence).bound
        case ZcdpEvent():
            return gaussian_error(Fraction(float(parties * of.spread) ** 0.5), confidence).bound
    return skellam_error(parties * of.spread, confidence).bound


def moves_of(distance: Distance) -> Moves:
    """As noise takes it."""
    return Moves(1, distance.l1, distance.l1, distance.l2_squared)
