"""Any module may be the first that a program imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

import mpc

FIRST = ("protocols.runs.simulating", "protocols.runs.party", "protocols.array", "mpc.store", "party_runner.cli")


@pytest.mark.slow
@pytest.mark.parametrize("module", FIRST)
def test_whatever_is_imported_first(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


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
