"""The table of differential privacy has a row for each sampler, its limit and its peers. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import privacy
from bench.__main__ import main


def test_a_sampler_stands_beside_its_limit_and_its_peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "COUNT", 64)
    file = tmp_path / "rows.json"
    main(["privacy", "--workloads", "sampler.discrete_gaussian", "--repeat", "1", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert [row["system"] for row in rows] == ["parley", "limit:aes", "numpy", "opendp"]
    assert all(row["per_second"] > 0 for row in rows if row["system"] != "limit:aes")
    assert "bits of entropy" in rows[0]["note"]


def test_every_sampler_has_a_row_of_its_own() -> None:
    assert [privacy.WORKS[name]().name for name in privacy.WORKS] == list(privacy.WORKS)
