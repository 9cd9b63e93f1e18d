"""Noise in an objective, of whose minimum alone something is told: how much of it keeps an epsilon and a delta.

Kifer, Smith, Thakurta, "Private convex empirical risk minimization and high-dimensional regression", COLT 2012,
algorithm 1. Of rows x with |x|^2 <= X and losses l(w x), l' being from 0 to 1 or from -1 to 0 by the label, and l'' at
most 1/4, w is where sum of l(w x) + L |w|^2 / 2 + b w is least, L > 0, b of p independent Gaussians of sigma^2.

Privacy. b = -(sum of l' x + L w) is determined by w, one to one: so w has the density phi(b) |det H|, H = L + sum of
l'' x x^T. With other rows at m places b' = b + g takes the place of b, where g is a sum of 2m vectors a u, each u = +-x
of a row that differs and 0 <= a <= 1, and H' that of H. From the rows in common m updates of rank one lead to H, each
of which multiplies the determinant by 1 + l'' x^T K^-1 x <= 1 + X / (4 L), as K >= L before it, and as many to H', none
of which makes it smaller. So the logarithm of p(w) / p'(w) is at most

    m ln(1 + X / (4 L)) + (2 b g + |g|^2) / (2 sigma^2).

g depends on w, and so on b: it cannot be taken for a fixed shift. But the last term is convex in the a, and largest
where each is 0 or 1, for each b. There g is one of 4^m fixed vectors, binomial(2m, j) of which are no longer than j
sqrt(X). 1 - e^epsilon p' / p, where it is above 0, is then no more than the sum of what it is for each of them, and its
mean, which is the least delta, no more than the sum of their deltas: for e = epsilon - m ln(1 + X / (4 L)) >= 0

    delta(epsilon) <= sum over j from 1 to 2m of binomial(2m, j) D(e, j^2 X / (2 sigma^2)),

D(e, rho) being the delta of rho-zCDP at e; the zero vector adds nothing. A row that is left out has m of the 2m
vectors. (Redberg, Koskela, Wang, NeurIPS 2023, section 3, bound a row that is left out by the same two terms, but with
|b x| for b x, since they do not use that the sign of l' is known.)

Noise on a grid. Discrete Gaussian noise is within 1 / (16 sigma^2) a coordinate of Gaussian noise that is rounded,
sigma in steps from 8 on (`gradients_acgmmtz16`). b is then that Gaussian, and what is computed is the minimum for b
rounded: whoever adds noise to it counts half a step a coordinate to how far it is from the minimum for b.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from mpc.errors import LocalError
from protocols.privacy.amounts import printed
from protocols.privacy.composition_kov15 import sum_of
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up, log_up, sqrt_up
from protocols.privacy.joint_gaussian_cks20 import JointGaussian, joint_gaussian
from protocols.privacy.joint_noise import MOST_TAU

_HALVINGS = 24
_WIDEST = 1 << 22
"""A deviation of more steps of the grid is not drawn: a finer grid would make the minimum no nearer."""

_LEAST = 8
"""A deviation in steps of the grid, from which the distance of discrete noise from rounded noise is proved."""

_BEYOND = 9
_FAR = Fraction(1, 1 << 58)
"""Discrete Gaussian noise has E e^(t x) <= e^(t^2 sigma^2 / 2), as a Gaussian sum is largest where it is centred on a
whole number. So p of them together are longer than sigma (sqrt(p) + 9) with a chance of at most e^(-81/2) < 2^-58
(Hsu, Kakade, Zhang 2012, theorem 2.1)."""

_FEW = 4
"""Of more rows the sum over vectors would take long, and all are taken to be as long as the longest."""


@dataclass(frozen=True, slots=True)
class Perturbed:
    """What is public of an objective: how many rows of it differ between neighbours, of which squared length each is at
    most, and the curvature L that the sum of losses is given."""

    rows: int
    squared: Fraction
    curvature: Fraction

    @property
    def loss(self) -> Fraction:
        """What the determinants add to an epsilon."""
        return self.rows * log_up(1 + self.squared / (4 * self.curvature))

    def delta(self, epsilon: Fraction, variance: Fraction) -> Fraction:
        """With which noise of so much variance keeps an epsilon, continuous and at the exact minimum."""
        rest = epsilon - self.loss
        if rest <= 0:
            return Fraction(1)
        rho = self.squared / (2 * variance)
        return sum_of((Concentrated(j**2 * rho).delta(rest), count) for count, j in _vectors(self.rows))


@dataclass(frozen=True, slots=True)
class ObjectiveNoise:
    """So many numbers of a variance, on a grid of steps 2^-scale."""

    variance: Fraction
    count: int
    scale: int

    @property
    def sampler(self) -> JointGaussian:
        """That draws them, so that nobody knows them, in steps. LocalError `noise-out-of-range`."""
        return joint_gaussian(self.variance * (1 << 2 * self.scale), self.count)

    @property
    def longest(self) -> Fraction:
        """All of them together, but for a chance that is charged."""
        return sqrt_up(self.variance) * (sqrt_up(Fraction(self.count)) + _BEYOND)

    @property
    def rounded(self) -> Fraction:
        """How far they are from continuous noise, together."""
        return sqrt_up(Fraction(self.count)) / (2 << self.scale)

    @property
    def distance(self) -> Fraction:
        """From what is proved of them, in total variation."""
        return MOST_TAU + _FAR + Fraction(self.count) / (16 * self.variance * (1 << 2 * self.scale))


@lru_cache(maxsize=64)
def objective_noise(objective: Perturbed, epsilon: Fraction, delta: Fraction, count: int, scale: int) -> ObjectiveNoise:
    """The least noise, but for 2^-24 of it, of `count` numbers that keeps both, on a grid of at most so many fractional
    bits: what it is off by on the grid is counted.

    LocalError `ridge-too-small` where the determinants lose as much as epsilon, `delta-too-small`,
    `noise-out-of-range`.
    """
    if objective.loss >= epsilon:
        raise _tells_too_much(objective, epsilon)
    largest = 4 * objective.rows**2 * objective.squared
    low, high = Fraction(0), 2 * epsilon
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        noise = _on_grid(largest / (2 * middle), count, scale)
        enough = objective.delta(epsilon, noise.variance) + (1 + exp_up(epsilon)) * noise.distance <= delta
        low, high = (middle, high) if enough else (low, middle)
    if not low:
        raise LocalError(
            "delta-too-small",
            f"delta {printed(delta)} is less than what drawn noise is off by",
            "a larger delta, 1e-9 say",
        )
    return _checked(_on_grid(largest / (2 * low), count, scale))


def _vectors(rows: int) -> list[tuple[int, int]]:
    """Of each length how many vectors there are, and it, in lengths of a row."""
    both = 2 * rows
    return [(comb(both, j), j) for j in range(1, both + 1)] if rows <= _FEW else [(4**rows, both)]


def _on_grid(variance: Fraction, count: int, scale: int) -> ObjectiveNoise:
    while scale > 0 and variance * (1 << 2 * scale) > _WIDEST**2:
        scale -= 1
    return ObjectiveNoise(variance, count, scale)


def _checked(noise: ObjectiveNoise) -> ObjectiveNoise:
    if noise.variance * (1 << 2 * noise.scale) < _LEAST**2:
        raise LocalError(
            "noise-out-of-range",
            f"the noise in an objective is below {_LEAST} units of the last place",
            "run with more --fractional-bits",
        )
    return noise


def _tells_too_much(objective: Perturbed, epsilon: Fraction) -> LocalError:
    return LocalError(
        "ridge-too-small",
        f"how a row bends an objective of curvature {printed(objective.curvature, down=True)} could tell "
        f"{printed(objective.loss)} of an epsilon of {printed(epsilon, down=True)}",
        "a larger ridge=, or a larger epsilon",
    )
