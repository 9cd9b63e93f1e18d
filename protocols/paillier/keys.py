"""Key pairs: made, received, sent and kept.

Whoever holds a `PrivateKey` reads everything that was encrypted under it. A `PublicKey` is for everybody.
"""

from __future__ import annotations

import os
from math import gcd, prod
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.ring import Words
from mpc.errors import LocalError, PeerError
from mpc.network.wire import pack
from protocols.arguments import whole_number
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.expected import Expected
from protocols.homomorphic.key_files import read_fields, write_fields
from protocols.homomorphic.public_key import EncryptingKey, fields_of_key
from protocols.homomorphic.refusals import no_key_of, unpicklable
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.decryption import Decryption
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group, check_s
from protocols.paillier.key_checks import KEY_BITS, check_modulus
from protocols.paillier.messages import from_bytes, packed_from_bytes
from protocols.paillier.packing import GUARD_BITS, Packed, ciphertexts_of, encrypt_packed, numbers_in
from protocols.paillier.plaintexts import to_messages
from protocols.paillier.prime_search import is_prime, random_prime
from protocols.paillier.randomisers import Exponent, exponent_bits
from protocols.paillier.refusals import REFUSALS

_PUBLIC, _PRIVATE, _VERSION = "parley paillier public key", "parley paillier private key", 1
_CLOSENESS = 100
"""p and q differ in one of their 100 highest bits: FIPS 186-5, appendix A.1.3."""


