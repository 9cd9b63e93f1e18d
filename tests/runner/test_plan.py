"""A plan says before what a run counts afterwards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from party_runner.plan_file import load_plan

from .processes import PRODUCT, call, parley, product_of, write

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EQUAL = ("parties", "suite", "rounds", "rounds_by_party", "bytes_sent", "material", "reveals")


def by_line(summary: dict[str, Any]) -> dict[str, Any]:
    """What each line costs all parties."""
    return {cost["line"]: cost for cost in summary["lines"]}


@pytest.mark.slow
@pytest.mark.parametrize("parties", [2, 3])
def test_a_plan_equals_the_run(tmp_path: Path, parties: int) -> None:
    run, plan = tmp_path / "run.json", tmp_path / "plan.json"
    arguments = product_of(tmp_path, parties)
    done = parley(*arguments, "--json", str(run))
    assert done.returncode == 0, done.stderr
    shapes = ["--shape", "0=3x1", "--shape", "1=3x1"]
    code, printed = call("plan", *arguments[1:4], *shapes, "--json", str(plan))
    assert code == 0, printed
    counted, foreseen = json.loads(run.read_text()), json.loads(plan.read_text())
    assert {key: foreseen[key] for key in EQUAL} == {key: counted[key] for key in EQUAL}
    assert by_line(foreseen) == by_line(counted)
    assert foreseen["seconds_on"]["wan"] > foreseen["seconds_on"]["lan"] > foreseen["seconds_on"]["loopback"] > 0
    assert foreseen["preprocessing"] == counted["preprocessing"] == "ot"
    assert len(foreseen["offline_estimate"]) == parties
    for said in (
        "receives offline, about",
        "product.py:7",
        "everybody",
        "triple",
        "wan",
        f"{counted['rounds']} rounds",
    ):
        assert said in printed


EVERYTHING = """
import mpc
import numpy as np

