"""The example that `make demo` runs: its data, what its program promises about them, and the whole study."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from party_runner.inputs import load_input

HOSPITALS = ("north", "south", "west")
FOLDER = Path(__file__).parents[2] / "examples" / "hospitals"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def patients() -> Any:
    return np.concatenate([load_input(FOLDER / f"{name}.csv") for name in HOSPITALS])


def test_the_files_are_what_the_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = load("split_data")
    monkeypatch.setattr(split, "FOLDER", tmp_path)
    split.main()
    for name in HOSPITALS:
        assert (tmp_path / f"{name}.csv").read_text() == (FOLDER / f"{name}.csv").read_text()


def test_the_data_keep_what_the_program_promises() -> None:
    study, table = load("study"), patients()
    measurements = table[:, :30] / study.UNITS
    assert table.shape == (569, 31)
    assert measurements.min() >= 0
    assert measurements.max() <= study.LARGEST
    assert measurements.std(axis=0).min() >= study.SMALLEST_DEVIATION
    assert set(table[:, 30]) == {0.0, 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["beaver", "replicated3"])
def test_three_hospitals_learn_a_model_as_good_as_in_the_clear(tmp_path: Path, suite: str) -> None:
    target = tmp_path / "build" / "demo.json"
    command = [sys.executable, str(FOLDER / "demo.py"), str(target), "--suite", suite]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(target.read_text())
    assert summary["parties"] == list(HOSPITALS)
    assert abs(summary["accuracy"] - summary["accuracy_in_the_clear"]) <= 0.01
    assert [reveal["shape"] for reveal in summary["reveals"]] == [[30], [], []]
    assert (summary["suite"], summary["preprocessing"]) == (suite, "ot" if suite == "beaver" else None)
    assert bool(summary["material"]) == (suite == "beaver")
    assert "nobody else is trusted" in summary["security"]
    assert f"{summary['accuracy']:.2%}" in done.stdout
    assert f"{summary['accuracy_in_the_clear']:.2%}" in done.stdout
    table, model = patients(), summary["result"]
    judged = table[:, :30] / load("study").UNITS @ np.array(model["weights"]) + model["intercept"] > 0
    assert abs((judged == (table[:, 30] == 1)).mean() - model["accuracy"]) < 0.003
