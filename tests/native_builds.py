"""Compiles the C sources of `native` with other flags than the installed extension, or into other programs."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NATIVE = ROOT / "native"
OBJECTS = ROOT / "build" / "objects"
"""Where the build of the extension leaves its object files: setup.py."""
RELEASE = ("-O3", "-std=gnu11", "-fvisibility=hidden")
CORES = 2


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
    files = sources()
    kept = [OBJECTS / path.relative_to(ROOT).with_suffix(".o") for path in files]
    newest = max(path.stat().st_mtime for path in NATIVE.rglob("*.[ch]") if path.name != "_kernels.c")
    if all(path.exists() and path.stat().st_mtime > newest for path in kept):
        return [str(path) for path in kept]
    return compiled(folder, files, RELEASE)


def build_extension(folder: Path, flags: Sequence[str]) -> Path:
    """A copy of the package `native` in `folder`, its extension compiled with `flags`; what to put on the path."""
    from native.build_native import ffibuilder

    package = folder / "native"
    package.mkdir(parents=True)
    for name in ("__init__.py", "contracts.py", "_kernels.pyi"):
        shutil.copy(NATIVE / name, package)
    module = folder / "_kernels.c"
    ffibuilder.emit_c_code(str(module))
    flags = [*flags, "-fPIC", f"-I{sysconfig.get_paths()['include']}"]
    objects = compiled(folder / "objects", [*sources(), module], flags)
    run([compiler(), "-shared", *flags, *objects, "-o", str(package / "_kernels.abi3.so")])
    return folder


def run(command: Sequence[str]) -> str:
    """Runs a tool that must succeed; its output."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
