"""Signatures of parties: by the private key of an identity, checked with nothing but its certificate.

Ed25519 (RFC 8032), or ECDSA with SHA-256 (FIPS 186-5) where the key is an elliptic curve's. TLS signs with the same
key, but never what begins as these messages do: every message stands under the name of its domain.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mpc.network.identity import Certificate, Identity, PrivateKey, load_key

FIELD_BYTES = 144
"""Of a signature in a message of fixed size, one of them its length: ECDSA on P-521 takes at most 139."""

_FAMILY = b"parley signature 1"


class Signer:
    """Signs as one party. It keeps the private key in memory as long as it lives."""

    def __init__(self, identity: Identity) -> None:
        """LocalError as of `load_identity` if the key can no longer be read."""
        self.name = identity.name
        self.certificate = identity.certificate
        self._key: PrivateKey = load_key(identity.name, identity.key_file)

    def sign(self, domain: bytes, *parts: bytes) -> bytes:
        """The signature of the parts, each told apart from the next, under the name of their domain."""
        message = framed(domain, *parts)
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


def is_signed(certificate: Certificate, signature: bytes, domain: bytes, *parts: bytes) -> bool:
    """Whether the party of this certificate signed these parts under this domain."""
    key = x509.load_der_x509_certificate(certificate.der).public_key()
    message = framed(domain, *parts)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def as_field(signature: bytes) -> bytes:
    """FIELD_BYTES bytes that hold a signature."""
    return bytes((len(signature),)) + signature.ljust(FIELD_BYTES - 1, b"\0")


def of_field(field: bytes) -> bytes:
    """What a field holds; ValueError where it is not one that `as_field` gives."""
    signature = field[1 : 1 + field[0]]
    if as_field(signature) != field:
        raise ValueError("no signature")
    return signature


def framed(*parts: bytes) -> bytes:
    """Parts as one text that tells where each ends, so that no two lists of parts give the same."""
    return b"".join(len(part).to_bytes(8, "little") + part for part in (_FAMILY, *parts))
