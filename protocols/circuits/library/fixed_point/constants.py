"""Products with public constants: one addition for each digit that is not zero, of the constant's signed digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

from protocols.circuits import arithmetic
from protocols.circuits.arithmetic import Word
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE
from protocols.circuits.kinds import UInt


def times(b: Builder, x: Sequence[int], factor: int, width: int, plus: int = 0) -> Word:
    """factor x + plus mod 2^width, of two's complement x and a factor that is not negative.

    All summands are made positive, x by 2^(k-1) more, -x by 2^(k-1) less 1 instead of it, and `plus` sets that right.
    """
    k = len(x)
    lifted = [*x[:-1], x[-1] ^ 1]
    plus -= factor << k - 1
    rows = []
    for place, digit in signed_digits(factor):
        if place < width:
            rows.append((place, [bit ^ (digit < 0) for bit in lifted][: width - place]))
            plus -= ((1 << k) - 1) << place if digit < 0 else 0
    total = arithmetic.sum_of_rows(b, rows, [FALSE] * width)
    return arithmetic.add(b, total, UInt(width).encoded(plus % (1 << width)))


def times_cut(b: Builder, x: Sequence[int], factor: int, skipped: int) -> Word:
    """factor x from the bit of place `skipped` on, of x that is not negative, without the columns below: off by less
    than a unit of the last place for each digit of the factor below that place, of either sign.

    Of a negative digit the bits of x are negated, which is 2^k - 1 - x, and a constant sets that right.
    """
    k = len(x)
    width = k + factor.bit_length() - skipped
    rows, plus = [], 0
    for place, digit in signed_digits(factor):
        first = max(skipped - place, 0)
        at = place + first - skipped
        if first < k:
            rows.append((at, [bit ^ (digit < 0) for bit in x[first:]]))
            plus -= ((1 << k - first) - 1) << at if digit < 0 else 0
    total = arithmetic.sum_of_rows(b, rows, [FALSE] * (width + 1))[:width]
    return arithmetic.add(b, total, UInt(width).encoded(plus % (1 << width)))


def scaled(value: Callable[[], Decimal], bits: int) -> int:
    """A number times 2^bits, to the nearest: the number is computed with as many digits as that takes."""
    with localcontext(prec=bits // 3 + 20):
        return int((value() * (1 << bits)).to_integral_value())


def signed_digits(number: int) -> list[tuple[int, int]]:
    """The places of the digits 1 and -1 of a number, of which no two are side by side."""
    digits, place = [], 0
    while number:
        if number & 1:
            digit = 2 - (number & 3)
            digits.append((place, digit))
            number -= digit
        number, place = number >> 1, place + 1
    return digits
