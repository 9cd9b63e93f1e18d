"""Freed memory stays with a process that asks for it: its next arrays cost no page faults."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import numpy as np
from native import keep_memory

if sys.argv[1] == "keep":
    keep_memory()

def work():
    arrays = [np.ones(1 << 17, np.uint64) for _ in range(8)]
    return sum(int(array[-1]) for array in arrays)

work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library has no say in it")
def test_arrays_come_from_memory_that_the_process_has() -> None:
    pages = 10 * 8 * 256
    assert _faults("keep") < pages / 20 < _faults("return")
