"""Figures as whole numbers of steps, a public power of two each, so that noise of one scale serves all of them.

The step of a figure is so fine that a row moves it by up to 2^13 to 2^14 steps, or is its last place where that is
coarser. Noise is at least as wide as the figure moves, divided by an epsilon of 25, so that what is rounded away is a
hundredth of it at most; and that rounding may move two neighbours apart is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from mpc.context import Context
from protocols.array.node import Facts, Node, operation
from protocols.array.recording import record
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

WIDTH = 14
"""A row moves no figure by more than 2^WIDTH steps, but for rounding."""


def _rounded(x: Node, shift: int) -> Facts:
    return Facts(x.shape, "int", 0, x.range.truncate(shift))


def _multiplied(x: Node, shift: int) -> Facts:
    return Facts(x.shape, "int", 0, x.range.shift_left(shift))


async def _truncate(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    return await suite_of(ctx).truncate(ctx, x, node.parameters["shift"])


ROUNDED = operation("coarse steps", _rounded, _truncate)
MULTIPLIED = operation("fine steps", _multiplied, lambda ctx, node, x: x.scale(1 << node.parameters["shift"]))


@dataclass(frozen=True, slots=True)
class Figure:
    """Sums over rows, of which one is 2^exponent steps."""

    x: SecretArray
    exponent: int

    @property
    def steps(self) -> Fraction:
        """Those of one."""
        return Fraction(2) ** self.exponent

    def in_steps(self) -> SecretArray:
        """The figure as whole numbers of steps, of either neighbour: one truncation where its last place is finer."""
        x = ring_form(self.x)
        shift = x.scale - self.exponent
        if shift > 0:
            return record(ROUNDED, x, shift=shift)
        return record(MULTIPLIED, x, shift=-shift) if x.kind == "fixed" or shift else x

    def moves(self, low: Fraction, high: Fraction) -> tuple[int, int]:
        """What a row may add, in steps, of a sum of numbers from low to high: as far apart, rounded, as two sums may
        come to be, which is less than two steps further than they were."""
        rounded = self.exponent < self.x.scale
        return floor(low * self.steps) - rounded, ceil(high * self.steps) + rounded


def exponent_of(largest: Fraction, finest: int) -> int:
    """How many steps one is, as a power of two, where rows add up to `largest`; at most 2^finest."""
    return min(finest, WIDTH - _log2(largest))


def as_far(largest: Fraction, beside: int) -> int:
    """The same for a figure that is to move about as far as one whose rows add up to `largest`, of 2^beside steps."""
    return max(beside + _log2(largest) - 1, 0)


def _log2(x: Fraction) -> int:
    """The least k with x <= 2^k."""
    if not x:
        return 0
    guess = x.numerator.bit_length() - x.denominator.bit_length()
    return next(k for k in (guess - 1, guess, guess + 1) if x <= Fraction(2) ** k)
