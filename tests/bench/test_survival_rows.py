"""Rows of survival: checked beside numpy before they are timed."""

from __future__ import annotations

import pytest

from bench import federated_survival
from bench.federated_survival import NUMPY, WORKS, measure
from bench.harness import PARLEY, Options


def test_rows_are_ours_beside_numpy() -> None:
    chosen = ("survival.log_rank_2000", "survival.cox_open_steps_2000")
    rows = [row for rows in measure("federated", Options(chosen, repeat=1, scale=0.1)) for row in rows]
    assert [(row.workload, row.system) for row in rows] == [
        (name, system) for name in reversed(chosen) for system in (PARLEY, NUMPY)
    ]
    assert all(row.seconds and row.size == 200 for row in rows)


def test_a_wrong_result_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    program, clear, _ = WORKS["survival.log_rank_2000"]
    wrong = {"survival.log_rank_2000": (program, lambda sites: clear(sites) + 1, 0.1)}
    monkeypatch.setattr(federated_survival, "WORKS", wrong)
    with pytest.raises(ArithmeticError, match="wrong result"):
        list(measure("federated", Options(repeat=1, scale=0.1)))
