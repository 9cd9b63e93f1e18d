"""A logistic objective on secrets, and steps to its minimum, on weights that stay secret: how near they come is proved.

J(w) = sum over rows of log(1 + e^(x w)) - y x w, + L |w|^2 / 2 + b w, of n rows of |x|^2 <= X. Its second derivatives
are between L and M = n X / 4 + L: so there is one minimum w*, and for a step h <= 2 / (L + M), as w and w* see the same
mean of second derivatives between them,

    |w - h J'(w) - w*| <= (1 - h L) |w - w*|                                   (Nesterov 2004, section 2.1.5).

What is computed is off from w - h J'(w) by at most some e in each step. After T steps from 0 the weights are no
further from w* than (1 - h L)^T |w*| + e / (h L), and |w*| <= |J'(0)| / L <= (n sqrt(X) / 2 + |b|) / L. All that is
public, and so is T. Where Iyengar et al. 2019 bound the gradient by some g and the distance by g / L, this is the
distance itself, and L times it stands for g.

e has two parts. That of the residuals sigmoid(x w) - y is h n sqrt(X) times their largest error. The rest are roundings
of what is linear. Both are bounded as all errors of numbers that the parties compute with, weights being exact as they
come: a step is recorded for that, and not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import scale_by
from protocols.array.functions import sigmoid
from protocols.array.lines import user_line
from protocols.array.private_reveals import noised
from protocols.array.scales import at_scale, constant, fixed
from protocols.array.secret import SecretArray
from protocols.privacy.directed import sqrt_up, up
from protocols.privacy.perturbed_minima_kst12 import ObjectiveNoise
from protocols.ranges import ERROR_BITS, Range

MOST_WEIGHT = 1 << 10
"""Weights on the way are no longer, in units of the bound of a row: the range that they are computed in."""

MOST_STEPS = 1 << 10
_BITS = 10
"""Of the public factors, so that no product with them is rounded before its end."""


@dataclass(frozen=True, slots=True)
class Descent:
    """Rows and labels as they are computed with, a bound `squared` of the squared length of a row, the curvature L of
    the ridge, and the length h of a step. Made by `descent`."""

    x: SecretArray
    y: SecretArray
    squared: Fraction
    curvature: Fraction
    step: Fraction

    def off(self, ctx: Context) -> Fraction:
        """How far rounding may leave the weights from the minimum: e / (h L)."""
        p = self.x.shape[1]
        anywhere = _unknown(ctx, p, MOST_WEIGHT)
        residuals = self._residuals(anywhere)
        told = self._moved(anywhere, residuals, _unknown(ctx, p, MOST_WEIGHT)).range.error
        sums = self.step * len(self.y) * sqrt_up(self.squared) * _of_units(ctx, residuals.range.error)
        return (sqrt_up(Fraction(p)) * _of_units(ctx, told) + sums) / (self.step * self.curvature)

    def furthest(self, noise: Fraction) -> Fraction:
        """How far the minimum may be from 0, with noise no longer than this."""
        return (len(self.y) * sqrt_up(self.squared) / 2 + noise) / self.curvature

    def steps_to(self, off: Fraction, furthest: Fraction) -> int:
        """How many it takes until rounding alone leaves most of the distance. LocalError `ridge-too-small`."""
        left, steps = furthest, 0
        while left > self.left(off) and steps < MOST_STEPS:
            left, steps = up(left * (1 - self.step * self.curvature)), steps + 1
        if left > self.left(off) or 2 * furthest + 2 * off > MOST_WEIGHT:
            raise _too_flat(self, f"{MOST_STEPS} steps, on weights up to {MOST_WEIGHT} in units of the bound")
        return max(steps, 1)

    def left(self, off: Fraction) -> Fraction:
        """What the steps may leave of the distance from the minimum, where rounding leaves `off`."""
        return off / 8

    def minimum(self, ctx: Context, noise: ObjectiveNoise, steps: int) -> SecretArray:
        """[w] (p,) after so many steps from 0, with the noise b drawn by all parties. Records them; nothing is sent."""
        b = _drawn(ctx, noise)
        w = self._moved(None, 0.5 - self.y, b)
        for _ in range(steps - 1):
            w = _exact(w, MOST_WEIGHT)
            w = self._moved(w, self._residuals(w), b)
        return _exact(w, MOST_WEIGHT)

    def _residuals(self, w: SecretArray) -> SecretArray:
        """sigmoid(x w) - y. No row is longer than 2."""
        odds, most = self.x @ w, 2 * MOST_WEIGHT
        residuals: SecretArray = sigmoid(odds.narrowed(-most << odds.scale, most << odds.scale)) - self.y
        return residuals

    def _moved(self, w: SecretArray | None, residuals: SecretArray, b: SecretArray) -> SecretArray:
        """w - h J'(w), at w = 0 for None. Of its error, as it is told, that of the residuals is no part."""
        gradient = self.x.T @ residuals.in_range(residuals.range.off_by(0)) + b
        if w is not None:
            gradient = gradient + w * float(self.curvature)
        move = scale_by(fixed(gradient), np.asarray(float(self.step)))
        return fixed(-move if w is None else w - move)


def descent(x: SecretArray, y: SecretArray, squared: Fraction, ridge: Fraction) -> Descent:
    """Of rows x (n, p), squared lengths of at most so much, labels y (n,), and ridge |w|^2 / 2 beside the mean loss,
    which is taken up to a 500th larger, so that its curvature has few bits.

    LocalError `ridge-too-small` where there would be no step.
    """
    curvature = -_of_few_bits(-ridge * len(y))
    largest = len(y) * squared / 4 + curvature
    step = _of_few_bits(2 / (largest + curvature))
    return Descent(x.in_range(x.range.off_by(0)), y, squared, curvature, step)


def _of_few_bits(value: Fraction) -> Fraction:
    """The largest number of _BITS bits, or one more, that is not above the value."""
    size = abs(value)
    unit = Fraction(2) ** (size.numerator.bit_length() - size.denominator.bit_length() - _BITS)
    return floor(value / unit) * unit


def _of_units(ctx: Context, error: int) -> Fraction:
    """A bound of an error in the unit of the values."""
    return Fraction(error, 1 << ERROR_BITS + ctx.fractional_bits)


def _unknown(ctx: Context, p: int, most: int) -> SecretArray:
    """What stands for any p numbers of at most this size where something is recorded and never computed."""
    return _exact(constant(ctx, np.zeros(p), ctx.fractional_bits), most)


def _exact(x: SecretArray, most: int) -> SecretArray:
    """x as it is, whatever it should have been, and no larger."""
    return x.in_range(Range(-most << x.scale, most << x.scale))


def _drawn(ctx: Context, noise: ObjectiveNoise) -> SecretArray:
    """[b] (p,), which all parties draw and nobody knows. LocalError `noise-out-of-range`."""
    zeros = constant(ctx, np.zeros(noise.count), noise.scale)
    return at_scale(noised(zeros, noise.sampler), ctx.fractional_bits)


def _too_flat(of: Descent, takes: str) -> LocalError:
    return LocalError(
        "ridge-too-small",
        f"the minimum over {len(of.y)} rows, with the noise, is not found within {takes}",
        "a larger ridge=, more rows, or a larger epsilon",
        line=user_line(),
    )
