"""Who the parties are: key pairs, certificates, and `parties.toml`.

A party is known by its certificate alone: self-signed, listed in everybody's `parties.toml`, compared byte by byte.
There is no authority and no host name check; whoever holds the private key of a listed certificate is that party.

    [[party]]
    name = "north"
    address = "north.example.org:7001"
    certificate = "north.crt"          # relative to this file

    [dealer]                           # if preprocessing comes from a dealer; the same fields
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mpc.errors import LocalError
from mpc.network.new_files import NewFile, create_together

LIFETIME = timedelta(days=5 * 365)
WARN_BEFORE = timedelta(days=30)
MIN_PARTIES = 2
_FIELDS = ("name", "address", "certificate")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate as it is pinned. `der`: its bytes; it is that party's if and only if these are the same."""

    der: bytes
    not_before: datetime
    not_after: datetime

    @property
    def pem(self) -> str:
        """The certificate in PEM, as `ssl` takes it."""
        return x509.load_der_x509_certificate(self.der).public_bytes(serialization.Encoding.PEM).decode()

    @property
    def digest(self) -> bytes:
        """Its SHA-256."""
        return hashlib.sha256(self.der).digest()

    @property
    def fingerprint(self) -> str:
        """Its SHA-256 as 64 hexadecimal digits in groups of four, for people to compare."""
        return self.digest.hex(" ", 2)

    def expired(self, now: datetime | None = None) -> bool:
        """Whether it has expired at `now`."""
        return (now or datetime.now(UTC)) > self.not_after

    def warning(self, name: str, now: datetime | None = None) -> str | None:
        """A sentence for the user when it expires within 30 days."""
        left = self.not_after - (now or datetime.now(UTC))
        if left > WARN_BEFORE:
            return None
        return f"the certificate of {name} expires on {self.not_after:%Y-%m-%d}, in {max(0, left.days)} days"


@dataclass(frozen=True)
class Identity:
    """A party's own key and certificate. `key_file` and `certificate_file` are where `ssl` reads them."""

    name: str
    certificate: Certificate
    key_file: Path
    certificate_file: Path


def new_identity(name: str, folder: str | Path, lifetime: timedelta = LIFETIME, *, p256: bool = False) -> Identity:
    """Makes NAME.key (mode 0600) and NAME.crt (self-signed, Ed25519 or P-256) in `folder`, both or none; never
    overwrites.

    LocalError `bad-name`, `key-exists`, `unwritable`.
    """
    if not NAME.fullmatch(name):
        raise LocalError(
            "bad-name", f"{name!r} cannot name a party", "use 1 to 64 letters, digits, dots, dashes or underscores"
        )
    key: PrivateKey = ec.generate_private_key(ec.SECP256R1()) if p256 else ed25519.Ed25519PrivateKey.generate()
    certificate = _self_signed(name, key, lifetime)
    key_file, certificate_file = Path(folder) / f"{name}.key", Path(folder) / f"{name}.crt"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    create_together(NewFile(key_file, secret, 0o600), NewFile(certificate_file, public, 0o644))
    return load_identity(name, folder)


def load_identity(name: str, folder: str | Path) -> Identity:
    """Reads what `new_identity` wrote.

    LocalError `no-key`, `key-exposed` (others may read it), `bad-key`, `bad-certificate`, `wrong-key`.
    """
    key_file, certificate_file = Path(folder) / f"{name}.key", Path(folder) / f"{name}.crt"
    key = load_key(name, key_file)
    certificate = load_certificate(certificate_file)
    public = x509.load_der_x509_certificate(certificate.der).public_key()
    if _public_bytes(public) != _public_bytes(key.public_key()):
        raise LocalError(
            "wrong-key",
            f"{key_file} is not the key of {certificate_file}",
            "keep the two files that `parley keys new` made together",
        )
    return Identity(name, certificate, key_file, certificate_file)


