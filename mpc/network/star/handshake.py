"""How a client and the server of a star agree on a session.  No I/O here: bodies of HELLO and CONFIRM in and out.

    both ways  HELLO    protocols that it speaks, version, a fresh nonce, digest of its program, parameters
               server:  its session, limits that bind the client;  client: its name
    server     CONFIRM  the hash of both HELLOs, the number of this connection
    client     CONFIRM  the hash of both HELLOs

Versions of Parley may differ, as long as there is a protocol that both speak: the clients of a star cannot all be
upgraded at once. The server sets the parameters and the client learns them; it may insist on some. Who a client is, TLS
has proven before with its certificate; the name in its HELLO must be that one. The hash binds what was agreed: a
difference in any byte of either HELLO ends the handshake. It is public, the same at both ends, and another one for each
connection, so that a signature over it is for this connection alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from mpc.errors import LocalError, PeerError
from mpc.network.handshake import MAX_PARAMETERS, MAX_TEXT
from mpc.network.wire import CONFIRM, HELLO, MAX_HEADER, is_word, pack, printable, unpack

OLDEST, NEWEST = 1, 1
"""Protocols of the star that this version of Parley speaks, from the first to the last."""
NONCE_BYTES = 32
Parameters = dict[str, str | int | float | bool]

_DOMAIN = b"parley star handshake 1"
_OF_BOTH = {"protocols", "version", "nonce", "digest", "parameters"}
_OF_SERVER = _OF_BOTH | {"session", "beat", "stall", "message"}
_OF_CLIENT = _OF_BOTH | {"name"}


@dataclass(frozen=True)
class StarTerms:
    """What one side says of itself. `version`: of Parley, for people to read. `program_digest`: must be the same on
    both sides. `parameters`: at the server, what it sets; at a client, what it insists on; at most 128, public.
    LocalError `different-parameters` where they cannot travel."""

    version: str
    program_digest: str = ""
    parameters: Parameters = field(default_factory=dict)
    protocols: tuple[int, int] = (OLDEST, NEWEST)

    def __post_init__(self) -> None:
        if not _are_parameters(self.parameters) or len(pack(self.parameters)) > MAX_HEADER // 2:
            cause = f"{len(self.parameters)} parameters: too many, too long, or no texts and numbers"
            raise LocalError("different-parameters", cause, "give fewer, and the rest in a message")


@dataclass(frozen=True, slots=True)
class Bond:
    """What both ends hold after the handshake. `session`: 32 bytes that the server drew when it began. `binding`: 32
    bytes, the hash of this handshake. `protocol`: the newest that both speak. `heartbeat`, `stall`: seconds."""

    session: bytes
    binding: bytes
    connection: int
    protocol: int
    parameters: Parameters
    heartbeat: float
    stall: float
    message_bytes: int


@dataclass(frozen=True, slots=True)
class ServersPart:
    """What the server adds: its session and the limits that bind clients (seconds, bytes)."""

    session: bytes
    heartbeat: float
    stall: float
    message_bytes: int


class ServerHandshake:
    """The server's side of one connection. Send `hello`, hand every greeting to `receive` and send what it returns,
    until `complete`; `client` is known once it has greeted."""

    def __init__(self, terms: StarTerms, part: ServersPart, client: str | None) -> None:
        """`client`: the name that the certificate proves; None where the link itself is trusted to say it."""
        self._terms = terms
        self._part = part
        self._proven = client
        self.client = client or "a client"
        self._hello = pack(_body(terms, session=part.session, **_limits(part)))
        self._bond: Bond | None = None
        self.complete = False

    def hello(self) -> tuple[int, bytes]:
        """Kind and body of the server's HELLO."""
        return HELLO, self._hello

    def receive(self, kind: int, body: bytes) -> None:
        """Takes the client's HELLO, or its CONFIRM after `confirm`. PeerError, of which the client is to be told."""
        if kind == HELLO and self._bond is None:
            self._receive_hello(body)
        elif kind == CONFIRM and self._bond is not None and self._bond.connection:
            _check_confirm(self.client, body, self._bond.binding, 1)
            self.complete = True
        else:
            raise _malformed(self.client, "out of turn")

    @property
    def greeted(self) -> bool:
        """Whether the client's HELLO is in, and fits."""
        return self._bond is not None

    def confirm(self, connection: int) -> tuple[int, bytes]:
        """The server's CONFIRM, which gives this connection its number (1 or more)."""
        agreed = self._bond
        if agreed is None:
            raise RuntimeError("the client has not greeted")
        self._bond = replace(agreed, connection=connection)
        return CONFIRM, pack((agreed.binding, connection))

    def bond(self) -> Bond:
        """What was agreed, once complete."""
        if self._bond is None or not self.complete:
            raise RuntimeError("the handshake is not complete")
        return self._bond

    def _receive_hello(self, body: bytes) -> None:
        theirs = _checked(self.client, body, _OF_CLIENT)
        name = theirs["name"]
        if type(name) is not str:
            raise _malformed(self.client, "without a name")
        if self._proven is None:
            self.client = printable(name)[:64]
        elif name != self._proven:
            cause = f"{self.client} claims to be {printable(repr(name))[:MAX_TEXT]}"
            raise PeerError(
                "wrong-certificate", cause, "a client's name is the one in its certificate", party=self.client
            )
        protocol = _compare(self.client, self._terms, theirs)
        if (key := _missed(self._terms.parameters, theirs["parameters"])) is not None:
            mine = self._terms.parameters.get(key, "absent")
            raise _disagreement(self.client, "different-parameters", key, mine, theirs["parameters"][key])
        binding = _binding(self._hello, body)
        part = self._part
        self._bond = Bond(
            part.session, binding, 0, protocol, self._terms.parameters, part.heartbeat, part.stall, part.message_bytes
        )