async def main(ctx, mine):
    a = await mpc.secret(ctx, owner=0, value=mine, range=(-50, 50))
    b = await mpc.secret(ctx, owner=1, value=mine, range=(-50, 50))
    smooth = mpc.sigmoid(a) + np.exp(np.minimum(b, 3)) + np.sin(a) + 1 / np.maximum(np.abs(b), 1) + np.sqrt(a * a)
    shuffled = mpc.shuffle(a)
    order = np.argsort(b.reshape(-1), kind="stable")
    some = np.where((a > b) & (b != 2), a, b).sum() + (a // 3).sum() + a.max() + np.median(b)
    await mpc.reveal(ctx, smooth, shuffled, to=1)
    return await mpc.reveal(ctx, smooth.sum(), order, some, a.T @ b, np.argmax(a), np.rint(a).astype(int) % 4)
"""


@pytest.mark.slow
def test_a_plan_of_everything_equals_the_run_on_replicated_shares(tmp_path: Path) -> None:
    """As processes: rounds and bytes of each party, and that nothing is made."""
    run, plan = tmp_path / "run.json", tmp_path / "plan.json"
    arguments = product_of(tmp_path, 3)
    arguments[1] = write(tmp_path, "everything.py", EVERYTHING)
    arguments += ["--suite", "replicated3"]
    done = parley(*arguments, "--json", str(run))
    assert done.returncode == 0, done.stderr
    code, printed = call("plan", *arguments[1:], "--json", str(plan))
    assert code == 0, printed
    counted, foreseen = json.loads(run.read_text()), json.loads(plan.read_text())
    assert {key: foreseen[key] for key in EQUAL} == {key: counted[key] for key in EQUAL}
    assert by_line(foreseen) == by_line(counted)
    assert sum(cost["bytes"] for cost in foreseen["lines"]) == sum(counted["bytes_sent"])
    assert "Cost by line of the program, all parties" in printed
    assert not counted["material"]


def test_a_plan_takes_shapes_from_files(tmp_path: Path) -> None:
    arguments, plans = product_of(tmp_path, 2), [tmp_path / "by_file.json", tmp_path / "by_shape.json"]
    shapes = ["--shape", "0=3x1", "--shape", "1=3x1"]
    for told, plan in zip((arguments[4:], shapes), plans, strict=True):
        code, printed = call("plan", *arguments[1:4], *told, "--json", str(plan))
        assert code == 0, printed
    by_file, by_shape = (json.loads(plan.read_text()) for plan in plans)
    assert by_file == by_shape


def test_a_plan_lists_circuits(tmp_path: Path) -> None:
    program, plan = EXAMPLES / "millionaires" / "millionaires.py", tmp_path / "plan.json"
    shapes = ["--shape", "0=1x1:int64", "--shape", "1=1x1:int64"]
    code, printed = call("plan", str(program), "-n", "2", "--columns", "cents", *shapes, "--json", str(plan))
    assert code == 0, printed
    (circuit,) = json.loads(plan.read_text())["circuits"]
    names = ("circuit", "instances", "by", "adversary")
    assert [circuit[name] for name in names] == ["compare", 1, "yao", "one of two, semi-honest"]
    assert circuit["line"].startswith("millionaires.py:")
    (row,) = [line.split() for line in printed.splitlines() if line.split()[1:2] == ["compare"]]
    assert row[2:5] == [str(circuit["ands"]), "1", "yao"]


def test_a_plan_is_shown_though_it_cannot_be_saved(tmp_path: Path) -> None:
    code, printed = call("plan", *product_of(tmp_path, 2)[1:], "-o", "/dev/full")
    assert code == 2
    assert re.search(r"A run will take \d+ rounds, and about \d+ more to make its material", printed)
    assert printed.index("A run will take") < printed.index("cannot write /dev/full: No space left")
    assert "[unwritable]" in printed


def test_a_saved_plan_is_for_stores(tmp_path: Path) -> None:
    """Shown, a run with a dealer has weights masked; in a store nothing stands on a mask, so there they are shared."""
    program, shown, saved = tmp_path / "weights.py", tmp_path / "shown.json", tmp_path / "saved.plan"
    program.write_text(
        "import numpy as np\n"
        "from protocols.weights.product import product\n"
        "from protocols.weights.standing import stand\n"
        "async def main(ctx, mine):\n"
        "    w = await stand(ctx, 'w', 0, np.ones((3, 2), np.int64) if ctx.me == 0 else None, (3, 2))\n"
        "    x = await ctx.suite.input(ctx, 1, np.ones((1, 3), np.uint64) if ctx.me == 1 else None, (1, 3))\n"
        "    await ctx.suite.open(ctx, await product(ctx, x, w))\n"
    )
    planned = ["plan", str(program), "-n", "2", "--preprocessing", "dealer"]
    code, printed = call(*planned, "--json", str(shown))
    assert code == 0, printed
    code, printed = call(*planned, "-o", str(saved))
    assert code == 0, printed
    material = json.loads(shown.read_text())["material"]
    assert material["weight_product"] == 1
    kinds = [kind for _, kind in load_plan(saved).demand]
    assert kinds
    assert all(kind.stands_on is None for kind in kinds)


def test_a_party_has_a_file_or_a_shape(tmp_path: Path) -> None:
    code, printed = call("plan", *product_of(tmp_path, 2)[1:], "--shape", "0=3x1")
    assert code == 2
    assert "both --input and --shape" in printed


def test_what_a_planned_program_prints_does_not_mix_with_the_plan(tmp_path: Path) -> None:
    program = tmp_path / "talkative.py"
    program.write_text("async def main(ctx, mine):\n    print('hello from', ctx.me)\n")
    planned = parley("plan", str(program), "-n", "2", "--json", "-")
    assert planned.returncode == 0
    assert json.loads(planned.stdout)["rounds"] == 0
    assert planned.stderr.count("hello from") == 2


def test_a_shadow_shows_what_fixed_point_costs_on_data_that_are_given(tmp_path: Path) -> None:
    program = write(tmp_path, "product.py", PRODUCT)
    data = [write(tmp_path, "a.csv", "x\n1.5\n2.3\n3\n"), write(tmp_path, "b.csv", "x\n2\n0.7\n-1\n")]
    target = tmp_path / "plan.json"
    for given in ([f"0={data[0]}", f"1={data[1]}"], data):
        words = [word for file in given for word in ("--shadow", file)]
        done = parley("plan", program, "-n", "2", *words, "--json", str(target))
        assert done.returncode == 0, done.stderr
        (compared,) = json.loads(target.read_text())["shadow"]
        assert compared["largest"] == pytest.approx(1.61)
        assert 0 < compared["off"] < compared["bound"]
        assert "floating point" in done.stdout
    assert parley("plan", program, "-n", "2", "--shadow", f"2={data[0]}").returncode == 2


def test_a_shadow_of_named_inputs(tmp_path: Path) -> None:
    program = write(tmp_path, "product.py", PRODUCT.replace("value=mine", "value=mine.own"))
    data, target = write(tmp_path, "a.csv", "x\n1.5\n2.25\n"), tmp_path / "plan.json"
    words = ["--shadow", f"0:own={data}", "--shadow", f"1:own={data}", "--json", str(target)]
    done = parley("plan", program, "-n", "2", *words)
    assert done.returncode == 0, done.stderr
    assert json.loads(target.read_text())["shadow"][0]["largest"] == pytest.approx(1.5**2 + 2.25**2)
