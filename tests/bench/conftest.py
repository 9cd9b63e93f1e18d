"""What holds for all tests of benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import garbled, kernels, online, preprocessing


@pytest.fixture(scope="session", autouse=True)
def _no_warm_up() -> Iterator[None]:
    """Nobody reads the figures, so the repetitions before those that count are left out."""
    with pytest.MonkeyPatch.context() as patched:
        for table in (garbled, kernels, online, preprocessing):
            patched.setattr(table, "WARM_UP", 0)
        yield