class ClientHandshake:
    """The client's side. Send `hello`, hand every greeting to `receive`, and send what it returns, until `complete`."""

    def __init__(self, terms: StarTerms, name: str, server: str) -> None:
        self._terms = terms
        self._server = server
        self._hello = pack(_body(terms, name=name))
        self._bond: Bond | None = None
        self.complete = False

    def hello(self) -> tuple[int, bytes]:
        """Kind and body of the client's HELLO."""
        return HELLO, self._hello

    def receive(self, kind: int, body: bytes) -> tuple[int, bytes] | None:
        """Takes the server's HELLO or CONFIRM; what to answer. PeerError if they do not fit."""
        if kind == HELLO and self._bond is None:
            self._bond = self._agreed(body)
            return CONFIRM, pack((self._bond.binding,))
        if kind == CONFIRM and self._bond is not None and not self.complete:
            parts = _check_confirm(self._server, body, self._bond.binding, 2)
            if type(parts[1]) is not int or not 0 < parts[1] < 1 << 63:
                raise _malformed(self._server, "without the number of the connection")
            self._bond = replace(self._bond, connection=parts[1])
            self.complete = True
            return None
        raise _malformed(self._server, "out of turn")

    def bond(self) -> Bond:
        """What was agreed, once complete."""
        if self._bond is None or not self.complete:
            raise RuntimeError("the handshake is not complete")
        return self._bond

    def _agreed(self, body: bytes) -> Bond:
        theirs = _checked(self._server, body, _OF_SERVER)
        times = [theirs[key] for key in ("beat", "stall")]
        if not (all(is_word(value) and value for value in times) and _is_block(theirs["session"])):
            raise _malformed(self._server, "with impossible limits")
        if type(theirs["message"]) is not int or not 0 < theirs["message"] < 1 << 63:
            raise _malformed(self._server, "with impossible limits")
        protocol = _compare(self._server, self._terms, theirs)
        if (key := _missed(theirs["parameters"], self._terms.parameters)) is not None:
            mine = self._terms.parameters[key]
            raise _disagreement(
                self._server, "different-parameters", key, mine, theirs["parameters"].get(key, "absent")
            )
        beat, stall = (value / 1000 for value in times)
        binding = _binding(body, self._hello)
        return Bond(theirs["session"], binding, 0, protocol, theirs["parameters"], beat, stall, theirs["message"])