def load_certificate(file: str | Path) -> Certificate:
    """Reads one PEM certificate. LocalError `bad-certificate`."""
    remedy = "ask that party for the .crt file that `parley keys new` made (never the .key file)"
    try:
        certificate = x509.load_pem_x509_certificate(Path(file).read_bytes())
        der = certificate.public_bytes(serialization.Encoding.DER)
        key = certificate.public_key()
    except OSError as error:
        raise LocalError("bad-certificate", f"cannot read the certificate {file}: {error.strerror}", remedy) from None
    except ValueError:
        raise LocalError("bad-certificate", f"{file} is no certificate in PEM form", remedy) from None
    if not isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
        raise LocalError("bad-certificate", f"{file} has a key that is neither Ed25519 nor an elliptic curve's", remedy)
    return Certificate(der, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


@dataclass(frozen=True)
class Endpoint:
    """One line of the roster."""

    name: str
    host: str
    port: int
    certificate: Certificate

    @property
    def address(self) -> str:
        """host:port as it is written, with brackets around an IPv6 address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Roster:
    """All endpoints in order: the computing parties, then the dealer if there is one.

    LocalError when there are fewer than two parties, or two endpoints share a name, an address or a certificate.
    """

    endpoints: tuple[Endpoint, ...]
    has_dealer: bool = False
    source: str = "the roster"

    def __post_init__(self) -> None:
        if self.parties < MIN_PARTIES:
            raise _bad(self.source, f"names {self.parties} parties; {MIN_PARTIES} is the least")
        for what in ("name", "address", "certificate"):
            seen: dict[object, str] = {}
            for endpoint in self.endpoints:
                value = getattr(endpoint, what)
                if value in seen:
                    shown = "" if what == "certificate" else f" {value}"
                    raise _bad(self.source, f"gives the {what}{shown} twice: {seen[value]} and {endpoint.name}")
                seen[value] = endpoint.name

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the dealer's last."""
        return tuple(endpoint.name for endpoint in self.endpoints)

    @property
    def parties(self) -> int:
        """How many parties compute; the dealer is none of them."""
        return len(self.endpoints) - self.has_dealer

    def index(self, name: str) -> int:
        """The number of the endpoint called `name`; LocalError `unknown-party`."""
        if name not in self.names:
            raise LocalError(
                "unknown-party",
                f"{self.source} names no party {name}; it names {', '.join(self.names)}",
                "use one of these names, or add the party to the file at every party",
            )
        return self.names.index(name)

    def warnings(self, now: datetime | None = None) -> list[str]:
        """A sentence for each certificate that expires within 30 days."""
        found = (endpoint.certificate.warning(endpoint.name, now) for endpoint in self.endpoints)
        return [text for text in found if text is not None]

    @classmethod
    def load(cls, file: str | Path) -> Roster:
        """Reads `parties.toml`. LocalError `bad-roster` or `bad-certificate` says what is wrong where."""
        path = Path(file)
        content = _read(path)
        unknown = content.keys() - {"party", "dealer"}
        if unknown:
            raise _bad(path, f"has an unknown entry {min(unknown)!r}; it may have [[party]] and [dealer]")
        entries = content.get("party", [])
        if not isinstance(entries, list):
            raise _bad(path, "has [party] where [[party]] with double brackets is meant")
        endpoints = [_endpoint(path, f"[[party]] number {i + 1}", entry) for i, entry in enumerate(entries)]
        if "dealer" in content:
            endpoints.append(_endpoint(path, "[dealer]", content["dealer"]))
        return cls(tuple(endpoints), "dealer" in content, str(path))


def parse_address(text: str) -> tuple[str, int]:
    """host:port, with brackets around an IPv6 address; ValueError says what is wrong."""
    host, colon, digits = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("an IPv6 address goes in brackets, like [::1]:7001")
    if not colon or not host or any(c.isspace() or not c.isprintable() for c in host):
        raise ValueError("an address is host:port, like north.example.org:7001")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 0 < int(digits) < 65536):
        raise ValueError(f"{digits!r} is no port; ports are 1 to 65535")
    return host, int(digits)


def _self_signed(name: str, key: PrivateKey, lifetime: timedelta) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + lifetime) - timedelta(days=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def load_key(name: str, file: Path) -> PrivateKey:
    """Reads a private key. LocalError `no-key`, `key-exposed`, `bad-key`."""
    try:
        mode = file.stat()
        content = file.read_bytes()
    except OSError as error:
        remedy = f"make one with `parley keys new {name}`, or say in which folder it is"
        raise LocalError("no-key", f"cannot read the private key {file}: {error.strerror}", remedy) from None
    if stat.S_IMODE(mode.st_mode) & 0o077 or mode.st_uid != os.geteuid():
        raise LocalError(
            "key-exposed",
            f"{file} may be read by others: mode {stat.S_IMODE(mode.st_mode):04o}, owner {mode.st_uid}",
            f"take it back with `chmod 600 {file}` (and chown); if others have had access, make a new key",
        )
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        raise LocalError("bad-key", f"{file} is no unencrypted private key in PEM form") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise LocalError("bad-key", f"{file} is neither an Ed25519 nor an elliptic-curve key")
    return key


def _public_bytes(key: object) -> bytes:
    assert isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LocalError(
            "bad-roster",
            f"cannot read {path}: {error.strerror}",
            "write it with one [[party]] (name, address, certificate) for each party, the same at every party",
        ) from None
    except ValueError as error:
        raise _bad(path, f"is not TOML: {error}") from None


def _endpoint(path: Path, where: str, entry: object) -> Endpoint:
    if not isinstance(entry, dict):
        raise _bad(path, f"{where} has no fields; it needs {', '.join(_FIELDS)}")
    for name in _FIELDS:
        if not isinstance(entry.get(name), str):
            raise _bad(path, f"{where} needs a {name}, a text in quotes")
    unknown = entry.keys() - set(_FIELDS)
    if unknown:
        raise _bad(path, f"{where} has an unknown field {min(unknown)!r}; it may have {', '.join(_FIELDS)}")
    if not NAME.fullmatch(entry["name"]):
        raise _bad(path, f"{where}: {entry['name']!r} cannot name a party; use letters, digits, dots and dashes")
    try:
        host, port = parse_address(entry["address"])
    except ValueError as error:
        raise _bad(path, f"{where}, address {entry['address']!r}: {error}") from None
    return Endpoint(entry["name"], host, port, load_certificate(path.parent / entry["certificate"]))


def _bad(path: str | Path, what: str) -> LocalError:
    return LocalError("bad-roster", f"{path} {what}", "mend the file, and give every party the same one")
