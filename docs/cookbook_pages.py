"""Writes what is computed of the cookbook's pages: the costs of each program, between two marks, and its picture, if it
was drawn of another program or other data.

python -m docs.cookbook_pages
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpc
from docs.pictures import is_made_of, write
from examples.recipes import Recipe, one_result, recipes
from protocols.preprocessing.estimates import offline_bytes

FOLDER = Path(__file__).parent / "cookbook"
COSTS = re.compile(r"(?<=<!-- costs -->\n).*?(?=<!-- end of costs -->)", re.DOTALL)
SUPPLIERS = {"ot": "nobody is trusted", "dealer": "a dealer is"}
HEAD = """
| | rounds | a party sends | and gets for its material | on a 1 Gb/s LAN | on a 100 Mb/s WAN |
|---|---:|---:|---:|---:|---:|
"""


def page_of(recipe: Recipe) -> Path:
    """The page that a program stands on: that of its folder."""
    return FOLDER / f"{recipe.folder.name}.md"


def picture_of(recipe: Recipe) -> Path:
    """The picture of a program's result."""
    return FOLDER / "pictures" / f"{recipe.name}.svg"


def sources(recipe: Recipe) -> list[Path]:
    """What a picture depends on: the program, what stands beside it, its data."""
    data = {file for files in recipe.parties.values() for file in files.values()}
    clear = recipe.program.with_name(f"{recipe.name}_clear.py")
    return [recipe.program, clear, *map(recipe.folder.joinpath, sorted(data))]


def draw(recipe: Recipe) -> None:
    """Runs a program, and writes the picture of what its parties learn."""
    result = one_result(mpc.simulate(recipe.main, recipe.inputs()).results)
    write(picture_of(recipe), lambda figure: recipe.clear.draw(figure, result), sources(recipe))


def page(file: Path) -> str:
    """A page with the costs of its programs as they are now."""
    rows = (row for recipe in recipes() if page_of(recipe) == file for row in costs(recipe))
    table = HEAD + "".join(f"{row}\n" for row in rows) + "\n"
    return COSTS.sub(lambda _: table, file.read_text(encoding="utf-8"))


def costs(recipe: Recipe) -> Iterator[str]:
    """A row for each supplier of material, from plans on the example's data."""
    inputs = recipe.inputs()
    for supplier, trust in SUPPLIERS.items():
        plan = mpc.plan(recipe.main, inputs, preprocessing=supplier)
        material = max(offline_bytes(plan.demand, len(inputs), supplier, by_call=True))
        cells = f"{plan.report.rounds:,}", size(max(plan.report.bytes_sent)), size(material), *seconds(plan)
        yield f"| `{recipe.program.name}`, {trust} | {' | '.join(cells)} |"


def size(count: int) -> str:
    """A number of bytes, to be read by people."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"


def seconds(plan: Any) -> Iterator[str]:
    """Time on the wire of two networks."""
    for network in ("lan", "wan"):
        yield f"{plan.seconds_on(network):,.2f} s"


if __name__ == "__main__":
    for each in recipes():
        if not is_made_of(picture_of(each), sources(each)):
            draw(each)
    for path in sorted(FOLDER.glob("*.md")):
        path.write_text(page(path), encoding="utf-8")
