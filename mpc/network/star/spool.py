"""Arrays of clients for which there is no room in memory, in files of their own until the program takes them.

A file has no name, so that it goes with the process whatever happens, and has its whole size before the first byte
comes: a disk that is full is no surprise in the middle. What is written is encrypted (AES-256-CTR) under a key that is
drawn for this file and stays in memory: what a disk keeps of it is noise. Nothing guards it against somebody who writes
to the disk while the server runs.
"""

from __future__ import annotations

import errno
import os
import tempfile
from math import prod
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from mpc.errors import LocalError
from mpc.network.wire import CHUNK, DTYPES, Array, Aside, Head

_ON_DISK = Path("/var/tmp")
"""By the Filesystem Hierarchy Standard: /tmp may be memory."""
_SPARE = 1 << 30
"""Bytes of a disk that are left to others, or an eighth of a small one: ledgers and states may lie on the same."""


class Spool:
    """Where such files are made: in `folder`, else in TMPDIR, else in /var/tmp or what the system has instead."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def place(self, size: int) -> InFile | None:
        """A file for `size` bytes; None where the disk or the process has no room for one."""
        try:
            return InFile(_made(self._folder or _default(), size), size)
        except OSError:
            return None


class InFile:
    """One array, in a file (`mpc.network.placing.Place`, `mpc.network.wire.Stored`). LocalError `spool-failed` if the
    disk fails."""

    __slots__ = ("_cipher", "_file", "_head", "_lent", "_writing", "nbytes")

    def __init__(self, file: int, size: int) -> None:
        self.nbytes = size
        self._file = file
        self._cipher = Cipher(AES256(os.urandom(32)), CTR(bytes(16)))
        self._writing = self._cipher.encryptor()
        self._lent = memoryview(b"")
        self._head: Head | None = None

    def space(self, most: int, scratch: memoryview) -> memoryview:
        """Lent space."""
        self._lent = scratch[:most]
        return self._lent

    def filled(self, count: int) -> None:
        """Written from the lent space."""
        lent, self._lent = self._lent, memoryview(b"")
        self.put(lent[:count])

    def put(self, part: memoryview) -> None:
        """Encrypted and written."""
        rest = memoryview(self._writing.update(part))
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise _failed(error) from None

    def whole(self, head: Head) -> Aside:
        """A message whose array lies here."""
        self._head = head
        return Aside(head[0], head[1], head[2], self)

    def load(self) -> Array:
        """The array, read-only; the file is gone after it."""
        assert self._head is not None
        width, shape = self._head[3:]
        array: Array = np.empty(prod(shape), DTYPES[width])
        view, reading = array.data.cast("B"), self._cipher.decryptor()
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            for start in range(0, len(view), CHUNK):
                self._load(view[start : start + CHUNK])
                view[start : start + CHUNK] = reading.update(view[start : start + CHUNK])
        except OSError as error:
            raise _failed(error) from None
        finally:
            self.close()
        array.flags.writeable = False
        return array.reshape(shape)

    def close(self) -> None:
        """Lets the file go."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _load(self, part: memoryview) -> None:
        while part:
            count = os.readv(self._file, [part])
            if not count:
                raise OSError("it is shorter than it was")
            part = part[count:]

    def __del__(self) -> None:
        self.close()


def _default() -> Path:
    if "TMPDIR" not in os.environ and _ON_DISK.is_dir():
        return _ON_DISK
    return Path(tempfile.gettempdir())


def _made(folder: Path, size: int) -> int:
    """A file without a name, of this size."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as named:
        file = os.dup(named.fileno())
    try:
        disk = os.fstatvfs(file)
        if (disk.f_bavail - min(_SPARE // disk.f_frsize, disk.f_blocks // 8)) * disk.f_frsize < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, size)
    except BaseException:
        os.close(file)
        raise
    return file


def _failed(error: OSError) -> LocalError:
    return LocalError(
        "spool-failed",
        f"a file for messages of clients cannot be written or read: {error.strerror or error}",
        "look at the disk; TMPDIR names another one, and spool_bytes = 0 in [limits] of star.toml does without",
    )
