"""What one of several parties does to decrypt under a key in shares: rows of the table of Paillier's cryptosystem."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from mpc.algebra.ring import Words
from protocols.joint_keys.dealing_dj01 import shares_of
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.joint_keys.key import KeyShare
from protocols.joint_keys.partial_proofs_shoup00 import prove_partials, verify_partials
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey
from protocols.proofs.transcript import Bytes, Setting

PARTIES = (2, 3, 5)


@dataclass
class JointDecryption:
    """A key in shares of so many parties, most of which it takes, and ciphertexts under it."""

    key: PrivateKey
    parties: int
    ciphertexts: Ciphertexts

    @property
    def threshold(self) -> int:
        """As many as may be wrong while the others still decrypt; of two parties one, which then do not."""
        return max(1, (self.parties - 1) // 2)

    @cached_property
    def shares(self) -> list[KeyShare]:
        return shares_of(self.key, self.parties, self.threshold)

    @cached_property
    def parts(self) -> list[Words]:
        """Of all parties."""
        return [partial(share, self.ciphertexts.words) for share in self.shares]

    @cached_property
    def proofs(self) -> list[Bytes]:
        """Of all parties."""
        return [self._proved(share, part) for share, part in zip(self.shares, self.parts, strict=True)]

    def decrypt(self) -> Words:
        """Party 0's work without proofs: its own part, and what threshold + 1 parts give."""
        own = partial(self.shares[0], self.ciphertexts.words)
        return self._combined(own)

    def decrypt_proved(self) -> Words:
        """The same with a proof of its own part, and the proofs of all others verified."""
        own = partial(self.shares[0], self.ciphertexts.words)
        self._proved(self.shares[0], own)
        for share, part, proof in zip(self.shares[1:], self.parts[1:], self.proofs[1:], strict=True):
            joint = share.joint
            verify_partials(_setting(share), joint, share.place, self.ciphertexts.words, part, proof)
        return self._combined(own)

    def _combined(self, own: Words) -> Words:
        needed = self.threshold + 1
        return combined(self.shares[0].joint, range(needed), [own, *self.parts[1:needed]])

    def _proved(self, share: KeyShare, part: Words) -> Bytes:
        return prove_partials(_setting(share), share, self.ciphertexts.words, part, os.urandom)


def _setting(share: KeyShare) -> Setting:
    return Setting.outside(f"party {share.place}", "benchmark")
