"""The table of ElGamal: cheap rows are measured; names and limits hold for all. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import ceilings, elgamal
from bench.__main__ import main, names


@pytest.mark.parametrize("name", ["encrypt", "threshold_open"])
def test_a_row_stands_beside_its_limit(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["elgamal", "--workloads", f"elgamal.{name}", "--repeat", "1", "--json", str(file)])
    ours, limit = json.loads(file.read_text())
    assert (ours["table"], ours["system"], limit["system"]) == ("elgamal", "parley", "limit:vpmadd52")
    assert ours["per_second"] > 0


def test_all_workloads_are_named_and_the_kernels_products_among_them() -> None:
    assert names("elgamal") == list(elgamal.WORKS)
    assert {"elgamal.product", "elgamal.base_product"} <= set(elgamal.WORKS)
    assert all(name.startswith("elgamal.") for name in elgamal.WORKS)
    assert elgamal.BASE_PRODUCT < elgamal.PRODUCT
    assert "vpmadd52" in ceilings.CEILINGS
