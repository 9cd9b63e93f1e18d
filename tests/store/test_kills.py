"""kill -9 at random instants: material may be lost, and is never used twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent


def kill(way: str, folder: Path, kills: int, seed: int) -> dict[str, int]:
    command = [sys.executable, "-m", "store.killing", way, str(folder), str(kills), str(seed)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, int] = json.loads(done.stdout)
    print(way, report)
    return report


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kills", [500])
def test_nothing_is_handed_out_twice_whenever_its_user_is_killed(tmp_path, kills, record_property):
    report = kill("take", tmp_path, kills, seed=kills)
    record_property("kills", report)
    assert report["kills"] == kills
    assert report["twice"] == report["ahead_of_disk"] == report["failed"] == 0
    assert report["handed_out"] > kills / 10


@pytest.mark.parametrize("kills", [200])
def test_no_half_made_store_opens_whenever_its_maker_is_killed(tmp_path, kills, record_property):
    report = kill("make", tmp_path, kills, seed=kills)
    record_property("kills", report)
    assert report["wrong"] == 0
    assert report["complete"] + report["refused"] == 2 * kills
