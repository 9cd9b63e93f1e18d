"""Encryption and fresh randomness for what is encrypted, on arrays of words: all that needs no secret key."""

from __future__ import annotations

import os
from math import prod

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.ring import Words
from protocols.paillier.group import Group
from protocols.paillier.randomisers import Exponent, Randomisers


class Encryption:
    """Of one public key, with randomisers of one exponent. Any number of threads may use it."""

    __slots__ = ("group", "randomisers")

    def __init__(self, group: Group, exponent: Exponent = "half") -> None:
        self.group = group
        self.randomisers = Randomisers(group, exponent)

    @property
    def fingerprint(self) -> bytes:
        """32 bytes, a hash of the key."""
        return self.group.fingerprint

    @property
    def name(self) -> str:
        return self.group.name

    def encrypt(self, messages: Words, source: RandomBytes = os.urandom) -> Words:
        """(1 + N)^m r for messages m < N^s (..., messages.limbs) and fresh r: (..., ciphertexts.limbs)."""
        return self.rerandomise(self.group.powers_of_g(messages), source)

    def rerandomise(self, ciphertexts: Words, source: RandomBytes = os.urandom) -> Words:
        """Other ciphertexts of the same messages, which show nothing of how they came about."""
        shape = ciphertexts.shape
        fresh = self.randomisers.draw(prod(shape[:-1]), source).reshape(shape)
        return self.group.form.mul(ciphertexts, fresh)

    def __repr__(self) -> str:
        return f"Encryption({self.group!r}, {self.randomisers!r})"
