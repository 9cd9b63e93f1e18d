"""Which files of code are the user's own, and which are Parley's or installed."""

from __future__ import annotations

import os
import site
import sysconfig
from functools import lru_cache
from pathlib import Path

PACKAGES = ("native", "mpc", "protocols", "party_runner")
OURS = tuple(Path(__file__).resolve().parent.parent / name for name in PACKAGES)
_OF_PYTHON = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
LIBRARIES = tuple(Path(place).resolve() for place in (*_OF_PYTHON, *site.getsitepackages(), site.getusersitepackages()))
ENVIRONMENT = ("pyvenv.cfg", "conda-meta")


@lru_cache(maxsize=4096)
def is_users(path: Path, folder: Path) -> bool:
    """Whether a file is the user's own, of a program in `folder`, wherever it lies: not Parley's, nor Python's, nor of
    an environment other than one that the program's folder itself lies in."""
    path = Path(os.path.abspath(path))
    real = path.resolve()
    if any(one.is_relative_to(place) for one in (path, real) for place in (*OURS, *LIBRARIES)):
        return False
    path = path if path.is_relative_to(folder) else real
    around = {folder, *folder.parents}
    return not any((above / mark).exists() for above in path.parents if above not in around for mark in ENVIRONMENT)


def is_in(path: Path, folder: Path) -> bool:
    """Whether a file lies in `folder`, by its own name or by the one that its links lead to."""
    return Path(os.path.abspath(path)).is_relative_to(folder) or path.resolve().is_relative_to(folder)
