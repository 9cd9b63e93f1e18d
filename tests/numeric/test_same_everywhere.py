"""What two parties multiply by, each on its own machine, is the same to the bit: known digests hold every processor and
every numpy to it, and how many numbers are worked out beside one another makes no difference."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from protocols.numeric.exponential_by_summands import _chosen, _entries, sizes_of
from protocols.numeric.smooth_steps import erf_waves, logistic_waves
from protocols.numeric.turns import waves_of_factor, waves_of_summand
from protocols.ranges import Range

U = np.arange(3001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
"""All over the ring: with 0, and with the numbers next to each other at its ends and in its middle."""
U[1:6] = [1, (1 << 64) - 1, 1 << 63, (1 << 63) - 1, 1 << 62]
PRECISION = 30
WAVES = {
    "logistic, 85": (logistic_waves(85), "0ddfa03c26f98607"),
    "logistic, 30": (logistic_waves(30), "07c47b462fa7bc82"),
    "erf, 40": (erf_waves(16, 40), "a530ca25a30bc659"),
}
EXPONENTIALS = {
    (16, -8, 4): "fa1981bb4af9369f",
    (16, -16, 0): "a3de65ec9d735712",
    (0, -1, 3): "9fb01ef8ab178b05",
    (20, -4, 1): "410618cd446bc64a",
}


def digest(*arrays: np.ndarray) -> str:
    return sha256(b"".join(array.astype("<u8").tobytes() for array in arrays)).hexdigest()[:16]


@pytest.mark.parametrize("name", WAVES)
def test_sines_are_those_of_every_machine(name: str) -> None:
    waves, known = WAVES[name]
    found = waves_of_summand(U, waves, PRECISION), waves_of_factor(U, waves, PRECISION)
    assert digest(*found) == known
    assert (waves_of_factor(U[5:2900], waves, PRECISION) == found[1][:, 5:2900]).all()


@pytest.mark.parametrize("of", EXPONENTIALS, ids=str)
def test_powers_are_those_of_every_machine(of: tuple[int, int, int]) -> None:
    f, lo, hi = of
    sizes = sizes_of(Range(lo << f, hi << f), f)
    assert sizes is not None
    assert digest(_chosen(U, sizes), _entries(U, f, sizes)) == EXPONENTIALS[of]
