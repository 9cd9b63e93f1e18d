"""`parley plan` of a program that reveals with noise: errors, what wanted ones take, and the picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .processes import call, write

SURVEY = """
import mpc

async def main(ctx, mine):
    pay = await mpc.secret(ctx, 0, mine, range=(0, 100))
    above = await mpc.reveal(ctx, (pay > 50).sum(), privacy=mpc.Laplace(epsilon=1))
    return above, await mpc.reveal(ctx, pay.sum(), privacy=mpc.Gaussian(rho="0.5"))
"""
STATISTICS = """
import mpc

async def main(ctx, mine):
    pay = [await mpc.statistics.column(ctx, 0, mine, range=(0, 100))]
    await mpc.statistics.mean(ctx, pay, privacy=mpc.Laplace(epsilon=1))
"""
MEAN = """
import mpc

async def main(ctx, mine):
    pay = await mpc.secret(ctx, 0, mine, range=(0, 100))
    await mpc.statistics.mean(ctx, pay, privacy=mpc.Laplace(epsilon=1))
"""
SEVERAL = """
import mpc

async def main(ctx, mine):
    pay = await mpc.secret(ctx, 0, mine, range=(0, 100))
    for limit in (30, 60):
        yes = (pay > limit).sum() if limit > 30 else pay.sum()
        await mpc.reveal(ctx, yes, privacy=mpc.Laplace(epsilon=1))
"""
FREE = "async def main(ctx, mine): pass\n"


def planned(folder: Path, program: str, *words: str) -> tuple[int, str]:
    return call("plan", write(folder, "survey.py", program), "-n", "2", "--shape", "0=200", *words)


def test_figures_are_shown_with_what_wanted_errors_take(tmp_path: Path) -> None:
    target, picture = tmp_path / "plan.json", tmp_path / "plan.svg"
    wanted = ("--wanted-error", "5%", "--wanted-error", "survey.py:6=10")
    code, printed = planned(tmp_path, SURVEY, *wanted, "--json", str(target), "--privacy-plot", str(picture))
    assert code == 0, printed
    summary = json.loads(target.read_text())
    count, total = summary["figures"]
    assert (count["line"], count["figure"], count["epsilon"], count["wanted_error"]) == (
        "survey.py:6", "(pay > 50).sum()", "1", 10,
    )  # fmt: skip
    assert count["range"] == [0, 200]
    assert (total["noise"], total["rho"], total["wanted_error"]) == ("Gaussian", "0.5", pytest.approx(1000))
    assert count["needed"]["error"] <= 10
    assert total["needed"]["error"] <= 1000
    assert {"asked", "needed", "beside"} == summary["charges"].keys()
    for said in ("What noise does to figures", "(pay > 50).sum()", "What the wanted errors take", "All together"):
        assert said in printed
    drawn = ElementTree.parse(picture).getroot()
    circles = list(drawn.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(circles) == 4
    assert all(0 < float(each.attrib["cx"]) <= 640 for each in circles)


def test_without_noise_nothing_is_shown(tmp_path: Path) -> None:
    target, picture = tmp_path / "plan.json", tmp_path / "plan.svg"
    code, printed = planned(tmp_path, FREE, "--json", str(target), "--privacy-plot", str(picture))
    assert code == 0, printed
    assert "figures" not in json.loads(target.read_text())
    assert "What noise" not in printed
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_statistics_are_in_the_sum(tmp_path: Path) -> None:
    target, picture = tmp_path / "plan.json", tmp_path / "plan.svg"
    code, printed = planned(tmp_path, STATISTICS, "--json", str(target), "--privacy-plot", str(picture))
    assert code == 0, printed
    assert "No single figure" in picture.read_text()
    summary = json.loads(target.read_text())
    assert (summary["figures"], summary["charges"]["beside"]) == ([], 1)
    assert summary["charges"]["asked"].startswith("epsilon 1 ")
    assert "with 1 of statistics" in printed
    code, printed = planned(tmp_path, STATISTICS, "--wanted-error", "1%")
    assert (code, "mpc.simulate" in printed) == (2, True)


def test_a_mean_has_errors_in_its_own_unit(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    code, printed = planned(tmp_path, MEAN, "--json", str(target), "--wanted-error", "0.25")
    assert code == 0, printed
    summary = json.loads(target.read_text())
    (mean,) = summary["figures"]
    assert (mean["figure"], mean["sensitivity"]) == ("mean", pytest.approx(100 / 200, rel=0.01))
    assert mean["error"] == pytest.approx(3 * 100 / 200, rel=0.02)
    assert mean["relative_error"] == pytest.approx(3 / 200, rel=0.02)
    assert float(mean["needed"]["amount"]) == pytest.approx(6, rel=0.02)
    assert mean["needed"]["error"] <= 0.25
    assert "noise within 1.5" in summary["reveals"][0]["privacy"]


def test_figures_of_one_line_are_told_apart_by_their_order(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    wanted = ("--wanted-error", "8#2=5", "--wanted-error", "8=90")
    code, printed = planned(tmp_path, SEVERAL, "--json", str(target), *wanted)
    assert code == 0, printed
    first, second = json.loads(target.read_text())["figures"]
    assert (first["name"], second["name"]) == ("survey.py:8#1", "survey.py:8#2")
    assert (first["wanted_error"], second["wanted_error"]) == (90, 5)
    assert "survey.py:8#2" in printed


@pytest.mark.parametrize("wrong", ["2%%", "x", "-1", "0", "5=", "nan", "1e400", "5=1e308%"])
def test_what_is_no_error_is_refused(tmp_path: Path, wrong: str) -> None:
    code, printed = planned(tmp_path, SURVEY, "--wanted-error", wrong)
    assert code == 2
    assert "--wanted-error" in printed


@pytest.mark.parametrize(("program", "wanted"), [(SURVEY, "5=1%"), (FREE, "1%")])
def test_an_error_is_wanted_of_a_line_that_reveals_with_noise(tmp_path: Path, program: str, wanted: str) -> None:
    code, printed = planned(tmp_path, program, "--wanted-error", wanted)
    assert code == 2
    assert "[no-such-figure]" in printed
