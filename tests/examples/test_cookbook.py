"""Each program of the cookbook gives what numpy gives in the clear, within the bound that its run reports."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import mpc
from examples.recipes import EXAMPLES, Recipe, one_result, recipes, write_table
from protocols.runs.table import Table, Tables

ALL = list(recipes())
each = pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.name)


@each
def test_a_program_gives_what_it_gives_in_the_clear(recipe: Recipe) -> None:
    run = mpc.simulate(recipe.main, recipe.inputs())
    result = one_result(run.results)
    assert not recipe.too_far_off(result, [reveal.error for reveal in run.report.reveals])
    assert not run.report.warnings
    figure = Figure()
    recipe.clear.draw(figure, result)
    figure.draw_without_rendering()


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe", [recipe for recipe in ALL if len(recipe.parties) == 3], ids=lambda recipe: recipe.name
)
def test_among_three_it_does_so_on_replicated_shares(recipe: Recipe) -> None:
    run = mpc.simulate(recipe.main, recipe.inputs(), suite="replicated3")
    assert not recipe.too_far_off(one_result(run.results), [reveal.error for reveal in run.report.reveals])
    assert not run.report.warnings
    assert not run.report.material


@each
def test_the_data_are_those_that_are_made_up(recipe: Recipe, tmp_path: Path) -> None:
    """But for trained weights, which are others on another processor; what they say is nearly the same."""
    for file, columns in recipe.clear.data().items():
        write_table(tmp_path / file, columns)
        made, kept = cells(tmp_path / file), cells(recipe.folder / file)
        assert np.shape(made) == np.shape(kept), "run python -m examples --data"
        if recipe.name != "network":
            assert all(alike(*both) for both in zip(chain(*made), chain(*kept), strict=True)), file


def test_a_network_that_is_trained_anew_says_nearly_the_same() -> None:
    recipe = next(recipe for recipe in ALL if recipe.name == "network")
    kept, shop = recipe.inputs()
    tables = recipe.clear.data().items()
    made = {file.removesuffix(".csv"): np.column_stack([*table.values()]) for file, table in tables}
    risks = [recipe.clear.clear(bureau, shop)["risk"] for bureau in (kept, SimpleNamespace(**made))]
    np.testing.assert_allclose(*risks, atol=0.02)


def test_ties_are_broken_by_chance_in_each_lot() -> None:
    recipe = next(recipe for recipe in ALL if recipe.name == "auction")
    alike = Table(np.full((200, 1), 70), ["bid"])
    run = mpc.simulate(recipe.main, [alike] * 3, suite="ideal")
    assert np.bincount(run.result["winner"]).min() > 20  # less than this has a chance of 10^-13
    assert (run.result["price"] == 70).all()


def test_the_first_pseudonym_is_that_of_the_standard() -> None:
    """FIPS 197, appendix C.1."""
    recipe = next(recipe for recipe in ALL if recipe.name == "pseudonyms")
    first = recipe.clear.clear(*recipe.inputs())["pseudonyms"][0]
    assert bytes(first).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


def test_what_is_too_far_off_is_found() -> None:
    recipe = next(recipe for recipe in ALL if recipe.name == "load")
    right = recipe.clear.clear(*recipe.inputs())
    errors = [1e-5, 1.0, 0.0]
    assert not recipe.too_far_off(right, errors)
    assert len(recipe.too_far_off(right | {"mean": right["mean"] + 2e-5}, errors)) == 1
    assert len(recipe.too_far_off(right | {"unusual": ~right["unusual"]}, errors)) == 1
    assert len(recipe.too_far_off(right | {"mean": right["mean"] * np.nan}, errors)) == 1


@each
def test_a_program_says_how_it_is_run(recipe: Recipe) -> None:
    said = " ".join((recipe.folder / f"{recipe.name}.py").read_text().replace("\\\n", " ").split())
    assert f"parley run {recipe.name}.py {' '.join(recipe.options())}" in said


@pytest.mark.slow
def test_all_parties_as_processes() -> None:
    """As `make examples` runs one: its own options, nobody trusted."""
    command = [sys.executable, "-m", "examples", "ranking"]
    done = subprocess.run(command, cwd=EXAMPLES.parent, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "within its bounds" in done.stdout
    summary = json.loads((EXAMPLES.parent / "build/examples/ranking.json").read_text())
    assert summary["preprocessing"] == "ot"
    assert summary["parties"] == ["bakery", "canteen", "hotel"]


def test_the_tables_of_the_models_are_what_scikit_learn_trained() -> None:
    """On customers that neither the bureau nor the shop has, and for a tree that stops early on one side."""
    from examples.risk import models  # here, for scikit-learn takes a second of every process that collects this

    tree, network = models.trained()
    x = models.customers(500, seed=9)
    by_name = {recipe.name: recipe for recipe in ALL}
    shop = Table(x, models.FEATURES)
    bureau = tables_of(models.tables_of_tree(tree))
    assert np.allclose(by_name["tree"].clear.clear(bureau, shop)["risk"], tree.predict_proba(x)[:, 1])
    bureau = tables_of(models.tables_of_network(network))
    expected = network.predict_proba(x / models.UNITS)[:, 1]
    assert np.allclose(by_name["network"].clear.clear(bureau, shop)["risk"], expected, atol=1e-4)
    late = (x[:, 1] > 30) | (x[:, 1] > 20) & (x[:, 3] > 2) & (x[:, 0] > 40)
    stops_early = type(tree)(max_depth=models.DEPTH).fit(x, late)
    bureau = tables_of(models.tables_of_tree(stops_early))
    assert models.NOWHERE in bureau.nodes["threshold"]
    assert np.allclose(by_name["tree"].clear.clear(bureau, shop)["risk"], stops_early.predict_proba(x)[:, 1])


def tables_of(files: dict[str, dict[str, np.ndarray]]) -> Tables:
    """The tables of these files, as a program gets them."""
    return Tables(
        {file.removesuffix(".csv"): Table(np.column_stack([*of.values()]), [*of]) for file, of in files.items()}
    )


def cells(file: Path) -> list[list[str]]:
    """The lines of a CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def alike(made: str, kept: str) -> bool:
    """Whether two cells are equal, or decimals a thousandth apart."""
    return made == kept or ("." in made and "." in kept and abs(float(made) - float(kept)) < 1e-3)
