"""`star.toml`: where a star's server is, how it is known, who enrols its clients, and its limits.

    [server]
    name = "center"
    address = "center.example.org:7100"
    certificate = "center.crt"         # relative to this file; clients accept this one and no other

    [clients]
    authority = "authority.crt"        # what clients' certificates are signed with
    revoked = "authority.crl"          # optional; read anew when it changes

    [proxy]                            # optional: clients dial this one, by TLS, and the server through it
    address = "edge.example.org:443"
    roots = "edge.pem"                 # optional; else the roots of the system

    [limits]                           # optional, see `mpc.network.star.limits`
    message_bytes = 4_294_967_296

The server and all clients have the same file; `limits` matter at the server alone, `proxy` at clients; `revoked` at the
server, and at clients that hold each other against it, as in secure sums against a malicious server.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mpc.errors import LocalError
from mpc.network.identity import NAME, Certificate, Endpoint, load_certificate, parse_address
from mpc.network.star.limits import StarLimits

_SECTIONS = {"server": {"name", "address", "certificate"}, "clients": {"authority"}}
_OPTIONAL = {"clients": {"revoked"}, "proxy": {"roots"}}
_LIMITS = frozenset(part.name for part in fields(StarLimits))


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where clients dial instead: host, port, and a file of the roots that its certificate is judged by (PEM)."""

    host: str
    port: int
    roots: Path | None


@dataclass(frozen=True, slots=True)
class StarFile:
    """What star.toml says. `source`: the file, for messages."""

    server: Endpoint
    authority: Certificate
    revoked: Path | None = None
    proxy: Proxy | None = None
    limits: StarLimits = field(default_factory=StarLimits)
    source: str = "star.toml"

    @classmethod
    def load(cls, file: str | Path) -> StarFile:
        """Reads the file. LocalError `bad-star` or `bad-certificate` says what is wrong where."""
        path = Path(file)
        content = _read(path)
        unknown = content.keys() - {"server", "clients", "proxy", "limits"}
        if unknown:
            raise _bad(
                path, f"has an unknown entry {min(unknown)!r}; it may have [server], [clients], [proxy], [limits]"
            )
        server, clients = _texts(path, content, "server"), _texts(path, content, "clients")
        if not NAME.fullmatch(server["name"]):
            raise _bad(path, f"[server]: {server['name']!r} cannot name a server; use letters, digits, dots and dashes")
        host, port = _address(path, "server", server["address"])
        return cls(
            Endpoint(server["name"], host, port, load_certificate(path.parent / server["certificate"])),
            load_certificate(path.parent / clients["authority"]),
            path.parent / clients["revoked"] if "revoked" in clients else None,
            _proxy(path, content) if "proxy" in content else None,
            _limits(path, content.get("limits", {})),
            str(path),
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "write it with [server] and [clients], the same for the server and all clients"
        raise LocalError("bad-star", f"cannot read {path}: {error.strerror}", remedy) from None
    except ValueError as error:
        raise _bad(path, f"is not TOML: {error}") from None


def _texts(path: Path, content: dict[str, Any], section: str) -> dict[str, str]:
    """A section's fields, which are texts: those that it must have, and some that it may."""
    entry, needed = content.get(section), _SECTIONS.get(section, {"address"})
    if not isinstance(entry, dict):
        raise _bad(path, f"needs a section [{section}] with {', '.join(sorted(needed))}")
    allowed = needed | _OPTIONAL.get(section, set())
    for name in sorted(needed | (entry.keys() & allowed)):
        if not isinstance(entry.get(name), str):
            raise _bad(path, f"[{section}] needs {name}, a text in quotes")
    if unknown := entry.keys() - allowed:
        raise _bad(path, f"[{section}] has an unknown field {min(unknown)!r}; it may have {', '.join(sorted(allowed))}")
    return entry


def _proxy(path: Path, content: dict[str, Any]) -> Proxy:
    entry = _texts(path, content, "proxy")
    host, port = _address(path, "proxy", entry["address"])
    return Proxy(host, port, path.parent / entry["roots"] if "roots" in entry else None)


def _limits(path: Path, entry: Any) -> StarLimits:
    if not isinstance(entry, dict):
        raise _bad(path, "has limits that are no section [limits]")
    if unknown := entry.keys() - _LIMITS:
        raise _bad(path, f"[limits] has an unknown field {min(unknown)!r}; it may have {', '.join(sorted(_LIMITS))}")
    return StarLimits(**entry)


def _address(path: Path, section: str, text: str) -> tuple[str, int]:
    try:
        return parse_address(text)
    except ValueError as error:
        raise _bad(path, f"[{section}], address {text!r}: {error}") from None


def _bad(path: Path, what: str) -> LocalError:
    return LocalError("bad-star", f"{path} {what}", "mend the file, and give the server and all clients the same one")
