"""Secret bytes in a file, encrypted under a passphrase or under another file.

The file is msgpack: what it is for, its version, how the key comes about, a nonce, and the ciphertext of AES-256-GCM,
which covers all of the rest. From a passphrase the key comes by scrypt (RFC 7914), whose cost stands in the file;
from a key file it is the hash of its 32 random bytes. Nothing in it is executed, whoever wrote it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from mpc.network.new_files import NewFile, create_together
from mpc.network.wire import pack, unpack
from protocols.arguments import file_path

VERSION = 1
SCRYPT_COST = 1 << 17
"""With blocks of 8 KiB: 128 MiB of memory a guess."""

_BLOCK, _PARALLEL, _SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 8, 1, 16, 12, 32
_MOST_COST = 1 << 20
_MOST_BYTES = 1 << 16
_unwritten: ContextVar[bool] = ContextVar("a plan is made", default=False)
_FIELDS = {"format", "version", "salt", "cost", "nonce", "content"}


@contextmanager
def writing_none(planning: bool) -> Iterator[None]:
    """Whether a block, and what runs for it, only plans: then files of keys are left to the run, which would find them.

    Their arguments are checked all the same.
    """
    token = _unwritten.set(planning)
    try:
        yield
    finally:
        _unwritten.reset(token)


def new_key_file(path: str | Path) -> None:
    """Writes 32 random bytes to a file that only its owner may read; never overwrites. LocalError `key-exists`,
    `unwritable`. A plan of a program writes none."""
    file = file_path(path, "path")
    if not _unwritten.get():
        _write_new(file, os.urandom(_KEY_BYTES))


def _write_new(file: Path, content: bytes) -> None:
    create_together(NewFile(file, content, 0o600))


def write_secret(
    path: str | Path, purpose: str, content: bytes, *, passphrase: str | None, key_file: str | Path | None
) -> None:
    """Writes `content`, encrypted; `purpose` must be the same when it is read. Never overwrites.

    A plan of a program writes nothing. LocalError `no-passphrase` unless exactly one of the two is given; `key-exists`,
    `unwritable`, and for the key file `no-key`, `key-exposed`, `bad-key`.
    """
    file = file_path(path, "path")
    _require_one(passphrase, key_file)
    if _unwritten.get():
        return
    salt = os.urandom(_SALT_BYTES)
    cost = SCRYPT_COST if passphrase is not None else 0
    key = _key(passphrase, key_file, salt, cost)
    head = {"format": purpose, "version": VERSION, "salt": salt, "cost": cost, "nonce": os.urandom(_NONCE_BYTES)}
    sealed = AESGCM(key).encrypt(head["nonce"], content, pack(head))  # type: ignore[arg-type]
    _write_new(file, pack({**head, "content": sealed}))


def read_secret(path: str | Path, purpose: str, *, passphrase: str | None, key_file: str | Path | None) -> bytes:
    """What `write_secret` wrote.

    LocalError `no-key`, `key-exposed`, `bad-key` (no such file, another version, damaged), `wrong-passphrase`,
    `no-passphrase`.
    """
    _require_one(passphrase, key_file)
    data, exposed = _read(file_path(path, "path"))
    head = _head(path, data, purpose)
    if exposed:
        raise _exposed(path)
    sealed = head.pop("content")
    if (head["cost"] > 0) != (passphrase is not None):
        given = "a passphrase" if head["cost"] else "a key file"
        raise LocalError("wrong-passphrase", f"{path} was encrypted under {given}", f"give {given}")
    key = _key(passphrase, key_file, head["salt"], head["cost"])
    try:
        return AESGCM(key).decrypt(head["nonce"], sealed, pack(head))
    except InvalidTag:
        raise LocalError(
            "wrong-passphrase",
            f"{path} does not open: the passphrase or key file is another one, or the file was changed",
            "give what it was written with, or restore the file",
        ) from None


def write_fields(
    path: str | Path,
    purpose: str,
    version: int,
    fields: dict[str, Any],
    *,
    passphrase: str | None,
    key_file: str | Path | None,
) -> None:
    """Named fields, as `write_secret` writes their bytes, in a version of the format that `purpose` has."""
    write_secret(path, purpose, pack({"version": version, **fields}), passphrase=passphrase, key_file=key_file)


def read_fields(
    path: str | Path, purpose: str, version: int, *, passphrase: str | None, key_file: str | Path | None
) -> dict[str, Any]:
    """The fields that `write_fields` wrote. LocalError as `read_secret` has them; `bad-key` of another version."""
    fields: dict[str, Any] = unpack(read_secret(path, purpose, passphrase=passphrase, key_file=key_file))
    if fields["version"] != version:
        raise _of_another_version(path, version)
    return fields


def _of_another_version(path: str | Path, version: int) -> LocalError:
    return LocalError("bad-key", f"{path} is of another version of the format", f"this Parley reads {version}")


def _head(path: str | Path, data: bytes, purpose: str) -> dict[str, Any]:
    try:
        head = unpack(data)
    except ValueError:
        head = None
    if type(head) is not dict or set(head) != _FIELDS or head["format"] != purpose:
        raise LocalError("bad-key", f"{path} is no file of a {purpose}", "name the file that holds it")
    if head["version"] != VERSION:
        raise _of_another_version(path, VERSION)
    lengths = {"salt": _SALT_BYTES, "nonce": _NONCE_BYTES}
    good = all(type(head[name]) is bytes and len(head[name]) == size for name, size in lengths.items())
    cost = head["cost"]
    good &= type(cost) is int and 0 <= cost <= _MOST_COST and cost & (cost - 1) == 0 and cost != 1
    if not good or type(head["content"]) is not bytes:
        raise LocalError("bad-key", f"{path} is damaged", "restore it from a copy")
    return head


def _require_one(passphrase: str | None, key_file: str | Path | None) -> None:
    given: object = passphrase
    if given is not None and not isinstance(given, str):
        raise LocalError("no-passphrase", f"a passphrase is text, no {type(given).__name__}", "give a str")
    if (passphrase is None) == (key_file is None) or passphrase == "":
        raise LocalError(
            "no-passphrase", "a secret key is kept under a passphrase or under a key file", "give one of the two"
        )


def _key(passphrase: str | None, key_file: str | Path | None, salt: bytes, cost: int) -> bytes:
    if passphrase is not None:
        return Scrypt(salt, _KEY_BYTES, cost, _BLOCK, _PARALLEL).derive(
            normalize("NFC", passphrase).encode(errors="surrogatepass")
        )
    secret, exposed = _read(file_path(key_file, "key_file"))
    if len(secret) != _KEY_BYTES:
        raise LocalError("bad-key", f"{key_file} does not hold {_KEY_BYTES} bytes", "make one with `new_key_file`")
    if exposed:
        raise _exposed(key_file or "")
    return DomainHash("key file").absorb(salt, secret).bytes(_KEY_BYTES)


def _exposed(path: str | Path) -> LocalError:
    return LocalError("key-exposed", f"others may read {path}", f"chmod 600 {path}, and think of who has read it")


def _read(path: Path) -> tuple[bytes, bool]:
    """What may be a file of a secret, and whether others may read it. A pipe or a device is none, and is not waited
    for."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(_MOST_BYTES + 1) if stat.S_ISREG(mode) else b""
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise LocalError("no-key", f"cannot read {path!s:.200}: {cause}", "name the file that holds it") from None
    if not stat.S_ISREG(mode):
        raise LocalError("no-key", f"{path} is no plain file", "name the file that holds it")
    if len(data) > _MOST_BYTES:
        raise LocalError("bad-key", f"{path} is too long for a key", "name the file that holds it")
    return data, bool(stat.S_IMODE(mode) & 0o077)
