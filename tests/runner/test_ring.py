"""`--ring 128` in real processes: planned, stored, run, compared by the parties, and named where 64 bits don't do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .processes import call, parley, write

LONG = """
import mpc

async def main(ctx, mine):
    x = await mpc.secret(ctx, 0, mine, range=(0, 2**59))
    y = await mpc.secret(ctx, 1, mine, range=(-2**66, 2**66))
    return {"sum": await mpc.reveal(ctx, x.sum() + y.sum()), "dot": await mpc.reveal(ctx, (x * y).max())}
"""
X, Y = [4 * 10**17, 3], [2**65 + 1, -5]
RESULT = {"sum": sum(X) + sum(Y), "dot": X[0] * Y[0]}


def program(folder: Path) -> list[str]:
    for name, values in (("x.csv", X), ("y.csv", Y)):
        write(folder, name, "".join(f"{value}\n" for value in values))
    files = ["--input", f"0={folder / 'x.csv'}", "--input", f"1={folder / 'y.csv'}"]
    return [write(folder, "long.py", LONG), "-n", "2", *files]


def test_fractional_bits_that_a_ring_has_no_room_for(tmp_path: Path) -> None:
    for command in ("run", "plan"):
        code, printed = call(command, *program(tmp_path), "--fractional-bits", "31")
        assert code == 2
        assert "a ring of 64 bits takes at most 30" in printed
    assert call("plan", *program(tmp_path), "--fractional-bits", "31", "--ring", "128")[0] == 0
    assert call("plan", *program(tmp_path), "--ring", "96")[0] == 2


def test_a_plan_that_does_not_fit_names_the_wider_ring(tmp_path: Path) -> None:
    code, printed = call("plan", *program(tmp_path))
    assert code != 0
    assert "--ring 128" in " ".join(printed.split())


@pytest.mark.slow
def test_a_run_with_a_dealer(tmp_path: Path) -> None:
    done = parley("run", *program(tmp_path), "--ring", "128", "--preprocessing", "dealer", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == RESULT


@pytest.mark.slow
def test_a_plan_a_store_and_a_run_of_it(tmp_path: Path) -> None:
    plan, stores = str(tmp_path / "plan"), str(tmp_path / "stores")
    assert call("plan", *program(tmp_path), "--ring", "128", "-o", plan)[0] == 0
    made = parley("preprocess", plan, "-o", stores)
    assert made.returncode == 0, made.stderr
    done = parley("run", *program(tmp_path), "--preprocessing", stores, "--json", "-", "--ring", "128")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == RESULT
