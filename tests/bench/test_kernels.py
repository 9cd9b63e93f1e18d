"""The table of kernels on one small family; the ceilings of this machine. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import ceilings, kernels
from bench.__main__ import main
from bench.harness import Throughput

FIELDS = ["table", "workload", "system", "unit", "per_second", "spread", "implementation", "version", "note"]


def measured(tmp_path: Path, *options: str) -> list[dict[str, object]]:
    file = tmp_path / "rows.json"
    main(["kernels", "--workloads", "aes.ctr_128", "--repeat", "1", "--json", str(file), *options])
    rows: list[dict[str, object]] = json.loads(file.read_text())
    return rows


def test_rows_have_the_promised_fields_and_stand_beside_limit_and_peers(tmp_path: Path) -> None:
    rows = measured(tmp_path)
    for row in rows:
        assert list(row) == FIELDS
        assert Throughput(**row).unit == "blocks"  # type: ignore[arg-type]
    assert [row["system"] for row in rows] == ["parley", "limit:aes", "cryptography", "pycryptodome"]
    assert all(row["per_second"] > 0 for row in rows if row["system"] != "limit:aes")  # type: ignore[operator]


def test_a_slower_table_can_be_measured(tmp_path: Path) -> None:
    assert measured(tmp_path, "--implementation", "portable")[0]["implementation"] == "portable"


@pytest.mark.parametrize("name", ceilings.CEILINGS)
def test_ceilings_are_positive_or_lack_their_instruction(name: str) -> None:
    ceiling = ceilings.ceiling(name)
    if ceiling is None:
        assert name not in ("copy", "read", "write", "copy_l2")
    else:
        assert ceiling.count > 0
        ceiling.run()


@pytest.mark.parametrize("family", kernels.families())
def test_every_workload_has_a_ceiling_and_a_name_of_its_family(family: str) -> None:
    for workload in kernels.workloads(family):
        assert workload.name.startswith(f"{family}.")
        assert workload.limit in ceilings.CEILINGS
        assert workload.limit_use > 0
        assert workload.count > 0


def test_workloads_of_transfers_run() -> None:
    for workload in kernels.workloads("ot"):
        workload.run()


def test_a_ceiling_that_this_processor_lacks_has_no_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernels, "ceiling", lambda name: None)
    ours, limit, *_ = measured(tmp_path)
    assert ours["per_second"]
    assert (limit["per_second"], limit["note"]) == (None, "this processor has no aes")


def test_without_a_compiler_the_ceilings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(RuntimeError, match="there is no no-such-compiler"):
        ceilings.build("_never", "")
