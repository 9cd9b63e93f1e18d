"""Clients that die at random in all phases of hundreds of rounds, and a server whose memory stays as it is."""

from __future__ import annotations

import tracemalloc

import pytest
from soak_of_training import Soak


@pytest.mark.slow
def test_clients_die_in_every_phase_and_each_sum_is_of_whom_it_says() -> None:
    soak = Soak(120, 7, 0.12)
    found = soak.run()
    assert soak.summed == 120
    assert soak.died > 60
    assert found.begun == soak.summed + soak.missed


@pytest.mark.slow
def test_a_server_and_its_clients_hold_no_more_after_many_rounds() -> None:
    """Beside the figures of each round, about half a kilobyte."""
    soak = Soak(110, 4, 0.0)
    tracemalloc.start()
    try:
        soak.run()
    finally:
        tracemalloc.stop()
    settled, *_, last = soak.memory[2:]
    assert last - settled < 60 * 1024
