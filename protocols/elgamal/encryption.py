"""Encryption under an element Y = x G, and fresh randomness for what is encrypted: all that needs no secret key.

ElGamal, "A public key cryptosystem and a signature scheme based on discrete logarithms", CRYPTO 1984, with messages in
the exponent (Cramer, Gennaro, Schoenmakers, EUROCRYPT 1997, section 2.1): (r G, m G + r Y), which adds up.
"""

from __future__ import annotations

import os

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Bases, Group, Points, Scalars
from mpc.algebra.ring import Words
from mpc.domain_hash import DomainHash

_FINGERPRINT_BYTES = 32


class Encryption:
    """Of one public key. Any number of threads may use it.

    Ciphertexts are words (..., 2 point_words): the element r G, then m G + r Y. `fingerprint` is 32 bytes, a hash of
    the key and its group; `name`, its first eight in hexadecimal, for people to see.
    """

    __slots__ = ("_g", "_y", "_y_and_g", "fingerprint", "key")

    def __init__(self, key: Points) -> None:
        """key: Y (), which was checked."""
        self.key = key
        g = Points(key.group, key.group.generator())
        self._g, self._y = (Bases(point.reshape(1)) for point in (g, key))
        self._y_and_g = Bases(Points(key.group, np.stack([key.words, g.words])))
        named = DomainHash("elgamal key").absorb(key.group.name, key.to_bytes())
        self.fingerprint = named.bytes(_FINGERPRINT_BYTES)

    @property
    def group(self) -> Group:
        return self.key.group

    @property
    def name(self) -> str:
        return self.fingerprint[:8].hex(" ", 2)

    def encrypt(self, messages: Scalars, source: RandomBytes = os.urandom) -> Words:
        """(r G, m G + r Y) for secret messages m and fresh r."""
        return self.encrypted(messages, Scalars.random(self.group.order, messages.shape, source))

    def encrypted(self, messages: Scalars, r: Scalars) -> Words:
        """The same for given secret r, uniformly random, used for nothing else."""
        both = Scalars(messages.order, np.stack([r.words, messages.words], axis=-2))
        return joined(self._g.dot(_column(r)), self._y_and_g.dot(both))

    def rerandomise(self, ciphertexts: Words, source: RandomBytes = os.urandom) -> Words:
        """Other ciphertexts of the same messages, which show nothing of how they came about."""
        r = _column(Scalars.random(self.group.order, ciphertexts.shape[:-1], source))
        first, second = parted(self.group, ciphertexts)
        return joined(first + self._g.dot(r), second + self._y.dot(r))

    def plus(self, ciphertexts: Words, messages: Scalars) -> Words:
        """Ciphertexts of sums with messages, which broadcast; the randomness stays."""
        first, second = parted(self.group, ciphertexts)
        total = second + self._g.dot(_column(messages))
        return joined(first.broadcast(total.shape), total)

    def __repr__(self) -> str:
        return f"Encryption(over {self.group.name}, {self.name})"


def parted(group: Group, ciphertexts: Words) -> tuple[Points, Points]:
    """Both elements of ciphertexts."""
    return Points(group, ciphertexts[..., : group.point_words]), Points(group, ciphertexts[..., group.point_words :])


def joined(first: Points, second: Points) -> Words:
    """Ciphertexts of both elements."""
    return np.concatenate([first.words, second.words], axis=-1)


def _column(scalars: Scalars) -> Scalars:
    return Scalars(scalars.order, scalars.words[..., None, :])
