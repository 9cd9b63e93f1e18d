"""Quotients and square roots, digit by digit, mostly without restoring: each step adds or subtracts, as a sign says.

A digit is +1 or -1, and the sign of what is left after it is the next bit of the result. A step is one addition as wide
as the divisor, or as the root so far, where long division that restores takes a subtraction and a choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocols.circuits import shallow
from protocols.circuits.arithmetic import Word, add, add_all, any_of, fitted, select
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE


def divide(b: Builder, x: Sequence[int], y: Sequence[int]) -> tuple[Word, Word]:
    """x // y and x % y of k bits: about 3/4 k^2 + 2 k ANDs, and k more for the remainder. Where y is 0 the quotient is
    all ones and the remainder x, as in RISC-V.

    The remainder has one bit more in each step. While it is short, a step subtracts and chooses.
    """
    k = len(y)
    assert len(x) == k
    high, low = x[k - k // 2 :], x[: k - k // 2]
    quotient, remainder = _divided_shortly(b, high, y)
    rest, divisor = [*fitted(remainder, k), FALSE], [*y, FALSE]
    for bit in reversed(low):
        fits = rest[-1] ^ 1
        rest = _step(b, bit, rest, divisor, fits)
        quotient = [rest[-1] ^ 1, *quotient]
    return quotient, _restored(b, rest, y)


def fraction(b: Builder, x: Sequence[int], y: Sequence[int], count: int) -> tuple[Word, Word]:
    """The first bits of x / y, one of them before the point, and what is left: count times k ANDs, for y of k bits and
    x < 2 y of k + 1 bits."""
    rest, divisor = add(b, x, [*(v ^ 1 for v in y), TRUE], TRUE), [*y, FALSE]
    found = [rest[-1] ^ 1]
    while len(found) < count:
        rest = _step(b, FALSE, rest, divisor, found[0])
        found = [rest[-1] ^ 1, *found]
    return found, _restored(b, rest, y)


def quotient_bits(b: Builder, x: Sequence[int], y: Sequence[int], count: int) -> Word:
    """floor(x / y) as `count` bits of two's complement, of two's complement x of any length and y of m bits.

    It must fit: -2^(count-1) <= x / y < 2^(count-1). For negative y a quotient that is whole is one less. Count - 1
    steps of m - 1 ANDs: what is left, r, is in [-|y|, |y|) throughout, so that m bits hold it.
    """
    extended = [*x, *[x[-1]] * max(count - 1 + len(y) - len(x), 0)]
    fed, rest = extended[: count - 1], extended[count - 1 : count - 1 + len(y)]
    bits = [b.xor(rest[-1], y[-1]) ^ 1]
    for bit in reversed(fed):
        rest = _step(b, bit, rest, y, bits[0])
        bits = [b.xor(rest[-1], y[-1]) ^ 1, *bits]
    return [*bits[:-1], bits[-1] ^ 1]


def square_root(b: Builder, x: Sequence[int]) -> tuple[Word, Word]:
    """The largest r with r^2 <= x, of ceil(k / 2) bits, and x - r^2: about k^2 / 8 + k ANDs, and k for what is left.

    With e odd, the middle of what is left of the root in units of a step, the sign of z = x - e^2 is the next bit; the
    next z is 4 z + (two bits of x) - 4 e - 1, or + 4 e - 1 where z is negative. z is in [1 - 2 e, 2 e].
    """
    pairs = [*x, *[FALSE] * (len(x) % 2)]
    root: Word = []
    rest = add(b, [*pairs[-2:], FALSE], [TRUE] * 3)
    for place in range(len(pairs) - 4, -1, -2):
        bit = rest[-1] ^ 1
        change = [TRUE, TRUE, FALSE, *(b.xor(digit, bit) for digit in root), bit]
        root = [bit, *root]
        rest = add(b, [*pairs[place : place + 2], *rest[: len(change) - 2]], change)
    negative = rest[-1]
    left = add(b, rest[:-1], fitted([negative, FALSE, *(b.and_(digit, negative) for digit in root)], len(rest) - 1))
    return [negative ^ 1, *root], left


def _step(b: Builder, bit: int, rest: Word, y: Sequence[int], minus: int) -> Word:
    """2 r + bit - y, or + y, as wide as y."""
    return add(b, [bit, *rest[:-1]], [b.xor(v, minus) for v in y], minus)


def _restored(b: Builder, rest: Word, y: Sequence[int]) -> Word:
    """What is left of two's complement in [-y, y): y more where it is negative."""
    return add(b, rest[:-1], [b.and_(v, rest[-1]) for v in y])


def _divided_shortly(b: Builder, x: Sequence[int], y: Sequence[int]) -> tuple[Word, Word]:
    """x // y and x % y of a short x by long division that restores."""
    quotient: Word = []
    remainder: Word = []
    beyond = _any_from(b, y)
    for bit in reversed(x):
        remainder = [bit, *remainder]
        k = len(remainder)
        difference = add_all(b, remainder, [v ^ 1 for v in y[:k]], TRUE)
        fits = b.and_(difference[-1], beyond[k] ^ 1)
        remainder = select(b, fits, difference[:-1], remainder)
        quotient = [fits, *quotient]
    return quotient, remainder


def _any_from(b: Builder, x: Sequence[int]) -> Word:
    """For each place whether a bit from it on is set, and 0 beyond the end."""
    if shallow.is_wanted():
        return [any_of(b, x[i:]) for i in range(len(x) + 1)]
    found = [FALSE]
    for bit in reversed(x):
        found = [b.or_(bit, found[0]), *found]
    return found
