"""Who is a client: a name and a signing key, certified by an authority that is not the server.

Ed25519 (RFC 8032). A registry that the server runs would let it make up clients (Sybils) until the adversary holds
enough shares; so it is the authority that the plan's number of corrupted clients is a promise of. Certificates are
short: name, key, first and last second of validity (Unix time), and the authority's signature. Time is told
by the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mpc.errors import LocalError
from mpc.prg import encode_domain
from protocols.aggregation.refusals import not_enrolled

SIGNATURE_BYTES = 64
KEY_BYTES = 32
MOST_NAME_BYTES = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FAMILY = "parley aggregation 1"


def check_name(name: str) -> str:
    """The name itself; LocalError `bad-name`."""
    if not _NAME.fullmatch(name):
        raise LocalError(
            "bad-name", f"{name!r} cannot name a client", "use 1 to 64 letters, digits, dots, dashes or underscores"
        )
    return name


def is_name(content: bytes) -> bool:
    """Whether these bytes are a client's name."""
    return content.isascii() and _NAME.fullmatch(content.decode("ascii")) is not None


def verifies(public_key: bytes, signature: bytes, domain: str, *parts: bytes) -> bool:
    """Whether the holder of this key signed these parts under this domain."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, encode_domain((_FAMILY, domain, *parts)))
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a client of this name has this key, from `not_before` to `not_after`, says an authority."""

    name: str
    public_key: bytes
    not_before: int
    not_after: int
    signature: bytes

    def check(self, authority: bytes, now: int) -> None:
        """PeerError `aggregation-not-enrolled` unless the authority of this public key certified it, for now."""
        if not verifies(authority, self.signature, "certificate", *_content(self)):
            raise not_enrolled(self.name, "has a certificate that the authority did not sign")
        if not self.not_before <= now <= self.not_after:
            when = "is not valid yet" if now < self.not_before else "has expired"
            raise not_enrolled(self.name, f"has a certificate that {when}; it is {now}, in seconds of Unix time")


def _content(certificate: Certificate) -> tuple[bytes, ...]:
    dates = (certificate.not_before, certificate.not_after)
    return certificate.name.encode(), certificate.public_key, *(date.to_bytes(8, "little") for date in dates)


class _Key:
    """A private key that shows nothing and cannot be pickled."""

    __slots__ = ("_key",)

    def __init__(self, private_key: bytes | None = None) -> None:
        """The 32 bytes of a private key; a new one for None. LocalError `wrong-key` for anything else."""
        if private_key is None:
            self._key = Ed25519PrivateKey.generate()
        elif isinstance(private_key, bytes) and len(private_key) == KEY_BYTES:
            self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        else:
            raise LocalError("wrong-key", "this is no private key", "give its 32 bytes, or None for a new one")

    @property
    def public_key(self) -> bytes:
        """32 bytes for everybody."""
        return self._key.public_key().public_bytes_raw()

    @property
    def private_key(self) -> bytes:
        """The 32 secret bytes, to be kept in a file that nobody else may read."""
        return self._key.private_bytes_raw()

    def _sign(self, domain: str, *parts: bytes) -> bytes:
        return self._key.sign(encode_domain((_FAMILY, domain, *parts)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def __reduce__(self) -> NoReturn:
        raise LocalError("wrong-seed", "a private key cannot be pickled", "give its bytes to nobody")


class Authority(_Key):
    """Whoever knows which clients there are. It must not be the server, nor work with it."""

    __slots__ = ()

    def enrol(self, name: str, public_key: bytes, *, not_before: int, not_after: int) -> Certificate:
        """The certificate of a client, whose key it has from that client itself. Dates: whole seconds of Unix time.

        LocalError `bad-name`, `wrong-key` for what is no public key, `bad-lifetime` for dates that are none.
        """
        if not isinstance(public_key, bytes) or len(public_key) != KEY_BYTES:
            raise LocalError("wrong-key", f"what {name} gave is no public key", "ask it for the 32 bytes of its own")
        if (
            not all(isinstance(date, int) for date in (not_before, not_after))
            or not 0 <= not_before <= not_after < 1 << 64
        ):
            cause = f"{name} cannot be enrolled from {not_before} to {not_after}"
            raise LocalError("bad-lifetime", cause, "give whole seconds of Unix time, the first and the last")
        blank = Certificate(check_name(name), public_key, not_before, not_after, b"")
        signature = self._sign("certificate", *_content(blank))
        return Certificate(name, public_key, not_before, not_after, signature)


class SigningKey(_Key):
    """A client's own key, before it is enrolled."""

    __slots__ = ()

    def credential(self, certificate: Certificate) -> Credential:
        """With the certificate of this key. LocalError `wrong-key` if it is of another."""
        return Credential(self, certificate)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client shows who it is with: its key and its certificate."""

    key: SigningKey
    certificate: Certificate

    def __post_init__(self) -> None:
        if self.key.public_key != self.certificate.public_key:
            raise LocalError("wrong-key", "the certificate is of another key", "enrol the public key of this one")

    @classmethod
    def enrolled(cls, authority: Authority, name: str, *, not_before: int, not_after: int) -> Self:
        """A new key with its certificate, where authority and client are one process: simulations and tests."""
        key = SigningKey()
        return cls(key, authority.enrol(name, key.public_key, not_before=not_before, not_after=not_after))

    def sign(self, domain: str, *parts: bytes) -> bytes:
        """64 bytes."""
        return self.key._sign(domain, *parts)
