"""Processes of one party: killed at any moment, spent stays spent; side by side, they do not overspend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


def outcome(way: str, folder: Path | str, count: int, **more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "privacy.budget_killing", way, str(folder), str(count), "1"]
    environment = os.environ | {"PYTHONPATH": str(TESTS)} | more
    done = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    print(way, report)
    return report


def test_spent_stays_spent_whenever_the_process_is_killed(tmp_path, pytestconfig, record_property):
    """40 kills, or 2,000 with --examples 500."""
    kills = 4 * pytestconfig.getoption("--examples")
    report = outcome("kill", tmp_path, kills)
    record_property("kills", report)
    assert report["kills"] == kills
    assert report["unspent"] == report["failed"] == 0
    assert report["revealed"] > kills / 10


def test_processes_that_share_a_ledger_do_not_overspend(tmp_path):
    report = outcome("race", tmp_path, 3)
    assert report["codes"] == [0, 0, 0], "each went on until it was refused"
    assert sum(report["revealed"]) == 30, "30 tenths fit into 3, whoever takes them"
    assert report["left"] == "0"
