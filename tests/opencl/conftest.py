"""The device that the tests run on: the best of this machine, PoCL where there is no other."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyopencl", reason="the extra `opencl` is not installed")

from mpc.device import Device, Place, find, open_device, places
from mpc.device.engine import Engine
from mpc.device.thresholds import Thresholds


@pytest.fixture(scope="session")
def place() -> Place:
    if not places() and (sys.platform != "linux" or platform.machine() != "x86_64"):
        pytest.skip("no OpenCL driver is installed, and PoCL's wheel is for Linux on x86-64 alone")
    return find("opencl")


@pytest.fixture(scope="session")
def engine(place: Place) -> Engine:
    """Its memory is small, so that what needs much is refused or divided."""
    return Engine(place, budget=1 << 27)


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
def opened(place: Place) -> Iterator[Device]:
    """A device as the command line opens it, of its own."""
    device = open_device(place.spelled, least_work=0)
    yield device
    device.close()
