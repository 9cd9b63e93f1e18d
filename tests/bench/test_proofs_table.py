"""The table of proofs has a row for each statement and for everybody who works on it. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import proofs
from bench.__main__ import main
from bench.proofs_by_evaluations import NAMES


@pytest.mark.parametrize("family", ["logarithm", "one_of_two", "range_32", "paillier_factors"])
def test_prover_verifier_and_batch_have_a_row_with_the_bytes(family: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["proofs", "--workloads", family, "--repeat", "1", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert [row["workload"] for row in rows] == [f"{family}.{what}" for what in proofs.what_of(family)]
    assert all(row["per_second"] > 0 for row in rows)
    assert all("bytes a proof" in row["note"] for row in rows)


def test_every_row_has_a_name_of_its_own() -> None:
    assert len(set(proofs.names())) == 3 * 9 + 3 * 5 + 2 * 2 + 4


def test_proofs_to_one_verifier_have_a_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["proofs", "--workloads", "vole.boolean", "--scale", "0.01", "--repeat", "1", "--json", str(file)])
    (row,) = json.loads(file.read_text())
    assert (row["workload"], row["unit"]) == ("vole.boolean", "ANDs")
    assert row["per_second"] > 0


def test_relations_and_their_evaluations_have_a_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["proofs", "--workloads", *NAMES, "--scale", "0.01", "--repeat", "1", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert [(row["workload"], row["unit"]) for row in rows] == [
        ("vole.mersenne61", "products"), ("vole.mersenne61_correlations", "evaluations")
    ]  # fmt: skip
    assert all(row["per_second"] > 0 for row in rows)
    assert all("bytes" in row["note"] for row in rows)


def test_committed_data_have_a_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["proofs", "--workloads", "vole.committed", "--scale", "0.02", "--repeat", "1", "--json", str(file)])
    (row,) = json.loads(file.read_text())
    assert (row["workload"], row["unit"]) == ("vole.committed", "bits")
    assert row["per_second"] > 0
    assert "bytes each" in row["note"]
