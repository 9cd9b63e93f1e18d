"""A strategy for the sums of a sequence whose noise is made of the last few draws alone: the banded inverse root.

Kalinin, McKenna, Upadhyay, Lampert 2025, "Back to square roots", section 3. Prefix sums A x are released with the noise
A C^-1 z, z Gaussian, which costs what C x + z does. A = C C for the Toeplitz matrix C whose coefficients are those of
(1 - q)^(-1/2), so that C^-1 has those of (1 - q)^(1/2): 1, -1/2, -1/8, -1/16, ... Only the first `bands` of them are
kept, which makes step t's noise z_t - a_1 z_(t-1) - a_2 z_(t-2) - ...; C is the inverse of what is kept.

The a_j are cut to multiples of 2^-24, towards zero, so that noise of whole numbers is computed exactly. Step t releases
r_t = x_t + z_t - [a_1 z_(t-1) + a_2 z_(t-2) + ...], [] rounding to the nearest whole number.

Why it is private. Fix outputs and two neighbours. Each determines its own z, one after another, and z_t - z'_t is
-(x_t - x'_t) + a_1 (z_(t-1) - z'_(t-1)) + ... + e_t, where e_t is what the two roundings differ by: at most 1 in each
coordinate. So z - z' = C (x' - x + e), and its norm is at most

    D = |C (x - x')| + |C| |e| <= moved times sqrt(squared_sensitivity) + gain sqrt(steps size).

Given the outputs before it, output t is discrete Gaussian around a whole number, and the two centres differ by what
z_t - z'_t is: these squares add up to at most D^2 on every path of outputs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of
from protocols.privacy.directed import sqrt_up
from protocols.privacy.discrete_laplace_dkmmn06 import Noise

TAP_BITS = 24
MOST_BANDS = 1 << 9
MOST_STEPS = 1 << 20
_FINE = 80
"""Binary places of the coefficients of C, which are rounded up."""


@dataclass(frozen=True)
class BandedInverse:
    """The strategy of a run of at most `steps`, for units that take part so often. Made by `banded_inverse`."""

    steps: int
    bands: int
    separation: int
    participations: int

    @cached_property
    def taps(self) -> tuple[int, ...]:
        """a_1, a_2, ... in units of 2^-TAP_BITS, none negative: C^-1 has the coefficients 1, -a_1, -a_2, ..."""
        return tuple(
            comb(2 * j, j) * 2**TAP_BITS // (4**j * (2 * j - 1)) for j in range(1, min(self.bands, self.steps))
        )

    @cached_property
    def coefficients(self) -> tuple[Fraction, ...]:
        """At least those of C: c_0 = 1, c_t = a_1 c_(t-1) + a_2 c_(t-2) + ...

        They fall: of the first ones, as many as bands, `banded_inverse` has seen it, and
        c_(t+1) - c_t = sum of a_j (c_(t+1-j) - c_(t-j)) hands it on.
        """
        found = [1 << _FINE]
        for _ in range(1, self.steps):
            found.append(-(-sum(a * c for a, c in zip(self.taps, reversed(found), strict=False)) >> TAP_BITS))
        return tuple(Fraction(c, 1 << _FINE) for c in found)

    @cached_property
    def squared_sensitivity(self) -> Fraction:
        """At least what one unit moves C x, squared, where it moves each x that it is in by 1 at most.

        Of a lower triangular Toeplitz matrix whose coefficients fall and are not negative, the sum of the columns
        0, b, 2b, ... is the longest that a schedule of separation b gives: Kalinin, Lampert, NeurIPS 2024, theorem 2.
        """
        summed = np.array(self.coefficients, object)
        for again in range(1, min(self.participations, -(-self.steps // self.separation))):
            summed[again * self.separation :] += np.array(self.coefficients[: -again * self.separation], object)
        return Fraction((summed**2).sum())

    @property
    def gain(self) -> Fraction:
        """At least the norm of C: no vector becomes longer by more (Young's inequality)."""
        return sum(self.coefficients, Fraction(0))

    def rounding(self, size: int) -> Fraction:
        """At least what roundings add to how far the draws of neighbours with equal outputs are apart."""
        return self.gain * sqrt_up(Fraction(self.steps * size))

    def stream(self, draw: Callable[[], Noise]) -> Callable[[], Noise]:
        """What gives the noise of one step after the other, of fresh draws."""
        return _Remembering(self.taps, draw).step

    def squared_errors(self) -> npt.NDArray[np.float64]:
        """The variance of each prefix sum's noise, for z of as many deviations as `squared_sensitivity`, in floats.

        A C^-1 has the coefficients 1, 1 - a_1, 1 - a_1 - a_2, ... Times the squared noise multiplier and the squared
        bound of clipping it is that of `CorrelatedNoise`, but for its roundings. Its largest is the last one.
        """
        inverse = np.zeros(self.steps)
        inverse[: len(self.taps) + 1] = 1.0, *(-a / 2**TAP_BITS for a in self.taps)
        return np.cumsum(np.cumsum(inverse) ** 2) * float(self.squared_sensitivity)


class _Remembering:
    """As many draws as there are bands, less one."""

    def __init__(self, taps: tuple[int, ...], draw: Callable[[], Noise]) -> None:
        self._taps, self._draw = taps, draw
        self._before: deque[Noise] = deque(maxlen=len(taps))

    def step(self) -> Noise:
        """z_t - [a_1 z_(t-1) + a_2 z_(t-2) + ...]."""
        z = self._draw()
        carried = np.full_like(z, 1 << (TAP_BITS - 1))
        for tap, before in zip(self._taps, self._before, strict=False):
            carried += tap * before
        self._before.appendleft(z)
        noise: Noise = z - (carried >> TAP_BITS)
        return noise


def banded_inverse(steps: int, bands: int, *, separation: int, participations: int = 1) -> BandedInverse:
    """The strategy for a run of at most `steps`, whose noise remembers `bands` - 1 draws; 1 is independent noise.

    A unit takes part at most `participations` times, at steps at least `separation` apart, which the caller holds to.
    A run that ends earlier has the noise of all `steps`. Any number of bands holds for any separation; errors are least
    for about as many bands as the separation has steps.

    Raises LocalError: errors of `count_of`; `wrong-schedule` for more than MOST_STEPS, or MOST_BANDS.
    """
    strategy = BandedInverse(
        count_of(steps, "the steps"),
        count_of(bands, "the bands"),
        count_of(separation, "the separation"),
        count_of(participations, "the participations"),
    )
    if strategy.steps > MOST_STEPS or strategy.bands > MOST_BANDS:
        raise _wrong(f"it has more than {MOST_STEPS} steps, or {MOST_BANDS} bands")
    if not _fall(strategy.taps):
        raise _wrong("its coefficients do not fall, and nothing is known of its sensitivity")
    return strategy


def _fall(taps: tuple[int, ...]) -> bool:
    """Whether the first coefficients of C do, as many as bands: exactly."""
    found = [1]
    for t in range(1, len(taps) + 1):  # c_t in units of 2^(-t TAP_BITS)
        found.append(sum(a * found[t - j] << (j - 1) * TAP_BITS for j, a in enumerate(taps[:t], 1)))
    return all(found[t] << TAP_BITS >= found[t + 1] for t in range(len(taps)))


def _wrong(why: str) -> LocalError:
    return LocalError(
        "wrong-schedule", f"the strategy of a matrix mechanism does not fit its schedule: {why}", "fewer of them"
    )
