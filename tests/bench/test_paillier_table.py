"""The table of Paillier: one cheap row is measured; names and limits hold for all. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

from bench import ceilings, kernels, paillier
from bench.__main__ import main, names
from bench.kernels.bignum import MULTIPLIER
from bench.peers.catalogue import OUTSIDE


def test_a_row_stands_beside_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["paillier", "--workloads", "paillier.encrypt_2048_448", "--repeat", "1", "--json", str(file)])
    ours, limit = json.loads(file.read_text())
    assert (ours["table"], ours["system"], limit["system"]) == ("paillier", "parley", f"limit:{MULTIPLIER}")
    assert ours["per_second"] > 0
    assert "448 bits" in ours["note"]


def test_what_peers_do_stands_in_this_table_alone() -> None:
    of_peers = [name for name in OUTSIDE if name.startswith("paillier.")]
    assert of_peers
    assert set(of_peers) <= set(names("paillier"))
    assert not any(name.startswith("paillier.") for name in kernels.names())


def test_limits_are_counted_and_encryption_says_its_exponent() -> None:
    for name, work in paillier.WORKS.items():
        assert name.startswith("paillier.")
        assert work.limit_use > 0
        assert work.count > 0
        assert ("encrypt" in name) <= ("bits" in work.note)
    assert MULTIPLIER in ceilings.CEILINGS


def test_moduli_of_several_parties_have_a_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    name = "paillier.joint_keygen_2048_2"
    main(["paillier", "--workloads", name, "--scale", "0.01", "--repeat", "1", "--json", str(file)])
    (row,) = json.loads(file.read_text())
    assert (row["workload"], row["unit"]) == (name, "keys")
    assert row["per_second"] > 0
    assert "MB of all for a key" in row["note"]
