"""Where tests run side by side, each file stays in one process: what is made once for a file is made once."""

from __future__ import annotations

import os

import pytest

RAN_HERE: list[int] = []


@pytest.mark.parametrize("turn", range(4))
def test_a_file_stays_in_one_process(turn: int) -> None:
    RAN_HERE.append(turn)
    assert "PYTEST_XDIST_WORKER" not in os.environ or list(range(turn + 1)) == RAN_HERE
