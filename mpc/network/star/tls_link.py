"""Links of a star under TLS 1.3: written a little at a time, and one TLS inside another for clients behind a proxy.

A server that sends one model to a thousand clients keeps the model once, and for each client only the ciphertext of a
slice of it. Where a proxy ends the outer TLS, the inner one goes on to the server: the proxy carries bytes that it can
neither read nor change unnoticed, of whom it does not learn the certificate.
"""

from __future__ import annotations

import ssl

import trio

from mpc.network.identity import Identity
from mpc.network.link import TlsLink, tls_context

SLICE = 1 << 16
"""Bytes that are encrypted at a time."""
NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: the server looks at the dates itself, and tells the client what is wrong."""


class NarrowTlsLink(TlsLink):
    """A TlsLink that encrypts SLICE bytes at a time."""

    async def write(self, *parts: bytes | memoryview) -> None:
        """As in TlsLink."""
        small = [part for part in parts if len(part) <= SLICE]
        if len(small) == len(parts):
            await super().write(*parts)
            return
        for part in parts:
            view = memoryview(part)
            for start in range(0, len(view), SLICE):
                await super().write(view[start : start + SLICE])
        await trio.lowlevel.checkpoint()  # where there is always room, others are to have their turn too


class InnerTlsLink(NarrowTlsLink):
    """TLS within the TLS of `outer`, which has been greeted."""

    def __init__(self, outer: TlsLink, context: ssl.SSLContext, *, server_side: bool = False) -> None:
        super().__init__(outer.socket, context, server_side=server_side)
        self._outer = outer

    @property
    def left_over(self) -> bool:
        """As in TlsLink, of both."""
        return super().left_over or self._outer.left_over

    def _receive(self, space: memoryview) -> int:
        return self._outer.read_now(space)

    async def _arrival(self) -> None:
        await self._outer.readable()

    def _send(self) -> bool:
        self._outer._enqueue(*self._unsent)
        self._unsent.clear()
        gone = self._outer._send()
        self.sent_bytes = self._outer.sent_bytes
        return gone


def server_context(identity: Identity, authority_pem: str) -> ssl.SSLContext:
    """For the server: clients must show a certificate of the authority, and have its key. Nothing of its dates is
    checked here: `mpc.network.star.credentials.Judge` does."""
    context = tls_context(ssl.PROTOCOL_TLS_SERVER, identity, [authority_pem])
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def client_context(identity: Identity, server_pem: str) -> ssl.SSLContext:
    """For a client: the server must show this certificate; which one it is, is compared after the handshake."""
    return tls_context(ssl.PROTOCOL_TLS_CLIENT, identity, [server_pem])


def proxy_context(roots: str | None) -> ssl.SSLContext:
    """For the outer TLS: the proxy's certificate must name it, under these roots (a PEM file) or the system's.

    OSError, ssl.SSLError if the file cannot be used.
    """
    context = ssl.create_default_context(cafile=roots)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
