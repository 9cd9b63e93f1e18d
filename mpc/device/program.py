"""The kernels of native/opencl as one program for one device: compiled here, or ready made."""

from __future__ import annotations

import hashlib
import warnings
from importlib.resources import files
from typing import Any

import numpy as np

from mpc.device.platforms import Place, opencl
from mpc.errors import LocalError

PARTS = ("contract", "words", "matmul", "montgomery", "aes")
CONTRACT_VERSION = 1
LANES = {"CPU": 4}
"""How many numbers a work-item handles side by side; 1 on devices that are not named."""


def source() -> str:
    """The kernels as one text of OpenCL C, for a tool chain that compiles beforehand."""
    folder = files("native") / "opencl"
    return "\n".join((folder / f"{part}.cl").read_text(encoding="utf-8") for part in PARTS)


def digest() -> str:
    """The SHA-256 of the source, in hexadecimal."""
    return hashlib.sha256(source().encode()).hexdigest()


def compiled(context: Any, place: Place) -> Any:
    """The program for `place`, compiled by its driver. pyopencl's errors pass through."""
    program = opencl().Program(context, source())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what drivers say of correct code is no news to a user
        return program.build(options=[f"-DLANES={LANES.get(place.kind, 1)}"], devices=[place.handle], cache_dir=False)


def ready_made(context: Any, place: Place, binary: bytes) -> Any:
    """The program of a binary. LocalError `bad-device-binary` where the driver or we cannot use it."""
    cl = opencl()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cl.Program(context, [place.handle], [binary]).build(devices=[place.handle])
    except (cl.Error, ValueError) as error:
        raise bad_binary(f"{place.title} does not take it: {str(error).splitlines()[0]}") from None


def build_binary(place: Place) -> bytes:
    """The kernels compiled for `place`, as `ready_made` takes them. LocalError `device-build` if that fails."""
    cl = opencl()
    try:
        program = compiled(cl.Context([place.handle]), place)
    except cl.Error as error:
        raise LocalError("device-build", f"{place.title} cannot compile: {error}", "update its driver") from None
    return bytes(program.get_info(cl.program_info.BINARIES)[0])


def lanes_of(context: Any, queue: Any, program: Any) -> int:
    """What the program says of itself; LocalError `bad-device-binary` if it is for another contract."""
    cl = opencl()
    about = np.zeros(2, np.uint32)
    buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, about.nbytes)
    kernels_of(program, ("about",))["about"](queue, (1,), (1,), buffer)
    cl.enqueue_copy(queue, about, buffer)
    if about[0] != CONTRACT_VERSION:
        raise bad_binary(f"its kernels are of version {about[0]}, this Parley's of version {CONTRACT_VERSION}")
    return int(about[1])


def kernels_of(program: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The program's kernels; LocalError `bad-device-binary` if one is missing."""
    cl = opencl()
    try:
        return {name: cl.Kernel(program, f"parley_{name}") for name in names}
    except cl.LogicError as error:
        raise bad_binary(f"it holds other kernels ({str(error).splitlines()[0]})") from None


def bad_binary(cause: str) -> LocalError:
    """The error of a binary that does not fit."""
    remedy = "make it anew for this device and this version: parley device build, or the vendor's tool chain"
    return LocalError("bad-device-binary", f"the kernels' binary cannot be used: {cause}", remedy)
