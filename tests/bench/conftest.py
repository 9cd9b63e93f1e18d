"""What holds for all tests of benchmarks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from forked_parties import started

from bench import crew, garbled, kernels, online, preprocessing


@pytest.fixture(scope="session", autouse=True)
def _no_warm_up() -> Iterator[None]:
    """Nobody reads the figures, so the repetitions before those that count are left out."""
    with pytest.MonkeyPatch.context() as patched:
        for table in (garbled, kernels, online, preprocessing):
            patched.setattr(table, "WARM_UP", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _forked() -> Iterator[None]:
    """Parties of ours are forked, since to import what they run takes them longer than what they do."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(crew, "STARTED", started)
        yield


@pytest.fixture
def new_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parties start as they do where the bench is run."""
    monkeypatch.setattr(crew, "STARTED", subprocess.Popen)
