"""Fixtures for all numerical functions."""

from __future__ import annotations

import numpy.typing as npt
import pytest

from protocols.ranges import Range

from .computing import Computed, Function, Outcome, compute

CASES = [("beaver", 2), ("beaver", 3), ("ideal", 2), ("replicated3", 3)]


@pytest.fixture(params=CASES, ids=[f"{suite}-{n}" for suite, n in CASES])
def computed(request: pytest.FixtureRequest) -> Computed:
    """`compute` with each suite and number of parties."""
    suite, n = request.param

    def computed(function: Function, integers: npt.ArrayLike, r: Range, f: int = 16) -> Outcome:
        return compute(function, integers, r, f, suite, n)

    return computed
