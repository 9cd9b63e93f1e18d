"""Programs of gates that two or more parties make together: what single gates give, and the labels of the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import with_kernels_of_their_own
from kernel_programs import SLOTS, Numbers, Words, ands_of, labels, p, random_program, spread

import native
from native import BrokenContract, lib

ONE = np.uint64(1)
ODD = np.array([1, 0], np.uint64)
NOTHING = np.zeros(2, np.uint64)


@pytest.fixture(params=with_kernels_of_their_own("labels"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def linear(slots: Words, results: Words, gates: Numbers, groups: Numbers, offset: Words) -> tuple[Words, Words]:
    """The same in numpy."""
    operands: tuple[list[Words], list[Words]] = ([], [])
    place, done, instances = 0, 0, slots.shape[1]
    for count, are_ands in groups.tolist():
        before = slots.copy() if are_ands else slots
        for *literals, result in gates[place : place + count].tolist():
            if not are_ands:
                slots[result] = slots[literals[0] >> 1] ^ slots[literals[1] >> 1]
                continue
            for rows, literal in zip(operands, literals, strict=True):
                rows.append(before[literal >> 1] ^ (offset if literal & 1 else NOTHING))
            slots[result] = results[done : done + instances]
            done += instances
        place += count
    left, right = (np.array(rows, np.uint64).reshape(-1, 2) for rows in operands)
    return left, right


@pytest.mark.parametrize("instances", [1, 3, 8])
@pytest.mark.parametrize("seed", range(3))
def test_linear_labels_go_through(seed: int, instances: int) -> None:
    gates, groups = random_program(seed)
    results, offset = labels(ands_of(groups) * instances, seed=3), labels(seed=4)
    slots = labels(SLOTS, instances, seed=seed)
    expected_slots = slots.copy()
    expected = linear(expected_slots, results, gates, groups, offset)
    np.testing.assert_array_equal(spread(slots, results, gates, groups, offset), expected)
    np.testing.assert_array_equal(slots, expected_slots)


class Authenticated:
    """Random masks of a program's wires, shared between both parties with MACs, and what a garbler made of them."""

    def __init__(self, seed: int, instances: int) -> None:
        self.gates, self.groups = random_program(seed)
        self.count, self.instances = ands_of(self.groups) * instances, instances
        self.delta, self.start = labels(seed=1) | ODD, labels(seed=2)
        self.masks = np.random.default_rng(seed).integers(0, 2, (SLOTS, instances)).astype(np.uint64)
        self.of_results = np.random.default_rng(seed + 1).integers(0, 2, self.count).astype(np.uint64)
        self.mine = labels(3, self.count, seed=5)
        bits = np.stack([self.masks, np.zeros_like(self.masks)], axis=-1)
        results = np.stack([self.of_results, np.zeros_like(self.of_results)], axis=-1)
        through = linear(bits, results, self.gates, self.groups, ODD)
        self.left, self.right = (row[:, 0] for row in through)
        shared = [self.left, self.right, self.left & self.right ^ self.of_results]
        self.theirs = np.array([np.uint64(0) - row for row in shared])[..., None] & self.delta ^ self.mine
        self.slots = labels(SLOTS, instances, seed=6)
        self.slots[..., 0] &= ~ONE
        self.tables, self.lowest = np.empty((self.count, 2, 2), np.uint64), np.empty(self.count, np.uint8)

    @property
    def program(self) -> tuple[object, ...]:
        return p(self.gates), p(self.groups), len(self.groups)

    def work(self) -> Words:
        return np.empty((8 * self.instances, 2), np.uint64)

    def garble(self) -> Words:
        """The garbler's labels of zero at the end."""
        zeros = self.slots.copy()
        lib.parley_garble_authenticated(
            p(self.tables), p(self.lowest), p(zeros), p(self.work()), *map(p, self.mine), *self.program, p(self.delta),
            p(self.start), 7, self.instances,
        )  # fmt: skip
        return zeros


@pytest.mark.parametrize("instances", [1, 2, 9])
@pytest.mark.parametrize("seed", range(4))
def test_authenticated_garbling_gives_the_labels_of_masked_values(seed: int, instances: int) -> None:
    made = Authenticated(seed, instances)
    zeros = made.garble()
    values = np.random.default_rng(seed + 2).integers(0, 2, (SLOTS, instances)).astype(np.uint64)
    held = made.slots ^ (np.uint64(0) - (values ^ made.masks))[..., None] & made.delta
    tables = np.empty_like(made.tables)
    left, right, sums = made.theirs.copy()
    lib.parley_add_to_tables(p(tables), p(made.tables), p(right), p(left), made.count)
    sums[:, 0] ^= made.lowest
    masked = np.empty(made.count, np.uint8)
    lib.parley_evaluate_authenticated(
        p(masked), p(held), p(made.work()), p(tables), p(sums), *made.program, p(made.start), 7, instances
    )  # fmt: skip
    results, ends = in_the_clear(values, made.masks, made.of_results, made.gates, made.groups)
    np.testing.assert_array_equal(masked, results ^ made.of_results)
    np.testing.assert_array_equal(held, zeros ^ (np.uint64(0) - ends)[..., None] & made.delta)
    assert not (zeros[..., 0] & ONE).any()
    check = checked(made, values ^ made.masks, masked)
    np.testing.assert_array_equal(check(made.mine), check(made.theirs, made.delta))


