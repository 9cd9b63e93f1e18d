"""Freed memory stays with a process that asks for it: its next arrays cost no page faults."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from native import MOST_KEPT_BYTES, kept_bytes

FAULTS = """
import resource, sys
import numpy as np
from native import keep_memory

if sys.argv[1] == "keep":
    keep_memory()
count, words = int(sys.argv[2]), int(sys.argv[3])

def work():
    arrays = [np.ones(words, np.uint64) for _ in range(count)]
    return sum(int(array[-1]) for array in arrays)

work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(how: str, count: int, words: int) -> int:
    command = [sys.executable, "-c", FAULTS, how, str(count), str(words)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize(("count", "words"), [(8, 1 << 17), (1, 1 << 23), (10, 1 << 22)])
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library has no say in it")
def test_arrays_come_from_memory_that_the_process_has(count: int, words: int) -> None:
    """Megabytes, more than glibc's largest threshold for mappings, 32 MiB, and much at once. Pages may be of 2 MiB."""
    returned = _faults("return", count, words)
    assert returned >= 10 * count * words * 8 >> 21
    assert _faults("keep", count, words) < returned / 4


def test_what_is_kept_is_a_part_of_the_machine_and_fits_the_c_library() -> None:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    assert 0 < kept_bytes() <= min(MOST_KEPT_BYTES, pages * size // 4)
    assert MOST_KEPT_BYTES == 2**31 - 1
