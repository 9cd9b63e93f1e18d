"""Whether Python goes through the same lines of this project whatever the secrets are."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from mpc.algebra.cores import using_cores

ROOT = Path(__file__).resolve().parents[1]
OURS = tuple(f"{ROOT / package}/" for package in ("mpc", "protocols", "native"))


def lines_of(run: Callable[[], object]) -> list[tuple[str, int]]:
    """The lines of this project that a call goes through, in order, once whatever is made on first use is there.

    Not those of finalisers: what tests before left is collected first, and nothing on the way.
    """
    run()
    gc.collect()
    lines: list[tuple[str, int]] = []

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            lines.append((frame.f_code.co_filename, frame.f_lineno))
        return local

    def enter(frame: FrameType, _: str, __: object) -> Any:
        return local if frame.f_code.co_filename.startswith(OURS) else None

    before = sys.gettrace()
    with using_cores(1):
        gc.disable()
        sys.settrace(enter)
        try:
            run()
        finally:
            sys.settrace(before)
            gc.enable()
    return lines


def same(runs: list[Callable[[], object]]) -> bool:
    """Whether all calls go through the same lines, of which there are some."""
    first, *others = [lines_of(run) for run in runs]
    assert len(first) > 20
    return all(lines == first for lines in others)
