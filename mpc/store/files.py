"""The files of a store: sealed, private to their owner, and refused by name when they are not what was written.

Material is encrypted and authenticated in chunks of 1 MiB with AES-256-GCM (NIST SP 800-38D), so that a piece of a
large store is read without reading the whole. Every file of every store has a key of its own, derived from the
store's fresh random id; a chunk's number is its nonce. So a chunk opens at its own place of its own file only. The
header fixes the length of all files and is authenticated by HMAC-SHA256.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path

import msgpack
import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mpc.errors import LocalError, SupplyError
from mpc.network.identity import Identity
from mpc.prg import SEED_BYTES, Seed

HEADER, INDEX, MATERIAL, JOURNAL, KEY = "header", "index", "material", "journal.sqlite", "key"
CHUNK = 1 << 20
ID_BYTES = 32
_FORMAT = b"parley store 1\n"
_FAMILY = b"parley store "
_MAC_BYTES = 32
_TAG_BYTES = 16
_MAX_HEADER = 1 << 16
_CHUNKS_KEPT = 8

REMAKE = "make a new store with all parties; restore nothing from a copy, which could use material twice"


@dataclass(frozen=True)
class Header:
    """What a store says of itself, public but for the fact that it exists.

    `store`: 32 random bytes, this party's. `session`: 32 bytes that the parties have in common, and `plan`: the digest
    of what is stored, both the same at every party. `ring`: its bits. `records`, `words`: how many. `kinds`: elements
    of each kind. `each`: how many records a run has, where what one has left is
    of no use to the next; else 0. `maker`, `trust`, `dealt`, `means`: what the supplier that made the material says of
    itself.
    """

    store: bytes
    session: bytes
    plan: bytes
    party: int
    n: int
    ring: int
    maker: str
    trust: str
    dealt: bool
    records: int
    words: int
    kinds: dict[str, int]
    each: int = 0
    means: str = ""


def key_of(identity: Identity) -> Seed:
    """The key of a party's stores: HKDF-SHA256 (RFC 5869) of its private key, which is good for nothing else."""
    private = serialization.load_pem_private_key(identity.key_file.read_bytes(), password=None)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        secret = private.private_bytes_raw()
    else:
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        secret = private.private_numbers().private_value.to_bytes(-(-private.key_size // 8), "big")
    return Seed(HKDF(hashes.SHA256(), SEED_BYTES, None, b"parley store key").derive(secret))


def new_key_file(folder: Path) -> Seed:
    """A fresh key in a file of the store itself: it finds damage, and hides nothing from who may read the folder."""
    key = Seed.fresh()
    write_new(folder / KEY, key.secret)
    return key


def read_key_file(folder: Path) -> Seed:
    """What `new_key_file` wrote. SupplyError `store-key` where the store is sealed with a party's private key."""
    if not (folder / KEY).exists():
        raise SupplyError(
            "store-key",
            f"{folder} is sealed with a key that is not in it",
            "name the party's private key with which it was made",
        )
    content = read_private(folder / KEY, SEED_BYTES)
    if len(content) != SEED_BYTES:
        raise damaged(folder / KEY, f"is not {SEED_BYTES} bytes long")
    return Seed(content)


def write_header(folder: Path, header: Header, key: Seed) -> None:
    """Write and sync the header; a store without one is unfinished."""
    body: bytes = msgpack.packb(asdict(header))
    write_new(folder / HEADER, _FORMAT + _header_mac(key, body) + body)


def read_header(folder: Path, key: Seed) -> Header:
    """Read and check the header. SupplyError `store-damaged`, `store-version`."""
    file = folder / HEADER
    content = read_private(file, _MAX_HEADER)
    body = content[len(_FORMAT) + _MAC_BYTES :]
    mac = content[len(_FORMAT) : len(_FORMAT) + _MAC_BYTES]
    if content.startswith(_FAMILY) and not content.startswith(_FORMAT):
        raise SupplyError(
            "store-version", f"{file} is of another version of the format", "make a new store with this version"
        )
    if not content.startswith(_FORMAT) or not hmac.compare_digest(mac, _header_mac(key, body)):
        raise damaged(file, "was altered, or belongs to another party's key")
    return Header(**msgpack.unpackb(body))


def _header_mac(key: Seed, body: bytes) -> bytes:
    return hmac.digest(key.derive("store header").secret, _FORMAT + body, hashlib.sha256)


def file_key(key: Seed, store: bytes, name: str) -> Seed:
    """The key of one file of one store."""
    return key.derive("store file", store, name)


class SealedWriter:
    """Writes bytes of any length as sealed chunks. LocalError `unwritable`."""

    def __init__(self, file: Path, key: Seed) -> None:
        self._file = file
        self._cipher = AESGCM(key.secret)
        self._stream = os.fdopen(_create(file), "wb", buffering=0)
        self._buffer = bytearray()
        self._chunks = 0

    def write(self, content: bytes) -> None:
        """Append."""
        self._buffer += content
        whole = len(self._buffer) // CHUNK * CHUNK
        if whole:
            with memoryview(self._buffer) as view:
                for start in range(0, whole, CHUNK):
                    self._seal(bytes(view[start : start + CHUNK]))
            del self._buffer[:whole]

    def finish(self) -> None:
        """Write what is left, sync to the disk, close."""
        if self._buffer:
            self._seal(bytes(self._buffer))
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise _unwritable(self._file, error) from None
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._stream.close()

    def _seal(self, chunk: bytes) -> None:
        sealed = memoryview(self._cipher.encrypt(_nonce(self._chunks), chunk, None))
        self._chunks += 1
        try:
            while sealed:
                sealed = sealed[self._stream.write(sealed) :]
        except OSError as error:
            raise _unwritable(self._file, error) from None


class SealedFile:
    """Reads ranges of what a SealedWriter wrote: `size` bytes. SupplyError `store-damaged` for anything else.

    Files are read, not mapped into memory: what was authenticated is a copy that nobody can change afterwards.
    """

    def __init__(self, file: Path, key: Seed, size: int) -> None:
        self._file = file
        self._size = size
        self._cipher = AESGCM(key.secret)
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        sealed = size + -(-size // CHUNK) * _TAG_BYTES
        self._descriptor = _open_private(file)
        found = os.fstat(self._descriptor).st_size
        if found != sealed:
            self.close()
            raise damaged(file, f"is {found} bytes long where {sealed} were written")

    def read_into(self, out: npt.NDArray[np.uint8], start: int) -> None:
        """Fill `out` with the bytes from `start` on."""
        done = 0
        while done < out.size:
            number, offset = divmod(start + done, CHUNK)
            piece = np.frombuffer(self._chunk(number), np.uint8)[offset : offset + out.size - done]
            out[done : done + piece.size] = piece
            done += piece.size

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _chunk(self, number: int) -> bytes:
        if number not in self._kept:
            length = min(CHUNK, self._size - number * CHUNK) + _TAG_BYTES
            sealed = os.pread(self._descriptor, length, number * (CHUNK + _TAG_BYTES))
            try:
                self._kept[number] = self._cipher.decrypt(_nonce(number), sealed, None)
            except InvalidTag:
                raise damaged(self._file, f"was altered in its chunk {number}") from None
            if len(self._kept) > _CHUNKS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def write_new(file: Path, content: bytes) -> None:
    """A new file, synced, that its owner alone may read."""
    with os.fdopen(_create(file), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make names of new files survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_private(file: Path, limit: int) -> bytes:
    """A small file that its owner alone may read."""
    descriptor = _open_private(file)
    with os.fdopen(descriptor, "rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise damaged(file, "is longer than any that was written")
    return content


def check_private(path: Path, status: os.stat_result) -> None:
    """SupplyError `store-exposed` unless the owner alone has access and is this user."""
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or status.st_uid != os.geteuid():
        raise SupplyError(
            "store-exposed",
            f"{path} may be read by others: mode {mode:04o}, owner {status.st_uid}",
            f"if nobody has read it, `chmod -R go= {path}` (and chown); otherwise delete it at every party "
            "and make a new store",
        )


def _open_private(file: Path) -> int:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}") from None
    status = os.fstat(descriptor)
    try:
        if not stat.S_ISREG(status.st_mode):
            raise damaged(file, "is no plain file")
        check_private(file, status)
    except SupplyError:
        os.close(descriptor)
        raise
    return descriptor


def _create(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> LocalError:
    return LocalError("unwritable", f"cannot write {file}: {error.strerror}", "choose another folder, with room")


def damaged(file: Path, what: str) -> SupplyError:
    """What every failed check of a file raises."""
    return SupplyError("store-damaged", f"{file} {what}", REMAKE)
