"""Flower's own clients, servers and records with Parley: the tests of in_flower, in a process that has Flower."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOWER = ROOT / "build" / "flower"


@pytest.mark.slow
def test_with_flower():
    if not (FLOWER / "installed").exists():
        pytest.skip("Flower is not in build/flower: make flower")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": str(FLOWER), "FLWR_TELEMETRY_ENABLED": "0"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [*command, str(Path(__file__).parent / "in_flower")],
        env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout
