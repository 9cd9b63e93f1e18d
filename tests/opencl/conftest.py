"""The device that the tests run on: the best of this machine that passes its self-test, as an engine and in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyopencl", reason="the extra `opencl` is not installed")

from opencl_drivers import place_or_skip

from mpc.device import Device, Place, open_device
from mpc.device.engine import Engine
from mpc.device.program import build_binary
from mpc.device.thresholds import Thresholds


@pytest.fixture(scope="session")
def place() -> Place:
    return place_or_skip()


@pytest.fixture(scope="session")
def binary(place: Place) -> bytes:
    """The kernels as the driver compiles them, once: that takes seconds."""
    return build_binary(place)


@pytest.fixture(scope="session")
def engine(place: Place, binary: bytes) -> Engine:
    """Its memory is small, so that what needs much is refused or divided."""
    return Engine(place, binary, budget=1 << 27)


@pytest.fixture
def device(place: Place, engine: Engine) -> Iterator[Device]:
    """Takes every operation, whatever its size."""
    yield Device(place, engine, Thresholds.always(0))
    engine.memory.drop_kept()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For our thresholds; what PoCL compiled stays where it is, for compiling takes seconds."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("POCL_CACHE_DIR", str(Path.home() / ".cache" / "pocl" / "kcache"))


@pytest.fixture
def opened(place: Place, binary: bytes) -> Iterator[Device]:
    """A device as the command line opens it, of its own."""
    device = open_device(place.spelled, binary=binary, least_work=0)
    yield device
    device.close()
