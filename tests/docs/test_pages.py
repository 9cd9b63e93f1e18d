"""Links resolve, no error code is undocumented, generated tables are fresh."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path

import pytest
from documentation import ROOT, anchors, links, name_of, pages
from error_codes import codes_in

from docs.diagrams import DRAWINGS, FOLDER

CODE_ROW = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_resolves(page: Path) -> None:
    for target in links(page):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.exists(), f"{name_of(page)} links to {target}"
        if anchor:
            assert anchor in anchors(linked), f"{name_of(page)} links to {target}"


def documented() -> set[str]:
    page = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    return set(CODE_ROW.findall(page[page.index("## Error codes") :]))


def test_every_error_code_is_documented() -> None:
    raised = codes_in(ROOT)
    assert len(raised) > 50
    missing = {code: file for code, file in raised.items() if code not in documented()}
    assert not missing, f"docs/command_line.md does not explain {missing}"


def test_every_documented_error_code_can_be_raised() -> None:
    assert not documented() - codes_in(ROOT).keys()


def test_the_page_of_numpy_is_what_the_tables_say() -> None:
    table = run_path(str(ROOT / "docs" / "numpy_table.py"))
    written = table["PAGE"].read_text(encoding="utf-8").splitlines()
    stale = [line for line in table["page"]().splitlines() if line not in written]
    assert not stale, "run python docs/numpy_table.py"


def test_the_cost_table_is_what_the_declarations_say() -> None:
    table = run_path(str(ROOT / "docs" / "cost_table.py"))
    assert table["PAGE"].read_text(encoding="utf-8") == table["page"](), "run python docs/cost_table.py"


def test_the_diagrams_are_what_they_are_drawn_from() -> None:
    for name, draw in DRAWINGS.items():
        assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == draw().svg(), "run python -m docs.diagrams"
