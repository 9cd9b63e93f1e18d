"""The public grid of updates: that sums of so many fit the ring is proved here, before anything is sent.

Each of n clients sends whole numbers of steps of at most m in size, and noise that all of them together exceed N with
with a stated chance alone. A sum is read right where n m + N < 2^(b - 1): as signed numbers of b bits. Where noise is
larger the sum wraps, which costs accuracy, never privacy: what all see is computed of the same noisy sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from mpc.errors import LocalError

MOST_RADIUS = 1 << 30
"""In steps, of a client's vector: its squared length is computed exactly."""

LEAST_BITS, MOST_BITS = 8, 64
_ROUNDED = 1 + 2.0**-40

Noise = Callable[[float], int]
"""For a step what noise of all clients together does not exceed in a coordinate, in steps."""


def no_noise(step: float) -> int:
    """Of vectors that are summed as they are."""
    return 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Vectors of at most `clip` in L2, of whole multiples of `step`, none above `most` steps in a coordinate, summed
    over `clients` in a ring of `bits`. `noise`: what is left for noise, in steps."""

    bits: int
    clip: float
    step: float
    most: int
    clients: int
    noise: int = 0

    @property
    def radius(self) -> float:
        """The clipping bound in steps."""
        return self.clip / self.step

    @property
    def needed(self) -> int:
        """The bits that sums take, a sign among them."""
        return (self.clients * self.most + self.noise).bit_length() + 1

    def error(self, size: int) -> float:
        """The root mean square of the length of what rounding adds to the sum of all clients' vectors of `size`
        numbers, at most: each is off by less than a step, with a variance of 1/4 step^2 at most."""
        return self.step * sqrt(size * self.clients) / 2

    def __str__(self) -> str:
        return (
            f"values of {self.most.bit_length() + 1} bits, {self.clients} clients and noise up to {self.noise:,} steps "
            f"take {self.needed} of {self.bits} bits"
        )


def grid(
    bits: int,
    clip: float,
    limit: float,
    clients: int,
    *,
    step: float | None = None,
    noise: Noise = no_noise,
    most_radius: float = MOST_RADIUS,
) -> Grid:
    """The grid of this step; without one the finest of the steps limit / k, with k a power of two or, where there is no
    noise, any whole number, whose sums fit.

    `limit`: what no coordinate exceeds unless it is cut off, and counted. LocalError `ring-too-small` with the numbers
    where they do not fit, `wrong-amount` for bits, bounds or steps that are none. `most_radius`: of the clipping bound
    in steps, at most MOST_RADIUS.
    """
    numbers = (clip, limit, 1.0 if step is None else step)
    if not LEAST_BITS <= bits <= MOST_BITS or not all(isfinite(x) and x > 0 for x in numbers) or clients < 1:
        raise LocalError(
            "wrong-amount",
            f"a ring of {bits} bits, clipping at {clip}, coordinates up to {limit}, steps of {step}, {clients} clients",
            f"{LEAST_BITS} to {MOST_BITS} bits, and bounds above 0",
        )
    most_steps = min(((1 << (bits - 1)) - 1) // clients, int(limit / clip * min(most_radius, MOST_RADIUS)))
    if step is not None:
        return _fitting(Grid(bits, clip, step, ceil(limit / step), clients, noise(step)), most_radius)
    if noise is no_noise:
        return _fitting(Grid(bits, clip, limit / max(most_steps, 1), max(most_steps, 1), clients), most_radius)
    coarse, fine = 0, max(most_steps, 1).bit_length()
    while fine - coarse > 1:
        middle = (coarse + fine) // 2
        fits = _noisy(bits, clip, limit, clients, middle, noise).needed <= bits
        coarse, fine = (middle, fine) if fits else (coarse, middle)
    return _fitting(_noisy(bits, clip, limit, clients, coarse, noise), most_radius)


def _noisy(bits: int, clip: float, limit: float, clients: int, power: int, noise: Noise) -> Grid:
    step = limit / (1 << power)
    return Grid(bits, clip, step, 1 << power, clients, noise(step))


def _fitting(found: Grid, most_radius: float) -> Grid:
    if found.needed <= found.bits and found.radius <= most_radius * _ROUNDED:
        return found
    raise LocalError(
        "ring-too-small",
        f"sums of updates do not fit: {found}, in steps of {found.step:g}"
        + (f", of which the clipping bound has {found.radius:.3g}" if found.radius > most_radius else ""),
        "a larger ring (bits=), a larger step=, a smaller clip=, or less noise. Nothing was sent",
    )
