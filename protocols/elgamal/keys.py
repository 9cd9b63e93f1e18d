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
from mpc.errors import LocalError, PeerError
from mpc.network.wire import pack, unpack
from protocols.elgamal.ciphertexts import Ciphertexts
from protocols.elgamal.encryption import Encryption, parted
from protocols.elgamal.messages import from_bytes
from protocols.elgamal.plaintexts import FRACTIONAL_BITS, from_points, to_scalars
from protocols.homomorphic.encoding import Scale, encode
from protocols.homomorphic.key_files import read_secret, write_secret

_PUBLIC, _PRIVATE, _VERSION = "parley elgamal public key", "parley elgamal private key", 1
_MOST_BYTES = 1024


class PublicKey:
    """An element Y. Equal where these are. `fingerprint`: 32 bytes, a hash of it."""

    __slots__ = ("encryption",)

    def __init__(self, encryption: Encryption) -> None:
        """Of an element that was checked: `from_bytes` and `generate` give such keys."""
        self.encryption = encryption

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
            raise _malformed(sender)
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

    def ciphertexts_from(
        self,
        data: bytes | memoryview,
        sender: str,
        *,
        shape: tuple[int, ...] | None = None,
        bound: float | None = None,
    ) -> Ciphertexts:
        """Ciphertexts under this key that a party named `sender` sent as `to_bytes` of them.

        shape, bound: what the program expects, the bound in the values' own units. The sender declares both, a bound of
        `bound` at most. What is encrypted may be larger than that where the sender lies and proves nothing.

        Both elements of each are checked. PeerError `elgamal-malformed` (a larger bound, too), `elgamal-other-key`,
        `elgamal-shape` (not the shape expected), `elgamal-count`, `elgamal-element`. LocalError `wrong-number` for a
        bound that cannot be.
        """
        return from_bytes(self.encryption, data, sender, shape=shape, bound=bound)

    @property
    def group(self) -> Group:
        return self.encryption.group

    @property
    def fingerprint(self) -> bytes:
        return self.encryption.fingerprint

    def require_own(self, ciphertexts: Ciphertexts) -> None:
        """LocalError `elgamal-other-key` unless they are under this key."""
        if ciphertexts.fingerprint != self.fingerprint:
            raise LocalError(
                "elgamal-other-key",
                "these ciphertexts are under another key",
                "decrypt them where the private half of their key is",
            )

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, PublicKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"PublicKey(over {self.group.name}, {self.encryption.name})"


class PrivateKey:
    """A scalar x, and `public`, the key x G. Shows nothing of x; cannot be pickled."""

    __slots__ = ("_x", "public")

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
        self.public.require_own(array)
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
        content = pack({"version": _VERSION, "x": self._x.to_bytes().tobytes()})
        write_secret(path, _PRIVATE, content, passphrase=passphrase, key_file=key_file)

    @classmethod
    def load(cls, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> Self:
        """The key that `save` wrote, over ristretto255. LocalError as `read_secret` has them."""
        fields = unpack(read_secret(path, _PRIVATE, passphrase=passphrase, key_file=key_file))
        if fields["version"] != _VERSION:
            raise LocalError("bad-key", f"{path} is of another version of the format", f"this Parley reads {_VERSION}")
        x, _ = Scalars.from_bytes(RISTRETTO.order, np.frombuffer(fields["x"], np.uint8))
        return cls(x)

    def __repr__(self) -> str:
        return f"PrivateKey({self.public!r}, ...)"

    def __reduce__(self) -> NoReturn:
        raise LocalError("secret-key", "a private key cannot be pickled", "keep it with `save`")


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
    try:
        fields = unpack(data) if len(data) <= _MOST_BYTES else None
    except ValueError:
        fields = None
    fields = fields if type(fields) is dict else {}
    good = set(fields) == {"format", "version", "key"} and fields["format"] == _PUBLIC and fields["version"] == _VERSION
    if not good or type(fields["key"]) is not bytes or len(fields["key"]) != RISTRETTO.encoding_bytes:
        raise _malformed(sender)
    encoding: bytes = fields["key"]
    return encoding


def _malformed(sender: str) -> PeerError:
    return PeerError(
        "elgamal-malformed",
        f"what {sender} sent is no public key of version {_VERSION}",
        "have it send what `to_bytes` of its public key gives, from the same version of Parley",
        party=sender,
    )