def _body(terms: StarTerms, **more: Any) -> dict[str, Any]:
    return {
        "protocols": terms.protocols,
        "version": terms.version,
        "nonce": os.urandom(NONCE_BYTES),
        "digest": terms.program_digest,
        "parameters": dict(sorted(terms.parameters.items())),
        **more,
    }


def _limits(part: ServersPart) -> dict[str, int]:
    return {"beat": round(1000 * part.heartbeat), "stall": round(1000 * part.stall), "message": part.message_bytes}


def _checked(who: str, body: bytes, expected: set[str]) -> dict[str, Any]:
    """The parts of a HELLO, each of its type. A newer one may have more of them; what it must have, it has."""
    try:
        parts = unpack(body)
    except ValueError:
        parts = None
    if type(parts) is not dict or not parts.keys() >= expected:
        raise _malformed(who, "of another form")
    protocols = parts["protocols"]
    well_formed = (
        type(protocols) is tuple
        and len(protocols) == 2
        and all(is_word(protocol) for protocol in protocols)
        and type(parts["version"]) is str
        and type(parts["digest"]) is str
        and _is_block(parts["nonce"])
        and _are_parameters(parts["parameters"])
    )
    if not well_formed:
        raise _malformed(who, "of another form")
    return parts


def _compare(who: str, ours: StarTerms, theirs: dict[str, Any]) -> int:
    """The newest protocol that both speak."""
    oldest, newest = theirs["protocols"]
    protocol = int(min(newest, ours.protocols[1]))
    if protocol < max(oldest, ours.protocols[0]):
        raise _disagreement(
            who, "different-version", "range of protocols",
            f"{ours.protocols[0]} to {ours.protocols[1]} (Parley {ours.version})",
            f"{oldest} to {newest} (Parley {theirs['version']})",
        )  # fmt: skip
    if theirs["digest"] != ours.program_digest:
        raise _disagreement(who, "different-program", "program digest", ours.program_digest, theirs["digest"])
    return protocol


def _missed(given: Parameters, wanted: Parameters) -> str | None:
    """The first parameter that a client insists on and the server has set otherwise."""
    return min((key for key, value in wanted.items() if given.get(key) != value), default=None)


def _are_parameters(value: Any) -> bool:
    return (
        type(value) is dict
        and len(value) <= MAX_PARAMETERS
        and all(type(key) is str and _is_parameter(item) for key, item in value.items())
    )


def _is_parameter(value: object) -> bool:
    if type(value) is float:
        return isfinite(value)
    return type(value) in (str, bool) or (type(value) is int and -(1 << 63) <= value < 1 << 63)


def _check_confirm(who: str, body: bytes, binding: bytes, length: int) -> tuple[Any, ...]:
    try:
        parts = unpack(body)
    except ValueError:
        parts = None
    if type(parts) is not tuple or len(parts) < length or not _is_block(parts[0]):
        raise _malformed(who, "of another form")
    if not hmac.compare_digest(parts[0], binding):
        cause = f"{who} has seen another handshake than this side"
        remedy = "something between the two changes what they say: find out what"
        raise PeerError("different-session", cause, remedy, party=who)
    return parts


def _binding(server: bytes, client: bytes) -> bytes:
    state = hashlib.shake_256(_DOMAIN)
    for part in (server, client):
        state.update(len(part).to_bytes(8, "little") + part)
    return state.digest(NONCE_BYTES)


def _is_block(value: object) -> bool:
    return type(value) is bytes and len(value) == NONCE_BYTES


def _disagreement(who: str, code: str, name: str, mine: object, other: object) -> PeerError:
    ours, theirs = printable(repr(mine))[:MAX_TEXT], printable(repr(other))[:MAX_TEXT]
    cause = f"{who} has another {name}: {theirs} there, {ours} here"
    return PeerError(code, cause, "use the same on both sides", party=who)


def _malformed(who: str, what: str) -> PeerError:
    remedy = "see that client and server run versions of Parley that speak a common protocol"
    return PeerError("malformed-message", f"{who} sent a greeting {what}", remedy, party=who)
