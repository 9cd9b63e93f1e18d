"""How large noise is in the mean of a round beside what it is added to; and the warning where little else is in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from warnings import warn


class NoiseWarning(UserWarning):
    """Noise is longer than any mean update could be."""


@dataclass(frozen=True, slots=True)
class NoiseSize:
    """Of the noise in one round's mean of `units` `what` ("clients" or "people"): its length (L2, root mean square,
    where everybody puts a part in), over `weights` numbers. `clip`: the longest that one unit's vector may be, which
    no mean of them exceeds. Public: all of it follows from the terms."""

    length: float
    weights: int
    clip: float
    units: int
    what: str

    @property
    def deviation(self) -> float:
        """The standard deviation of the noise in one weight's number, in the mean."""
        return self.length / sqrt(self.weights)

    @property
    def drowns(self) -> bool:
        """Whether noise is longer than the clip, and so than the mean, even if all units moved one way, each as far as
        it may: what is left of the updates is then less than half of what the weights move by."""
        return self.length > self.clip

    def __str__(self) -> str:
        return (
            f"deviation {self.deviation:.3g} for each of {self.weights:,} weights, {self.length:.3g} in all, in a "
            f"round's mean of {self.units:,} {self.what}; clip {self.clip:.3g}"
        )


def warning_of(noise: NoiseSize | None, price: object, rounds: int) -> str:
    """What is to be said before the first round of a training with this noise: "" where noise leaves room."""
    if noise is None or not noise.drowns:
        return ""
    times = noise.length / noise.clip
    return (
        f"noise drowns the updates: it is {noise.length:.3g} long in the mean of a round ({noise.deviation:.3g} for "
        f"each of {noise.weights:,} weights), where no mean of updates is longer than the clip, {noise.clip:.3g}. That "
        f"is {price} over {rounds} rounds with {noise.units:,} {noise.what}; a length of the clip takes about "
        f"{times:.2g} times as many {noise.what}, or as large an epsilon. Fewer rounds or fewer weights help, too"
    )


def warn_of(said: str) -> None:
    """Say it at once, as Python says warnings."""
    if said:
        warn(said, NoiseWarning, stacklevel=3)
