"""Gates of a prover who knows all wires: every version of the kernel against what is linear in labels, and numpy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from kernel_cases import with_kernels_of_their_own
from kernel_programs import SLOTS, labels, p, random_program

import native
from mpc.errors import LocalError
from mpc.garbling import Gates
from mpc.garbling_authenticated import spread
from mpc.proving import LOWEST, prove_ands
from native import BrokenContract, lib

ONE = np.uint64(1)


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


@pytest.mark.parametrize("instances", [1, 3, 8])
@pytest.mark.parametrize("seed", range(3))
def test_products_of_bits_take_the_place_of_masks(seed: int, instances: int) -> None:
    gates = Gates(*random_program(seed))
    slots, masks = labels(SLOTS, instances, seed=seed), labels(gates.ands * instances, seed=5)
    before, results, cross = slots.copy(), masks.copy(), np.empty_like(masks)
    left, right, told = prove_ands(slots, gates, results, cross)
    a, b = left[:, 0] & ONE, right[:, 0] & ONE
    np.testing.assert_array_equal(results & ~LOWEST, masks & ~LOWEST)
    np.testing.assert_array_equal(results[:, 0] & ONE, a & b)
    np.testing.assert_array_equal(told, (masks[:, 0] & ONE) ^ (a & b))
    np.testing.assert_array_equal(cross, left * b[:, None] ^ right * a[:, None] ^ results)
    places = np.empty_like(left), np.empty_like(right)
    spread(before, gates, results, places, LOWEST)
    np.testing.assert_array_equal(places, (left, right))
    np.testing.assert_array_equal(before, slots)


def test_what_does_not_fit_is_refused() -> None:
    gates = Gates(*random_program(1))
    slots, masks = labels(SLOTS, 2), labels(gates.ands * 2)
    for results, cross in ((masks[1:], masks.copy()), (masks.copy(), masks[1:]), (masks[::-1], masks.copy())):
        with pytest.raises(LocalError, match="wrong-labels"):
            prove_ands(slots, gates, results, cross)
    told, n = np.zeros(len(masks), np.uint8), len(gates.groups)
    places = [p(np.empty_like(masks)) for _ in range(3)]
    for wrong in range(3):
        same = [p(masks) if i == wrong else place for i, place in enumerate(places)]
        with pytest.raises(BrokenContract, match="apart"):
            lib.parley_prove_ands(*same, p(told), p(slots), p(masks), p(gates.gates), p(gates.groups), n, 2)
