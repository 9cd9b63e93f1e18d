"""The suite replicated3 from the command line: for three, without material, and refused with the reason otherwise."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from protocols.runs.rehearsal import Rehearsal
from protocols.runs.simulating import simulate
from protocols.runs.suites import SUITES

from .processes import call, parley, product_of, write

ON_IT = ("--suite", "replicated3")
COMPARED = """
import mpc

async def main(ctx, mine):
    x, y, z = [await mpc.secret(ctx, owner=i, value=mine, range=(0, 100)) for i in range(3)]
    return await mpc.reveal(ctx, x * y > z, x / (y + 1))
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """A program that multiplies, compares and divides, with data of all three."""
    inputs = [write(tmp_path, f"{place}.csv", f"x\n{place + 1.5}\n7\n") for place in range(3)]
    given = [word for place, file in enumerate(inputs) for word in ("--input", f"{place}={file}")]
    return [write(tmp_path, "compared.py", COMPARED), *given]


def test_there_are_three_and_nothing_is_made(program: list[str], tmp_path: Path) -> None:
    run, plan = tmp_path / "run.json", tmp_path / "plan.json"
    assert call("plan", *program, *ON_IT, "--json", str(plan))[0] == 0
    done = parley("run", *program, *ON_IT, "--prefetch", "--json", str(run))
    assert done.returncode == 0, done.stderr
    counted, foreseen = json.loads(run.read_text()), json.loads(plan.read_text())
    assert counted["suite"] == "replicated3"
    assert len(counted["parties"]) == 3
    assert counted["material"] == counted["unused"] == {}
    assert counted["offline_bytes"] == foreseen["offline_estimate"] == [0, 0, 0]
    for key in ("rounds", "bytes_sent", "reveals"):
        assert counted[key] == foreseen[key]
    assert counted["preprocessing"] is foreseen["preprocessing"] is None
    printed = " ".join(done.stdout.split())
    assert "Material none is needed" in printed
    assert printed.endswith("any two together learn everything; nobody else is trusted")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("-n", "2"), "unfit-session", "each number is in three parts"),
        (("-n", "4"), "unfit-session", "beaver is for any number"),
        (("--preprocessing", "dealer"), "no-material", "a dealer for the suite replicated3"),
        (("--preprocessing", "."), "no-material", "a store for the suite replicated3"),
        (("--numeric", "yao", "--compare", "yao"), "unfit-session", "it garbles nothing"),
        (("--garbling", "ahead"), "unfit-session", "--garbling ahead in the suite replicated3"),
        (("--scheme", "three-halves"), "unfit-session", "--scheme three-halves in the suite replicated3"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_it_is_not_for_is_refused_with_the_reason(
    program: list[str], monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], code: str, said: str
) -> None:
    monkeypatch.setattr("party_runner.cli_runs.launch", lambda run: pytest.fail("processes were started"))
    for command in ("run",) if more[-1] == "." else ("run", "plan"):  # plans are made for no store
        exit_code, printed = call(command, program[0], *ON_IT, *more)
        assert exit_code == 2
        assert f"[{code}]" in printed
        assert said in " ".join(printed.split())


def test_there_is_nothing_to_preprocess(program: list[str], tmp_path: Path) -> None:
    plan, stores = tmp_path / "compared.plan", tmp_path / "stores"
    assert call("plan", *program, *ON_IT, "-o", str(plan))[0] == 0
    exit_code, printed = call("preprocess", str(plan), "-o", str(stores))
    assert exit_code == 2
    assert "[no-material]" in printed
    assert "there is nothing to preprocess: run the program as it is" in " ".join(printed.split())
    assert not stores.exists()


def test_nobody_is_its_dealer(program: list[str], tmp_path: Path) -> None:
    """Said before the roster is asked for a dealer, or its key."""
    roster, plan = write(tmp_path, "parties.toml", ""), str(tmp_path / "compared.plan")
    assert call("plan", *program, *ON_IT, "-o", plan)[0] == 0
    for what in (("--program", program[0], *ON_IT), ("--plan", plan)):
        exit_code, printed = call("dealer", roster, *what)
        assert exit_code == 2
        assert "[no-material]" in printed


def test_a_number_of_parties_is_asked_for_where_any_would_do(tmp_path: Path) -> None:
    program, *_ = product_of(tmp_path, 3)[1:]
    exit_code, printed = call("run", program)
    assert exit_code == 2
    assert "Missing option '-n'" in printed
    for suite, said in (
        ("replicated", r"no suite replicated; choose one of beaver, replicated3, yao.* \[unknown-suite\]"),
        ("ideal", r"use it with mpc\.simulate only; for real runs: beaver \[insecure-suite\]"),
    ):
        exit_code, printed = call("run", program, "--suite", suite)
        assert exit_code == 2
        assert re.search(said, " ".join(printed.split()))
    assert call("run", program, "--suite", "yao", "--input", f"2={program}")[1].rstrip().endswith("parties, 0 to 1")


def test_all_that_real_runs_may_have_is_listed() -> None:
    exit_code, printed = call("suites")
    assert exit_code == 0
    for name, suite in SUITES.items():
        assert (f"\n{name} " in printed) != suite.simulation_only
    assert "replicated3 three none none" in " ".join(printed.split())


def test_where_nothing_is_taken_nothing_is_rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transfers are offered, and nobody runs the program on shapes to see what they should make."""

    monkeypatch.setattr(Rehearsal, "node", lambda *args: pytest.fail("a reveal was rehearsed"))
    space: dict[str, Any] = {}
    exec(COMPARED, space)
    run = simulate(space["main"], [3.0, 2.0, 5.0], suite="replicated3", preprocessing="ot")
    above, quotient = run.result
    assert above
    assert abs(quotient - 1) < 1e-3
    assert run.report.material == {}