class PublicKey(EncryptingKey[Encryption, Ciphertexts]):
    """A modulus N and s: plaintexts mod N^s. Equal where these are; how randomisers are drawn is each holder's choice.

    Of a modulus that was checked: `from_bytes`, `load` and `generate` give such keys. `fingerprint`: 32 bytes, a hash
    of N and s. `exponent`: of this holder's randomisers, of `exponent_bits` bits.
    """

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes, sender: str, *, exponent: Exponent = "half") -> Self:
        """The key that `to_bytes` gave, from a party named `sender`.

        PeerError, which names it: `paillier-malformed` if it is no such message, and what `check_modulus` says of the
        modulus. That N is a product of two large primes these checks cannot tell: that takes its owner's proofs.
        """
        return cls.received(*_public_of(data, sender), sender, exponent=exponent)

    @classmethod
    def received(cls, n: int, s: int, sender: str, *, exponent: Exponent = "half") -> Self:
        """The key of N and s that a party named `sender` sent. PeerError as `from_bytes`."""
        check_modulus(n, sender)
        return cls(Encryption(_group(n, s, sender), exponent))

    def to_bytes(self) -> bytes:
        """The key for another party: msgpack of a format, a version, N and s."""
        n = self.group.n
        return pack(
            {"format": _PUBLIC, "version": _VERSION, "n": n.to_bytes(-(-n.bit_length() // 8), "little"), "s": self.s}
        )

    def encrypt(
        self, values: npt.ArrayLike, *, fractional_bits: int | None = None, bound: float | None = None
    ) -> Ciphertexts:
        """Numbers of any shape as ciphertexts of that shape.

        Whole numbers and truth values are held exactly, others to the nearest multiple of 2^-fractional_bits, 32 by
        default. `bound`: the largest magnitude there may be, in the values' own units, which is public; by default what
        the type holds, 2^63 for Python's integers, 2^31 for numbers with a fraction. LocalError `not-a-number`,
        `out-of-range`, `wrong-number`, `paillier-overflow`.
        """
        encoded = encode(values, fractional_bits=fractional_bits, bound=bound)
        words = self.encryption.encrypt(to_messages(encoded, self.group))
        return Ciphertexts(self.encryption, words, encoded.scale, fresh=True)

    def encrypt_packed(
        self,
        values: npt.ArrayLike,
        *,
        guard_bits: int = GUARD_BITS,
        fractional_bits: int | None = None,
        bound: float | None = None,
    ) -> Packed:
        """Numbers (..., n) as `encrypt` takes them, as many of the last axis in a ciphertext as there is room for.

        Each has the bits of its bound, a sign and `guard_bits`, which products and sums may fill. LocalError besides:
        `wrong-shape` for a single number.
        """
        encoded = encode(values, fractional_bits=fractional_bits, bound=bound)
        return encrypt_packed(self.encryption, encoded, guard_bits)

    def packed_from(
        self,
        data: bytes | memoryview,
        sender: str,
        *,
        shape: tuple[int, ...] | None = None,
        bound: float | None = None,
        fractional_bits: int | None = None,
    ) -> Packed:
        """As `ciphertexts_from`, for packed numbers."""
        return packed_from_bytes(self.encryption, data, sender, Expected.of(shape, bound, fractional_bits))

    def _received(self, data: bytes | memoryview, sender: str, expected: Expected) -> Ciphertexts:
        return from_bytes(self.encryption, data, sender, expected)

    def __reduce__(self) -> NoReturn:
        raise LocalError("unsupported-operation", "a public key cannot be pickled", "`to_bytes` gives what may be sent")

    def drawing(self, exponent: Exponent) -> PublicKey:
        """The same key with randomisers of another exponent: `half`, `short` or `textbook`; see
        docs/protocols/paillier.md for what each assumes."""
        return PublicKey(Encryption(self.group, exponent))

    @property
    def group(self) -> Group:
        return self.encryption.group

    @property
    def bits(self) -> int:
        return self.group.n.bit_length()

    @property
    def s(self) -> int:
        return self.group.s

    @property
    def exponent(self) -> Exponent:
        return self.encryption.randomisers.exponent

    @property
    def exponent_bits(self) -> int:
        return self.encryption.randomisers.bits

    def __repr__(self) -> str:
        drawn = f"{self.exponent} exponents of {self.exponent_bits} bits"
        return f"PublicKey({self.bits} bits, s = {self.s}, {self.group.name}; {drawn})"


class PrivateKey:
    """The factors of a modulus, and `public`, the key without them. Shows nothing of them; cannot be pickled."""

    __slots__ = ("_decryption", "_factors", "public")

    def __init__(self, p: int, q: int, *, s: int = 1, exponent: Exponent = "half") -> None:
        """Of two primes of the same length that the caller chose, 1024, 1536 or 2048 bits.

        LocalError `paillier-key-factors` where one is not prime, both are close or of another length, or one divides
        the other less one, or where they are no Blum primes as `generate` makes and `exponent` is not `textbook`; and
        what `check_modulus` says of their product.
        """
        p, q = whole_number(p, "p"), whole_number(q, "q")
        _check_factors(p, q)
        check_modulus(p * q)
        _check_exponent(p, q, exponent)
        self._take(p, q, s, exponent)

    @classmethod
    def generate(
        cls,
        bits: int = 2048,
        *,
        s: int = 1,
        safe: bool = False,
        exponent: Exponent = "half",
        source: RandomBytes = os.urandom,
    ) -> Self:
        """A new key pair of 2048, 3072 or 4096 bits, else LocalError `paillier-key-size`.

        Both primes are 3 mod 4 (Blum), with `safe` also (p - 1) / 2 prime; (p - 1, q - 1) have no common factor but 2,
        as the exponents `half` and `short` ask. About 30 ms for 2048 bits, some tenths of a second for safe primes.
        """
        check_wanted(bits, s, exponent)
        while True:
            p, q = (random_prime(bits // 2, safe=safe, source=source) for _ in range(2))
            if not _too_close(p, q) and gcd(p - 1, q - 1) == 2:
                return cls.insecure_of(p, q, s=s, exponent=exponent)

    @classmethod
    def insecure_of(cls, p: int, q: int, *, s: int = 1, exponent: Exponent = "half") -> Self:
        """Of any two primes of one length, unchecked: for tests, and where they were checked before."""
        key = object.__new__(cls)
        key._take(p, q, s, exponent)
        return key

    def _take(self, p: int, q: int, s: int, exponent: Exponent) -> None:
        group = Group(p * q, s)
        self._factors = p, q
        self._decryption = Decryption(group, p, q)
        self.public = PublicKey(Encryption(group, exponent))

    def encrypt(
        self, values: npt.ArrayLike, *, fractional_bits: int | None = None, bound: float | None = None
    ) -> Ciphertexts:
        """As `PublicKey.encrypt`, by the owner: with uniformly random N^s-th powers, computed modulo p and q."""
        group = self.public.group
        encoded = encode(values, fractional_bits=fractional_bits, bound=bound)
        plain = group.powers_of_g(to_messages(encoded, group))
        drawn = self._decryption.randomisers(prod(encoded.shape)).reshape(plain.shape)
        return Ciphertexts(self.public.encryption, group.form.mul(plain, drawn), encoded.scale, fresh=True)

    def decrypt(self, array: Ciphertexts | Packed) -> npt.NDArray[Any]:
        """The numbers: float64 where there are fractional bits, else int64, or Python's integers where one is longer.

        A float is the nearest to the exact number. LocalError `paillier-other-key`; `paillier-beyond-bound` where a
        number is larger than its bound, which whoever encrypted it declared; `out-of-range` where it is too large for a
        float; `computation-fault` where the machine miscalculated.
        """
        return numbers_in(array, self.decrypt_words(ciphertexts_of(array)), array.scale)

    def decrypt_exact(self, array: Ciphertexts | Packed) -> tuple[npt.NDArray[Any], int]:
        """Whole numbers, and the fractional bits with which they are the numbers. LocalError as `decrypt`."""
        words = self.decrypt_words(ciphertexts_of(array))
        return numbers_in(array, words, Scale(0, array.scale.bound)), array.scale.fractional_bits

    def decrypt_words(self, ciphertexts: Ciphertexts) -> Words:
        """The plaintexts as they are, (*shape, limbs) below N^s, negative ones too. LocalError `paillier-other-key`."""
        ciphertexts.require_key(self.public.group)
        return self._decryption.decrypt(ciphertexts.words)

    def randomisers_of(self, ciphertexts: Ciphertexts) -> Words:
        """The secret units modulo N of who encrypted, (count, limbs), for proofs. LocalError `paillier-other-key`."""
        ciphertexts.require_key(self.public.group)
        return self._decryption.randomisers_of(
            ciphertexts.words.reshape(ciphertexts.size, self.public.group.ciphertexts.limbs)
        )

    @property
    def secret_factors(self) -> tuple[int, int]:
        """p and q, for proofs about the key. Whoever sees them reads everything that was encrypted under it."""
        return self._factors

    def save(self, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> None:
        """Writes the key to a new file, encrypted under a passphrase or under a file that `new_key_file` made.

        LocalError as `write_secret` has them.
        """
        size = self.public.bits // 16 + 1
        p, q = (factor.to_bytes(size, "little") for factor in self._factors)
        fields = {"p": p, "q": q, "s": self.public.s}
        write_fields(path, _PRIVATE, _VERSION, fields, passphrase=passphrase, key_file=key_file)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        passphrase: str | None = None,
        key_file: str | Path | None = None,
        exponent: Exponent = "half",
    ) -> Self:
        """The key that `save` wrote. LocalError as `read_secret` has them, and `paillier-key-factors` where its primes
        are not for the exponent."""
        fields = read_fields(path, _PRIVATE, _VERSION, passphrase=passphrase, key_file=key_file)
        p, q = (int.from_bytes(fields[name], "little") for name in ("p", "q"))
        _check_exponent(p, q, exponent)
        return cls.insecure_of(p, q, s=fields["s"], exponent=exponent)

    def __repr__(self) -> str:
        return f"PrivateKey({self.public!r}, ...)"

    def __reduce__(self) -> NoReturn:
        raise unpicklable("a private key")


def _too_close(p: int, q: int) -> bool:
    return abs(p - q).bit_length() <= p.bit_length() - _CLOSENESS


def _check_factors(p: int, q: int) -> None:
    good = not _too_close(p, q) and p.bit_length() == q.bit_length() and is_prime(p) and is_prime(q)
    if not good or (p - 1) % q == 0 or (q - 1) % p == 0:
        raise LocalError(
            "paillier-key-factors",
            "a key is made of two primes of one length, far apart, neither of which divides the other less one",
            "let `mpc.paillier.generate` make one",
        )


def check_wanted(bits: int, s: int, exponent: Exponent) -> None:
    """Before a key is made: LocalError `paillier-key-size`, `wrong-number`, `wrong-choice` or `wrong-argument` unless
    one has so many bits, this s and these randomisers."""
    if whole_number(bits, "bits") not in KEY_BITS:
        raise LocalError(
            "paillier-key-size", f"keys of {bits} bits are not made", f"choose {', '.join(map(str, KEY_BITS))}"
        )
    check_s(s, bits)
    exponent_bits(1 << bits - 1, exponent)


def _check_exponent(p: int, q: int, exponent: Exponent) -> None:
    """Powers of h are assumed to look random where h generates the squares' subgroup (Damgard, Jurik, Nielsen 2010,
    section 4.2): both primes are 3 mod 4, and no more than 2 divides both less one."""
    exponent_bits(p * q, exponent)
    if exponent != "textbook" and (p % 4 != 3 or q % 4 != 3 or gcd(p - 1, q - 1) != 2):
        raise LocalError(
            "paillier-key-factors",
            f"randomisers of the kind {exponent!r} are for primes that are 3 mod 4 and have p - 1 and q - 1 without a "
            "common factor but 2",
            'say exponent="textbook" for this key, or let `mpc.paillier.generate` make one',
        )


def _public_of(data: bytes, sender: str) -> tuple[int, int]:
    refused = no_key_of(REFUSALS.malformed, sender, _VERSION)
    fields = fields_of_key(data, _PUBLIC, _VERSION, {"n": bytes, "s": int}, refused)
    return int.from_bytes(fields["n"], "little"), fields["s"]


def _group(n: int, s: int, sender: str) -> Group:
    try:
        return Group(n, s)
    except LocalError as error:
        raise PeerError(
            "paillier-malformed",
            f"{sender} sent a key that is none: {error.cause}",
            "have it send what `to_bytes` of its public key gives; if it did, do not trust what it sends",
            party=sender,
        ) from None
