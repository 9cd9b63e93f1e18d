"""Sines of public angles in whole numbers, held against decimals."""

from decimal import Decimal, localcontext

import numpy as np

from mpc.algebra.wide_ring import Z128
from protocols.numeric.public_sines import OFF, WORKING, signed_shift_right, sines_of_turns
from protocols.numeric.sine import sine_of_turns

CORNERS = [sign * (1 << bits) + near for bits in (0, 64, 125, 126) for sign in (1, -1) for near in (-1, 0, 1)]
ANGLES = [*CORNERS, -1 << 127, (1 << 127) - 1, *((1 << 117) * i + 12345 * i**9 for i in range(-1023, 1024, 5))]


def test_they_are_within_their_bound_of_decimals_all_round() -> None:
    found = Z128.to_signed(sines_of_turns(Z128.from_ints(np.array(ANGLES, object))))
    with localcontext(prec=60):
        right = [sine_of_turns(Decimal(angle) / (1 << 128)) * (1 << WORKING) for angle in ANGLES]
        assert max(abs(int(a) - b) for a, b in zip(found, right, strict=True)) < OFF


def test_signed_numbers_are_shifted_down_to_their_floor() -> None:
    values = [0, 1, -1, 7, -7, 8, -8, (1 << 126) + 5, -(1 << 126) - 5]
    shifted = signed_shift_right(Z128.from_ints(np.array(values, object)), 3)
    assert Z128.to_signed(shifted).tolist() == [value >> 3 for value in values]
    rounded = signed_shift_right(Z128.from_ints(np.array(values, object)), 3, plus=4)
    assert Z128.to_signed(rounded).tolist() == [(value + 4) >> 3 for value in values]
