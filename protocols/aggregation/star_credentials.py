"""A client's certificate of a star and its certificate in secure sums: one key, one authority, one act.

`parley star enroll` puts the second one's signature into the first, in an extension. The two cannot be taken apart:
name, key and dates of the X.509 certificate are those that the signature is on, and the private key is the same, which
signs for TLS what begins with 64 blanks, and here what begins with the number of its parts.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from mpc.errors import LocalError, PeerError
from mpc.network.identity import Certificate as StarCertificate
from mpc.network.identity import load_certificate, load_key
from mpc.network.star.credentials import VOUCHED, client_name
from protocols.aggregation.enrolment import Authority, Certificate, Credential, SigningKey


def vouch(authority: bytes, name: str, public_key: bytes, not_before: int, not_after: int) -> bytes:
    """The 64 bytes that the authority of a star adds to a client's certificate; `authority` is its private key."""
    return Authority(authority).enrol(name, public_key, not_before=not_before, not_after=not_after).signature


def credential_of_star(key_file: str | Path, authority_file: str | Path) -> tuple[Credential, bytes]:
    """What a client shows who it is with in secure sums, and the authority's public key: of its NAME.key, beside which
    NAME.crt lies, and of the authority.crt that star.toml names.

    LocalError `aggregation-credential` where the certificate says nothing of sums, or not by this authority;
    `no-key`, `key-exposed`, `bad-key`, `bad-certificate`, `wrong-key`.
    """
    return credential_of(Path(key_file), load_certificate(Path(authority_file)))


def credential_of(place: Path, by: StarCertificate) -> tuple[Credential, bytes]:
    """As `credential_of_star`, of the authority's certificate."""
    key, found = load_key(place.stem, place), load_certificate(place.with_suffix(".crt"))
    authority = x509.load_der_x509_certificate(by.der).public_key()
    shown = x509.load_der_x509_certificate(found.der)
    if not isinstance(key, ed25519.Ed25519PrivateKey) or not isinstance(authority, ed25519.Ed25519PublicKey):
        raise _without(place, "is of another kind than Ed25519, or its authority is")
    begins, ends = (int(date.timestamp()) for date in (shown.not_valid_before_utc, shown.not_valid_after_utc))
    own = SigningKey(key.private_bytes_raw())
    certificate = Certificate(client_name(found), own.public_key, begins, ends, _said(shown))
    try:
        certificate.check(authority.public_bytes_raw(), certificate.not_before)
    except PeerError:
        raise _without(place, "says nothing of secure sums, or not by this authority") from None
    return Credential(own, certificate), authority.public_bytes_raw()


def authority_key(by: StarCertificate) -> bytes:
    """The public key of a star's authority, 32 bytes. LocalError `aggregation-credential` if it is no Ed25519 key."""
    key = x509.load_der_x509_certificate(by.der).public_key()
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise LocalError(
            "aggregation-credential", "the authority of this star has a key of another kind than Ed25519",
            "make an authority with `parley star authority`, and have it enrol the clients",
        )  # fmt: skip
    return key.public_bytes_raw()


def _said(certificate: x509.Certificate) -> bytes:
    try:
        value = certificate.extensions.get_extension_for_oid(VOUCHED).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return b""
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def _without(place: Path, what: str) -> LocalError:
    remedy = "have the client enrolled anew with `parley star enroll`, by the authority that star.toml names"
    return LocalError("aggregation-credential", f"the certificate beside {place} {what}", remedy)
