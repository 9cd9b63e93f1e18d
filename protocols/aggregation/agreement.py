"""Keys that two clients agree on, and what they are for: masks of a pair, sealed shares, a client's own mask.

X25519 (RFC 7748) with fresh keys in every round, one pair for the channel and one for masks, since the private key of
the latter is put together again when its client is gone. Each use hashes the agreed 32 bytes (SHAKE-256) with a name,
the round, and both names and public keys. Shares are sealed with
ChaCha20-Poly1305 (RFC 8439) under a key for one message.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from mpc.domain_hash import DomainHash
from mpc.prg import Seed
from protocols.aggregation.messages import COMMITMENT_BYTES, Advertised, name_bytes
from protocols.aggregation.refusals import bad_key

_ONLY_NONCE = bytes(12)
"""A key seals one message."""


class KeyPair:
    """One of a client's key pairs of a round. Shows nothing of the private key."""

    __slots__ = ("_agreed", "_key", "public", "secret")

    def __init__(self, secret: bytes) -> None:
        """`secret`: 32 uniform bytes, the private key; `public` is for everybody."""
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.secret, self.public = secret, self._key.public_key().public_bytes_raw()
        self._agreed: dict[bytes, Seed] = {}

    def agreed(self, public_key: bytes, peer: str) -> Seed:
        """What both have; PeerError `aggregation-key` where the public key gives nothing secret (RFC 7748, 6.1)."""
        if public_key not in self._agreed:
            try:
                secret = self._key.exchange(X25519PublicKey.from_public_bytes(public_key))
            except ValueError:
                raise bad_key(peer) from None
            self._agreed[public_key] = Seed(secret)
        return self._agreed[public_key]

    def __repr__(self) -> str:
        return "KeyPair(...)"


def pair_mask(own: KeyPair, other: Advertised, low: Advertised, high: Advertised, context: bytes) -> bytes:
    """The key of a pair's mask, of one's own key pair and the other's public key; `low` has the lower number."""
    seed = own.agreed(other.mask_key, other.name)
    named = name_bytes(low.name) + low.mask_key + name_bytes(high.name) + high.mask_key
    return seed.derive("aggregation", "mask of a pair", context, named).secret


def own_mask(secret: bytes, name: str, context: bytes) -> bytes:
    """The key of a client's own mask, of its secret b."""
    return Seed(secret).derive("aggregation", "own mask", context, name).secret


def commitment(secret: bytes, name: str, context: bytes) -> bytes:
    """What a client tells of its secret b, for its shares to be held against. b is uniform, so its hash hides it."""
    return DomainHash("aggregation", "commitment", context, name).absorb(secret).bytes(COMMITMENT_BYTES)


def seal(own: KeyPair, sender: Advertised, receiver: Advertised, context: bytes, content: bytes) -> bytes:
    """Content that only the receiver can read, and only the sender can have sealed."""
    key = _channel(own.agreed(receiver.channel_key, receiver.name), sender, receiver, context)
    return ChaCha20Poly1305(key).encrypt(_ONLY_NONCE, content, context)


def unseal(own: KeyPair, sender: Advertised, receiver: Advertised, context: bytes, sealed: bytes) -> bytes | None:
    """What the sender sealed for this receiver in this round; None where it is something else."""
    key = _channel(own.agreed(sender.channel_key, sender.name), sender, receiver, context)
    try:
        return ChaCha20Poly1305(key).decrypt(_ONLY_NONCE, sealed, context)
    except InvalidTag:
        return None


def _channel(seed: Seed, sender: Advertised, receiver: Advertised, context: bytes) -> bytes:
    named = name_bytes(sender.name) + sender.channel_key + name_bytes(receiver.name) + receiver.channel_key
    return seed.derive("aggregation", "shares", context, named).secret
