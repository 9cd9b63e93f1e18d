"""`--network`, `--numeric`, `--compare` and `--suite yao` in real processes: planned, stored, run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from party_runner.report import OF_STORES

from .processes import call, parley, write

PROGRAM = """
import mpc
import numpy as np


async def main(ctx, mine):
    x = await mpc.secret(ctx, owner=0, value=mine, range=(1, 100))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(1, 100))
    ratio, larger = await mpc.reveal(ctx, np.sqrt(x / y), x > y)
    return {"ratio": ratio, "larger": larger}
"""
X, Y = np.array([4.0, 2.0, 50.0]), np.array([1.0, 8.0, 50.0])
BY_YAO = ("--numeric", "yao", "--compare", "yao")


def program(folder: Path) -> list[str]:
    arguments = [str(write(folder, "ratio.py", PROGRAM)), "-n", "2"]
    for place, values in enumerate((X, Y)):
        np.save(folder / f"{place}.npy", values)
        arguments += ["--input", f"{place}={folder / f'{place}.npy'}"]
    return arguments


def right(result: dict[str, list[float]]) -> bool:
    """Whether this is what the program computes."""
    near = np.abs(np.array(result["ratio"]) - np.sqrt(X / Y)).max() < 1e-3
    return bool(near) and result["larger"] == (X > Y).tolist()


def test_a_plan_for_a_network_tells_both_ways(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    code, printed = call("plan", *program(tmp_path), "--network", "wan", "--json", str(plan))
    assert code == 0, printed
    ways = json.loads(plan.read_text())["ways"]
    assert {way["operation"]: way["way"] for way in ways} == {"/": "yao", "sqrt": "yao", "<": "yao"}
    assert all(way["yao"] < way["arithmetic"] for way in ways)
    assert "Ways" in printed
    assert "on the network wan" in printed
    code, printed = call("plan", *program(tmp_path))
    assert "Ways" not in printed


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    three = [*program(tmp_path)[:1], "-n", "3", *program(tmp_path)[3:]]
    code, printed = call("plan", *three, "--numeric", "yao")
    assert code != 0
    assert "unfit-session" in printed
    assert call("plan", *program(tmp_path), "--network", "moon")[0] == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("-n", "2", "--suite", "gmw"), "unknown-suite"),
        (("-n", "2", "--suite", "ideal"), "insecure-suite"),
        (("-n", "3", "--scheme", "three-halves"), "unfit-session"),
        (("-n", "3", "--garbling", "ahead"), "unfit-session"),
        (("-n", "3", "--compare", "yao"), "unfit-session"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_run_is_refused_before_any_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], code: str
) -> None:
    monkeypatch.setattr("party_runner.cli_runs.launch", lambda run: pytest.fail("processes were started"))
    exit_code, printed = call("run", *program(tmp_path)[:1], *more)
    assert exit_code == 2
    assert f"[{code}]" in printed
    assert "ideal" not in printed or "hides nothing" in printed  # no way out is what is refused


@pytest.mark.slow
@pytest.mark.parametrize("options", [BY_YAO, ("--suite", "yao"), ("--network", "wan")], ids=" ".join)
def test_a_run_does_what_its_plan_says(tmp_path: Path, options: tuple[str, ...]) -> None:
    run, plan = tmp_path / "run.json", tmp_path / "plan.json"
    assert call("plan", *program(tmp_path), *options, "--json", str(plan))[0] == 0
    done = parley("run", *program(tmp_path), *options, "--json", str(run))
    assert done.returncode == 0, done.stderr
    counted, foreseen = json.loads(run.read_text()), json.loads(plan.read_text())
    assert right(counted["result"])
    for key in ("rounds", "bytes_sent", "material", "ways"):
        assert foreseen[key] == counted[key]


@pytest.mark.slow
def test_material_for_circuits_lies_in_stores(tmp_path: Path) -> None:
    plan, stores = str(tmp_path / "ratio.plan"), str(tmp_path / "stores")
    assert call("plan", *program(tmp_path), *BY_YAO, "-o", plan)[0] == 0
    assert parley("preprocess", plan, "-o", stores).returncode == 0
    run = tmp_path / "run.json"
    done = parley("run", *program(tmp_path), *BY_YAO, "--preprocessing", stores, "--json", str(run))
    assert done.returncode == 0, done.stderr
    summary = json.loads(run.read_text())
    assert summary["preprocessing"] == "store"
    assert OF_STORES in " ".join(done.stdout.split())
    assert right(summary["result"])
