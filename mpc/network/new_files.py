"""Files that are made together, whole, on the disk, and in place of nothing: keys and certificates."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mpc.errors import LocalError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that does not exist yet, what is to be in it, and its mode."""

    path: Path
    content: bytes
    mode: int


def create_together(*files: NewFile) -> None:
    """Make all of these files, or none; each has its name only once all are written. LocalError `key-exists`,
    `unwritable`."""
    for file in files:
        if file.path.exists() or file.path.is_symlink():
            raise _exists(file.path)
    with ExitStack() as parts:
        written = [parts.enter_context(_written(file)) for file in files]
        with ExitStack() as named:
            for file, part in zip(files, written, strict=True):
                _give_name(part, file.path)
                named.callback(file.path.unlink)
            named.pop_all()


@contextmanager
def _written(file: NewFile) -> Iterator[str]:
    """The content on the disk beside its place, under a name of its own until the block ends."""
    try:
        descriptor, part = tempfile.mkstemp(dir=file.path.parent, prefix=file.path.name, suffix=".part")
    except (OSError, ValueError) as error:
        raise _unwritable(file.path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, file.mode)
            stream.write(file.content)
            stream.flush()
            os.fsync(descriptor)
        yield part
    except OSError as error:
        raise _unwritable(file.path, error) from None
    finally:
        with suppress(OSError):
            os.unlink(part)


def _give_name(part: str, path: Path) -> None:
    """A second name for what is written: a link, unlike a rename, never takes another file's place."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def _exists(path: Path) -> LocalError:
    return LocalError(
        "key-exists",
        f"{path} exists, and a key is never overwritten",
        "choose another name or folder, or move the old files away",
    )


def _unwritable(path: Path, error: OSError | ValueError) -> LocalError:
    cause = error.strerror if isinstance(error, OSError) else "this is no name of a file"
    return LocalError("unwritable", f"cannot write {path}: {cause}", "choose another folder, on a disk with room")
