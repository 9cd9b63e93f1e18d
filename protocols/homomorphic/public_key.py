"""Keys that everybody encrypts with, whatever the cryptosystem: what two of them are alike in, and how one comes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Generic

from mpc.errors import PeerError
from mpc.network.wire import unpack
from protocols.homomorphic.encrypted_array import Encryption

_MOST_BYTES = 1024


class EncryptingKey(Generic[Encryption]):
    """What an `encryption` needs of a key, which was checked. Equal where `fingerprint` is, a hash of 32 bytes."""

    __slots__ = ("encryption",)

    def __init__(self, encryption: Encryption) -> None:
        self.encryption = encryption

    @property
    def fingerprint(self) -> bytes:
        return self.encryption.fingerprint

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, EncryptingKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)


def fields_of_key(
    data: bytes, named: str, version: int, types: Mapping[str, type], refused: PeerError
) -> dict[str, Any]:
    """The fields of a public key in a format and a version, each of its type; else the error is raised."""
    fields: Any = None
    with suppress(ValueError):
        fields = unpack(data) if len(data) <= _MOST_BYTES else None
    fields = fields if type(fields) is dict else {}
    good = set(fields) == {"format", "version", *types} and fields["format"] == named and fields["version"] == version
    if not good or any(type(fields[name]) is not kind for name, kind in types.items()):
        raise refused
    return {name: fields[name] for name in types}
