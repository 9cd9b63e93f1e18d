"""Files that are there whole or not at all, and that their owner alone may read: results may be for one party only."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from mpc.errors import LocalError
from mpc.network.irreplaceable import refuse_to_replace

ELSEWHERE = "Name a file in an existing folder that you may write to, on a disk with room."


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, onto the disk, then give it the name. What is no plain file, as a pipe, is written to.

    OSError if that is not possible; then a plain target is as it was. LocalError `would-overwrite` where it holds what
    cannot be made again.
    """
    refuse_to_replace(target)
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def write_file(target: Path, content: bytes, code: str = "unwritable", remedy: str = ELSEWHERE) -> None:
    """The same, with a LocalError of this code where it is not possible."""
    try:
        write_whole(target, content)
    except OSError as error:
        raise LocalError(code, f"cannot write {target}: {error.strerror}", remedy) from None
