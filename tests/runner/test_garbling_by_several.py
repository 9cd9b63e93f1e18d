"""A circuit that three real processes garble and evaluate, with nobody to trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .processes import parley, write

pytestmark = pytest.mark.slow

MIDDLE = """
import mpc


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8), z=mpc.UInt(8))
def middle(x, y, z):
    low, high = mpc.circuits.minimum(x, y), mpc.circuits.maximum(x, y)
    return mpc.circuits.maximum(low, mpc.circuits.minimum(high, z))


async def main(ctx, mine):
    offers = {name: mpc.private(owner, mine) for owner, name in enumerate("xyz")}
    return {"middle": await mpc.reveal(ctx, await mpc.garbled(ctx, middle, offers, by="bmr"))}
"""


@pytest.mark.parametrize("check", ["nothing", "all"])
def test_three_processes(tmp_path: Path, check: str) -> None:
    program = write(tmp_path, "middle.py", MIDDLE)
    offers = ["9\n1\n200\n", "5\n7\n0\n", "6\n2\n255\n"]
    files = [write(tmp_path, f"{owner}.csv", f"x\n{text}") for owner, text in enumerate(offers)]
    inputs = [word for owner, file in enumerate(files) for word in ("--input", f"{owner}={file}")]
    done = parley("run", program, "-n", "3", "--columns", "x", *inputs, "--check-material", check, "--json", "-")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["result"] == {"middle": [[6], [2], [200]]}
    (circuit,) = summary["circuits"]
    assert (circuit["by"], circuit["adversary"]) == ("bmr", "any 2 of 3, semi-honest")
    assert summary["preprocessing"] == "ot"
