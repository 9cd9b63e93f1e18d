"""A client's update as words that are summed, and the sum as a mean: clipped, weighted, rotated, thinned out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import U64, Words
from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.federated.aggregate import Parts, Widths, mask
from protocols.federated.figures import WIDTHS, Figures, figure_words, figures_of
from protocols.federated.grids import MOST_RADIUS, Grid, grid
from protocols.federated.layout import Vector
from protocols.federated.rotation import largest, padded, rotated, rotated_back
from protocols.federated.rounding_kls21 import Whole, rounded, shortened
from protocols.privacy.amounts import count_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """How updates become whole numbers, the same at all clients.

    `clip`: the longest an update may be (L2); longer ones are shortened, and counted. `bits`: of a number on the wire,
    8 to 64. `step`: of the grid; None for the finest that fits the ring. `rotate`: turned by a common seed before
    rounding, which few bits need: coordinates are then alike. `keep`: the part of the coordinates that is sent, drawn
    in each round by a common seed; the mean stays right on average, and is more uncertain. `most_examples`: the largest
    weight of a client; who has more counts as that, and is counted. It should not be much larger than what clients
    have: what rounding adds to the mean grows as it does, and few bits show it (`Round.rounding`).
    """

    clip: float = 10.0
    bits: int = 32
    step: float | None = None
    rotate: bool = False
    keep: float = 1.0
    most_examples: int = 10_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", count_of(self.bits, "the bits of a number"))
        object.__setattr__(self, "most_examples", count_of(self.most_examples, "the largest weight"))
        right = isfinite(self.clip) and self.clip > 0 and 0 < self.keep <= 1 and self.most_examples < 1 << 32
        if not right:
            raise LocalError(
                "wrong-amount",
                f"clip {self.clip}, keep {self.keep}, most_examples {self.most_examples}",
                "a clip above 0, a part to keep above 0 and at most 1, and 1 to 2^32 examples",
            )


@dataclass(frozen=True, slots=True)
class Update:
    """What a client has after a round: how its weights moved, and what is summed beside that."""

    moved: Vector
    figures: Figures
    steps: int = 0
    """In how many steps, where that is summed as well."""


@dataclass(frozen=True, slots=True)
class Mean:
    """What all learn of a round: the mean update, and the sums of the figures. `rounding`: the root mean square of the
    length of what rounding added to it, at most. `steps`: where updates are divided by their sites' steps, the mean
    number of these, by which the common weights move as far."""

    moved: Vector
    figures: Figures
    rounding: float = 0.0
    steps: float = 1.0


class Coder(Protocol):
    """Between updates and words. Public: equal at all clients."""

    @property
    def widths(self) -> Widths:
        """Of a client's words."""

    def words(self, update: Update, private: Prg, common: Seed) -> Parts:
        """A client's words. `private` is its own stream, `common` all clients' seed for this round."""

    def mean(self, parts: Sequence[Words], clients: int, common: Seed) -> Mean:
        """What the sums of so many clients' words say."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Which numbers of a vector are sent, and how they are turned: from a vector to what is rounded, and back."""

    size: int
    rotate: bool
    keep: float

    @property
    def width(self) -> int:
        """Numbers before some are left out."""
        return padded(self.size) if self.rotate else self.size

    @property
    def sent(self) -> int:
        """Numbers that are sent."""
        return max(1, ceil(self.keep * self.width))

    def taken(self, vector: Vector, common: Seed) -> Vector:
        """(size,) to (sent,): no longer than the vector."""
        turned = rotated(vector, common.prg("rotation")) if self.rotate else vector
        return turned if self.sent == self.width else turned[self._places(common)]

    def put_back(self, sent: Vector, common: Seed) -> Vector:
        """(sent,) to (size,). What was left out counts as 0, and the rest for more: right on average."""
        whole = sent
        if self.sent < self.width:
            whole = np.zeros(self.width)
            whole[self._places(common)] = sent * (self.width / self.sent)
        return rotated_back(whole, self.size, common.prg("rotation")) if self.rotate else whole

    def error(self, of_sent: float) -> float:
        """How long an error of what is sent, of this length, is when it is put back."""
        return of_sent * (self.width / self.sent)

    def _places(self, common: Seed) -> npt.NDArray[np.int64]:
        order = np.argsort(common.prg("coordinates").words(self.width), kind="stable")
        return np.sort(order[: self.sent])


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """Means weighted by examples, or of clients alike: sum of w u over sum of w, both under the masks.

    The words hold w u / most for a largest weight `most`, so that no client's vector is longer than the clip.
    `by_steps`: the sum of w times the client's steps as well.
    """

    updates: Updates
    coordinates: Coordinates
    grid: Grid
    by_examples: bool
    by_steps: bool = False

    @property
    def widths(self) -> Widths:
        """As of `Coder`."""
        return (self.coordinates.sent, self.grid.bits), *WIDTHS, *(STEPS if self.by_steps else ())

    @property
    def most(self) -> int:
        """The largest weight."""
        return self.updates.most_examples if self.by_examples else 1

    def words(self, update: Update, private: Prg, common: Seed) -> Parts:
        """As of `Coder`."""
        values, figures = self.rounded(update, private, common)
        parts = [in_ring(values, self.grid.bits), figure_words(figures, self.grid.clients)]
        if self.by_steps:
            most = _MOST_STEPS // self.grid.clients
            parts.append(np.array([min(figures.weight * update.steps, most)], U64))
        return parts

    def rounded(self, update: Update, private: Prg, common: Seed) -> tuple[Whole, Figures]:
        """Weighted, in whole steps, (sent,), and what is summed beside it: the weight, and what was cut off."""
        figures = update.figures
        weight = min(figures.examples, self.most)
        clipped = shortened(update.moved, self.grid.clip)
        taken = self.coordinates.taken(clipped * (weight / self.most), common)
        values, saturated = on_grid(taken, self.grid, private)
        summed = Figures(
            weight, figures.examples, int(self.by_examples and weight < figures.examples),
            int(clipped is not update.moved), saturated, figures.loss,
            figures.held_out, figures.held_out_loss, figures.held_out_judged, figures.held_out_correct, figures.told,
        )  # fmt: skip
        return values, summed

    def mean(self, parts: Sequence[Words], clients: int, common: Seed) -> Mean:
        """As of `Coder`. Zeros where all weights are 0."""
        figures = figures_of(parts[1])
        if figures.weight <= 0:
            return Mean(np.zeros(self.coordinates.size), figures)
        total = self.coordinates.put_back(signed(parts[0], self.grid.bits) * self.grid.step, common)
        of_all, part = self.coordinates.error(self.grid.error(self.coordinates.sent)), self.most / figures.weight
        steps = int(parts[2][0]) / figures.weight if self.by_steps else 1.0
        return Mean(total * part, figures, of_all * part, steps)


