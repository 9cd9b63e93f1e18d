"""Key pairs: made, received, sent and kept.

Whoever holds a `PrivateKey` reads everything that was encrypted under it. A `PublicKey` is for everybody, whether one
party holds the other half or several hold shares of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Group, Points, Scalars
from mpc.algebra.ristretto import RISTRETTO
from mpc.errors import PeerError
from mpc.network.wire import pack
from protocols.elgamal.ciphertexts import Ciphertexts, ciphertexts_of
from protocols.elgamal.encryption import Encryption, parted
from protocols.elgamal.messages import from_bytes
from protocols.elgamal.plaintexts import FRACTIONAL_BITS, from_points, to_scalars
from protocols.elgamal.refusals import REFUSALS
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.expected import Expected
from protocols.homomorphic.key_files import read_fields, write_fields
from protocols.homomorphic.public_key import EncryptingKey, fields_of_key
from protocols.homomorphic.refusals import no_key_of, unpicklable
from protocols.homomorphic.scale import Scale

_PUBLIC, _PRIVATE, _VERSION = "parley elgamal public key", "parley elgamal private key", 1


class PublicKey(EncryptingKey[Encryption, Ciphertexts]):
    """An element Y that was checked: `from_bytes` and `generate` give such keys. Equal where these are.

    `fingerprint`: 32 bytes, a hash of it.
    """

    __slots__ = ()

    @classmethod
    def of(cls, key: Points) -> Self:
        """Of an element () that was checked."""
        return cls(Encryption(key))

    @classmethod
    def from_bytes(cls, data: bytes, sender: str) -> Self:
        """The key that `to_bytes` gave, from a party named `sender`, over ristretto255.

        PeerError, which names it: `elgamal-malformed` if it is no such message or no element, `elgamal-neutral-key` if
        it is the neutral element, under which nothing is hidden.
        """
        encoding = _encoding_of(data, sender)
        key, good = Points.from_bytes(RISTRETTO, np.frombuffer(encoding, np.uint8))
        if not good.all():
            raise no_key_of(REFUSALS.malformed, sender, _VERSION)
        return cls.of(checked_key(key, sender))

    def to_bytes(self) -> bytes:
        """The key for another party: msgpack of a format, a version, and Y."""
        return pack({"format": _PUBLIC, "version": _VERSION, "key": self.encryption.key.to_bytes().tobytes()})

    def encrypt(
        self, values: npt.ArrayLike, *, fractional_bits: int | None = None, bound: float | None = None
    ) -> Ciphertexts:
        """Numbers of any shape as ciphertexts of that shape.

        Whole numbers and truth values are held exactly, others to the nearest multiple of 2^-fractional_bits, 16 by
        default. `bound`: the largest magnitude there may be, in the values' own units, which is public; as a whole
        number 2^40 at most. By default it is what the type holds, which for int64, Python's integers and numbers with a
        fraction is more. LocalError `not-a-number`, `out-of-range`, `wrong-number`, `elgamal-overflow`.
        """
        encoded = encode(values, fractional_bits=fractional_bits, bound=bound, reals=FRACTIONAL_BITS)
        words = self.encryption.encrypt(to_scalars(encoded, self.group))
        return Ciphertexts(self.encryption, words, encoded.scale, fresh=True)

    def _received(self, data: bytes | memoryview, sender: str, expected: Expected) -> Ciphertexts:
        return from_bytes(self.encryption, data, sender, expected)

    @property
    def group(self) -> Group:
        return self.encryption.group

    def __repr__(self) -> str:
        return f"PublicKey(over {self.group.name}, {self.encryption.name})"


class PrivateKey:
    """A scalar x, and `public`, the key x G. Shows nothing of x; cannot be pickled."""

    __slots__ = ("_x", "public")
    kept_by = "`key.save(path)` keeps it in a file, encrypted"

    def __init__(self, x: Scalars, group: Group = RISTRETTO) -> None:
        """x: (), secret, uniformly random and not zero."""
        self._x = x
        self.public = PublicKey.of(Points(group, group.generator()) * x)

    @classmethod
    def generate(cls, source: RandomBytes = os.urandom, group: Group = RISTRETTO) -> Self:
        """A new key pair; of 252 bits over ristretto255."""
        while True:
            x = Scalars.random(group.order, (), source)
            if x.words.any():
                return cls(x, group)

    def encrypt(
        self, values: npt.ArrayLike, *, fractional_bits: int | None = None, bound: float | None = None
    ) -> Ciphertexts:
        """As `PublicKey.encrypt`."""
        return self.public.encrypt(values, fractional_bits=fractional_bits, bound=bound)

    def decrypt(self, array: Ciphertexts) -> npt.NDArray[Any]:
        """The numbers: float64 where there are fractional bits, else int64.

        Takes about the square root of the bound, a few seconds for 2^40, and no more for many numbers than for one
        where they are small. LocalError `elgamal-other-key`; `elgamal-beyond-bound` where a number is larger than its
        bound, which whoever encrypted it declared.
        """
        return from_points(self._opened(array), array.scale)

    def decrypt_exact(self, array: Ciphertexts) -> tuple[npt.NDArray[Any], int]:
        """Whole numbers, and the fractional bits with which they are the numbers. LocalError as `decrypt`."""
        return from_points(self._opened(array), Scale(0, array.scale.bound)), array.fractional_bits

    def _opened(self, array: Ciphertexts) -> Points:
        """m G, in constant time."""
        ciphertexts_of(array).require_key(self.public)
        first, second = parted(array.group, array.words)
        return second - first * self._x

    @property
    def secret_scalar(self) -> Scalars:
        """x, for proofs about the key. Whoever sees it reads everything that was encrypted under it."""
        return self._x

    def save(self, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> None:
        """Writes the key to a new file, encrypted under a passphrase or under a file that `new_key_file` made.

        LocalError as `write_secret` has them.
        """
        fields = {"x": self._x.to_bytes().tobytes()}
        write_fields(path, _PRIVATE, _VERSION, fields, passphrase=passphrase, key_file=key_file)

    @classmethod
    def load(cls, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> Self:
        """The key that `save` wrote, over ristretto255. LocalError as `read_secret` has them."""
        fields = read_fields(path, _PRIVATE, _VERSION, passphrase=passphrase, key_file=key_file)
        x, _ = Scalars.from_bytes(RISTRETTO.order, np.frombuffer(fields["x"], np.uint8))
        return cls(x)

    def __repr__(self) -> str:
        return f"PrivateKey({self.public!r}, ...)"

    def __reduce__(self) -> NoReturn:
        raise unpicklable("a private key")


def checked_key(key: Points, sender: str) -> Points:
    """The element that a party sent as a key; PeerError `elgamal-neutral-key` if it is the neutral one."""
    if key.is_neutral():
        raise PeerError(
            "elgamal-neutral-key",
            f"{sender} sent the neutral element as a key, under which everybody reads everything",
            "that party is not to be trusted",
            party=sender,
        )
    return key


def _encoding_of(data: bytes, sender: str) -> bytes:
    refused = no_key_of(REFUSALS.malformed, sender, _VERSION)
    encoding: bytes = fields_of_key(data, _PUBLIC, _VERSION, {"key": bytes}, refused)["key"]
    if len(encoding) != RISTRETTO.encoding_bytes:
        raise refused
    return encoding
