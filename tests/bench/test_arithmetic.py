"""The bench at a reduced size: real processes over loopback, rows of the promised form. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.harness import BANDWIDTH, LATENCY, Row, middle

FIELDS = ["table", "workload", "system", "parties", "tls", "seconds", "spread", "bytes", "rounds", "security"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    file: Path = tmp_path_factory.mktemp("bench") / "rows.json"
    options = ["--workloads", "chain_1000", "cmp_100k", "--repeat", "1", "--parties", "2", "--scale", "0.01"]
    main(["arithmetic", *options, "--json", str(file)])
    read: list[dict[str, object]] = json.loads(file.read_text())
    return read


def test_every_row_has_the_promised_fields(rows: list[dict[str, object]]) -> None:
    for row in rows:
        assert list(row) == FIELDS
        assert Row(**row).table == "arithmetic"  # type: ignore[arg-type]
        assert row["seconds"] > 0  # type: ignore[operator]


def test_each_measurement_stands_beside_both_limits(rows: list[dict[str, object]]) -> None:
    places = {(row["workload"], row["tls"], row["system"]) for row in rows}
    assert places == {
        (workload, tls, system)
        for workload in ("chain_1000", "cmp_100k")
        for tls in (False, True)
        for system in ("parley", BANDWIDTH, LATENCY)
    }


def test_rounds_are_those_of_the_protocols(rows: list[dict[str, object]]) -> None:
    rounds = {row["workload"]: row["rounds"] for row in rows}
    assert rounds == {"chain_1000": 10, "cmp_100k": 7}


def test_bytes_are_those_of_the_shares_and_little_more(rows: list[dict[str, object]]) -> None:
    for row in rows:
        if row["workload"] == "chain_1000":
            payload = 2 * 10 * 2 * 8
            assert payload < row["bytes"] < payload + 20 * 64  # type: ignore[operator]


def test_security_is_said_of_figures_and_not_of_limits(rows: list[dict[str, object]]) -> None:
    for row in rows:
        assert ("Semi-honest" in str(row["security"])) == (row["system"] == "parley")


def test_the_middle_and_the_spread_of_repetitions() -> None:
    assert middle([3.0, 1.0, 2.0]) == (2.0, 2.0)
