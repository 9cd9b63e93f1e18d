"""Circuits that all parties but one garble: what the clear says, in three rounds, by every supplier, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from random_circuits import random_circuit

import mpc
from mpc.algebra.bits import unpack, words_for
from mpc.context import Context
from mpc.errors import LocalError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport
from protocols.beaver import SUITE
from protocols.circuits.binding import from_bytes, inputs_of, outputs_of
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.library import aes, sha256_block
from protocols.circuits.plain import evaluate
from protocols.garbled import bmr_blo16, bmr_levels
from protocols.garbled.bmr_garbling import Garbling
from protocols.garbled.bmr_messages import Call
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kinds.labels import ODD
from protocols.runs.planning import plan
from protocols.runs.simulating import Simulation, simulate


def program(made: Circuit, shares: Sequence[np.ndarray], instances: int) -> Any:
    """Each party's share of the outputs, and how many rounds the circuit took."""

    async def main(ctx: Context, mine: Any) -> Any:
        before = ctx.depth
        out = await bmr_blo16.evaluate(ctx, made, shares[ctx.me], instances)
        return out, ctx.depth - before

    return main


def planes_for(made: Circuit, instances: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2**64, (made.first_gate - 1, words_for(instances)), np.uint64)


def shared(planes: np.ndarray, n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    parts = [rng.integers(0, 2**64, planes.shape, np.uint64) for _ in range(n - 1)]
    return [*parts, np.bitwise_xor.reduce([planes, *parts])]


def check(made: Circuit, planes: np.ndarray, instances: int, n: int, **options: Any) -> Simulation:
    """The shares of a run make up what the clear says."""
    run = simulate(program(made, shared(planes, n), instances), [None] * n, **options)
    out = np.bitwise_xor.reduce([share for share, _ in run.results])
    expected = evaluate(made, planes)
    for row, right in zip(out, expected, strict=True):
        np.testing.assert_array_equal(unpack(row, instances), unpack(right, instances))
    return run


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@given(seed=st.integers(0, 10**6), instances=st.sampled_from([1, 2, 31, 64, 65, 300]))
def test_random_circuits(n: int, seed: int, instances: int) -> None:
    made = random_circuit(seed)
    run = check(made, planes_for(made, instances, seed), instances, n, check_costs=True)
    assert max(rounds for _, rounds in run.results) == (3 if made.ands else 0)


def every_gate() -> Circuit:
    """Each AND of literals of two inputs, of an input with itself and with constants, and XORs, of each a negation."""
    b = Builder()
    (x,), (y,) = b.input("x", Bits(1)), b.input("y", Bits(1))
    ends = [b.and_(x ^ i, y ^ j) ^ k for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    deep = b.and_(b.xor(ends[0], ends[6]), b.xor(x, y) ^ 1)
    ends += [b.xor(x, y), b.xor(x, y) ^ 1, x, x ^ 1, 0, 1, deep, b.and_(deep, ends[2] ^ 1)]
    return b.circuit({Port("r", Bits(len(ends))): ends}, "every gate")


@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_gate_on_every_input_under_every_mask(n: int) -> None:
    """640 instances of each pair of values: each of the 2^4 masks of an AND's wires and its offspring's comes up."""
    made = every_gate()
    planes = np.array([[0x5555555555555555] * 40, [0x3333333333333333] * 40], np.uint64)
    check(made, planes, 2560, n)


def test_gates_that_nobody_folds() -> None:
    """ANDs of constants, of a wire with itself and with its negation, a gate that nobody reads, an input for output."""
    is_and = np.array([True, True, True, True, False, False])
    left = np.array([1, 2, 2, 0, 2, 12], np.int32)
    right = np.array([3, 2, 3, 3, 2, 6], np.int32)
    ends = np.array([4, 5, 6, 8, 11, 14, 2, 1], np.int32)
    made = Circuit((Port("x", Bits(1)),), (Port("r", Bits(8)),), is_and, left, right, ends)
    for n in (2, 3):
        check(made, planes_for(made, 70), 70, n, check_costs=True)


@pytest.mark.parametrize("preprocessing", ["dealer", "ot", "silent"])
def test_aes_by_every_supplier(preprocessing: str) -> None:
    planes, instances = inputs_of(
        aes(), {"key": from_bytes(bytes(range(16))), "block": 0x00112233445566778899AABBCCDDEEFF}
    )
    run = check(aes(), planes, instances, 3, preprocessing=preprocessing)
    out = np.bitwise_xor.reduce([share for share, _ in run.results])
    (result,) = outputs_of(aes(), out, instances)["result"]
    assert result == 0x69C4E0D86A7B0430D8CDB78070B4C55A
    assert [rounds for _, rounds in run.results] == [2, 2, 3]
    assert run.report.material == {"labels": Call(aes(), 1, 3).material()}


def test_sha_256() -> None:
    made = sha256_block()
    check(made, planes_for(made, 2), 2, 3, check_costs=True)


def test_deep_circuits_take_three_rounds() -> None:
    made = circuit(x=Int(16), y=Int(16))(lambda x, y: x // y)
    run = check(made, planes_for(made, 40), 40, 4, check_costs=True)
    assert made.and_depth > 100
    assert [rounds for _, rounds in run.results] == [2, 2, 2, 3]


@pytest.mark.parametrize("instances", [1, 3, 70, 200])
@pytest.mark.parametrize("n", [2, 3])
def test_pieces_and_blocks_are_cut_anywhere(n: int, instances: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pieces of one instance, or many blocks of several, take the same three rounds."""
    monkeypatch.setattr(bmr_levels, "PIECE_ANDS", 20 if instances < 9 else 1200)
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: {"r": x * y, "s": x // y})
    assert len(list(Call(made, instances, n).pieces())) > 3
    run = check(made, planes_for(made, instances), instances, n, check_costs=True)
    assert max(rounds for _, rounds in run.results) == 3


def test_slots_are_used_again() -> None:
    assert bmr_levels.levels_of(aes()).slots < aes().wires / 6


@pytest.mark.parametrize(("n", "size"), [(2, 32), (3, 80), (5, 176)])
def test_what_is_sent_for_an_and(n: int, size: int) -> None:
    """16 (3 n - 4) bytes to the evaluator, a bit more; four bits to each other garbler."""
    made = circuit(x=UInt(32), y=UInt(32))(lambda x, y: x * y)
    run = check(made, planes_for(made, 64), 64, n)
    *garblers, evaluator = run.report.bytes_sent
    ands, inputs = made.ands * 64, 64 * 64
    for sent in garblers:
        least = ands * size + (ands + 4 * ands * (n - 2) + inputs * (n - 1)) // 8
        assert least <= sent <= least + 500 * n
    assert inputs // 8 * (n - 1) <= evaluator <= inputs // 8 * (n - 1) + 100 * n


@pytest.mark.parametrize("n", [2, 3])
def test_a_plan_counts_what_a_run_takes(n: int) -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x // y)
    main = program(made, shared(planes_for(made, 70), n), 70)
    planned, run = plan(main, [None] * n), simulate(main, [None] * n)
    for name in ("material", "rounds", "bytes_sent"):
        assert getattr(planned.report, name) == getattr(run.report, name), name


def test_xors_take_no_message() -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: {"r": ~(x ^ y), "s": x})
    run = check(made, planes_for(made, 9), 9, 3, check_costs=True)
    assert run.report.material == {}
    assert [rounds for _, rounds in run.results] == [0, 0, 0]


def test_other_widths_are_refused() -> None:
    made = random_circuit(1)
    with pytest.raises(LocalError, match="which takes"):
        simulate(program(made, [planes_for(made, 5)[:3]] * 3, 5), [None] * 3)


SQUARED = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y)
_CALL = Call(SQUARED, 9, 3)
(_PIECE,) = _CALL.pieces()
SENT = {
    "masked inputs": (0, 2, _CALL.masked_inputs()), "opened": (1, 0, _CALL.opened(_PIECE)),
    "turns": (0, 1, _CALL.turns(_PIECE)), "apart": (1, 2, _CALL.apart()), "inputs": (2, 1, _CALL.input_turns(_PIECE)),
    "tables": (0, 2, _CALL.tables(_PIECE)), "lowest": (1, 2, _CALL.lowest(_PIECE)),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_messages_cut_short_name_their_sender(name: str) -> None:
    sender, receiver, spec = SENT[name]
    main = program(SQUARED, shared(planes_for(SQUARED, 9), 3), 9)

    def of_the_protocol(to: int, message: Message) -> bool:
        return to == receiver and message.array.shape == spec.shape

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(3))
        transports[sender] = FaultyTransport(transports[sender], Fault("truncate", chosen=of_the_protocol))
        runs = await run_in_memory(
            main, [None] * 3, local_supplies(3), Setting(SUITE, collect_errors=True), transports=transports
        )  # fmt: skip
        assert transports[sender].struck == 1
        return [run.error for run in runs]

    errors = trio.run(run)
    assert errors[receiver].code == "unexpected-message"
    assert errors[receiver].party == f"party{sender}"


@pytest.mark.parametrize(("network", "instances", "by"), [("", 1, "gmw"), ("wan", 1, "bmr"), ("wan", 40_000, "gmw")])
def test_the_network_chooses_where_the_program_does_not(network: str, instances: int, by: str) -> None:
    """Dozens of rounds of 40 ms or three, a few tables or gigabytes of them; what a program names stays."""
    deep = circuit(x=UInt(16), y=UInt(16))(lambda x, y: x * y)

    async def main(ctx: Any, mine: Any) -> Any:
        await mpc.compute(ctx, await mpc.garbled(ctx, deep, x=mpc.private(0, mine), y=3))
        await mpc.compute(ctx, await mpc.garbled(ctx, deep, x=mpc.private(0, mine), y=3, by="gmw"))

    planned = plan(main, [np.arange(instances), None, None], network=network)
    assert [run.by for run in planned.report.circuits] == [by, "gmw"]


def test_how_far_offsets_are_apart_is_the_same_in_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of transfers that stand in the session: two calls tell no more than one. The first is R."""
    told: dict[int, list[bytes]] = {0: [], 1: [], 2: []}

    def apart(self: Garbling, material: Any) -> np.ndarray:
        found = (material[0] | ODD) ^ self.delta
        told[self.me].append(found.tobytes())
        return found

    monkeypatch.setattr(Garbling, "_apart", apart)
    shares = shared(planes_for(SQUARED, 9), 4)

    async def main(ctx: Context, mine: Any) -> None:
        for _ in range(2):
            await bmr_blo16.evaluate(ctx, SQUARED, shares[ctx.me], 9)

    simulate(main, [None] * 4, preprocessing="ot")
    for each in told.values():
        assert len(each) == 6
        assert each[:3] == each[3:]
        assert each[0] == bytes(16)
        assert len(set(each)) == 3
