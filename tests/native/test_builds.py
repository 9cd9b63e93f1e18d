"""The tests of the kernels pass in builds that watch them: for memory errors, undefined behaviour, broken contracts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from native_builds import ROOT, build_extension, compiler

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
WATCHED = ("-Og", "-std=gnu11", "-fno-omit-frame-pointer")
"""Without -g, which takes a third of the compiler's time; with it a report names lines beside functions."""
SANITIZERS = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-DPARLEY_CHECK_CONTRACTS",
)


@pytest.fixture(scope="module")
def runtime() -> str:
    """The library that must be loaded before Python; skips the test where the compiler has none."""
    found = subprocess.run([compiler(), "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip()
    return found if os.path.isabs(found) else pytest.skip("this compiler has no address sanitizer")


@pytest.fixture(scope="module")
def watched(runtime: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What to put on the path to have the extension that is watched: it is compiled once."""
    return build_extension(tmp_path_factory.mktemp("watched"), (*WATCHED, *SANITIZERS))


@pytest.fixture(scope="module")
def environment(watched: Path, runtime: str) -> dict[str, str]:
    """That of a process with the extension that is watched."""
    options = {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0", "PYCRYPTODOME_DISABLE_DEEPBIND": "1"}
    return {**os.environ, "PYTHONPATH": f"{watched}{os.pathsep}{ROOT}", **options}


def test_contracts_and_sanitizers(watched: Path, environment: Mapping[str, str]) -> None:
    done = run_tests(watched, kernel_tests(), environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


EVEN_OFFSET = """
import numpy as np
from native import WORDS, ffi, lib
tables, c, x, even = (ffi.from_buffer(WORDS, np.zeros(4, np.uint64)) for _ in range(4))
lib.parley_garble_ands(tables, c, x, x, even, even, 0, 1)
"""


def test_a_build_that_checks_contracts_looks_at_contents_too(watched: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVEN_OFFSET], cwd=watched, capture_output=True, text=True, env=environment
    )
    assert "BrokenContract: parley_garble_ands asks for delta[0] & 1" in done.stderr


def kernel_tests() -> list[str]:
    """The files that test kernels through `native` alone and in this process."""
    others = {"test_builds.py", "test_constant_time.py", "test_memory.py", "test_signatures.py"}
    return [str(path) for path in sorted(HERE.glob("test_*.py")) if path.name not in others]


def run_tests(path: Path, files: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs test files in another process, with the package `native` that lies in `path`."""
    (path / "which_native.py").write_text(f"import native\nassert native.__file__.startswith({str(path)!r})\n")
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "--capture=no", "-p", "no:cacheprovider", "-p", "which_native",
        "-o", f"pythonpath={path} {ROOT / 'tests'} {ROOT}", "-m", "not slow", "--examples", "4", *files,
    ]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
