"""Whole numbers in shares: points of a polynomial whose value at 0 is the secret, and what gives that value back.

Nobody may know the order of the group whose exponents these numbers are, so that nothing is divided: Lagrange's
coefficients are multiplied by Delta = n!, which makes them whole. Shoup, "Practical threshold signatures", EUROCRYPT
2000, section 3. Any threshold + 1 points tell the secret, `threshold` of them nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, prod

from mpc.algebra.bigint import RandomBytes

SPARE_BITS = 80
"""`threshold` points show of a whole number what has a probability of about 2^-80 at most."""


def delta(n: int) -> int:
    """Delta = n!, of n parties."""
    return factorial(n)


def weights(places: Sequence[int], n: int) -> list[int]:
    """Delta times Lagrange's coefficients at 0 for the points of the parties at these places, counted from 0.

    Whole numbers: the denominator divides (i - 1)! (n - i)! for the point i, and that divides n!.
    """
    points = [place + 1 for place in places]
    return [
        delta(n) * prod(-other for other in points if other != point)
        // prod(point - other for other in points if other != point)
        for point in points
    ]  # fmt: skip


def points_of(coefficients: Sequence[int], n: int) -> list[int]:
    """The values at 1 to n of a polynomial, whose value at 0 is the first coefficient."""
    return [sum(a * point**k for k, a in enumerate(coefficients)) for point in range(1, n + 1)]


def shares_modulo(secret: int, modulus: int, n: int, threshold: int, source: RandomBytes) -> list[int]:
    """n points modulo a number that the dealer alone knows."""
    coefficients = [secret, *(_below(modulus, source) for _ in range(threshold))]
    return [point % modulus for point in points_of(coefficients, n)]


def whole_shares(secret: int, bits: int, n: int, threshold: int, source: RandomBytes) -> list[int]:
    """n points, none negative, of Delta times a whole number between -2^bits and 2^bits.

    Two secrets that differ by d have the same points at `threshold` places if one polynomial is the other's plus d
    Delta prod (1 - x / i) over them, whose coefficients are whole and at most d Delta C(threshold, k): coefficients
    longer by `SPARE_BITS` hide that. Of the first one as much more is taken as makes all points positive.
    """
    length = bits + delta(n).bit_length() + threshold + SPARE_BITS
    coefficients = [_below(1 << length, source) for _ in range(threshold)]
    coefficients[0] += delta(n) << bits
    return points_of([delta(n) * secret, *coefficients], n)


def whole_share_bits(bits: int, n: int, threshold: int) -> int:
    """The length that a point of `whole_shares` has at most."""
    largest = (1 << bits + delta(n).bit_length() + threshold + SPARE_BITS) + (delta(n) << bits)
    return max(points_of([delta(n) << bits, *[largest] * threshold], n)).bit_length()


def _below(bound: int, source: RandomBytes) -> int:
    """Within 2^-128 of uniform."""
    return int.from_bytes(source(-(-bound.bit_length() // 8) + 16), "little") % bound
