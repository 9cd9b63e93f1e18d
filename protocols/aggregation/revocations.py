"""Who is enrolled no longer: an authority's list of revoked keys, which clients and server hold certificates against.

It is an X.509 revocation list (RFC 5280), signed by the authority, with its number and its dates; each entry tells, in
an extension, the public key that is revoked. The list of a star's authority, which its server reads, is such a list:
one file for both. A server that is malicious cannot keep it from clients, as each has it from the authority; an older
list is known by its number, and one past its date is as none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mpc.errors import LocalError
from mpc.network.star.credentials import REVOKED_KEY, number_of, revoked_keys, stamp_of
from protocols.aggregation.enrolment import KEY_BYTES, Authority, Certificate
from protocols.aggregation.refusals import no_revocations, revoked

MOST_BYTES = 1 << 26
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
_SERIAL_BYTES = 19


@dataclass(frozen=True, slots=True)
class Revocations:
    """The keys that an authority has revoked, as list `number` of it says, which holds from `since` to `until` (Unix
    time)."""

    number: int
    since: int
    until: int
    keys: frozenset[bytes]

    def check(self, certificate: Certificate) -> None:
        """PeerError `aggregation-revoked`, naming the client, if the certificate's key is on the list."""
        if certificate.public_key in self.keys:
            raise revoked(certificate.name, self.number)

    def require(self, now: int) -> None:
        """LocalError `aggregation-revocations` for a list past its date: somebody may have been revoked since."""
        if now > self.until:
            raise no_revocations(f"list {self.number} of revoked keys held until {_date(self.until)}")


def revocation_list(authority: Authority, keys: Iterable[bytes], *, number: int, since: int, until: int) -> bytes:
    """The list in PEM form, of these public keys (32 bytes each) and no others, for an authority that is not a star's.
    `number`: above that of the list before. LocalError `wrong-key`, `bad-lifetime`."""
    if not all(isinstance(date, int) for date in (number, since, until)) or not number > 0 or not 0 <= since <= until:
        raise LocalError(
            "bad-lifetime", f"list {number} of revoked keys cannot hold from {since} to {until}",
            "a number from 1 on, and whole seconds of Unix time, the first and the last",
        )  # fmt: skip
    first = datetime.fromtimestamp(since, UTC)
    builder = x509.CertificateRevocationListBuilder(_NAME, first, datetime.fromtimestamp(until, UTC))
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    for key in sorted(set(keys)):
        if not isinstance(key, bytes) or len(key) != KEY_BYTES:
            raise LocalError("wrong-key", "what is to be revoked is no public key", "the 32 bytes of a certificate's")
        serial = int.from_bytes(hashlib.sha256(key).digest()[:_SERIAL_BYTES]) | 1
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(first)
        told = x509.UnrecognizedExtension(REVOKED_KEY, key)
        builder = builder.add_revoked_certificate(entry.add_extension(told, critical=False).build())
    return builder.sign(Ed25519PrivateKey.from_private_bytes(authority.private_key), None).public_bytes(Encoding.PEM)


def read_revocations(content: bytes, authority: bytes) -> Revocations:
    """The list in these bytes, of the authority of this public key. LocalError `aggregation-revocations` for any other
    bytes."""
    if len(content) > MOST_BYTES:
        raise no_revocations(f"a list of more than {MOST_BYTES:,} bytes")
    try:
        found = x509.load_pem_x509_crl(content)
        signed = found.is_signature_valid(Ed25519PublicKey.from_public_bytes(authority))
        number, until, keys = number_of(found), found.next_update_utc, revoked_keys(found)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.InvalidVersion, UnsupportedAlgorithm):
        raise no_revocations("what is given is no list of revoked keys") from None
    if not signed:
        raise no_revocations("the list of revoked keys is not signed by this authority")
    if number is None or until is None:
        raise no_revocations("the list of revoked keys has no number, or no date until which it holds")
    known = frozenset(key for key in keys.values() if key is not None and len(key) == KEY_BYTES)
    return Revocations(number, int(found.last_update_utc.timestamp()), int(until.timestamp()), known)


class RevocationFile:
    """A list in a file that may change: read anew when it does. LocalError `aggregation-revocations` at first; later
    what cannot be read, or has a lower number than what was read before, leaves what was known."""

    def __init__(self, file: str | Path, authority: bytes) -> None:
        self._file, self._authority = Path(file), authority
        self._stamp, self._known = stamp_of(self._file), self._read()

    def current(self, now: int) -> Revocations:
        """The newest list that could be read. LocalError `aggregation-revocations` where that is past its date."""
        stamp = stamp_of(self._file)
        if stamp != self._stamp:
            try:
                found = self._read()
                self._stamp = stamp
                self._known = found if found.number >= self._known.number else self._known
            except LocalError:
                pass
        self._known.require(now)
        return self._known

    def _read(self) -> Revocations:
        try:
            with self._file.open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
        except OSError as error:
            raise no_revocations(f"cannot read {self._file}: {error.strerror}") from None
        return read_revocations(content, self._authority)


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
