"""`--device` and `parley devices`: which OpenCL devices there are, whether they work, and their kernels ready made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group
from rich.text import Text

from mpc.device import Device, find, open_device, places
from mpc.device.device import set_up
from mpc.device.drivers import HOW_TO_GET_ONE
from mpc.device.program import build_binary, source
from mpc.device.thresholds import OPERATIONS
from mpc.errors import LocalError
from party_runner.report import table, titled
from party_runner.whole_file import write_file


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """What the command line says of a device; `name` None is the processor alone."""

    name: str | None = None
    binary: Path | None = None
    least_work: int | None = None

    @contextmanager
    def opened(self) -> Iterator[Device | None]:
        """The device, tested, until the block ends; None without one. LocalError if name or binary is wrong."""
        self.check()
        if self.name is None:
            yield None
            return
        binary = None if self.binary is None else _read(self.binary)
        device = open_device(self.name, binary=binary, least_work=self.least_work)
        try:
            yield device
        finally:
            device.close()

    def check(self) -> None:
        """Refuse a device that does not exist. LocalError `no-device`, `unknown-device`, `extra-missing`."""
        if self.name is not None:
            find(self.name)
        elif self.binary is not None or self.least_work is not None:
            given = "--opencl-binary" if self.binary is not None else "--device-threshold"
            raise LocalError("no-device", f"{given} without --device", "name the device too, as --device opencl")

    def options(self) -> tuple[str, ...]:
        """The same as options of `parley join`."""
        words = {"--device": self.name, "--opencl-binary": self.binary, "--device-threshold": self.least_work}
        return tuple(word for key, value in words.items() if value is not None for word in (key, str(value)))


def list_devices(console: Console) -> None:
    """Print every device, whether it passes its self-test, and from what work on it beats the processor."""
    there = places()
    if not there:
        console.print(f"No OpenCL driver is installed. Install {HOW_TO_GET_ONE}.", markup=False)
    working = []
    for place in there:
        device = set_up(place)
        if device.lost is None:
            working.append(place.spelled)
        console.print(_described(device))
        device.close()
    if len(working) < len(there):
        instead = f"--device {working[0]} works" if working else f"Install {HOW_TO_GET_ONE}"
        console.print(f"A device that fails is not used. {instead}.", markup=False)


def write_binary(name: str, target: Path) -> None:
    """Compile the kernels for a device into a file for `--opencl-binary`."""
    write_file(target, build_binary(find(name)))


def write_source(target: Path) -> None:
    """Write the kernels as one file of OpenCL C, for a tool chain that compiles elsewhere."""
    write_file(target, source().encode())


def _described(device: Device) -> Group:
    place = device.place
    made = table("", "")
    made.add_row("kind", place.kind)
    made.add_row("driver", f"{place.platform_name}, {place.driver}")
    made.add_row("self-test", "passed" if device.lost is None else device.lost)
    for operation in OPERATIONS if device.lost is None else ():
        least = device.thresholds.least[operation]
        made.add_row(f"{operation} goes there", "never" if least is None else f"from {least:,} on")
    return titled(f"{place.spelled}  {place.title}", made) if made.row_count else Group(Text(place.title))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = f"{path} cannot be read: {error.strerror}"
        raise LocalError("bad-device-binary", cause, "name a file that `parley device build` wrote") from None
