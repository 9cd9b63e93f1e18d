"""Pages of the cookbook: what is computed is up to date, and what they tell to type is what the program takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation import ROOT, blocks, name_of

from docs.cookbook_pages import FOLDER, page, page_of, picture_of, sources
from docs.pictures import is_made_of
from examples.recipes import Recipe, recipes

ALL = list(recipes())
REMEDY = "run python -m docs.cookbook_pages"
each = pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.name)


@each
def test_its_page_says_how_a_program_is_run(recipe: Recipe) -> None:
    block = next(block for block in blocks(page_of(recipe)) if f"{recipe.name}.py" in block.text)
    typed = [" ".join(line.split()) for block in blocks(page_of(recipe)) for line in lines_of(block.text)]
    assert block.language == "python"
    assert f"$ parley run {recipe.name}.py {' '.join(recipe.options())}" in typed


def lines_of(console: str) -> list[str]:
    """The lines of a block, those that go on joined."""
    return console.replace("\\\n", " ").splitlines()


@each
def test_its_page_shows_the_program_and_its_picture(recipe: Recipe) -> None:
    text = page_of(recipe).read_text(encoding="utf-8")
    assert f'--8<-- "{recipe.program.relative_to(ROOT).as_posix()}"' in text
    assert f"(pictures/{recipe.name}.svg)" in text
    assert is_made_of(picture_of(recipe), sources(recipe)), REMEDY


@pytest.mark.parametrize("file", sorted({page_of(recipe) for recipe in ALL}), ids=name_of)
def test_costs_are_those_of_the_plans(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == page(file), REMEDY


def test_the_index_names_every_page() -> None:
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert all(f"({page_of(recipe).name})" in index for recipe in ALL)
