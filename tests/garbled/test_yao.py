"""Yao's protocol on shared bits: what the clear says, in two rounds, by every supplier; misfits are refused."""

from __future__ import annotations

from math import prod
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
from protocols.beaver import SUITE, by_garbling
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Scheme
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate
from protocols.shares import stack_planes

by_both_schemes = pytest.mark.parametrize("scheme", [HALF_GATES, THREE_HALVES], ids=lambda scheme: scheme.name)


def program(made: Circuit, planes: np.ndarray, instances: int, scheme: Scheme = HALF_GATES) -> Any:
    """Inputs from the parties in turn; everybody learns the outputs, and each how many rounds the circuit took."""

    async def main(ctx: Context, mine: Any) -> Any:
        bits = []
        for i, row in enumerate(planes):
            owner = i % ctx.n
            bits.append(await ctx.suite.input_bits(ctx, owner, row if ctx.me == owner else None, (instances,)))
        before = ctx.depth
        out = await by_garbling.evaluate(ctx, made, stack_planes(bits), scheme)
        rounds = ctx.depth - before
        opened = await ctx.suite.open_bits(ctx, out)
        return opened if ctx.planning else np.stack([unpack(row, instances) for row in opened]), rounds

    return main


def inputs_for(made: Circuit, instances: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2**64, (made.first_gate - 1, words_for(instances)), np.uint64)


def expected(made: Circuit, planes: np.ndarray, instances: int) -> np.ndarray:
    return np.stack([unpack(row, instances) for row in evaluate(made, planes)])


@by_both_schemes
@given(seed=st.integers(0, 10**6), instances=st.sampled_from([1, 2, 7, 8, 31, 33, 64, 65, 130, 300]))
def test_random_circuits(scheme: Scheme, seed: int, instances: int) -> None:
    made = random_circuit(seed)
    planes = inputs_for(made, instances, seed)
    run = simulate(program(made, planes, instances, scheme), [None, None], check_costs=True)
    for bits, rounds in run.results:
        np.testing.assert_array_equal(bits, expected(made, planes, instances))
        assert rounds <= 2


@pytest.mark.parametrize("preprocessing", ["dealer", "ot", "silent"])
def test_aes_by_every_supplier(preprocessing: str) -> None:
    made = aes()
    planes = inputs_for(made, 3)
    run = simulate(
        program(made, planes, 3, THREE_HALVES if preprocessing == "ot" else HALF_GATES),
        [None, None],
        preprocessing=preprocessing,
    )
    for bits, _ in run.results:
        np.testing.assert_array_equal(bits, expected(made, planes, 3))
    assert [rounds for _, rounds in run.results] == [1, 2]


