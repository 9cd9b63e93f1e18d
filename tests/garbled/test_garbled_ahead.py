"""Garblings made ahead: what the clear and Yao's protocol say, in two rounds of labels alone, by every supplier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from random_circuits import random_circuit

from mpc.algebra.bits import unpack, words_for
from mpc.context import Context
from mpc.errors import LocalError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport
from protocols.beaver import SUITE
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.garbled import ahead, yao
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Scheme
from protocols.garbled.whole import table_words
from protocols.preprocessing import dealer
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

by_both_schemes = pytest.mark.parametrize("scheme", [HALF_GATES, THREE_HALVES], ids=lambda scheme: scheme.name)
MANY = [1, 2, 7, 8, 31, 33, 64, 65, 130, 300]


def shares_of(made: Circuit, instances: int, seed: int = 0) -> list[np.ndarray]:
    """Both parties' shares of random inputs."""
    rng = np.random.default_rng(seed)
    return list(rng.integers(0, 2**64, (2, made.first_gate - 1, words_for(instances)), np.uint64))


def program(made: Circuit, instances: int, scheme: Scheme = HALF_GATES, way: Any = ahead) -> Any:
    """Each party's share of the outputs, and how many rounds they took."""

    async def main(ctx: Context, mine: np.ndarray) -> Any:
        before = ctx.depth
        return await way.evaluate(ctx, made, mine, instances, scheme), ctx.depth - before

    return main


def opened(results: Any, instances: int) -> np.ndarray:
    (first, _), (second, _) = results
    return np.stack([unpack(row, instances) for row in first ^ second])


def expected(made: Circuit, shares: list[np.ndarray], instances: int) -> np.ndarray:
    return np.stack([unpack(row, instances) for row in evaluate(made, shares[0] ^ shares[1])])


@by_both_schemes
@given(seed=st.integers(0, 10**6), instances=st.sampled_from(MANY), piece=st.sampled_from([1, 1000, 1 << 21]))
def test_random_circuits(scheme: Scheme, seed: int, instances: int, piece: int) -> None:
    """However many pieces of material there are."""
    made = random_circuit(seed)
    shares = shares_of(made, instances, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "PIECE_WORDS", piece)
        run = simulate(program(made, instances, scheme), shares, check_costs=True)
    np.testing.assert_array_equal(opened(run.results, instances), expected(made, shares, instances))
    assert [rounds for _, rounds in run.results] == [1, 2]


@by_both_schemes
@pytest.mark.parametrize("preprocessing", ["dealer", "ot", "silent"])
def test_aes_by_every_supplier_as_it_is_online(preprocessing: str, scheme: Scheme) -> None:
    made = aes()
    shares = shares_of(made, 3)
    online = simulate(program(made, 3, scheme, yao), shares, preprocessing=preprocessing)
    run = simulate(program(made, 3, scheme), shares, preprocessing=preprocessing, check_costs=True)
    np.testing.assert_array_equal(opened(run.results, 3), expected(made, shares, 3))
    np.testing.assert_array_equal(opened(online.results, 3), expected(made, shares, 3))
    assert run.report.material == {"garbling": 3 * made.ands}


@by_both_schemes
def test_no_table_is_sent_online(scheme: Scheme) -> None:
    made = circuit(x=UInt(32), y=UInt(32))(lambda x, y: x * y)
    shares = shares_of(made, 64)
    run = simulate(program(made, 64, scheme), shares, preprocessing="ot", check_costs=True)
    garbler, evaluator = run.report.bytes_sent
    labels = 64 * 64
    assert 16 * labels <= garbler <= 16 * labels + 500
    assert labels // 8 <= evaluator <= labels // 8 + 500


