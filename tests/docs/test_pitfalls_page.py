"""The page of known pitfalls names tests that exist, and every test that is named after a pitfall."""

from __future__ import annotations

import re

from documentation import ROOT

NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PAGE = (ROOT / "docs" / "protocols" / "pitfalls.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 60
    missing = [f"{file}::{test}" for file, test in named if test not in in_file(file)]
    assert not missing


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| name")]
    assert len(rows) > 30
    assert not [row for row in rows if not NAMED.search(row)]


def test_all_pitfalls_with_a_test_of_their_name_are_on_the_page() -> None:
    named = set(NAMED.findall(PAGE))
    files = [path.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_pitfalls_of_*.py")]
    assert len(files) >= 3
    about_ciphertexts = ("proofs/test_pitfalls_of_proofs.py", "test_panic_instead_of_abort_about_ciphertexts")
    assert {(file, test) for file in files for test in in_file(file)} - named <= {about_ciphertexts}


def in_file(file: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE))
