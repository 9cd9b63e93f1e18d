"""The table of garbled circuits at a reduced size: rows of the promised form. No time is asserted."""

from __future__ import annotations

import pytest

from bench import garbled
from bench.harness import PARLEY, AnyRow, Making, Options, Throughput
from mpc.planning import NETWORKS
from protocols.circuits.library import aes


def rows(*workloads: str, scale: float) -> list[AnyRow]:
    options = Options(workloads=workloads, scale=scale, repeat=1)
    return [row for some in garbled.measure(options) for row in some]


def test_rates_in_memory_stand_beside_their_limit() -> None:
    found = rows("garble", "evaluate", scale=0.02)
    assert all(isinstance(row, Throughput) and row.table == "garbled" and row.unit == "ANDs" for row in found)
    systems = [(row.workload, row.system) for row in found]
    assert systems == [(name, of) for name in garbled.IN_MEMORY for of in (PARLEY, "limit:aes_rekey")]


def test_two_processes_send_two_blocks_for_each_and() -> None:
    """Plain and over TLS; every output is compared with the clear."""
    for row, tls in zip(rows("half_gates.aes_10k", scale=0.0003), (False, True), strict=True):
        assert isinstance(row, Making)
        assert (row.tls, row.size, row.rounds, row.system) == (tls, 3, 2, PARLEY)
        assert row.bytes_each is not None
        assert 32 * aes().ands < row.bytes_each < 32.5 * aes().ands
        assert row.bandwidth_limit is not None
        assert row.part_of_limit is not None


def test_what_was_garbled_ahead_takes_a_label_for_each_bit_of_input() -> None:
    for row in rows("half_gates.ahead.aes_1k", scale=0.003):
        assert isinstance(row, Making)
        assert (row.size, row.rounds) == (3, 2)
        assert row.bytes_each is not None
        assert 16 * 256 < row.bytes_each < 16 * 256 + 200


def test_authenticated_garbling_tells_its_phases() -> None:
    for row, tls in zip(rows("authenticated.aes_1", scale=1), (False, True), strict=True):
        assert isinstance(row, Making)
        assert (row.table, row.tls, row.size, row.rounds, row.system) == ("garbled", tls, 1, 25, PARLEY)
        assert [part.split()[0] for part in row.note.split(", ")] == ["independent", "dependent", "online"]
        assert row.offline is not None
        assert row.seconds is not None
        assert 0 < row.offline < row.seconds


@pytest.mark.parametrize(("size", "blocks"), [(1, [1]), (1 << 16, [1 << 16]), ((1 << 17) + 5, [1 << 16, 1 << 16, 5])])
def test_many_instances_are_computed_in_blocks(size: int, blocks: list[int]) -> None:
    workload = garbled.WORKLOADS["half_gates.cmp_1m"]
    assert workload.instances is not None
    assert workload.instances(size) == blocks


def test_several_parties_garble_for_one() -> None:
    """80 bytes for each AND from each of two garblers."""
    for row in rows("bmr.aes_1k", scale=0.002):
        assert isinstance(row, Making)
        assert (row.parties, row.size, row.rounds, row.system) == (3, 2, 3, PARLEY)
        assert row.bytes_each is not None
        assert 160 * aes().ands < row.bytes_each < 165 * aes().ands
        assert row.part_of_limit is not None


def test_rows_name_how_many_parties_there_are() -> None:
    contenders = garbled.contenders(garbled.SUBJECTS["bmr.aes_1"], 1, Options())
    found = [(contender.row.parties, contender.row.tls) for contender in contenders]
    assert found == [(3, False), (3, True), (5, False), (5, True)]


def test_divisions_over_a_wan_stand_beside_their_plan() -> None:
    (row,) = rows("wan.divisions.ahead", scale=0.004)
    assert isinstance(row, Making)
    assert (row.size, row.rounds, row.network, row.system) == (4, 4, "wan", PARLEY)
    assert row.note.startswith("planned 0.1")
    assert row.seconds is not None
    assert row.seconds > 4 * NETWORKS["wan"].delay
