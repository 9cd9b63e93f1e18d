"""Means with noise: of sites' clipped updates, or of people's clipped gradients. Only what has noise is summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Words
from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.federated.aggregate import Parts, Widths
from protocols.federated.correlated_kmsttx21 import CorrelatedRounds
from protocols.federated.figures import Figures
from protocols.federated.grids import LEAST_BITS, MOST_BITS, Grid, grid
from protocols.federated.noise import PersonNoise, Rounds, SiteNoise
from protocols.federated.noise_sizes import NoiseSize
from protocols.federated.rotation import largest
from protocols.federated.rounding_kls21 import most_squared, shortened
from protocols.federated.updates import Coordinates, Mean, Update, Updates, in_ring, on_grid, signed
from protocols.privacy.clipping import MOST_RADIUS, Clipping, clipping
from protocols.privacy.grid import power_of_two_below
from protocols.privacy.summed_noise import SummedNoise

Whole = npt.NDArray[np.int64]

_EXACT = 1 << 53
"""A site's sum of people's steps, which is kept as floats, stays below: no person moves it by a rounding."""

_FINEST = 24
"""The clipping bound of a person has 2^24 to 2^25 steps, where they fit."""


@dataclass(frozen=True, slots=True)
class NoisySites:
    """The sum of clients' clipped updates with noise, over how many clients there are, which is public.

    A client's whole numbers are no longer than `most_squared`, so one client more moves the sum by no more.
    """

    coordinates: Coordinates
    grid: Grid
    sampler: SummedNoise
    squared_distance: int
    noise_size: NoiseSize
    central: bool = False
    correlated: CorrelatedRounds | None = None

    @property
    def widths(self) -> Widths:
        """As of `Coder`."""
        return ((self.coordinates.sent, self.grid.bits),)

    def words(self, update: Update, private: Prg, common: Seed) -> Parts:
        """As of `Coder`: with this client's part of the noise, unless it is drawn in one place, or goes with that of
        other rounds, which the client remembers."""
        taken = self.coordinates.taken(shortened(update.moved, self.grid.clip), common)
        values, _ = on_grid(taken, self.grid, private)
        own = 0 if self.central or self.correlated else self.sampler.part(private)
        return [in_ring(values + own, self.grid.bits)]

    def mean(self, parts: Sequence[Words], clients: int, common: Seed) -> Mean:
        """As of `Coder`."""
        total = self.coordinates.put_back(signed(parts[0], self.grid.bits) * self.grid.step, common)
        groups = 1 if self.correlated is None else self.correlated.correlated.every
        return Mean(total * (groups / self.grid.clients), Figures())


def noisy_sites(updates: Updates, noise: SiteNoise, rounds: Rounds, size: int, clients: int) -> NoisySites:
    """Of so many numbers of so many clients. LocalError `ring-too-small`, `noise-out-of-range`."""
    if noise.correlated is not None and (updates.rotate or updates.keep < 1):
        raise LocalError(
            "wrong-argument",
            "updates are rotated or thinned out anew in each round, and correlated noise would not cancel",
            "Updates(bits=...) alone, or noise that is independent from round to round",
        )
    coordinates = Coordinates(size, updates.rotate, updates.keep)
    limit = largest(noise.clip, size) if updates.rotate else noise.clip

    def distance(step: float) -> int:
        return noise.moves**2 * most_squared(noise.clip / step, coordinates.sent)

    def reach(step: float) -> int:
        return rounds.reach(distance(step), coordinates.sent)

    found = grid(updates.bits, noise.clip, limit, clients, step=updates.step, noise=reach)
    moved = distance(found.step)
    sampler = rounds.sampler(moved, coordinates.sent)
    steps = rounds.deviation(sampler) * sqrt(coordinates.sent)
    length = coordinates.error(found.step * steps) * noise.groups / clients
    told = NoiseSize(length, size, noise.clip, clients, "clients")
    return NoisySites(coordinates, found, sampler, moved, told, noise.central, rounds.correlated)


@dataclass(frozen=True, slots=True)
class NoisyPeople:
    """The sum of people's clipped gradients with noise, over a public number of people.

    Each gradient is brought to whole steps that are no longer than the bound before a site adds its own up.
    """

    noise: PersonNoise
    clipping: Clipping
    bits: int
    size: int
    most_examples: int
    sampler: SummedNoise
    squared_distance: int
    noise_size: NoiseSize
    rate: float
    central: bool = False
    correlated: CorrelatedRounds | None = None

    @property
    def widths(self) -> Widths:
        """As of `Coder`."""
        return ((self.size, self.bits),)

    def words(self, update: Update, private: Prg, common: Seed) -> Parts:
        """As of `Coder`: `moved` holds the sum of clipped gradients in steps, to which this site's part is added, but
        for what `NoisySites` says."""
        total = update.moved.astype(np.int64)
        own = 0 if self.central or self.correlated else self.sampler.part(private)
        return [in_ring(total + own, self.bits)]

    def mean(self, parts: Sequence[Words], clients: int, common: Seed) -> Mean:
        """As of `Coder`: the step of gradient descent that the noisy sum says."""
        total = signed(parts[0], self.bits) * float(self.clipping.step)
        return Mean(total * (-self.rate * self.noise.groups / self.noise.people), Figures())

    def summed(self, gradients: npt.NDArray[np.float64], users: npt.NDArray[np.int64] | None) -> Whole:
        """(rows, size) of floats to the sum of clipped ones, in steps; rows of one user are added up before."""
        if users is not None:
            together = np.zeros((int(users.max(initial=-1)) + 1, self.size))
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite counts as zeros
                np.add.at(together, users, gradients)
            gradients = together
        whole: Whole = self.clipping.place(gradients).sum(axis=0, dtype=np.int64)
        return whole


def noisy_people(
    updates: Updates, noise: PersonNoise, rounds: Rounds, size: int, clients: int, rate: float
) -> NoisyPeople:
    """Of so many numbers of so many sites, each of `updates.most_examples` people at most; on the finest grid.

    LocalError `ring-too-small`, `noise-out-of-range`; `wrong-argument` for rotation or coordinates that are left out.
    """
    if updates.rotate or updates.keep < 1 or updates.step is not None:
        raise LocalError(
            "wrong-argument",
            "gradients of people are not rotated or thinned out, and their grid follows from the ring",
            "Updates(bits=..., most_examples=...) alone, or SiteNoise",
        )
    if not LEAST_BITS <= updates.bits <= MOST_BITS:
        raise LocalError("wrong-amount", f"a ring of {updates.bits} bits", f"{LEAST_BITS} to {MOST_BITS} bits")
    for digits in range(_FINEST, -1, -1):
        placed = clipping(noise.clip, power_of_two_below(Fraction(noise.clip) / (1 << digits)))
        moved = (noise.moves * placed.radius) ** 2
        most = clients * updates.most_examples * placed.radius + rounds.reach(moved, size)
        exact = updates.most_examples * placed.radius < _EXACT
        if exact and most.bit_length() + 1 <= updates.bits and placed.radius <= MOST_RADIUS:
            sampler = rounds.sampler(moved, size)
            steps = rounds.deviation(sampler) * sqrt(size)
            length = steps * float(placed.step) * noise.groups / noise.people
            return NoisyPeople(
                noise,
                placed,
                updates.bits,
                size,
                updates.most_examples,
                sampler,
                moved,
                NoiseSize(length, size, noise.clip, noise.people, "people"),
                rate,
                noise.central,
                rounds.correlated,
            )
    raise LocalError(
        "ring-too-small",
        f"sums of gradients do not fit: {clients} sites of up to {updates.most_examples:,} people and noise take "
        f"{most.bit_length() + 1} of {updates.bits} bits on the coarsest grid",
        "a larger ring (bits=), or a smaller most_examples=. Nothing was sent",
    )
