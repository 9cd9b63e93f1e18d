"""The table of preprocessing: what its limits are made of, and all of it at a reduced size. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import trio

from bench import preprocessing
from bench.__main__ import main
from bench.counted import CountedTransport
from bench.harness import Making, Options
from bench.peers.catalogue import ARITHMETIC
from bench.preprocessing import blocks
from bench.preprocessing.blocks import Blocks, blocks_of, pads, silent, softspoken
from bench.preprocessing.subjects import CORRELATIONS, EXAMPLES, SUBJECTS, TOTALS
from mpc.algebra.ring import U64, Z64, Ring
from mpc.network.transport import memory_network
from mpc.network.wire import Message, frame_bytes
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE
from protocols.circuits.library import aes
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.ot.silent_ferret_ywlzw20 import SMALL, Parameters
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kind import Kind, make_material
from protocols.preprocessing.kinds import every_kind
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.labels import Labels
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.one_of_many import OneOfMany
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.ot_tools import OtTools
from protocols.preprocessing.pairs import SOFTSPOKEN, set_up
from protocols.preprocessing.transfers import Transfers

ROOT = Path(__file__).resolve().parents[2]

Measured = Callable[..., list[dict[str, object]]]


def test_every_kind_has_an_example() -> None:
    assert {type(example.piece(example.step)) for example in EXAMPLES.values()} == set(every_kind().values())


# blocks of AES


def test_a_correlation_takes_a_block_of_every_stream_for_128_of_them() -> None:
    assert softspoken(2) == Blocks(64 * 3 / 128, 64 * 4 / 128)
    assert softspoken(4) == Blocks(3.75, 4)
    assert softspoken(8) == Blocks(31.875, 32)
    assert softspoken(3) == Blocks((42 * 7 + 3) / 128, (42 * 8 + 4) / 128)


def test_silent_transfer_takes_a_block_for_each_inner_node_and_two_for_each_row() -> None:
    tiny = Parameters(5, 100, 3)
    inner = 100 * (2 + 4)
    assert silent(tiny) == Blocks((inner + 2 * 800) / tiny.fresh, (inner + 2 * 800) / tiny.fresh)
    assert tiny.fresh == 800 - 32 - 300 - 128


def test_pads_hide_messages_by_128_bits_at_a_time() -> None:
    assert pads(Transfers(((10, 1), (10, 128)))) == 10 * 2 + 10 * 2
    assert pads(Transfers(((10, 129), (1, 8000)))) == 10 * 3 + 64


def test_a_sender_makes_two_pads_and_a_receiver_one() -> None:
    extension, one = Blocks(3, 4), Transfers(((1, 64),))
    assert blocks_of(one, extension, 2) == (3 + 2 * 2) + (4 + 2)
    assert blocks_of(one, extension, 4) == 3 * blocks_of(one, extension, 2)
    assert blocks_of(replace(one, between="one"), extension, 3) == 7
    rising = replace(one, between="rising")
    assert blocks_of(rising, extension, 2) == 7
    assert blocks_of(rising, Blocks(3, 40), 3) == 2 * 42


def test_of_the_bits_of_a_product_fewer_and_fewer_matter() -> None:
    assert Triple(Ring(3), (5,), (5,)).transfers(2).groups == ((5, 3), (5, 2), (5, 1))
    assert Triple(Ring(2), (5,), (7, 5)).transfers(2).groups == ((5, 14), (5, 7))
    assert Triple(Ring(1), (7, 1), (7, 5)).transfers(2).groups == ((35, 1),)
    assert MatrixTriple(Ring(2), (10, 3), (3, 4)).transfers(2).groups == ((12, 20), (12, 10))
    assert SquarePair(Ring(3), (5,)).transfers(2).groups == ((5, 2), (5, 1))
    assert DaBit(Ring(1), 5).transfers(2).count == 0
    assert EdaBit(Ring(3), 5).transfers(2).groups == ((64, 2), (64, 1))
    assert TruncationPair(Ring(4), (65,), 2).transfers(2).groups == ((128, 3), (128, 2), (128, 3), (128, 3))


def test_what_nobody_multiplies_is_streams() -> None:
    assert blocks.blocks(RandomValue(Z64, (10,)), "ot", 2) == 5
    assert blocks.blocks(InputMask(Z64, (10,), 1), "silent", 3) == 15
    assert blocks.blocks(RandomValue(Z64, (10,)), "dealer", 3) == 5
    assert blocks.blocks(Triple(Z64, (10,), (10,)), "dealer", 3) == (3 * 20 + 2 * 10) / 2
    assert blocks.blocks(InputMask(Z64, (10,), 1), "dealer", 3) == 15
    triple = 128 * (64 * (3.75 + 4) + 3 * 64 * 2)
    assert blocks.blocks(Triple(Z64, (128,), (128,)), "ot", 2) == triple


def test_a_garbler_hashes_beside_its_transfers() -> None:
    for scheme, each in ((HALF_GATES, 4), (THREE_HALVES, 6)):
        kind = Garbling.of(Z64, aes(), 2, scheme, 0, 1)
        transfers = 512 * max(3.75 + 4, 4 + 2)
        assert blocks.blocks(kind, "ot", 2) == transfers + 2 * 6400 * each
        assert blocks.blocks(kind, "dealer", 2) > 2 * 6400 * each


SMALL_KINDS = (
    Triple(Z64, (128,), (128,)), Triple(Z64, (128,), (2, 128)), Triple(Ring(8), (128,), ()),
    MatrixTriple(Z64, (4, 32), (32, 8)), MatrixTriple(Z64, (2, 16, 32), (2, 32, 4)), SquarePair(Z64, (128,)),
    AndTriple(Z64, (4,), (4,)), AndTriple(Z64, (4,), (3, 4)), DaBit(Z64, 128), EdaBit(Z64, 128), EdaBit(Ring(16), 128),
    TruncationPair(Z64, (128,), 16), TruncationPair(Z64, (128,), 0), InputMask(Z64, (128,), 1),
    RandomValue(Z64, (128,)), OneOfMany(Z64, 2, 4, 2, 0, 1), OneOfMany(Z64, 2, 3, 30, 1, 0),
    ShareTranslation(Z64, 2, 16, 2, 0), Labels(Z64, 128, 1, 0),
    Garbling.of(Z64, aes(), 1, HALF_GATES, 0, 1),
)  # fmt: skip


@cache
def taken(n: int) -> dict[Kind, dict[tuple[int, int], int]]:
    """What each end hands out for each kind; all are made one after the other in one session."""
    found: dict[Kind, dict[tuple[int, int], int]] = {kind: {} for kind in SMALL_KINDS}

    async def party(ctx, mine):  # type: ignore[no-untyped-def]
        ends = await set_up(ctx, SOFTSPOKEN)
        for kind, counts in found.items():
            before = {j: end.made for j, end in ends.senders.items()}
            await make_material(ctx, OtTools(ends), [kind])
            counts.update({(ctx.me, j): end.made - before[j] for j, end in ends.senders.items()})

    trio.run(run_in_memory, party, [None] * n, local_supplies(n), Setting(SUITE))
    return found


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("kind", SMALL_KINDS, ids=repr)
def test_parties_take_as_many_correlations_as_the_formula_says(kind: Kind, n: int) -> None:
    """Each end counts what it has handed out."""
    counts, transfers = taken(n)[kind], kind.transfers(n)
    sending = {pair: count for pair, count in counts.items() if transfers.between == "all" or pair[0] < pair[1]}
    if isinstance(kind, OneOfMany):
        sending = {pair: counts[pair] for pair in [(kind.sender, kind.receiver)]}
    if isinstance(kind, Labels | Garbling):
        sending = {pair: counts[pair] for pair in [(kind.garbler, kind.evaluator)]}
    if isinstance(kind, ShareTranslation):
        sending = {pair: count for pair, count in counts.items() if pair[1] == kind.permuter}
    assert set(sending.values()) == {transfers.count}
    assert all(count == 0 for pair, count in counts.items() if pair not in sending)


# sizes


def test_sizes_are_whole_iterations_of_silent_transfer() -> None:
    for example in EXAMPLES.values():
        each = example.piece(example.step).transfers(2).count
        size = example.size(1.0)
        assert size % example.step == 0
        left = -(size // example.step * each) % SMALL.fresh
        assert left < max(each, 1) or size == example.count
        assert example.size(1e-9) == example.step
    for of in CORRELATIONS.values():
        if isinstance(of.way, Parameters):
            assert of.size(1.0) % of.way.fresh == 0
            assert of.size(1e-6) == of.way.fresh


# rows


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    def measured(*options: str) -> list[dict[str, object]]:
        file: Path = tmp_path_factory.mktemp("bench") / "rows.json"
        main(["preprocessing", "--repeat", "1", "--json", str(file), *options])
        rows: list[dict[str, object]] = json.loads(file.read_text())
        return rows

    return measured


FIELDS = [
    "table", "workload", "system", "supplier", "parties", "tls", "cores", "size", "unit", "seconds", "spread",
    "per_second", "bytes_each", "rounds", "setup", "offline", "memory", "busy", "aes_limit", "bandwidth_limit",
    "part_of_limit", "security", "network", "version", "note",
]  # fmt: skip


def test_rows_of_material_have_all_figures_and_their_limits(measured: Measured) -> None:
    rows = measured("--workloads", "dabit", "--scale", "0.001")
    assert [row["supplier"] for row in rows] == ["ot", "silent", "dealer"]
    for row in rows:
        assert list(row) == FIELDS
        making = Making(**row)  # type: ignore[arg-type]
        assert making.per_second == pytest.approx(making.size / (making.seconds or 0))
        assert making.memory is not None
        assert making.memory >= 0
        assert making.setup
        assert making.busy
        assert making.offline is None
        limits = [limit for limit in (making.aes_limit, making.bandwidth_limit) if limit]
        assert making.part_of_limit == pytest.approx(making.per_second / min(limits))
        assert "Semi-honest" in making.security
        assert ("dealer" in making.security) == (making.supplier == "dealer")
    transfers, _, dealt = rows
    assert 11.5 < transfers["bytes_each"] < 13  # type: ignore[operator]
    assert transfers["rounds"] in (2, 3)
    assert 8 < dealt["bytes_each"] < 8.3  # type: ignore[operator]
    assert dealt["rounds"] == 2


def test_correlations_are_between_two_parties_however_many_are_asked_for(measured: Measured) -> None:
    rows = measured("--workloads", "cot.softspoken_4", "--scale", "0.001", "--parties", "3", "--sizes", "2560")
    (row,) = rows
    assert (row["parties"], row["supplier"], row["size"], row["rounds"]) == (2, "ot", 2560, 1)
    payload = 31 * 2560 / 8
    assert payload < row["bytes_each"] * 2560 < payload + 300  # type: ignore[operator]


@pytest.mark.usefixtures("new_processes")
def test_work_that_makes_its_material_says_what_was_offline(measured: Measured) -> None:
    rows = measured("--workloads", "total.mul_1m", "--suppliers", "ot", "--scale", "0.0002")
    (row,) = rows
    assert row["size"] == 200
    assert 0 < row["offline"] < row["seconds"]  # type: ignore[operator]
    assert row["setup"] is None
    assert row["bytes_each"] > 1000  # type: ignore[operator]
    assert row["rounds"] >= 4  # type: ignore[operator]


def test_more_parties_and_a_network_are_measured_too(measured: Measured) -> None:
    rows = measured(
        "--workloads", "random_value", "--suppliers", "ot", "--scale", "0.001", "--parties", "3", "--network", "lan",
        "--cores", "2",
    )  # fmt: skip
    (row,) = rows
    assert (row["parties"], row["network"], row["cores"]) == (3, "lan", 2)
    assert row["bandwidth_limit"] == pytest.approx(3 * 125e6 / row["bytes_each"])  # type: ignore[operator]


def test_standard_output_is_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--workloads", "random_value", "--suppliers", "dealer", "--repeat", "1", "--scale", "0.001"]
    main(["preprocessing", *options, "--json", "-"])
    shown = capsys.readouterr()
    (row,) = json.loads(shown.out)
    assert row["supplier"] == "dealer"
    assert "random_value" in shown.err


ONE_OF_EACH = ["and_triple", "matrix_triple.column", "one_of_many", *TOTALS]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ONE_OF_EACH, "cot.ferret_small_malicious"])
def test_what_is_made_is_right(name: str, measured: Measured) -> None:
    """Each process compares it with what it should be; else there would be no row."""
    (row,) = measured(
        "--workloads", name, "--sizes", "128" if name != "matrix_triple.column" else "1", *ONLY.get(name, ())
    )
    assert row["per_second"]


ONLY = dict.fromkeys(ONE_OF_EACH, ("--suppliers", "ot"))


def test_only_peers_that_trust_nobody_do_what_ours_do() -> None:
    contenders = list(preprocessing._theirs(SUBJECTS["total.cmp_100k"], 1000, ARITHMETIC))
    assert [contender.row.system for contender in contenders] == ["spu:cheetah"]
    assert contenders[0].row.size == 500


def test_suppliers_can_be_chosen() -> None:
    chosen = list(preprocessing._ours(SUBJECTS["triple"], 64, Options(suppliers=("silent",), parties=(2, 3))))
    assert [(each.row.supplier, each.row.parties) for each in chosen] == [("silent", 2), ("silent", 3)]


def test_rounds_grow_by_the_longest_chain() -> None:
    assert preprocessing._rounds([{"depths": [10, 12]}, {"depths": [9, 13]}]) == 3
    assert preprocessing._rounds([{}, {}]) is None


# instruments


def test_frames_are_counted_and_those_of_a_dealer_at_who_gets_them() -> None:
    message = Message((1,), 0, 0, np.zeros(100, U64))

    async def run() -> tuple[CountedTransport, CountedTransport]:
        first, second, dealer = memory_network(3)
        ends = CountedTransport(first, 2), CountedTransport(second, 2)
        ends[0].send(1, message)
        await ends[1].receive(0, (1,))
        dealer.send(1, message)
        await ends[1].receive(2, (1,))
        return ends

    first, second = trio.run(run)
    assert (first.bytes, first.answers) == (frame_bytes(message), 0)
    assert (second.bytes, second.answers) == (frame_bytes(message), 1)


IN_A_FRESH_PROCESS = """
import numpy
from bench.memory import Peak

gone = bytearray(b"x" * (64 << 20))
del gone
peak = Peak()
for _ in range(2):
    made = numpy.ones(32 << 20, numpy.uint8)
    del made
print(peak.bytes())
"""


def test_the_peak_of_memory_is_that_of_what_came_after() -> None:
    """In a process of its own, which holds no freed memory that would be used again."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    assert 31 << 20 < int(done.stdout) < 40 << 20
