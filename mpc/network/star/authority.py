"""The authority of a star: it enrols clients, and revokes. It is offline, its key never comes near the server.

    NAME.key, NAME.crt    its private key (mode 0600) and its certificate, which the server trusts
    NAME.crl              whom it has revoked, by certificate and by key; for the server, and for clients that hold
                          each other against it; renewed with each revocation and now and then, under a higher number
    NAME.issued           what it has signed: a serial number, a client's name, a date and a public key on each line

A client makes its own key and a request (PKCS #10), and sends the request to the authority by a way on which the two
know each other: the authority vouches that a name belongs to a person, and to one key. That is the whole of what
protects a sum of many against one who plays many.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mpc.errors import LocalError
from mpc.network.identity import NAME, PrivateKey, load_certificate, load_key
from mpc.network.new_files import NewFile, create_together
from mpc.network.star.credentials import (
    LONGEST,
    REVOKED_KEY,
    SHORTEST,
    VOUCHED,
    Clock,
    client_name,
    number_of,
    public_bytes,
    read_revocations,
    revoked_keys,
    utc_now,
)

Vouch = Callable[[bytes, str, bytes, int, int], bytes]
"""Of the authority's private key (32 bytes), a client's name, its public key (32 bytes), first and last second: what
`VOUCHED` is to say."""
LIFETIME = timedelta(days=5 * 365)
VALID = timedelta(days=1)
LIST_VALID = timedelta(days=30)
_EARLIER = timedelta(minutes=5)
"""Certificates hold from a little before they are made: clocks differ."""
_PEM = serialization.Encoding.PEM


def new_authority(name: str, folder: Path, lifetime: timedelta = LIFETIME, now: Clock = utc_now) -> Path:
    """Makes NAME.key, NAME.crt, NAME.crl and NAME.issued in `folder`, all or none; returns the key's file.

    LocalError `bad-name`, `key-exists`, `unwritable`.
    """
    _check_name(name)
    key = ed25519.Ed25519PrivateKey.generate()
    subject, began = _named(name), now()
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(subject, key.public_key(), began - _EARLIER, began + lifetime)
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, None)
    )
    base = folder / name
    create_together(
        NewFile(base.with_name(f"{name}.key"), _secret(key), 0o600),
        NewFile(base.with_name(f"{name}.crt"), certificate.public_bytes(_PEM), 0o644),
        NewFile(base.with_name(f"{name}.crl"), _revocation_list(certificate, key, {}, 1, began), 0o644),
        NewFile(base.with_name(f"{name}.issued"), b"", 0o600),
    )
    return base.with_name(f"{name}.key")


def new_request(name: str, folder: Path) -> Path:
    """Makes a client's NAME.key (mode 0600) and NAME.csr, its request, in `folder`; returns the request's file.

    LocalError `bad-name`, `key-exists`, `unwritable`.
    """
    _check_name(name)
    key = ed25519.Ed25519PrivateKey.generate()
    request = x509.CertificateSigningRequestBuilder().subject_name(_named(name)).sign(key, None)
    file = folder / f"{name}.csr"
    create_together(
        NewFile(folder / f"{name}.key", _secret(key), 0o600), NewFile(file, request.public_bytes(_PEM), 0o644)
    )
    return file


def request_fingerprint(request: Path) -> str:
    """SHA-256 of the public key in a client's request, 64 hexadecimal digits in groups of four: for the client and the
    authority to compare on a way on which they know each other. LocalError `bad-request`."""
    key = _read_request(request).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest().hex(" ", 2)


class Authority:
    """The authority, with its key in memory as long as this lives."""

    def __init__(self, key_file: Path, now: Clock = utc_now) -> None:
        """`key_file`: NAME.key; the others lie beside it. LocalError `no-key`, `key-exposed`, `bad-key`,
        `bad-certificate`, `wrong-key`, `bad-revocations`."""
        self._key: PrivateKey = load_key(key_file.stem, key_file)
        self._base = key_file
        self._now = now
        self.certificate_file = key_file.with_suffix(".crt")
        self._certificate = x509.load_der_x509_certificate(load_certificate(self.certificate_file).der)
        if public_bytes(self._certificate) != _public(self._key):
            remedy = "keep the files that `parley star authority` made together"
            raise LocalError("wrong-key", f"{key_file} is not the key of {self.certificate_file}", remedy)

    def enroll(
        self,
        name: str,
        request: Path,
        folder: Path,
        valid: timedelta = VALID,
        fingerprint: str | None = None,
        vouch: Vouch | None = None,
    ) -> tuple[Path, datetime]:
        """Signs the request of the client that the authority knows as `name`: NAME.crt in `folder`, in place of an
        older one of the same name and key. The file, and until when it holds. `fingerprint`: what the client said that
        `request_fingerprint` of its request is; blanks and case do not matter. `vouch`: what the certificate says to a
        protocol on the star, where both keys are Ed25519.

        LocalError `bad-request`, `bad-lifetime`, `key-exists` (a certificate of another key lies there), `unwritable`.
        """
        found = _read_request(request)
        names = [str(part.value) for part in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if names != [name] or not NAME.fullmatch(name):
            raise _bad_request(request, f"asks for another name than {name}")
        if fingerprint is not None and _digits(fingerprint) != _digits(request_fingerprint(request)):
            raise _bad_request(request, f"has another key than the one that {name} told the fingerprint of")
        if _raw(found.public_key()) in self._revoked_keys():
            raise _bad_request(request, "has a key that was revoked: a new certificate needs a new key")
        if not SHORTEST <= valid <= LONGEST:
            cause = f"a client is enrolled for {SHORTEST} to {LONGEST}, not for {valid}"
            raise LocalError("bad-lifetime", cause, "enrol it for hours or days, and again in time")
        key = found.public_key()
        if not isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
            raise _bad_request(request, "has a key that is neither Ed25519 nor an elliptic curve's")
        certificate = self._signed(name, key, valid, vouch)
        target = folder / f"{name}.crt"
        until = certificate.not_valid_after_utc
        raw = _raw(key)
        told = "-" if raw is None else raw.hex()
        line = f"{certificate.serial_number:x} {name} {until:%Y-%m-%dT%H:%M:%SZ} {told}\n"
        self._note(line)  # before anybody has it
        _put(target, certificate)
        return target, until

    def revoke(self, *names: str) -> int:
        """Puts all certificates of these clients that have not expired on the list, and renews it; how many are new.

        Without a name the list is renewed only. LocalError `unknown-client`, `bad-revocations`, `unwritable`.
        """
        file = self._base.with_suffix(".crl")
        read_revocations(file, self._certificate)
        before = x509.load_pem_x509_crl(file.read_bytes())
        known, issued = revoked_keys(before), self._issued()
        for name in names:
            if name not in {of for _, of, _ in issued}:
                remedy = "give a name that was enrolled with this key; the .issued file beside it has them"
                raise LocalError("unknown-client", f"the authority has enrolled no client {name}", remedy)
        wanted = known | {serial: key for serial, of, key in issued if of in names}
        number = (number_of(before) or 0) + 1
        _replace(file, _revocation_list(self._certificate, self._key, wanted, number, self._now()))
        return len(wanted) - len(known)

    def _revoked_keys(self) -> frozenset[bytes]:
        """LocalError `bad-revocations`."""
        file = self._base.with_suffix(".crl")
        read_revocations(file, self._certificate)
        keys = revoked_keys(x509.load_pem_x509_crl(file.read_bytes())).values()
        return frozenset(key for key in keys if key is not None)

    def _signed(
        self,
        name: str,
        key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey,
        valid: timedelta,
        vouch: Vouch | None,
    ) -> x509.Certificate:
        now = self._now().replace(microsecond=0)
        began, until = now - _EARLIER, min(now + valid, self._certificate.not_valid_after_utc)
        builder = (
            _builder(_named(name), key, began, until)
            .issuer_name(self._certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        )
        mine = self._key
        if vouch and isinstance(key, ed25519.Ed25519PublicKey) and isinstance(mine, ed25519.Ed25519PrivateKey):
            dates = int(began.timestamp()), int(until.timestamp())
            said = vouch(mine.private_bytes_raw(), name, key.public_bytes_raw(), *dates)
            builder = builder.add_extension(x509.UnrecognizedExtension(VOUCHED, said), critical=False)
        return builder.sign(self._key, _hash_for(self._key))

    def _issued(self) -> list[tuple[int, str, bytes | None]]:
        """Serial numbers, names and keys of what was signed and has not expired."""
        try:
            lines = [line.split() for line in self._base.with_suffix(".issued").read_text().splitlines()]
            found = [
                (int(serial, 16), name, until, None if key == "-" else bytes.fromhex(key))
                for serial, name, until, key in lines
            ]
        except (OSError, ValueError):
            cause = f"{self._base.with_suffix('.issued')} cannot be read, or is damaged"
            raise LocalError(
                "bad-revocations", cause, "take it from a copy: it says what this authority signed"
            ) from None
        now = f"{self._now():%Y-%m-%dT%H:%M:%SZ}"
        return [(serial, name, key) for serial, name, until, key in found if until >= now]

    def _note(self, line: str) -> None:
        file = self._base.with_suffix(".issued")
        try:
            with file.open("a") as stream:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _unwritable(file, error) from None


def _builder(subject: x509.Name, key: object, begins: datetime, ends: datetime) -> x509.CertificateBuilder:
    assert isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _revocation_list(
    certificate: x509.Certificate, key: PrivateKey, revoked: Mapping[int, bytes | None], number: int, now: datetime
) -> bytes:
    """`revoked`: serial numbers, each with its public key where that is known."""
    builder = x509.CertificateRevocationListBuilder(certificate.subject, now - _EARLIER, now + LIST_VALID)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    for serial, public in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
        if public is not None:
            entry = entry.add_extension(x509.UnrecognizedExtension(REVOKED_KEY, public), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, _hash_for(key)).public_bytes(_PEM)


def _put(target: Path, certificate: x509.Certificate) -> None:
    """Writes a certificate in place of nothing, or of one of the same name and key."""
    content = certificate.public_bytes(_PEM)
    if not target.exists():
        create_together(NewFile(target, content, 0o644))
        return
    before = load_certificate(target)
    same = public_bytes(x509.load_der_x509_certificate(before.der)) == public_bytes(certificate)
    if not same or client_name(before) != target.stem:
        remedy = "name another folder, or move the old certificate away"
        raise LocalError("key-exists", f"{target} is the certificate of another key", remedy)
    _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    try:
        descriptor, part = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o644)
                stream.write(content)
                stream.flush()
                os.fsync(descriptor)
            os.replace(part, target)
        except OSError:
            with suppress(OSError):
                os.unlink(part)
            raise
    except OSError as error:
        raise _unwritable(target, error) from None


def _read_request(file: Path) -> x509.CertificateSigningRequest:
    try:
        found = x509.load_pem_x509_csr(file.read_bytes())
        signed = found.is_signature_valid
    except OSError as error:
        raise _bad_request(file, f"cannot be read: {error.strerror}") from None
    except (ValueError, TypeError):
        raise _bad_request(file, "is no request in PEM form") from None
    if not signed:
        raise _bad_request(file, "is not signed by its own key")
    return found


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).replace(":", "").lower()


def _bad_request(file: Path, what: str) -> LocalError:
    return LocalError("bad-request", f"{file} {what}", "have the client make one with `parley star request NAME`")


def _unwritable(file: Path, error: OSError) -> LocalError:
    return LocalError(
        "unwritable", f"cannot write {file}: {error.strerror}", "choose another folder, on a disk with room"
    )


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        remedy = "use 1 to 64 letters, digits, dots, dashes or underscores"
        raise LocalError("bad-name", f"{name!r} cannot name a client or an authority", remedy)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _secret(key: PrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _raw(key: object) -> bytes | None:
    """The 32 bytes of a public key of Ed25519; None of another kind."""
    return key.public_bytes_raw() if isinstance(key, ed25519.Ed25519PublicKey) else None


def _public(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _hash_for(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
