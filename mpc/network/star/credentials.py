"""Clients of a star are enrolled by an authority, which is not the server: short-lived certificates, how they are
judged.

A client's certificate is an X.509 certificate of the authority's key: one common name, for TLS clients, valid for hours
or days, no authority itself. That its holder has the private key TLS proves, with the authority's certificate as the
only root; `Judge` says what else must hold, in words that teach. If the server enrolled the clients itself, it could
make up any number of them, and where a sum hides one value among those of others, that is all it would need.

The list of revoked certificates is an X.509 revocation list, signed by the authority, read anew when its file changes.
A list past its date is as none that can be trusted: nobody is admitted until there is a newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mpc.errors import LocalError, PeerError
from mpc.network.identity import NAME, Certificate, load_certificate

Clock = Callable[[], datetime]
VOUCHED = x509.ObjectIdentifier("2.25.147695514049185255753358562678013663809")
"""The extension of a client's certificate with what the authority says of its key to others than TLS: bytes of a
protocol's own, for instance a signature on name, key and dates."""


REVOKED_KEY = x509.ObjectIdentifier(f"{VOUCHED.dotted_string}.1")
"""The extension of an entry of the list of revoked with the public key of the certificate: 32 bytes of Ed25519."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Credential:
    """A client's certificate that the authority has signed: the name it binds, and what may end it."""

    name: str
    certificate: Certificate
    serial: int


class Judge:
    """Says whether a certificate makes its holder a client, now. LocalError `bad-certificate`, `bad-revocations`."""

    def __init__(self, authority: Certificate, revoked: Path | None = None, now: Clock = utc_now) -> None:
        self.authority = authority
        self._root = x509.load_der_x509_certificate(authority.der)
        self._now = now
        self._revocations = None if revoked is None else Revocations(revoked, self._root)
        if not _is_authority(self._root):
            raise LocalError(
                "bad-certificate",
                "the certificate of the authority is not one of an authority",
                "name the .crt file that `parley star authority` made",
            )
        if authority.expired(now()):
            remedy = "make a new authority, and have it enrol the clients anew"
            raise LocalError(
                "certificate-expired", f"the authority's certificate expired on {authority.not_after}", remedy
            )

    def credential(self, der: bytes) -> Credential:
        """Who holds this certificate (DER). PeerError `wrong-authority`, `wrong-certificate`, and those of `check`."""
        try:
            found = x509.load_der_x509_certificate(der)
            found.verify_directly_issued_by(self._root)
        except InvalidSignature:
            raise _no_client(
                "wrong-authority", "a client", "shows a certificate that another authority signed"
            ) from None
        except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
            raise _no_client(
                "wrong-authority", "a client", "shows a certificate that the authority did not sign"
            ) from None
        name = _common_name(found)
        if name is None or not _is_clients(found):
            raise _no_client("wrong-certificate", "a client", "shows a certificate that is not one of a client")
        pinned = Certificate(der, found.not_valid_before_utc, found.not_valid_after_utc)
        credential = Credential(name, pinned, found.serial_number)
        self.check(credential)
        return credential

    def check(self, credential: Credential) -> None:
        """Whether it still holds. PeerError `certificate-expired`, `certificate-not-yet-valid`, `certificate-revoked`,
        `revocations-stale`."""
        now, certificate = self._now(), credential.certificate
        clock = f"the clock here says {now:%Y-%m-%d %H:%M:%S} UTC"
        if now > certificate.not_after:
            what = f"has a certificate that expired on {certificate.not_after:%Y-%m-%d %H:%M:%S} UTC; {clock}"
            raise _no_client("certificate-expired", credential.name, what)
        if now < certificate.not_before:
            what = f"has a certificate that holds from {certificate.not_before:%Y-%m-%d %H:%M:%S} UTC on; {clock}"
            raise _no_client("certificate-not-yet-valid", credential.name, what)
        if self._revocations is None:
            return
        if not self._revocations.fresh(now):
            raise _no_client(
                "revocations-stale", credential.name, "cannot be checked: the list of revoked is past its date"
            )
        if credential.serial in self._revocations.serials:
            raise _no_client("certificate-revoked", credential.name, "has a certificate that the authority has revoked")


