"""How far noise moves a figure, and the epsilon or rho that a wanted error needs: for planning, before anything runs.

An error here is |noise|, in the units of the figure: its mean, and the bound that holds with a given confidence. For
planning alone, in floats: what is charged is computed elsewhere, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import exp, expm1, floor, log, log1p, pi, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from protocols.privacy.amounts import AnyNumber, positive, probability

LATTICE_LIMIT = 64
"""Discrete Gaussian noise of a larger deviation is as good as continuous: they differ by e^(-2 pi^2 s^2)."""

_LEAST_MISS = 1e-300
"""A smaller chance is nobody's."""

_PLACES = 1 << 15
"""Of a table of probabilities: half of them are 256 times LATTICE_LIMIT."""


@dataclass(frozen=True, slots=True)
class NoiseError:
    """The mean of |noise|, and the bound that |noise| is within with the given confidence."""

    mean: float
    bound: float


def laplace_error(scale: AnyNumber, confidence: AnyNumber = "0.95", *, discrete: bool = True) -> NoiseError:
    """Of Laplace noise of this scale, sensitivity / epsilon: on integers, or on the line.

    On integers P(|X| > m) = 2 p^(m + 1) / (1 + p) with p = e^(-1/scale), and E|X| = 2 p / (1 - p^2).
    """
    s, miss = float(positive(scale, "the scale")), _miss(confidence)
    if not discrete:
        return NoiseError(s, -s * log(miss))
    bound = max(floor(s * (log(2) - log(miss) - log1p(exp(-1 / s)))), 0)
    return NoiseError(-2 * exp(-1 / s) / expm1(-2 / s), float(bound))


def gaussian_error(deviation: AnyNumber, confidence: AnyNumber = "0.95", *, discrete: bool = True) -> NoiseError:
    """Of Gaussian noise of this standard deviation, sensitivity / sqrt(2 rho): on integers, or on the line."""
    s, miss = float(positive(deviation, "the deviation")), _miss(confidence)
    if not discrete or s > LATTICE_LIMIT:
        return NoiseError(s * sqrt(2 / pi), -s * NormalDist().inv_cdf(miss / 2))
    m = np.arange(int(40 * s) + 2)
    masses = np.exp(-(m**2) / (2 * s**2))
    masses[1:] *= 2
    from_here = np.cumsum(masses[::-1])[::-1]  # the smallest first, that little is rounded away of what is beyond
    bound = np.count_nonzero(from_here[1:] > miss * from_here[0])
    return NoiseError(float(masses @ m / from_here[0]), float(bound))


def summed_laplace_error(scale: AnyNumber, times: AnyNumber, confidence: AnyNumber = "0.95") -> NoiseError:
    """Of so many discrete Laplace numbers of this scale added up; `times` may be broken, as of parts of such numbers.

    Its Fourier transform is that of one number to this power; large scales are those of LATTICE_LIMIT, enlarged.
    """
    s, sure = float(positive(scale, "the scale")), float(_confidence(confidence))
    small = min(s, LATTICE_LIMIT)
    a = exp(-1 / small)
    of_one = (1 - a) ** 2 / (1 - 2 * a * np.cos(_angles()) + a**2)
    return _of_transform(of_one ** float(positive(times, "how many are added up")), sure, s / small)


def skellam_error(variance: AnyNumber, confidence: AnyNumber = "0.95") -> NoiseError:
    """Of Skellam noise of this variance, in squared steps; beyond LATTICE_LIMIT it is as good as Gaussian."""
    v, sure = float(positive(variance, "the variance")), float(_confidence(confidence))
    if v > LATTICE_LIMIT**2:
        return gaussian_error(Fraction(sqrt(v)), confidence)
    return _of_transform(np.exp(v * (np.cos(_angles()) - 1)), sure, 1.0)


def _angles() -> npt.NDArray[np.float64]:
    return np.linspace(0, pi, _PLACES // 2 + 1)


def _of_transform(transform: npt.NDArray[np.float64], sure: float, times: float) -> NoiseError:
    """Of whole numbers, symmetric around 0, by the transform of their probabilities; both so many times as large."""
    masses = np.fft.irfft(transform, _PLACES)[: _PLACES // 2]
    masses[1:] *= 2
    bound = int(np.searchsorted(np.cumsum(masses), sure))
    return NoiseError(float(masses @ np.arange(masses.size)) * times, bound * times)


def epsilon_for_error(bound: AnyNumber, sensitivity: AnyNumber, confidence: AnyNumber = "0.95") -> float:
    """The epsilon whose Laplace noise on the line is within the bound with this confidence."""
    wanted, moved = float(positive(bound, "the wanted error")), float(positive(sensitivity, "the sensitivity"))
    return -moved * log(_miss(confidence)) / wanted


def rho_for_error(bound: AnyNumber, sensitivity: AnyNumber, confidence: AnyNumber = "0.95") -> float:
    """The rho whose Gaussian noise on the line is within the bound with this confidence."""
    deviation = float(positive(bound, "the wanted error")) / gaussian_error(1, confidence, discrete=False).bound
    return (float(positive(sensitivity, "the sensitivity")) / deviation) ** 2 / 2


def _miss(confidence: AnyNumber) -> float:
    """The chance that is left, of a confidence that may round to 1."""
    return max(float(1 - _confidence(confidence)), _LEAST_MISS)


def _confidence(confidence: AnyNumber) -> Fraction:
    return positive(probability(confidence, "the confidence", below_one=True), "the confidence")
