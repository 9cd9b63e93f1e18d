"""No branch and no address of the device's kernels depends on a secret, as far as a processor can tell.

OpenCL C of these kernels is C but for a few words, so they are compiled as C, and valgrind follows secrets through
them. It says nothing of what a device's own compiler makes of them. Matrix products are left out: they need
work-groups, and vectors that C does not have.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from native_builds import compiler

HERE = Path(__file__).parent
KERNELS = HERE.parents[1] / "native" / "opencl"
FOUND = 9

pytestmark = pytest.mark.slow


def compiled(program: Path, *options: str) -> Path:
    flags = ["-std=gnu11", "-Wno-unknown-pragmas", f"-I{KERNELS}", *options]
    subprocess.run([compiler(), *flags, str(HERE / "kernels_as_c.c"), "-o", str(program)], check=True)
    return program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("valgrind") is None:
        pytest.skip("needs valgrind")
    return compiled(tmp_path_factory.mktemp("constant_time") / "kernels", "-O2")


@pytest.mark.parametrize(
    ("case", "code"), [("words", 0), ("aes", 0), ("power", 0), ("base", 0), ("leak", FOUND), ("none", 2)]
)
def test_no_branch_or_address_depends_on_a_secret(program: Path, case: str, code: int) -> None:
    command = ["valgrind", "-q", f"--error-exitcode={FOUND}", str(program), case]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr[:2000]


def test_nothing_undefined_happens(tmp_path: Path) -> None:
    """With the sanitizers for addresses and for undefined behaviour."""
    program = compiled(tmp_path / "kernels", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    for case in ("words", "aes", "power", "base"):
        done = subprocess.run([str(program), case], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[:2000]