def in_the_clear(
    values: Words, masks: Words, of_results: Words, gates: Numbers, groups: Numbers
) -> tuple[Words, Words]:
    """The values of all ANDs' results, and the masked ones of all slots in the end."""
    values, masks, found, place = values.copy(), masks.copy(), list[Words](), 0
    for count, are_ands in groups.tolist():
        before = values.copy() if are_ands else values
        for left, right, result in gates[place : place + count].tolist():
            x, y = before[left >> 1] ^ np.uint64(left & 1), before[right >> 1] ^ np.uint64(right & 1)
            if are_ands:
                done = len(found) * values.shape[1]
                found.append(x & y)
                masks[result] = of_results[done : done + values.shape[1]]
            else:
                masks[result] = masks[left >> 1] ^ masks[right >> 1]
            values[result] = x & y if are_ands else x ^ y
        place += count
    return np.array(found, np.uint64).reshape(-1), values ^ masks


def checked(made: Authenticated, inputs: Words, masked: npt.NDArray[np.uint8]) -> Callable[..., Words]:
    """What a party holds of the check, by its shares; `delta` is of who has a share of every public 1."""

    def held(shares: Words, delta: Words = NOTHING) -> Words:
        bits = np.zeros((SLOTS, 2), np.uint64)
        bits[:, 0] = (inputs << np.arange(made.instances, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
        words, found = np.ascontiguousarray(shares[..., 0]), np.empty(made.count, np.uint64)
        lib.parley_check_authenticated(
            p(found), p(bits), p(masked), *map(p, words), *made.program, p(delta), made.instances
        )  # fmt: skip
        return found

    return held


def test_a_wrong_result_is_no_longer_held_by_both() -> None:
    made = Authenticated(1, 5)
    values = np.random.default_rng(3).integers(0, 2, (SLOTS, 5)).astype(np.uint64)
    results, _ = in_the_clear(values, made.masks, made.of_results, made.gates, made.groups)
    masked = (results ^ made.of_results).astype(np.uint8)
    masked[-1] ^= 1
    check = checked(made, values ^ made.masks, masked)
    differs = check(made.mine) ^ check(made.theirs, made.delta)
    assert differs[-1] == made.delta[0]
    assert not differs[:-1].any()


class Joint:
    """m garblers' labels and shares of masks on a program's slots, and of what is bound for each AND."""

    def __init__(self, m: int, seed: int, instances: int) -> None:
        rng = np.random.default_rng(seed)
        self.m, self.instances = m, instances
        self.gates, self.groups = random_program(seed)
        self.count = ands_of(self.groups) * instances
        self.deltas, self.starts = labels(m, seed=1) | ODD, labels(m, m, seed=2)
        self.masks = rng.integers(0, 2, (SLOTS, instances)).astype(np.uint64)
        self.of_results = rng.integers(0, 2, self.count).astype(np.uint64)
        bits = np.stack([self.masks, np.zeros_like(self.masks)], axis=-1)
        results = np.stack([self.of_results, np.zeros_like(self.of_results)], axis=-1)
        left, right = (row[:, 0] for row in linear(bits, results, self.gates, self.groups, ODD))
        bound = np.concatenate([self.of_results, left & right ^ self.of_results])
        self.shares = self._shared(bound, seed=3)
        self.slots = np.empty((m, SLOTS, 1 + m, instances, 2), np.uint64)
        self.slots[:, :, 0] = labels(m, SLOTS, instances, seed=4)
        self.slots[:, :, 0, :, 0] &= ~ONE
        of_wires = self._shared(self.masks.reshape(-1), seed=5).reshape(m, m, SLOTS, instances, 2)
        self.slots[:, :, 1:] = of_wires.transpose(0, 2, 1, 3, 4)

    def _shared(self, bits: Words, seed: int) -> Words:
        """Shares (holder, offset's garbler, bits, 2) of bits times each offset."""
        made = labels(self.m, self.m, len(bits), seed=seed)
        made[0] ^= np.bitwise_xor.reduce(made) ^ (np.uint64(0) - bits)[None, :, None] & self.deltas[:, None]
        return made

    @property
    def program(self) -> tuple[object, ...]:
        return p(self.gates), p(self.groups), len(self.groups)

    def garble(self, me: int, step: int) -> tuple[Words, npt.NDArray[np.uint8], Words]:
        """The garbler's tables, lowest bits, and slots in the end, from shares whose rows lie `step` apart."""
        apart = labels(self.m, step, seed=9)
        apart[:, : 2 * self.count] = self.shares[me]
        slots, lowest = self.slots[me].copy(), np.empty(self.count, np.uint8)
        tables, work = labels(3 * self.m - 1, self.count), np.empty((12 * self.instances, 2), np.uint64)
        keys = p(self.deltas[me]), p(self.starts[me]), me, self.m, 5, self.count, self.instances
        labels_of = p(tables), p(lowest), p(slots), p(work), p(apart), step
        lib.parley_garble_jointly_circuit(*labels_of, *self.program, *keys)
        return tables, lowest, slots


def single_gates(made: Joint, me: int) -> tuple[Words, npt.NDArray[np.uint8], Words]:
    """What `Joint.garble` gives, in numpy and by the kernel of gates side by side."""
    m, slots, n = made.m, made.slots[me].copy(), made.instances
    tables, lowest = np.empty((3 * m, made.count, 2), np.uint64), np.empty(made.count, np.uint8)
    place = done = 0
    for count, are_ands in made.groups.tolist():
        before = slots.copy() if are_ands else slots
        for left, right, result in made.gates[place : place + count].tolist():
            if not are_ands:
                slots[result] = slots[left >> 1] ^ slots[right >> 1]
                continue
            x, y = before[left >> 1].copy(), before[right >> 1].copy()
            x[1 + me] ^= made.deltas[me] * np.uint64(left & 1)
            y[1 + me] ^= made.deltas[me] * np.uint64(right & 1)
            here = slice(done, done + n)
            for j in range(m):
                parts = [y[1 + j], x[1 + j] ^ x[0] * np.uint64(j == me), made.shares[me, j, made.count :][here].copy()]
                keys = p(x[0]), p(y[0]), p(made.deltas[me]), p(made.starts[me, j]), 5 + done, n
                lib.parley_garble_jointly(*map(p, parts), *keys)
                tables[j, here], tables[m + j, here], tables[2 * m + j, here] = parts
            own = tables[2 * m + me, here].copy()
            lowest[here] = own[:, 0] & ONE
            own[:, 0] &= ~ONE
            slots[result, 0], slots[result, 1:] = own, made.shares[me, :, : made.count][:, here]
            done += n
        place += count
    return np.delete(tables, 2 * m + me, axis=0), lowest, slots


@pytest.mark.parametrize("instances", [1, 3, 9])
@pytest.mark.parametrize(("m", "seed"), [(1, 0), (2, 1), (3, 2)])
def test_garblers_and_their_evaluator_go_through_together(m: int, seed: int, instances: int) -> None:
    made = Joint(m, seed, instances)
    total, all_lowest, zeros = np.zeros((3 * m, made.count, 2), np.uint64), list[npt.NDArray[np.uint8]](), list[Words]()
    for me in range(m):
        tables, lowest, slots = made.garble(me, 2 * made.count + 3 * me)
        for given, expected in zip((tables, lowest, slots), single_gates(made, me), strict=True):
            np.testing.assert_array_equal(given, expected)
        rows = np.delete(np.arange(3 * m), 2 * m + me)
        total[rows] ^= tables
        all_lowest.append(lowest)
        zeros.append(slots[:, 0])
    values = np.random.default_rng(seed + 2).integers(0, 2, (SLOTS, instances)).astype(np.uint64)
    masked = np.uint64(0) - (values ^ made.masks)
    held = np.stack([made.slots[i, :, 0] ^ masked[..., None] & made.deltas[i] for i in range(m)], axis=1)
    work, lowest = np.empty((12 * m * instances, 2), np.uint64), np.array(all_lowest)
    keys = p(made.starts), m, 5, made.count, instances
    lib.parley_evaluate_jointly_circuit(p(held), p(work), p(total), p(lowest), *made.program, *keys)
    _, ends = in_the_clear(values, made.masks, made.of_results, made.gates, made.groups)
    for i in range(m):
        np.testing.assert_array_equal(held[:, i], zeros[i] ^ (np.uint64(0) - ends)[..., None] & made.deltas[i])


def test_counts_that_do_not_agree_are_refused() -> None:
    made = Joint(2, 1, 1)
    slots, work, out = made.slots[0].copy(), labels(32), labels(64)
    for ands, step, me, condition in (
        (made.count + 1, 99, 0, "ands_of"),
        (made.count, 1, 0, "step"),
        (made.count, 99, 2, "me <"),
    ):
        given = p(out), p(np.zeros(32, np.uint8)), p(slots), p(work), p(labels(300)), step
        keys = p(made.deltas[0]), p(made.starts[0]), me, 2, 0, ands, 1
        with pytest.raises(BrokenContract, match=condition):
            lib.parley_garble_jointly_circuit(*given, *made.program, *keys)
    np.testing.assert_array_equal(slots, made.slots[0])
    with pytest.raises(BrokenContract, match="instances <= 64"):
        lib.parley_check_authenticated(
            p(out), p(work), p(np.zeros(1, np.uint8)), p(out), p(out), p(out), *made.program, p(ODD), 65
        )  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 63, 64, 130])
def test_labels_are_marked_by_bits(n: int) -> None:
    given, bits, offset = labels(n), labels(2, seed=1).reshape(-1), labels(seed=2)
    expected = given & ~ODD
    expected[np.unpackbits(bits.view(np.uint8), bitorder="little")[:n] == 1] ^= offset
    lib.parley_mark_labels(p(given), p(bits), p(offset), n)
    np.testing.assert_array_equal(given, expected)
