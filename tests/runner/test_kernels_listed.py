"""`parley kernels` has a line for every family, and measures another implementation beside the one in use."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from rich.console import Console

import native
from mpc.errors import LocalError
from party_runner.cli import main
from party_runner.kernels import list_kernels, samples


def test_every_family_has_a_sample() -> None:
    assert list(samples()) == list(native.sources())
    for sample in samples().values():
        assert sample.run() is not None


def test_the_list() -> None:
    shown = CliRunner().invoke(main, ["kernels", "--compare", "portable"]).output
    lines = {line.split()[0]: line.split() for line in shown.splitlines()[2:]}
    assert set(lines) == set(native.sources())
    for family, source in native.sources().items():
        assert lines[family][2] == source
        assert "portable" in lines[family]
        assert float(lines[family][-1]) > 0


def test_an_implementation_that_does_not_run_here() -> None:
    with pytest.raises(LocalError, match="abacus") as caught:
        list_kernels(Console(quiet=True), "abacus")
    assert caught.value.code == "unknown-kernels"
    assert native.selected() == native.implementations()[0]
