"""The OpenCL devices of this machine, and which of them a name means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from mpc.device.drivers import HOW_TO_GET_ONE, shown_to_the_loader
from mpc.errors import LocalError

NAME = re.compile(r"opencl(?::(\d{1,4}):(\d{1,4}))?")
BEST_FIRST = ("GPU", "accelerator", "CPU", "other")
MIN_WORK_GROUP = 256
MIN_LOCAL_BYTES = 16384


def opencl() -> Any:
    """The package pyopencl. LocalError `extra-missing` where it is not installed."""
    try:
        return import_module("pyopencl")
    except ImportError as error:
        raise LocalError(
            "extra-missing",
            f"OpenCL devices need pyopencl, which cannot be imported ({error})",
            "pip install 'parley-mpc[opencl]'",
        ) from None


@dataclass(frozen=True, slots=True)
class Place:
    """A device, by the indices of its platform and of itself there, and what its driver says about it."""

    platform: int
    device: int
    kind: str
    name: str
    platform_name: str
    driver: str
    handle: Any = field(compare=False, repr=False)

    @property
    def spelled(self) -> str:
        """The name that means this very device."""
        return f"opencl:{self.platform}:{self.device}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{self.name} ({self.platform_name})"

    @property
    def titled_with_driver(self) -> str:
        """The same with the driver's version, for whoever has to mend or replace it."""
        return f"{self.name} ({self.platform_name}, driver {self.driver})"

    def unfit(self, *, compiling: bool = True) -> str | None:
        """Why the kernels cannot run here; None if they can. `compiling`: they come as source."""
        device = self.handle
        if not device.available:
            return "its driver says that it is not available"
        if not device.endian_little:
            return "its words are big-endian"
        if compiling and not device.compiler_available:
            return "it cannot compile: give it a ready-made binary (--opencl-binary)"
        if device.max_work_group_size < MIN_WORK_GROUP or device.local_mem_size < MIN_LOCAL_BYTES:
            return f"it has too little room for work-groups of {MIN_WORK_GROUP} with {MIN_LOCAL_BYTES} bytes"
        return None


def places() -> list[Place]:
    """All devices of all platforms, in the drivers' order; empty where no driver is installed."""
    cl = opencl()
    try:
        with shown_to_the_loader():
            platforms = cl.get_platforms()
    except cl.LogicError:  # how the loader says that there is no driver
        return []
    found = []
    for p, platform in enumerate(platforms):
        for d, device in enumerate(_devices(cl, platform)):
            names = device.name.strip(), platform.name.strip(), device.driver_version
            found.append(Place(p, d, _kind(cl, device), *names, device))
    return found


def best_first() -> list[Place]:
    """All devices: GPUs, then accelerators (FPGAs, say), then CPUs; among several, by compute units times clock."""
    return sorted(places(), key=lambda place: (BEST_FIRST.index(place.kind), -_speed(place.handle)))


def find(name: str) -> Place:
    """The device that `name` means: `opencl`, the best there is, or `opencl:PLATFORM:DEVICE`, by indices.

    LocalError `unknown-device` lists what there is.
    """
    matched = NAME.fullmatch(name)
    there = best_first()
    if matched and matched[1] is None and there:
        return there[0]
    for place in there:
        if matched and matched[1] is not None and (place.platform, place.device) == (int(matched[1]), int(matched[2])):
            return place
    listed = "; ".join(f"{place.spelled} is {place.title}" for place in there) or "no OpenCL driver is installed"
    raise LocalError(
        "unknown-device",
        f"there is no device {name}: {listed}",
        f"use opencl for the best, or one of these; or install {HOW_TO_GET_ONE}",
    )


def _devices(cl: Any, platform: Any) -> list[Any]:
    try:
        return list(platform.get_devices())
    except cl.Error:
        return []


def _kind(cl: Any, device: Any) -> str:
    kinds = {"GPU": cl.device_type.GPU, "accelerator": cl.device_type.ACCELERATOR, "CPU": cl.device_type.CPU}
    return next((kind for kind, bit in kinds.items() if device.type & bit), "other")


def _speed(device: Any) -> int:
    return int(device.max_compute_units) * int(device.max_clock_frequency or 1)
