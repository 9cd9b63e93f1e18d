"""Gates of a prover who knows all wires: every version of the kernel against what is linear in labels, and numpy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from kernel_cases import with_kernels_of_their_own
from kernel_programs import SLOTS, ands_of, labels, p, random_program, spread

import native
from native import BrokenContract, lib

ONE = np.uint64(1)
LOWEST = np.array([1, 0], np.uint64)


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


@pytest.mark.parametrize("instances", [1, 3, 8])
@pytest.mark.parametrize("seed", range(3))
def test_products_of_bits_take_the_place_of_masks(seed: int, instances: int) -> None:
    gates, groups = random_program(seed)
    slots, masks = labels(SLOTS, instances, seed=seed), labels(ands_of(groups) * instances, seed=5)
    before, results = slots.copy(), masks.copy()
    left, right, cross = (np.empty_like(masks) for _ in range(3))
    told = np.empty(len(masks), np.uint8)
    program = p(gates), p(groups), len(groups)
    lib.parley_prove_ands(p(left), p(right), p(cross), p(told), p(slots), p(results), *program, instances)
    a, b = left[:, 0] & ONE, right[:, 0] & ONE
    np.testing.assert_array_equal(results & ~LOWEST, masks & ~LOWEST)
    np.testing.assert_array_equal(results[:, 0] & ONE, a & b)
    np.testing.assert_array_equal(told, (masks[:, 0] & ONE) ^ (a & b))
    np.testing.assert_array_equal(cross, left * b[:, None] ^ right * a[:, None] ^ results)
    np.testing.assert_array_equal(spread(before, results, gates, groups, LOWEST), (left, right))
    np.testing.assert_array_equal(before, slots)


def test_arrays_that_overlap_are_refused() -> None:
    gates, groups = random_program(1)
    slots, masks = labels(SLOTS, 2), labels(ands_of(groups) * 2)
    told = np.zeros(len(masks), np.uint8)
    places = [p(np.empty_like(masks)) for _ in range(3)]
    for wrong in range(3):
        same = [p(masks) if i == wrong else place for i, place in enumerate(places)]
        with pytest.raises(BrokenContract, match="apart"):
            lib.parley_prove_ands(*same, p(told), p(slots), p(masks), p(gates), p(groups), len(groups), 2)
