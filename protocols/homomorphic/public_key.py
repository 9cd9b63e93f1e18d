"""Keys that everybody encrypts with, whatever the cryptosystem: what two of them are alike in, and how one comes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Generic

from mpc.errors import PeerError
from mpc.network.wire import unpack
from protocols.arguments import message_bytes
from protocols.homomorphic.encrypted_array import Array, Encryption
from protocols.homomorphic.expected import Expected

_MOST_BYTES = 1024


class EncryptingKey(Generic[Encryption, Array]):
    """What an `encryption` needs of a key, which was checked. Equal where `fingerprint` is, a hash of 32 bytes."""

    __slots__ = ("encryption",)

    def __init__(self, encryption: Encryption) -> None:
        self.encryption = encryption

    def ciphertexts_from(
        self,
        data: bytes | memoryview,
        sender: str,
        *,
        shape: tuple[int, ...] | None = None,
        bound: float | None = None,
        fractional_bits: int | None = None,
    ) -> Array:
        """Ciphertexts under this key that a party named `sender` sent as `to_bytes` of them.

        shape, bound, fractional_bits: what the program expects, the bound in the values' own units. The sender declares
        all three: this shape, a bound of `bound` at most, just so many fractional bits. **Beside a bound they are 0
        unless they are named**, since the sender would choose by them what 1 counts for. What is encrypted may be
        larger than the bound where the sender lies and proves nothing.

        Every ciphertext is checked. PeerError, each after the cryptosystem's name, as `paillier-malformed`:
        `malformed` (also a larger bound, or other fractional bits), `other-key`, `shape`, `count`; `paillier-range`,
        `paillier-not-unit`, `elgamal-element`. LocalError `wrong-number`, `wrong-shape` for what cannot be expected.
        """
        return self._received(data, sender, Expected.of(shape, bound, fractional_bits))

    def _received(self, data: bytes | memoryview, sender: str, expected: Expected) -> Array:
        """What this cryptosystem reads."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> bytes:
        return self.encryption.fingerprint

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, EncryptingKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)


def fields_of_key(
    data: bytes | memoryview, named: str, version: int, types: Mapping[str, type], refused: PeerError
) -> dict[str, Any]:
    """The fields of a public key in a format and a version, each of its type; else the error is raised."""
    fields: Any = None
    given = message_bytes(data, "data")
    with suppress(ValueError):
        fields = unpack(given) if len(given) <= _MOST_BYTES else None
    fields = fields if type(fields) is dict else {}
    good = set(fields) == {"format", "version", *types} and fields["format"] == named and fields["version"] == version
    if not good or any(type(fields[name]) is not kind for name, kind in types.items()):
        raise refused
    return {name: fields[name] for name in types}