STEPS: Widths = ((1, 64),)
"""Of the sum of clients' weights times their steps."""

_MOST_STEPS = 1 << 62
"""Of all clients' weights times their steps."""


def weighted_mean(
    updates: Updates,
    size: int,
    clients: int,
    *,
    by_examples: bool = True,
    by_steps: bool = False,
    most_radius: float = MOST_RADIUS,
) -> WeightedMean:
    """Of so many numbers of so many clients. LocalError `ring-too-small`."""
    coordinates = Coordinates(size, updates.rotate, updates.keep)
    limit = largest(updates.clip, size) if updates.rotate else updates.clip
    found = grid(updates.bits, updates.clip, limit, clients, step=updates.step, most_radius=most_radius)
    return WeightedMean(updates, coordinates, found, by_examples, by_steps)


def on_grid(vector: Vector, found: Grid, private: Prg) -> tuple[Whole, int]:
    """Whole steps, and how many coordinates were cut off at the grid's largest."""
    steps = vector / found.step
    inside = steps.clip(-found.most, found.most)
    return rounded(inside, found.radius, private), int(np.count_nonzero(inside != steps))


def in_ring(values: Whole, bits: int) -> Words:
    """Whole numbers modulo 2^bits."""
    return np.asarray(values.astype(U64) & mask(bits))


def signed(words: Words, bits: int) -> Vector:
    """Numbers of a ring as signed reals, from -2^(bits - 1) on."""
    shift = np.int64(64 - bits)
    return np.asarray((words.astype(np.int64) << shift) >> shift).astype(np.float64)


def no_examples() -> LocalError:
    """The error of a round in which nobody has data."""
    return LocalError(
        "no-examples", "no client of this round has any examples, so there is no mean", "data, or other clients"
    )
