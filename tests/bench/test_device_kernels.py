"""The workloads of a device: named by it, counted, bounded by ceilings of their own."""

from __future__ import annotations

import pytest

pytest.importorskip("pyopencl", reason="the extra `opencl` is not installed")

from opencl_drivers import place_or_skip

from bench.device_ceilings import copy, logic, multiplies
from bench.kernels import opencl
from mpc.device.engine import Engine
from mpc.errors import LocalError


@pytest.mark.slow
def test_every_workload_runs() -> None:
    place = place_or_skip()
    for workload in opencl.workloads():
        family, _, device = workload.name.split(".")
        assert family == "opencl"
        assert device.replace("_", "") in "".join(c for c in place.name if c.isalnum())
        assert workload.count > 0
        assert workload.limit_use > 0
        assert workload.limit in ("opencl_mul", "opencl_logic", "opencl_copy")
        workload.run()


@pytest.mark.slow
def test_every_ceiling_runs() -> None:
    place_or_skip()
    for ceiling in (multiplies(), logic(), copy()):
        assert ceiling.unit
        assert ceiling.count > 0
        ceiling.run()


def test_without_a_device_there_are_no_workloads(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Engine:
        raise LocalError("extra-missing", "no pyopencl", "")

    monkeypatch.setattr(opencl, "engine", missing)
    assert opencl.workloads() == []
