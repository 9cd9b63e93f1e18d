"""Quotients and roots digit by digit, without restoring: each step adds or subtracts, as the sign before it says.

A digit is +1 or -1, and the sign of what is left is the next bit of the result. A step is one addition as wide as the
divisor, or as the root so far, where long division that restores takes a subtraction and a choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocols.circuits import arithmetic
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE


def quotient_bits(b: Builder, x: Sequence[int], y: Sequence[int], count: int) -> Word:
    """floor(x / y) as `count` bits of two's complement, of two's complement x of any length and y of m bits.

    It must fit: -2^(count-1) <= x / y < 2^(count-1). For negative y a quotient that is whole is one less. Count - 1
    steps of m - 1 ANDs: what is left, r, is in [-|y|, |y|) throughout, so that m bits hold it.
    """
    extended = [*x, *[x[-1]] * max(count - 1 + len(y) - len(x), 0)]
    fed, rest = extended[: count - 1], extended[count - 1 : count - 1 + len(y)]
    bits = [b.xor(rest[-1], y[-1]) ^ 1]
    for bit in reversed(fed):
        same = bits[0]
        rest = arithmetic.add(b, [bit, *rest[:-1]], [b.xor(v, same) for v in y], same)
        bits = [b.xor(rest[-1], y[-1]) ^ 1, *bits]
    return [*bits[:-1], bits[-1] ^ 1]


def root_bits(b: Builder, x: Sequence[int]) -> Word:
    """The largest r with r^2 <= x, of ceil(k / 2) bits, of an unsigned number of k bits: about k^2 / 8 + k ANDs.

    With e odd, the middle of what is left of the root in units of a step, the sign of z = x - e^2 is the next bit; the
    next z is 4 z + (two bits of x) - 4 e - 1, or + 4 e - 1 where z is negative. z is in [1 - 2 e, 2 e].
    """
    pairs = [*x, *[FALSE] * (len(x) % 2)]
    root: Word = []
    rest = arithmetic.add(b, [*pairs[-2:], FALSE], [TRUE] * 3)
    for place in range(len(pairs) - 4, -1, -2):
        bit = rest[-1] ^ 1
        change = [TRUE, TRUE, FALSE, *(b.xor(digit, bit) for digit in root), bit]
        root = [bit, *root]
        rest = arithmetic.add(b, [*pairs[place : place + 2], *rest[: len(change) - 2]], change)
    return [rest[-1] ^ 1, *root]


def halved(b: Builder, x: Sequence[int], *, signed: bool) -> Word:
    """floor((x + 1) / 2): a number that has one more bit below the point, to the nearest. As wide as x."""
    end = x[-1] if signed else FALSE
    upper = [*x[1:], end]
    return arithmetic.add(b, upper, [FALSE] * len(upper), x[0])
