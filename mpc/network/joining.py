"""Joining a session over TLS: `connect` listens, meets all peers, and hands out the transport.

It stands apart from `transport` because certificates take long to import, and only a real party needs them.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from mpc.errors import LocalError
from mpc.network.beside import public_error, tasks_beside
from mpc.network.connecting import Meeting
from mpc.network.handshake import Agreement, Handshake, Terms
from mpc.network.identity import Endpoint, Identity, Roster
from mpc.network.introduction import certificate_expired
from mpc.network.link import tls_contexts
from mpc.network.session_kinds import MESH, SessionKind
from mpc.network.transport_tls import WAIT_SECONDS, TlsTransport
from mpc.network.wire import Limits


@asynccontextmanager
async def connect(
    roster: Roster,
    me: int,
    identity: Identity | None,
    terms: Terms,
    *,
    connect_timeout: float = 30.0,
    stall_timeout: float = 30.0,
    wait_timeout: float = WAIT_SECONDS,
    listener: socket.socket | None = None,
    insecure_plaintext: bool = False,
    on_progress: Callable[[str], None] | None = None,
    limits: Limits | None = None,
    kind: SessionKind = MESH,
) -> AsyncIterator[tuple[TlsTransport, Agreement]]:
    """Connects endpoint `me` to all others of `roster` and agrees on a session under `terms`.

    Everybody listens at its own address (or on `listener`, a bound socket that this call takes over), and the
    endpoint with the higher index dials the one with the lower; they may start in any order within
    `connect_timeout` seconds. TLS 1.3, both sides with the certificate that the roster pins to their place. A peer
    of which nothing comes for `stall_timeout` seconds ends the session, and so does one that takes nothing in for as
    long, or whose message is waited for `wait_timeout` seconds (`mpc.network.deadlines`). `insecure_plaintext` is for
    benchmarks: no encryption, no authentication, loopback addresses only. `kind` decides what becomes of the session
    when a peer is gone; in a mesh, it ends. `on_progress` gets a line of text now and then.

    When the body raises, the peers are told which party failed; of an exception that is not Parley's own they
    learn the type only. When it ends without `finish`, they fail with `peer-lost`.

    LocalError `address-in-use`, `bad-address`, `wrong-certificate`, `certificate-expired`, `insecure-plaintext`.
    PeerError `address-unresolved`, `nobody-listening`, `not-parley`, `wrong-certificate`, `certificate-expired`,
    `different-...`, `connect-timeout`, and what a peer reports.
    """
    _check_places(roster, me, terms)
    contexts = None if insecure_plaintext else tls_contexts(*_check_certificates(roster, me, identity))
    if insecure_plaintext:
        _check_loopback(roster, listener)
    handshake = Handshake(me, terms)
    listening = listener or listen(roster.endpoints[me])
    listening.setblocking(False)
    transport = TlsTransport(me, roster.names, handshake, stall_timeout, limits, kind, wait_timeout)
    async with _open(transport) as tasks:
        meeting = Meeting(roster, transport, handshake, contexts, tasks, on_progress or _quiet)
        with listening:
            await meeting.meet(listening, connect_timeout)
        yield transport, transport.agreement()


@asynccontextmanager
async def _open(transport: TlsTransport) -> AsyncIterator[trio.Nursery]:
    """The transport's tasks beside the block, until it is closed; the peers are told what the block raises."""

    async def leave(error: BaseException | None) -> None:
        if error is not None:
            told = public_error(error)
            transport.fail(told.code, told.cause, told.party)
        await transport.close()

    async with tasks_beside(leave) as tasks:
        tasks.start_soon(transport.pulse)
        yield tasks


def listen(endpoint: Endpoint) -> socket.socket:
    """A socket that listens at the endpoint's own address, or on all interfaces when that is not this machine's.

    LocalError `address-in-use`, `bad-address`.
    """
    try:
        return _bind(endpoint.host, endpoint.port)
    except (socket.gaierror, OSError) as error:
        if error.errno == errno.EADDRINUSE:
            raise _in_use(endpoint) from None
        if _is_loopback(endpoint.host):
            raise _unusable(endpoint, error) from None
    try:
        return _bind("", endpoint.port)
    except OSError as error:
        raise (_in_use(endpoint) if error.errno == errno.EADDRINUSE else _unusable(endpoint, error)) from None


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _in_use(endpoint: Endpoint) -> LocalError:
    return LocalError(
        "address-in-use",
        f"another program listens at {endpoint.address}, this party's own address",
        "end that program (perhaps an earlier run of this party), or choose another port in parties.toml",
        party=endpoint.name,
    )


def _unusable(endpoint: Endpoint, error: OSError) -> LocalError:
    remedy = "mend the address in parties.toml"
    return LocalError("bad-address", f"cannot listen at {endpoint.address}: {error.strerror}", remedy)


def _check_places(roster: Roster, me: int, terms: Terms) -> None:
    if not 0 <= me < len(roster.endpoints):
        raise LocalError("unknown-party", f"there is no endpoint {me} among {len(roster.endpoints)}")
    if terms.parties != roster.names or terms.has_dealer != roster.has_dealer:
        raise LocalError("different-parties", "the terms name other parties than the roster")


def _check_certificates(roster: Roster, me: int, identity: Identity | None) -> tuple[Identity, list[str]]:
    own = roster.endpoints[me]
    if identity is None or identity.certificate.der != own.certificate.der:
        raise LocalError(
            "wrong-certificate",
            f"{roster.source} lists another certificate for {own.name} than the one beside its key",
            "put this party's current .crt file into everybody's copy of parties.toml",
            party=own.name,
        )
    if own.certificate.expired():
        remedy = "make new keys with `parley keys new` and give everybody the new certificate"
        raise LocalError("certificate-expired", f"the certificate of {own.name} has expired", remedy, party=own.name)
    for endpoint in roster.endpoints:
        if endpoint.certificate.expired():
            raise certificate_expired(endpoint.name)
    return identity, [endpoint.certificate.pem for endpoint in roster.endpoints]


def _check_loopback(roster: Roster, listener: socket.socket | None) -> None:
    hosts = [endpoint.host for endpoint in roster.endpoints]
    if listener is not None:
        hosts.append(listener.getsockname()[0])
    for host in hosts:
        if not _is_loopback(host):
            raise LocalError(
                "insecure-plaintext",
                f"plaintext is for benchmarks on one machine, and {host} is not this machine alone",
                "leave insecure_plaintext out, or use 127.0.0.1 for every party",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _quiet(text: str) -> None:
    return
