"""Programs of gates on labels in every implementation: what single gates give one after the other, in any grouping."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import with_kernels_of_their_own
from kernel_programs import SLOTS, labels, p, random_program

import native
from native import BrokenContract, lib

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int32]

GUARD = np.uint64(0xDEADBEEF)


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def one_by_one(slots: Words, gates: Numbers, groups: Numbers, delta: Words, start: Words, first: int) -> list[Words]:
    """The tables, by calls for a gate of a single instance; slots go on in place."""
    tables, place = [], 0
    for count, are_ands in groups.tolist():
        before = slots.copy() if are_ands else slots
        for left, right, result in gates[place : place + count].tolist():
            if not are_ands:
                slots[result] = slots[left >> 1] ^ slots[right >> 1]
                continue
            a, b = (before[x >> 1] ^ (delta if x & 1 else np.zeros(2, np.uint64)) for x in (left, right))
            for instance in range(slots.shape[1]):
                table, c = np.empty((2, 2), np.uint64), np.empty(2, np.uint64)
                ins = [np.ascontiguousarray(x[instance]) for x in (a, b)]
                lib.parley_garble_ands(p(table), p(c), p(ins[0]), p(ins[1]), p(delta), p(start), first + len(tables), 1)
                slots[result, instance] = c
                tables.append(table)
        place += count
    return tables


@pytest.mark.parametrize("instances", [1, 2, 3, 8, 13])
@pytest.mark.parametrize("seed", range(4))
def test_programs_garble_as_single_gates_do(seed: int, instances: int) -> None:
    gates, groups = random_program(seed)
    delta, start = labels(seed=1) | np.array([1, 0], np.uint64), labels(seed=2)
    slots = labels(SLOTS, instances, seed=seed)
    expected = slots.copy()
    tables = one_by_one(expected, gates, groups, delta, start, 5)
    whole = np.full(4 * len(tables) + 8, GUARD)
    work = np.empty((2 * 4 * instances, 2), np.uint64)
    lib.parley_garble_circuit(
        p(whole), p(slots), p(work), p(gates), p(groups), len(groups), p(delta), p(start), 5, instances
    )  # fmt: skip
    np.testing.assert_array_equal(slots, expected)
    np.testing.assert_array_equal(whole[:-8], np.array(tables, np.uint64).reshape(-1))
    assert (whole[-8:] == GUARD).all()


@pytest.mark.parametrize("instances", [1, 3, 9, 16])
@pytest.mark.parametrize("seed", range(6))
def test_evaluation_has_the_labels_of_the_values(seed: int, instances: int) -> None:
    gates, groups = random_program(seed)
    delta, start = labels(seed=1) | np.array([1, 0], np.uint64), labels(seed=2)
    zeros = labels(SLOTS, instances, seed=seed)
    values = np.random.default_rng(seed).integers(0, 2, (SLOTS, instances)).astype(np.uint64)
    held = zeros ^ (np.uint64(0) - values)[..., None] & delta
    ands = int(groups[groups[:, 1] == 1, 0].sum()) * instances
    tables, work = np.empty((ands, 2, 2), np.uint64), np.empty((8 * instances, 2), np.uint64)
    program = p(gates), p(groups), len(groups)
    lib.parley_garble_circuit(p(tables), p(zeros), p(work), *program, p(delta), p(start), 0, instances)
    lib.parley_evaluate_circuit(p(held), p(work), p(tables), *program, p(start), 0, instances)
    place = 0
    for count, are_ands in groups.tolist():
        before = values.copy() if are_ands else values
        for left, right, result in gates[place : place + count].tolist():
            x, y = before[left >> 1] ^ np.uint64(left & 1), before[right >> 1] ^ np.uint64(right & 1)
            values[result] = x & y if are_ands else x ^ y
        place += count
    np.testing.assert_array_equal(held, zeros ^ (np.uint64(0) - values)[..., None] & delta)


@pytest.mark.parametrize("groups", [[[-1, 0]], [[1, 2]]])
def test_groups_that_are_none_are_refused(groups: list[list[int]]) -> None:
    slots, gates = labels(2, 1), np.zeros((1, 3), np.int32)
    before = slots.copy()
    numbers = np.array(groups, np.int32)
    with pytest.raises(BrokenContract, match="groups_hold"):
        lib.parley_garble_circuit(
            p(labels(8)), p(slots), p(labels(2)), p(gates), p(numbers), 1, p(labels()), p(labels()), 0, 1
        )  # fmt: skip
    np.testing.assert_array_equal(slots, before)


def test_numbers_beyond_63_bits_are_refused() -> None:
    slots, gates, groups = labels(2, 1), np.zeros((1, 3), np.int32), np.array([[1, 1]], np.int32)
    with pytest.raises(BrokenContract, match="have_tweaks"):
        lib.parley_evaluate_circuit(
            p(slots), p(labels(2)), p(labels(2)), p(gates), p(groups), 1, p(labels()), 2**63, 1
        )  # fmt: skip
