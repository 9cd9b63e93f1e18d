"""How much memory a piece of work takes: the peak of this process above what it had before."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

_PROCESS = Path("/proc/self")
_FORGET_PEAK = "5"


class Peak:
    """Counts from where it is made. The system's mark of the peak is set back there, where it can be."""

    def __init__(self) -> None:
        with suppress(OSError):
            (_PROCESS / "clear_refs").write_text(_FORGET_PEAK)
        self._before = _high_water()

    def bytes(self) -> int:
        """The peak so far."""
        return _high_water() - self._before


def _high_water() -> int:
    """The most memory that was resident at once. Linux hands ru_maxrss on from a process to what it starts."""
    with suppress(OSError):
        for line in (_PROCESS / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