def test_a_plan_counts_what_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PIECE_WORDS", 1 << 14)
    made = circuit(x=Int(8), y=Int(8))(lambda x, y: x // y)
    shares = shares_of(made, 70)
    for scheme in (HALF_GATES, THREE_HALVES):
        main = program(made, 70, scheme)
        planned, run = plan(main, shares), simulate(main, shares)
        assert len(planned.demand) > 1
        assert planned.report.material == run.report.material == {"garbling": 70 * made.ands}
        assert planned.report.rounds == run.report.rounds == 2
        assert planned.report.bytes_sent == run.report.bytes_sent


def test_what_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y)
    monkeypatch.setattr(ahead, "MOST_WORDS", 4 * made.ands * 9)
    simulate(program(made, 9), shares_of(made, 9))
    with pytest.raises(LocalError, match=r"garbling-too-large[\s\S]*at most 9 at a time"):
        plan(program(made, 10), shares_of(made, 10))
    monkeypatch.setattr(ahead, "MOST_TABLE_WORDS", 4 * made.ands - 1)
    with pytest.raises(LocalError, match="garbling-too-large"):
        plan(program(made, 1), shares_of(made, 1))


def test_other_widths_and_other_numbers_of_parties_are_refused() -> None:
    made = random_circuit(1)
    with pytest.raises(LocalError, match="which takes"):
        simulate(program(made, 5), [share[:3] for share in shares_of(made, 5)])
    with pytest.raises(LocalError, match="among 3 parties"):
        simulate(program(made, 5), [*shares_of(made, 5), shares_of(made, 5)[0]])


@pytest.mark.parametrize("sender", [0, 1])
@pytest.mark.parametrize("what", ["truncate", "relabel"])
def test_messages_that_do_not_fit_name_their_sender(sender: int, what: str) -> None:
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y)

    def of_the_protocol(receiver: int, message: Message) -> bool:
        return message.array.shape == ((3,) if sender else (9 * 16, 2))

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(2))
        transports[sender] = FaultyTransport(transports[sender], Fault(what, chosen=of_the_protocol))
        runs = await run_in_memory(
            program(made, 9), shares_of(made, 9), local_supplies(2), Setting(SUITE, collect_errors=True),
            transports=transports,
        )  # fmt: skip
        assert transports[sender].struck == 1
        return [run.error for run in runs]

    errors = trio.run(run)
    assert errors[1 - sender].party == f"party{sender}"


@pytest.mark.parametrize(
    ("scheme", "what"), [(HALF_GATES, "truncate"), (THREE_HALVES, "truncate"), (THREE_HALVES, "flip")]
)
def test_tables_that_nobody_garbles_name_who_sent_them(scheme: Scheme, what: str) -> None:
    """While material is made: cut short by either scheme; bits beyond the control bits where there are some."""
    made = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y)
    words = table_words(made, 9, scheme)
    fault = Fault(what, chosen=lambda receiver, message: message.array.shape == (words,), byte=-1)  # type: ignore[arg-type]

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(2))
        transports[0] = FaultyTransport(transports[0], fault)
        agreements = Agreement.simulate(2)
        runs = await run_in_memory(
            program(made, 9, scheme), shares_of(made, 9), ot_supplies(transports, agreements),
            Setting(SUITE, collect_errors=True), transports=transports, agreements=agreements,
        )  # fmt: skip
        assert transports[0].struck == 1
        return [run.error for run in runs]

    errors = trio.run(run)
    assert errors[1].code == ("malformed-message" if what == "flip" else "unexpected-message")
    assert errors[1].party == "party0"


@pytest.mark.parametrize(("room", "times"), [(dealer.KEPT_WORDS, 1), (0, 2)])
def test_a_dealer_garbles_each_piece_once_while_it_has_room(
    monkeypatch: pytest.MonkeyPatch, room: int, times: int
) -> None:
    made, garbled = circuit(x=UInt(8), y=UInt(8))(lambda x, y: x * y), []
    inner = Garbling._garbled

    def counted(self: Garbling, *parts: Any) -> Any:
        garbled.append(self)
        return inner(self, *parts)

    monkeypatch.setattr(Garbling, "_garbled", counted)
    monkeypatch.setattr(dealer, "KEPT_WORDS", room)
    shares = shares_of(made, 65)
    found = opened(simulate(program(made, 65), shares).results, 65)
    np.testing.assert_array_equal(found, expected(made, shares, 65))
    assert len(garbled) == times
