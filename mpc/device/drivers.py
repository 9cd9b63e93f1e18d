"""OpenCL drivers that are installed as Python packages, which the OpenCL loader does not find by itself.

The loader reads a folder of `.icd` files, each of one line, the path of a driver's library. Those in Intel's packages
hold a path on the machine that built them. So the loader is shown a folder with true ones beside the system's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER_NAMED_BY = "OCL_ICD_VENDORS"
SYSTEM_FOLDER = Path("/etc/OpenCL/vendors")
PACKAGES = {"intel-opencl-rt": "libintelocl.so", "intel-opencl-fpga-emu-rt": "libintelocl_emu.so"}
"""Distributions with a driver, and the library that it is."""
HOW_TO_GET_ONE = (
    "a driver that makes one of the processor: pip install 'parley-mpc[opencl-cpu]' on Linux with x86-64, "
    "elsewhere PoCL from the system's packages (Debian: apt install pocl-opencl-icd)"
)


@cache
def installed() -> tuple[Path, ...]:
    """The libraries of the drivers that are installed as packages of this Python."""
    return tuple(path for package, library in PACKAGES.items() for path in _files(package, library))


@contextmanager
def shown_to_the_loader() -> Iterator[None]:
    """While the block runs, a first look for platforms finds these drivers too. A folder that the user names stands."""
    libraries = installed()
    if not libraries or os.environ.get(FOLDER_NAMED_BY):
        yield
        return
    with TemporaryDirectory(prefix="parley-drivers-") as folder:
        fill(Path(folder), libraries)
        os.environ[FOLDER_NAMED_BY] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_NAMED_BY]


def fill(folder: Path, libraries: Iterable[Path], system: Path = SYSTEM_FOLDER) -> None:
    """Put `.icd` files into a folder: the system's own, and one for each library, by its absolute path."""
    for icd in system.glob("*.icd"):
        shutil.copyfile(icd, folder / f"system-{icd.name}")
    for library in libraries:
        (folder / f"{library.name}.icd").write_text(f"{library}\n", encoding="utf-8")


def _files(package: str, library: str) -> list[Path]:
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        return []
    return [Path(str(file.locate())).resolve() for file in files if file.name == library]
