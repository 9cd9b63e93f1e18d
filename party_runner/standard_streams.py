"""Standard streams that are closed, or take fewer characters than are written, when the command starts."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def open_standard_streams() -> None:
    """Let nothing that is opened later take the place of a closed standard stream, and escape what an encoding lacks.

    Where standard output is closed `sys.stdout` stays None, since its reader must be told; errors then have nowhere to
    go if standard error is closed too.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 -- as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # closed, or replaced by what has no encoding
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