@by_both_schemes
def test_deep_circuits_take_two_rounds(scheme: Scheme) -> None:
    made = circuit(x=Int(16), y=Int(16))(lambda x, y: x // y)
    planes = inputs_for(made, 40)
    run = simulate(program(made, planes, 40, scheme), [None, None], check_costs=True)
    assert made.and_depth > 100
    assert [rounds for _, rounds in run.results] == [1, 2]
    np.testing.assert_array_equal(run.results[0][0], expected(made, planes, 40))


@pytest.mark.parametrize(("scheme", "size"), [(HALF_GATES, 32), (THREE_HALVES, 25)], ids=["half-gates", "three-halves"])
def test_what_is_sent_is_what_the_paper_says(scheme: Scheme, size: int) -> None:
    """Two blocks for each AND, or one and a half and a byte; and a bit for each input."""
    made = circuit(x=UInt(32), y=UInt(32))(lambda x, y: x * y)
    planes = inputs_for(made, 64)
    run = simulate(program(made, planes, 64, scheme), [None, None])
    garbler, evaluator = run.report.bytes_sent
    tables = made.ands * 64 * size
    assert tables <= garbler <= tables + 8000
    assert evaluator <= 8000


def test_a_plan_counts_what_a_run_takes() -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x // y)
    planes = inputs_for(made, 70)
    main = program(made, planes, 70)
    planned, run = plan(main, [None, None]), simulate(main, [None, None])
    assert planned.report.material == run.report.material
    assert planned.report.rounds == run.report.rounds
    assert planned.report.bytes_sent == run.report.bytes_sent


def of_one(made: Circuit, planes: np.ndarray, instances: int, of_garbler: tuple[bool, ...], scheme: Scheme) -> Any:
    """As `program`; the garbler holds what is its, the other bits are shared."""

    async def main(ctx: Context, mine: Any) -> Any:
        bits = []
        for row, its in zip(planes, of_garbler, strict=True):
            if its:
                bits.append(
                    by_garbling.garblers_bits(ctx, row[None] if ctx.me == 0 else None, 1, (instances,)).plane(0)
                )
            else:
                bits.append(await ctx.suite.input_bits(ctx, 1, row if ctx.me == 1 else None, (instances,)))
        out = await by_garbling.evaluate(ctx, made, stack_planes(bits), scheme, of_garbler)
        opened = await ctx.suite.open_bits(ctx, out)
        return opened if ctx.planning else np.stack([unpack(row, instances) for row in opened])

    return main


@by_both_schemes
@given(seed=st.integers(0, 10**6), instances=st.sampled_from([1, 5, 33, 64, 200, 700]))
def test_what_the_garbler_has_takes_no_transfer(scheme: Scheme, seed: int, instances: int) -> None:
    made = random_circuit(seed)
    planes = inputs_for(made, instances, seed)
    of_garbler = tuple(bool(bit) for bit in np.random.default_rng(seed).integers(0, 2, len(planes)))
    main = of_one(made, planes, instances, of_garbler, scheme)
    run = simulate(main, [None, None], check_costs=True)
    for bits in run.results:
        np.testing.assert_array_equal(bits, expected(made, planes, instances))
    taken = 0 if all(of_garbler) else sum(of_garbler)
    assert run.report.material["labels"] == (len(planes) - taken) * instances
    planned = plan(main, [None, None])
    assert planned.report.material == run.report.material
    assert planned.report.bytes_sent == run.report.bytes_sent


def test_private_inputs_of_the_garbler_and_public_ones_take_no_transfer() -> None:
    made = circuit(x=UInt(8), y=UInt(8), z=UInt(8))(lambda x, y, z: (x + y) * z)

    async def main(ctx: Context, mine: Any) -> Any:
        out = await mpc.garbled(ctx, made, x=mpc.private(0, mine), y=mpc.private(1, mine), z=3)
        return await mpc.reveal(ctx, out)

    run = simulate(main, [np.arange(5), np.arange(5) + 1])
    assert run.report.material["labels"] == 8 * 5
    assert run.result.tolist() == [(2 * x + 1) * 3 for x in range(5)]


def test_other_widths_and_other_numbers_of_parties_are_refused() -> None:
    made = random_circuit(1)
    with pytest.raises(LocalError, match="which takes"):
        simulate(program(made, inputs_for(made, 5)[:3], 5), [None, None])
    with pytest.raises(LocalError, match="among 3 parties"):
        simulate(program(made, inputs_for(made, 5), 5), [None] * 3)


CORRECTIONS = (3,)
"""The shape of the evaluator's message below."""


@by_both_schemes
@pytest.mark.parametrize("sender", [0, 1])
def test_messages_cut_short_name_their_sender(sender: int, scheme: Scheme) -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y)
    main = program(made, inputs_for(made, 9), 9, scheme)

    def of_the_protocol(receiver: int, message: Message) -> bool:
        return message.array.shape == (CORRECTIONS if sender else (prod(scheme.shape(9 * made.ands)),))

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(2))
        transports[sender] = FaultyTransport(transports[sender], Fault("truncate", chosen=of_the_protocol))
        runs = await run_in_memory(
            main, [None, None], local_supplies(2), Setting(SUITE, collect_errors=True), transports=transports
        )  # fmt: skip
        assert transports[sender].struck == 1
        return [run.error for run in runs]

    errors = trio.run(run)
    assert errors[1 - sender].code == "unexpected-message"
    assert errors[1 - sender].party == f"party{sender}"
