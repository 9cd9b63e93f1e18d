"""A strategy for the sums of a sequence whose noise is that of sums over intervals: a binary tree over the steps.

Dwork, Naor, Pitassi, Rothblum, "Differential privacy under continual observation", STOC 2010; Chan, Shi, Song, TISSEC
2011. Each node is the sum of the steps below it, and y = x's sum + z, z Gaussian. A unit in one step is in one node of
each level. A prefix sum is that of at most one node of each level.

Of a node with two children two things are known, y and what its children are estimated to sum up to. Honaker,
"Efficient use of differentially private binary trees", TPDP 2015, takes the mean with the weights of their variances,
from the leaves up: v_0 = 1, and v_(l+1) = 1 / (1 + 1 / (2 v_l)), which falls to 1/2. Kairouz, McMahan, Song, Thakkar,
Thakurta, Xu, ICML 2021, do so in a stream: a node is complete with its last step, and so are all below it.

Why it is private. An estimate is a mean of whole numbers, and all that is shown is computed of the y: rounding it to a
grid on which the sums of data lie moves data and noise apart by nothing. Given the nodes before, a node is discrete
Gaussian around its sum, and the squared distances of the centres of all nodes add up to `squared_sensitivity` at most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of
from protocols.privacy.discrete_laplace_dkmmn06 import Noise

MOST_STEPS = 1 << 20
_WEIGHT_BITS, _FINE = 10, 12
"""Of the weights, and of the estimates' noise below a whole number: 64-bit integers hold the products."""


@dataclass(frozen=True)
class BinaryTree:
    """The strategy of a run of at most `steps`, for units that take part so often. Made by `binary_tree`."""

    steps: int
    separation: int
    participations: int

    @property
    def levels(self) -> int:
        """Those of which a node is complete within the steps."""
        return self.steps.bit_length()

    @cached_property
    def squared_sensitivity(self) -> Fraction:
        """At least what one unit moves all nodes, squared, where it moves each step that it is in by 1 at most.

        In the 2^l steps of a node of level l it takes part m times at most, and k times in all: the sum of the squares
        is largest with m in as many nodes as may be. For one participation it is the number of levels.
        """
        k = min(self.participations, -(-self.steps // self.separation))
        moved = 0
        for level in range(self.levels):
            m = min(k, -(-(1 << level) // self.separation))
            moved += min((k // m) * m**2 + (k % m) ** 2, (self.steps >> level) * m**2)
        return Fraction(moved)

    def rounding(self, size: int) -> Fraction:
        """What roundings add to how far draws on neighbours are apart: nothing, as sums of data are whole numbers."""
        return Fraction(0)

    def stream(self, draw: Callable[[], Noise]) -> Callable[[], Noise]:
        """What gives the noise of one step after the other, of fresh draws."""
        return _Climbing(draw).step

    def squared_errors(self) -> npt.NDArray[np.float64]:
        """The variance of each prefix sum's noise, for z of as many deviations as `squared_sensitivity`, in floats.

        Times the squared noise multiplier and the squared bound of clipping it is that of `CorrelatedNoise`.
        """
        ends, total = np.arange(1, self.steps + 1), np.zeros(self.steps)
        for level in range(self.levels):
            total += (ends >> level & 1) * float(variance_of(level))
        return total * float(self.squared_sensitivity)


class _Climbing:
    """The complete nodes that no complete one is above, by their levels: of each the noise of its estimate."""

    def __init__(self, draw: Callable[[], Noise]) -> None:
        self._draw = draw
        self._nodes: list[Noise | None] = []
        self._before: Noise | int = 0

    def step(self) -> Noise:
        """The noise of this prefix sum less that of the one before."""
        node, level = self._draw() << _FINE, 0
        while level < len(self._nodes) and (left := self._nodes[level]) is not None:
            self._nodes[level] = None
            weight = weight_of(level + 1)
            both = weight * (self._draw() << _FINE) + ((1 << _WEIGHT_BITS) - weight) * (left + node)
            node, level = _rounded(both, _WEIGHT_BITS), level + 1
        self._nodes[level : level + 1] = [node]
        total = _rounded(sum((each for each in self._nodes if each is not None), np.zeros_like(node)), _FINE)
        noise: Noise = total - self._before
        self._before = total
        return noise


def weight_of(level: int) -> int:
    """That of a node's own draw above its children's estimates, in units of 2^-10: v_level, nearly."""
    return round((1 << _WEIGHT_BITS) / (2 - Fraction(1, 1 << level)))


def variance_of(level: int) -> Fraction:
    """That of a node's estimate, roundings apart, for draws of variance 1: w^2 + 2 (1 - w)^2 times that below."""
    if not level:
        return Fraction(1)
    w = Fraction(weight_of(level), 1 << _WEIGHT_BITS)
    return w**2 + 2 * (1 - w) ** 2 * variance_of(level - 1)


def binary_tree(steps: int, *, separation: int, participations: int = 1) -> BinaryTree:
    """The strategy for a run of at most `steps`, whose noise remembers one estimate a level.

    A unit takes part at most `participations` times, at steps at least `separation` apart, which the caller holds to.
    A run that ends earlier has the noise of all `steps`. `banded_inverse` has smaller errors and remembers more.

    Raises LocalError: errors of `count_of`; `wrong-schedule` for more than MOST_STEPS.
    """
    tree = BinaryTree(
        count_of(steps, "the steps"),
        count_of(separation, "the separation"),
        count_of(participations, "the participations"),
    )
    if tree.steps > MOST_STEPS:
        raise LocalError(
            "wrong-schedule", f"a tree over {tree.steps} steps has more than {MOST_STEPS}", "fewer steps, or two trees"
        )
    return tree


def _rounded(x: Noise, bits: int) -> Noise:
    """To the nearest multiple of 2^bits, in units of it."""
    return (x + (1 << (bits - 1))) >> bits
