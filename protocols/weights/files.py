"""What owner and user of weights keep on their disks, so that F = W - A is sent once and not in every session.

The owner's file holds the seed of A, and is named by what A may ever mask: these integers, of this name, in this ring.
Other weights have another file, and so another A; equal ones of two names too, so that a user does not see it of them.
Its content is as secret as the weights. The user's file is F, named by its hash.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from mpc.network.new_files import NewFile, create_together
from mpc.prg import SEED_BYTES, Seed
from protocols.shares import Shape
from protocols.weights.matrix import Integers

DIGEST_BYTES = 32
MASK = ".mask"
PART = ".part"
_BLOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class KeptMask:
    """The seed of A at the owner, and the hash of F."""

    seed: Seed
    digest: bytes = field(repr=False)


def mask_file(folder: Path, ring: Z2k, name: str, integers: Integers) -> Path:
    """Where the mask of weights of this name is kept."""
    content = sha256(name.encode()).digest() + sha256(integers.reshape(-1).data).digest()
    found = DomainHash("mask of named weights", ring.bits, *integers.shape).absorb(content).bytes(DIGEST_BYTES)
    return folder / f"{found.hex()}{MASK}"


def recall(file: Path) -> KeptMask | None:
    """What was kept; None if nothing was. LocalError `key-exposed`, `weights-damaged`."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(file, f"cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _damaged(file, "is no plain file")
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
            raise LocalError("key-exposed", f"others may read {file}", f"chmod 600 {file}; if they have, delete it")
        content = stream.read(SEED_BYTES + 2 * DIGEST_BYTES + 1)
    kept, check = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if len(kept) != SEED_BYTES + DIGEST_BYTES or sha256(kept).digest() != check:
        raise _damaged(file, "is not as it was written")
    return KeptMask(Seed(kept[:SEED_BYTES]), kept[SEED_BYTES:])


def keep(file: Path, mask: KeptMask) -> None:
    """Keep a mask whose F has left. What another session has kept meanwhile stays. LocalError `unwritable`."""
    _made(file.parent)
    content = mask.seed.secret + mask.digest
    try:
        create_together(NewFile(file, content + sha256(content).digest(), 0o600))
    except LocalError as error:
        if error.code != "key-exists":
            raise


def masked_file(folder: Path, digest: bytes) -> Path:
    """Where F of this hash is kept."""
    return folder / f"{digest.hex()}.masked"


def refuse_both(folder: Path, digest: bytes, own: Path) -> None:
    """See that a folder has not both halves: F of this hash, and the seed of its mask, which give the weights away.

    Each party asks after it has written its half, which is deleted then; so of two that write into one folder, the
    later one at least sees it. LocalError `wrong-argument`.
    """
    if not masked_file(folder, digest).exists() or not any(_masks(file, digest) for file in folder.glob(f"*{MASK}")):
        return
    own.unlink(missing_ok=True)
    raise LocalError(
        "wrong-argument", f"both parties keep masked weights in {folder}, and their halves together are the weights",
        "folder= of its own for each party, which the other cannot read; delete this one",
    )  # fmt: skip


def _masks(file: Path, digest: bytes) -> bool:
    with suppress(LocalError):
        kept = recall(file)
        return kept is not None and kept.digest == digest
    return False


def mapped(file: Path, shape: Shape, digest: bytes) -> Words | None:
    """F, mapped from its file; None if there is none that is whole. Reads all of it once."""
    try:
        size = file.lstat()
        if not stat.S_ISREG(size.st_mode) or size.st_size != 8 * shape[0] * shape[1]:
            return None
        found = _read_only(file, shape)
    except (OSError, ValueError):
        return None
    return found if digest_of(found) == digest else None


def digest_of(words: Words) -> bytes:
    """The hash of an array in C order."""
    digest, flat = sha256(), words.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        digest.update(flat[start : start + _BLOCK].data)
    return digest.digest()


@contextmanager
def written(folder: Path, shape: Shape) -> Iterator[tuple[Words, Callable[[bytes], Words]]]:
    """Room on the disk for F of this shape, mapped to be filled, and what gives it its name and maps it to be read.

    What has got no name when the block ends is gone, and so is what processes that were killed have left. LocalError
    `unwritable`.
    """
    _made(folder)
    try:
        descriptor, part = _new_part(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        with os.fdopen(descriptor, "r+b") as stream:
            os.posix_fallocate(descriptor, 0, 8 * shape[0] * shape[1])
            room = np.memmap(stream, "<u8", "r+", shape=shape)

            def finish(digest: bytes) -> Words:
                room.flush()
                os.fsync(descriptor)
                file = masked_file(folder, digest)
                os.replace(part, file)
                return _read_only(file, shape)

            yield np.asarray(room), finish
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        with suppress(OSError):
            os.unlink(part)


def _new_part(folder: Path) -> tuple[int, str]:
    """A part under a lock, and none that nobody holds beside it: one process at a time looks and begins one.

    Another one may give its part its name meanwhile."""
    whole = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flock(whole, LOCK_EX)
        for left in folder.glob(f"*{PART}"):
            with suppress(BlockingIOError, FileNotFoundError), open(left, "r+b") as stream:
                flock(stream, LOCK_EX | LOCK_NB)
                left.unlink()
        descriptor, part = tempfile.mkstemp(dir=folder, suffix=PART)
        flock(descriptor, LOCK_EX)
        return descriptor, part
    finally:
        os.close(whole)


def _read_only(file: Path, shape: Shape) -> Words:
    return np.asarray(np.memmap(file, "<u8", "r", shape=shape))


def _made(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: OSError) -> LocalError:
    return LocalError("unwritable", f"cannot write into {folder}: {error.strerror}", "another folder, with room")


def _damaged(file: Path, what: str) -> LocalError:
    return LocalError("weights-damaged", f"{file} {what}", "delete it: weights are then masked anew, and sent again")
