"""A client of a star over TLS: it dials out, directly or through a proxy that ends TLS, and knows the server by its
certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import trio

from mpc.errors import LocalError, PeerError
from mpc.network.connecting import dial as dial_tcp
from mpc.network.identity import Endpoint, Identity
from mpc.network.link import Link, TlsLink
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.credentials import client_name
from mpc.network.star.endings import link_lost, tls_refusal
from mpc.network.star.handshake import Parameters, StarTerms
from mpc.network.star.running import as_client
from mpc.network.star.star_file import Proxy, StarFile
from mpc.network.star.tls_link import InnerTlsLink, NarrowTlsLink, client_context, proxy_context


@asynccontextmanager
async def dial(
    star: StarFile,
    identity: Identity,
    version: str,
    *,
    expects: Parameters | None = None,
    program_digest: str = "",
    backoff: Backoff | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> AsyncIterator[StarClient]:
    """A client that is connected to the server of `star`, until the block ends; then it says goodbye.

    `identity`: the client's key, with the certificate that the authority gave it. `expects`: parameters that it insists
    on. `program_digest` must be the server's. `backoff`: how long to try. Where star.toml names a proxy, the client
    makes one TLS connection to that, and within it another one to the server: the proxy learns this client's
    address, when it sends and how much, not its name nor a byte of what it sends.

    LocalError `certificate-expired`, `bad-certificate`, `wrong-key`, `bad-proxy`. PeerError `nobody-listening`,
    `address-unresolved`, `not-parley`, `peer-lost`, and at once `wrong-certificate`, `wrong-authority`,
    `certificate-expired`, `certificate-not-yet-valid`, `certificate-revoked`, `different-...`.
    """
    name = client_name(identity.certificate)
    if identity.certificate.expired():
        cause = f"the certificate of {name} expired on {identity.certificate.not_after:%Y-%m-%d %H:%M} UTC"
        raise LocalError("certificate-expired", cause, "have the authority enrol it anew: `parley star enroll`")
    way = _Way(star, identity)
    terms = StarTerms(version, program_digest, expects or {})

    def make(tasks: trio.Nursery) -> StarClient:
        client = StarClient(name, star.server.name, terms, way.connect, tasks, star.limits, on_progress)
        client.enrolment, client.revoked = (identity, star.authority), star.revoked
        return client

    async with as_client(make, backoff or Backoff()) as client:
        yield client


class _Way:
    """How a client gets to the server."""

    def __init__(self, star: StarFile, identity: Identity) -> None:
        self._server = star.server
        self._proxy = star.proxy
        self._seconds = star.limits.handshake_seconds
        self._context = client_context(identity, star.server.certificate.pem)
        self._outer = None if star.proxy is None else _outer_context(star.proxy)

    async def connect(self) -> Link:
        """A link to the server, which has shown its certificate."""
        name = self._server.name
        connection: socket.socket | None = None
        try:
            with trio.move_on_after(self._seconds):
                connection = await self._dial()
                link = await self._under_tls(connection)
                if await link.greet() != self._server.certificate.der:
                    remedy = "put the server's current .crt file into star.toml"
                    raise PeerError("wrong-certificate", f"{name} shows another certificate", remedy, party=name)
                return link
            raise link_lost(name, f"did not answer within {self._seconds:.0f} seconds")
        except BaseException as error:
            if connection is not None:
                connection.close()
            if isinstance(error, ssl.SSLError):
                raise tls_refusal(name, error) from None
            if isinstance(error, OSError):
                raise link_lost(name, "broke the connection during the handshake") from None
            raise

    async def _dial(self) -> socket.socket:
        to = self._server if self._proxy is None else _as_endpoint(self._proxy, self._server)
        found = await dial_tcp(to)
        if isinstance(found, PeerError):
            raise PeerError(
                found.code, found.cause, "see that the server runs, and the address in star.toml", party=found.party
            )
        return found

    async def _under_tls(self, connection: socket.socket) -> TlsLink:
        if self._proxy is None or self._outer is None:
            return NarrowTlsLink(connection, self._context, server_side=False)
        outer = TlsLink(connection, self._outer, server_side=False, server_name=self._proxy.host)
        try:
            await outer.greet()
        except ssl.SSLCertVerificationError as error:
            cause = f"the proxy {self._proxy.host} shows a certificate that is not its own ({error.verify_message})"
            raise PeerError("wrong-certificate", cause, "see `roots` in star.toml", party=self._server.name) from None
        return InnerTlsLink(outer, self._context)


def _outer_context(proxy: Proxy) -> ssl.SSLContext:
    try:
        return proxy_context(str(proxy.roots) if proxy.roots is not None else None)
    except (OSError, ssl.SSLError):
        cause = f"the roots of the proxy's certificate cannot be read from {proxy.roots}"
        raise LocalError("bad-proxy", cause, "name a PEM file in [proxy] of star.toml, or leave roots out") from None


def _as_endpoint(proxy: Proxy, server: Endpoint) -> Endpoint:
    return replace(server, name=f"the proxy of {server.name}", host=proxy.host, port=proxy.port)
