"""The bench at a reduced size: real processes over loopback, rows of the promised form. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import crew
from bench.__main__ import main
from bench.harness import BANDWIDTH, EXCHANGE, LATENCY, Row
from mpc.planning import NETWORKS

FIELDS = [
    "table", "workload", "system", "parties", "tls", "seconds", "spread", "bytes", "rounds", "security", "size",
    "network", "version", "note", "error", "tolerance", "suite", "offline",
]  # fmt: skip


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


def test_each_measurement_stands_beside_its_limits(rows: list[dict[str, object]]) -> None:
    places = {(row["workload"], row["tls"], row["system"]) for row in rows}
    assert places == {
        (workload, tls, system)
        for workload in ("chain_1000", "cmp_100k")
        for tls in (False, True)
        for system in ("parley", BANDWIDTH, LATENCY, EXCHANGE)
    }


def test_rounds_are_those_of_the_protocols(rows: list[dict[str, object]]) -> None:
    rounds = {row["workload"]: row["rounds"] for row in rows}
    assert rounds == {"chain_1000": 10, "cmp_100k": 1}, "few numbers are compared by keys"


def test_bytes_are_those_of_the_shares_and_little_more(rows: list[dict[str, object]]) -> None:
    for row in rows:
        if row["workload"] == "chain_1000":
            payload = 2 * 10 * 2 * 8
            assert payload < row["bytes"] < payload + 20 * 64  # type: ignore[operator]


def test_security_is_said_of_figures_and_not_of_limits(rows: list[dict[str, object]]) -> None:
    for row in rows:
        assert ("Semi-honest" in str(row["security"])) == (row["system"] == "parley")


def test_suites_do_the_same_work_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    options = ["--workloads", "chain_1000", "--repeat", "1", "--parties", "3", "--scale", "0.01"]
    main(["arithmetic", *options, "--json", str(file)])
    ours = [row for row in json.loads(file.read_text()) if row["system"] == "parley"]
    assert [(row["suite"], row["tls"], row["rounds"]) for row in ours] == [
        (suite, tls, 10) for suite in ("beaver", "replicated3") for tls in (False, True)
    ]
    for row in ours:
        messages, elements = {"beaver": (60, 120), "replicated3": (30, 30)}[row["suite"]]
        assert 8 * elements < row["bytes"] < 8 * elements + 64 * messages
        assert ("any two together learn everything" in row["security"]) == (row["suite"] == "replicated3")


@pytest.mark.slow
def test_sizes_take_the_place_of_the_usual_one(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    options = ["--workloads", "chain_1000", "--repeat", "1", "--parties", "2", "--network", "lan", "--sizes", "2", "3"]
    main(["arithmetic", *options, "--json", str(file)])
    rows = [row for row in json.loads(file.read_text()) if not row["tls"]]
    assert [(row["system"], row["size"]) for row in rows] == [
        (system, size) for size in (2, 3) for system in ("parley", BANDWIDTH, LATENCY)
    ]
    for row in rows:
        assert row["network"] == "lan"
        if row["system"] == "parley":
            assert row["seconds"] >= row["size"] * NETWORKS["lan"].delay


def test_a_workload_that_no_table_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["arithmetic", "--workloads", "mul_2m"])
    assert "there is no mul_2m in arithmetic" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("new_processes")
def test_ours_failing_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "READY_SECONDS", 0.01)
    with pytest.raises(RuntimeError, match="no answer within"):
        main(["arithmetic", "--workloads", "chain_1000", "--repeat", "1", "--parties", "2", "--scale", "0.01"])
