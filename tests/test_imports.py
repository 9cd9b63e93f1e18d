"""Any module may be the first that a program imports."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import mpc
from party_runner.cli import MODULES

FIRST = ("protocols.runs.simulating", "protocols.runs.party", "protocols.array", "mpc.store", "party_runner.cli_runs")


@pytest.mark.slow
@pytest.mark.parametrize("module", FIRST)
def test_whatever_is_imported_first(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_each_command_is_where_it_is_looked_for(module: str) -> None:
    here = {name for name, place in MODULES.items() if place == module}
    assert {command.name for command in import_module(f"party_runner.{module}").COMMANDS} == here


def test_the_face_has_all_that_it_names() -> None:
    assert all(getattr(mpc, name) for name in mpc.__all__)
    with pytest.raises(AttributeError, match="no attribute 'sumulate'"):
        _ = mpc.sumulate


@pytest.mark.slow
def test_a_checkout_that_was_not_installed_says_so() -> None:
    code = "import sys; sys.modules['native._kernels'] = None; import mpc"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError: the compiled kernels are not there" in done.stderr
    assert "pip install ." in done.stderr
