"""One connection's bytes: a non-blocking socket, plain or under TLS 1.3.  No frames here.

`write_now` sends what the socket takes at once and `read_now` gives what is there, without a pass through the
scheduler, which is the path of small messages; `write` and `readable` wait. TLS runs on memory buffers fed about a
megabyte at a time: large arrays are decrypted straight into their destination, and a megabyte costs one system call
instead of sixty-four.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import Protocol

import trio

from mpc.errors import LocalError
from mpc.network.identity import Identity

NOTHING = -1
"""What `read_now` returns when no bytes have come."""

CIPHERTEXT = 1 << 20


class Link(Protocol):
    """What a connection offers to whoever reads and writes it; PlainLink says what each does."""

    sent_bytes: int

    def write_now(self, data: bytes) -> bool:
        """Sends as far as there is room at once."""

    async def write(self, *parts: bytes | memoryview) -> None:
        """Sends all."""

    async def flush(self) -> None:
        """Sends what is left."""

    def read_now(self, space: memoryview) -> int:
        """Takes what has come."""

    @property
    def left_over(self) -> bool:
        """Whether more is here, of which nothing will be told."""

    async def readable(self) -> None:
        """Waits for more."""

    def end(self) -> None:
        """Says that no more will be written."""

    def close(self) -> None:
        """Closes it."""


class PlainLink:
    """A bare connection, for benchmarks on one machine. One task may write and one may read at a time."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.sent_bytes = 0
        self._unsent: list[memoryview] = []

    def write_now(self, data: bytes) -> bool:
        """Sends `data` as far as the socket takes it; True when all has gone. Otherwise `flush` must follow."""
        self._enqueue(data)
        return not self._unsent or self._send()

    async def write(self, *parts: bytes | memoryview) -> None:
        """Sends `parts`, one after the other, waiting for room."""
        self._enqueue(*parts)
        await self.flush()

    async def flush(self) -> None:
        """Sends what is left, waiting for room."""
        while not self._send():
            await trio.lowlevel.wait_writable(self.socket)

    def read_now(self, space: memoryview) -> int:
        """Puts bytes that have come into `space`: how many, 0 at the end of the stream, NOTHING when none have."""
        try:
            return self.socket.recv_into(space)
        except BlockingIOError:
            return NOTHING

    @property
    def left_over(self) -> bool:
        """Whether bytes that have left the socket found no space in the last `read_now`, and wait for the next."""
        return False

    async def readable(self) -> None:
        """Waits until `read_now` is worth another try."""
        await trio.lowlevel.wait_readable(self.socket)

    async def read_into(self, space: memoryview) -> int:
        """Waits for bytes and puts them into `space`; returns how many, 0 at the end of the stream."""
        while (count := self.read_now(space)) == NOTHING:
            await self.readable()
        return count

    def end(self) -> None:
        """Says that no more will be written."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        """Closes the connection at once."""
        self.socket.close()

    def _enqueue(self, *parts: bytes | memoryview) -> None:
        for part in parts:
            if part:
                self._unsent.append(memoryview(part))

    def _send(self) -> bool:
        unsent = self._unsent
        while unsent:
            try:
                count = self.socket.sendmsg(unsent) if len(unsent) > 1 else self.socket.send(unsent[0])
            except BlockingIOError:
                return False
            self.sent_bytes += count
            while unsent and count >= len(unsent[0]):
                count -= len(unsent.pop(0))
            if count:
                unsent[0] = unsent[0][count:]
        return True


class TlsLink(PlainLink):
    """A connection under TLS 1.3. `greet` first; then as PlainLink.

    `ciphertext`: CIPHERTEXT bytes that all links of one thread may share, since nothing stays there.
    """

    def __init__(
        self,
        connection: socket.socket,
        context: ssl.SSLContext,
        *,
        server_side: bool,
        ciphertext: memoryview | None = None,
        server_name: str | None = None,
    ) -> None:
        """`server_name`: what the certificate of the other side must name, where the context checks that."""
        super().__init__(connection)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=server_name
        )
        self._ciphertext = memoryview(bytearray(CIPHERTEXT)) if ciphertext is None else ciphertext
        self._more = False

    async def greet(self) -> bytes:
        """Makes the TLS handshake; returns the peer's certificate in DER. An ssl.SSLError says why not."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.write()
                while not self._take_ciphertext():
                    await self._arrival()
            except ssl.SSLError:
                self.write_now(b"")
                raise
            else:
                await self.write()
                return self._tls.getpeercert(binary_form=True) or b""

    def read_now(self, space: memoryview) -> int:
        """As in PlainLink; ssl.SSLError for bytes that TLS refuses."""
        while (count := self._decrypt(space)) == NOTHING and self._take_ciphertext():
            pass
        self._more = count == len(space)
        return count

    @property
    def left_over(self) -> bool:
        """As in PlainLink: decrypted or not."""
        return bool(self._incoming.pending or self._tls.pending())

    async def readable(self) -> None:
        """As in PlainLink. What was decrypted and found no space is there already."""
        await (trio.lowlevel.checkpoint() if self._more else self._arrival())

    def _enqueue(self, *parts: bytes | memoryview) -> None:
        for part in parts:
            if len(part):
                self._tls.write(part)
        if self._outgoing.pending:
            self._unsent.append(memoryview(self._outgoing.read()))

    def _decrypt(self, space: memoryview) -> int:
        """Fills `space` from what is here: how many bytes, 0 at the end of the stream, NOTHING when more must come."""
        tls, incoming, filled = self._tls, self._incoming, 0
        while filled < len(space) and (incoming.pending or incoming.eof or tls.pending()):
            try:
                count = int(tls.read(len(space) - filled, space[filled:] if filled else space))
            except ssl.SSLWantReadError:
                break
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return filled
            if not count:
                return filled
            filled += count
        return filled or NOTHING

    def _take_ciphertext(self) -> bool:
        """Hands TLS what has come; False when nothing has."""
        count = self._receive(self._ciphertext)
        if count > 0:
            self._incoming.write(self._ciphertext[:count])
        elif count == 0:
            self._incoming.write_eof()
        return count != NOTHING

    def _receive(self, space: memoryview) -> int:
        """As `PlainLink.read_now`, of what lies below TLS."""
        return super().read_now(space)

    async def _arrival(self) -> None:
        """Waits for more of what lies below TLS."""
        await super().readable()


def tls_contexts(identity: Identity, certificates: Iterable[str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For accepting and for dialling: TLS 1.3, this identity's key, trust in exactly these certificates (PEM).

    Which of them the peer must show is checked by comparing bytes after the handshake.
    """
    pems = tuple(certificates)
    return tls_context(ssl.PROTOCOL_TLS_SERVER, identity, pems), tls_context(ssl.PROTOCOL_TLS_CLIENT, identity, pems)


def tls_context(protocol: int, identity: Identity, pems: Sequence[str]) -> ssl.SSLContext:
    """For one of the two sides: TLS 1.3 with this identity's key, trust in these certificates (PEM) and in what they
    signed. LocalError `wrong-key`."""
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if protocol == ssl.PROTOCOL_TLS_SERVER:
        context.num_tickets = 0
    context.load_verify_locations(cadata="".join(pems))
    try:
        context.load_cert_chain(identity.certificate_file, identity.key_file)
    except (OSError, ssl.SSLError):
        raise LocalError(
            "wrong-key", f"{identity.key_file} and {identity.certificate_file} do not belong together or cannot be read"
        ) from None
    return context
