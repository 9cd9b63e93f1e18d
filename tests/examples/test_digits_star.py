"""The example of a training over a star, as processes over TLS."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "digits_star" / "digits_star.py"


def rows(number: int) -> str:
    """Drawings that are easily told apart: the pixels of a digit's own row are dark."""
    dice = np.random.default_rng(number)
    digits = dice.integers(0, 8, 40)
    pixels = dice.integers(0, 4, (40, 64))
    for row, digit in enumerate(digits):
        pixels[row, 8 * digit : 8 * digit + 8] = 16
    return "\n".join(",".join(map(str, row)) for row in np.column_stack([pixels, digits])) + "\n"


@pytest.mark.slow
def test_clients_as_processes_train_together(tmp_path: Path) -> None:
    inputs = []
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text(rows(number))
        inputs += ["--input", f"{number}={tmp_path / f'{number}.csv'}"]
    words = ["--clients", "4", "--arg", "clients=4", "--arg", "rounds=4", *inputs, "--json", str(tmp_path / "account")]
    run = subprocess.run(
        [sys.executable, "-m", "party_runner", "star", "run", str(PROGRAM), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    account = json.loads((tmp_path / "account").read_text())
    assert account["result"]["rounds"] == 4
    assert account["result"]["right"] > 0.9
    assert account["result"]["tried on"] == 4 * 8
    assert account["goodbyes"] == 4
    assert [account["results"][f"client{i}"]["sums"] for i in range(4)] == [5] * 4
