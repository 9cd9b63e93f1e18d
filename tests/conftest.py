"""What holds for all tests: one profile for property tests, files kept together where tests run side by side, kernels.

`--kernels NAME` sends every call of this process to one implementation, as `--kernels portable`. `--examples N` tries
so many of each property, `--seeds N` so many random programs. Nothing of `mpc` is imported here, so that tests of
kernels run beside another build of `native`, which `mpc` refuses.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import native

HERE = Path(__file__).parent
SHARED_DEVICE = ("opencl", "bench/test_device_kernels.py")
"""Tests of one device, whose kernels are compiled once."""
LONGEST = (
    "native/test_builds.py", "native/test_constant_time.py", "array/test_random_programs.py", "bench", "runner",
    "joint_keys/test_joint_moduli.py", "store",
)  # fmt: skip
"""Files that take minutes, so that they begin first and no core is left waiting for them at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kernels", choices=native.implementations(), help="the implementation that all calls go to")
    parser.addoption("--examples", type=int, default=5, help="how many examples of a property are tried")
    parser.addoption("--seeds", type=int, default=400, help="how many random programs are tried")


def pytest_configure(config: pytest.Config) -> None:
    # No deadlines, since a slow machine is no failure.
    settings.register_profile(
        "parley", deadline=None, max_examples=config.getoption("--examples"),
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    settings.load_profile("parley")
    if chosen := config.getoption("--kernels"):
        selection = native.using(chosen)
        selection.__enter__()
        config.add_cleanup(lambda: selection.__exit__(None, None, None))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays to the end: no garbage is looked for in it, then or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, so that no process is left with one at the end."""
    items.sort(key=lambda item: not _place(item).startswith(LONGEST))


class FileByFile(LoadScopeScheduling):
    """With several processes (`-n`) each file stays in one, which makes its fixtures once."""

    def _split_scope(self, nodeid: str) -> str:
        place = nodeid.partition("::")[0].removeprefix("tests/")
        return "device" if place.startswith(SHARED_DEVICE) else place


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto`: two processes more than cores, since many tests wait, for peers or a time to end."""
    if config.option.numprocesses != "auto":
        return None
    return 2 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each cause of skipping, with the count: what was not tested here."""
    causes = Counter(_cause(report) for report in terminalreporter.stats.get("skipped", []))
    if causes:
        terminalreporter.section("skipped")
    for cause, count in causes.most_common():
        terminalreporter.write_line(f"{count:6} {cause}")


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).as_posix()


def _cause(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
