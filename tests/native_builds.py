"""Compiles the C sources of `native` with other flags than the installed extension, or into other programs."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from native import implementations

ROOT = Path(__file__).resolve().parents[1]
NATIVE = ROOT / "native"
OBJECTS = ROOT / "build" / "objects"
"""Where the build of the extension leaves its object files: setup.py."""
RELEASE = ("-O3", "-std=gnu11", "-fvisibility=hidden")
CORES = 2
SETS = ("amx", "avx512-ice", "avx512", "adx", "avx2")
"""Instruction sets that files are named after; a later name may be part of an earlier."""


def compiler() -> str:
    """The C compiler; skips the test where there is none."""
    found = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    return found or pytest.skip("needs a C compiler")


def sources() -> list[Path]:
    """The C files of the kernels; not what cffi generates."""
    return sorted(path for path in (*NATIVE.glob("*.c"), *NATIVE.glob("*/*.c")) if path.name != "_kernels.c")


def compiled(folder: Path, files: Sequence[Path], flags: Sequence[str]) -> list[str]:
    """Object files of C files, in `folder`."""

    def one(numbered: tuple[int, Path]) -> str:
        place, source = numbered
        target = folder / f"{place}-{source.stem}.o"
        run([compiler(), *flags, f"-I{NATIVE}", "-c", str(source), "-o", str(target)])
        return str(target)

    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(one, enumerate(files)))


def release_objects(folder: Path) -> list[str]:
    """Object files of the kernels as they are released: those that the installed extension was linked of, where the
    build has left them and nothing has changed since; else compiled in `folder`."""
    kept = kept_objects()
    return list(kept.values()) if kept else compiled(folder, sources(), RELEASE)


def kept_objects() -> dict[Path, str]:
    """The object file of each C file that the build of the installed extension has left; none if any has changed."""
    kept = {path: OBJECTS / path.relative_to(ROOT).with_suffix(".o") for path in sources()}
    newest = max(path.stat().st_mtime for path in NATIVE.rglob("*.[ch]") if path.name != "_kernels.c")
    whole = all(path.exists() and path.stat().st_mtime > newest for path in kept.values())
    return {source: str(path) for source, path in kept.items()} if whole else {}


def runs_here(source: Path) -> bool:
    """Whether this processor has the instructions that a C file is for; without them nothing of it is ever called."""
    name = source.stem.replace("_", "-")
    return next((one for one in SETS if one in name), "portable") in implementations()


def build_extension(folder: Path, flags: Sequence[str]) -> Path:
    """A copy of the package `native` in `folder`, its extension compiled with `flags`; what to put on the path.

    Files for processors that have more than this one are as in the installed extension, where its build has left them.
    """
    from native.build_native import ffibuilder

    package = folder / "native"
    package.mkdir(parents=True)
    for name in ("__init__.py", "contracts.py", "_kernels.pyi"):
        shutil.copy(NATIVE / name, package)
    module = folder / "_kernels.c"
    ffibuilder.emit_c_code(str(module))
    flags = [*flags, "-fPIC", f"-I{sysconfig.get_paths()['include']}"]
    kept = {source: built for source, built in kept_objects().items() if not runs_here(source)}
    watched = [source for source in sources() if source not in kept]
    objects = compiled(folder / "objects", [*watched, module], flags)
    run([compiler(), "-shared", *flags, *objects, *kept.values(), "-o", str(package / "_kernels.abi3.so")])
    return folder


def run(command: Sequence[str]) -> str:
    """Runs a tool that must succeed; its output."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
