"""The rows of secure aggregation, at a size at which they take no time."""

from __future__ import annotations

import pytest

from bench import federated, federated_secagg
from bench.display import slowness
from bench.harness import Options, Row


def rows_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Row]:
    monkeypatch.setattr(federated_secagg, "CLIENTS", 12)
    options = Options(workloads=(name,), repeat=1, scale=1e-4)
    return [row for rows in federated_secagg.measure("federated", options) for row in rows]


@pytest.mark.parametrize("name", ["secagg.client_1m_10", "secagg.shamir_split_51_100", "secagg.shamir_join_51_100"])
def test_a_row_beside_flower(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (row,) = rows_of(monkeypatch, name)
    assert (row.workload, row.system) == (name, "parley")
    assert row.seconds is not None
    assert row.seconds > 0


@pytest.mark.parametrize("name", ["secagg.round_100_100k_30", "secagg.round_100_100k_malicious"])
def test_rows_of_a_round(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    client, server = rows_of(monkeypatch, name)
    assert [row.workload for row in (client, server)] == [f"{name}_client", f"{name}_server"]
    assert client.bytes
    assert server.bytes
    assert server.bytes > client.bytes


def test_a_peer_of_the_same_size_is_told_as_a_multiple_of_ours() -> None:
    ours = Row("federated", "secagg.client_1m_10", "parley", 1, False, 0.5, 0.0, None, None, "", 10)
    theirs = Row("federated", "secagg.client_1m_10", "flower", 1, False, 2.0, 0.0, None, None, "", 10)
    assert slowness(theirs, [ours, theirs]) == 4


def test_the_table_has_them() -> None:
    assert set(federated_secagg.NAMES) <= set(federated.names())