class Revocations:
    """The serial numbers of revoked certificates, of a file that may change. LocalError `bad-revocations` at first;
    later a file that is not as it should be, or a list of a lower number, leaves what was known."""

    def __init__(self, file: Path, authority: x509.Certificate) -> None:
        self._file = file
        self._authority = authority
        self._stamp = stamp_of(file)
        self._until, self.serials, self._number = read_revocations(file, authority)

    def fresh(self, now: datetime) -> bool:
        """Whether the newest list that could be read still holds at `now`."""
        stamp = stamp_of(self._file)
        if stamp != self._stamp:
            try:
                until, serials, number = read_revocations(self._file, self._authority)
                self._stamp = stamp
            except LocalError:
                return now <= self._until
            if number >= self._number:
                self._until, self.serials, self._number = until, serials, number
        return now <= self._until


def stamp_of(file: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written anew; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_revocations(file: Path, authority: x509.Certificate) -> tuple[datetime, frozenset[int], int]:
    """Until when the list in a PEM file holds, the serial numbers on it, and its own number, 0 where it says none.
    LocalError `bad-revocations`."""
    remedy = "take the .crl file that the authority keeps beside its certificate"
    try:
        found = x509.load_pem_x509_crl(file.read_bytes())
        signed = found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except OSError as error:
        raise LocalError("bad-revocations", f"cannot read {file}: {error.strerror}", remedy) from None
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise LocalError("bad-revocations", f"{file} is no list of revoked certificates in PEM form", remedy) from None
    if not signed or found.issuer != authority.subject or found.next_update_utc is None:
        raise LocalError("bad-revocations", f"{file} is not signed by the authority of this star", remedy)
    return found.next_update_utc, frozenset(entry.serial_number for entry in found), number_of(found) or 0


def number_of(revocations: x509.CertificateRevocationList) -> int | None:
    """The number of a list of revoked; None where it says none."""
    try:
        return revocations.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return None


def revoked_keys(revocations: x509.CertificateRevocationList) -> dict[int, bytes | None]:
    """The public key of each revoked certificate, by its serial number; None where the entry tells none."""
    return {entry.serial_number: _key_of(entry) for entry in revocations}


def _key_of(entry: x509.RevokedCertificate) -> bytes | None:
    try:
        value = entry.extensions.get_extension_for_oid(REVOKED_KEY).value
    except x509.ExtensionNotFound:
        return None
    return value.value if isinstance(value, x509.UnrecognizedExtension) else None


def client_name(certificate: Certificate) -> str:
    """The name in a client's own certificate. LocalError `bad-certificate`."""
    name = _common_name(x509.load_der_x509_certificate(certificate.der))
    if name is None:
        remedy = "have the client enrolled with `parley star enroll NAME`"
        raise LocalError("bad-certificate", "the certificate has no name that a client may have", remedy)
    return name


def authority_of(file: Path) -> Certificate:
    """Reads an authority's certificate. LocalError `bad-certificate`."""
    return load_certificate(file)


def public_bytes(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate in DER."""
    key = certificate.public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _common_name(certificate: x509.Certificate) -> str | None:
    names = [str(found.value) for found in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return names[0] if len(names) == 1 and NAME.fullmatch(names[0]) else None


def _is_clients(certificate: x509.Certificate) -> bool:
    """For TLS clients, and no authority."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage and not limits.ca


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _no_client(code: str, name: str, what: str) -> PeerError:
    remedy = {
        "wrong-authority": "have the client enrolled by the authority that star.toml names",
        "wrong-certificate": "have the client enrolled with `parley star enroll NAME`",
        "revocations-stale": "have the authority renew its list: `parley star revoke` without a name",
        "certificate-revoked": "ask the authority why; a new certificate needs a new key",
    }.get(code, "have the authority enrol it anew, and compare the clocks")
    return PeerError(code, f"{name} {what}", remedy, party=name)


SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=90)
"""For how long a client may be enrolled."""
