"""Positions turn queries and keys by angles that all parties round alike."""

from __future__ import annotations

import numpy as np
import pytest

from protocols.transformer.fractions import TURN
from protocols.transformer.rotary import tables


@pytest.mark.parametrize(("first", "rows", "half", "base"), [(0, 5, 4, 100.0), (8000, 7, 32, 1e5), (3, 1, 1, 1e4)])
def test_tables_are_cosines_and_sines_to_half_a_last_place(first, rows, half, base):
    angles = np.arange(first, first + rows)[:, None] * base ** (-np.arange(half) / half)
    for table, function in zip(tables(first, rows, half, base), (np.cos, np.sin), strict=True):
        assert np.abs(table - function(angles) * 2**TURN).max() < 0.5 + 1e-6
