"""How the parties find each other: listening, dialling, telling strangers from peers, and exact errors.

Everybody listens; the party with the higher index dials the one with the lower. They may start in any order within
the connect timeout: dialling goes on until then, and remembers why it last failed. Whoever connects must make the
TLS handshake with a listed certificate and say HELLO within INTRODUCTION_SECONDS; at most MAX_STRANGERS may be
trying at once. A stranger never ends the session; it is remembered for the error message should a peer not come.
"""

from __future__ import annotations

import random
import socket
import ssl
from collections import deque
from collections.abc import Callable

import trio

from mpc.errors import PeerError
from mpc.network.handshake import Handshake, claimed_place
from mpc.network.identity import Endpoint, Roster
from mpc.network.introduction import Introduction, introduce, not_parley, wrong_certificate
from mpc.network.link import PlainLink, TlsLink
from mpc.network.peer import Peer
from mpc.network.transport_tls import TlsTransport
from mpc.network.wire import Greeting

INTRODUCTION_SECONDS = 5.0
MAX_STRANGERS = 32
REMEMBERED = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_CONFIRM_GRACE = 1.0
_TELL_SECONDS = 3.0

Contexts = tuple[ssl.SSLContext, ssl.SSLContext] | None


class Meeting:
    """Connects `transport` to all peers. `contexts` (accepting, dialling) is None for plaintext."""

    def __init__(
        self,
        roster: Roster,
        transport: TlsTransport,
        handshake: Handshake,
        contexts: Contexts,
        session: trio.Nursery,
        on_progress: Callable[[str], None],
    ) -> None:
        self._roster = roster
        self._me = transport.me
        self._transport = transport
        self._handshake = handshake
        self._contexts = contexts
        self._session = session
        self._on_progress = on_progress
        self._causes: dict[int, PeerError] = {}
        self._strangers: deque[PeerError] = deque(maxlen=REMEMBERED)
        self._trying = 0

    async def meet(self, listener: socket.socket, timeout: float) -> None:
        """Returns when the handshake with everybody is complete or the session has failed; PeerError when time is up.

        `connect-timeout`, or the last cause why a peer could not be reached.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._accept_all, listener)
            for j in range(self._me):
                nursery.start_soon(self._dial, j)
            with trio.move_on_after(timeout):
                await self._transport.agreed.wait()
            if not self._transport.agreed.is_set() and not self._transport.unlinked():
                with trio.move_on_after(_CONFIRM_GRACE):
                    await self._transport.agreed.wait()
            if self._transport.agreed.is_set():
                await self._tell_the_late()
            nursery.cancel_scope.cancel()
        if not self._transport.agreed.is_set():
            raise self._absence(timeout)

    async def _tell_the_late(self) -> None:
        """A session that failed before all were here: the others come soon, and hear why it failed."""
        with trio.move_on_after(_TELL_SECONDS):
            while self._transport.unlinked():
                await trio.sleep(_FIRST_PAUSE)

    async def _dial(self, j: int) -> None:
        """Tries to reach endpoint `j` until it is linked. Only a peer that is the wrong one ends the session."""
        endpoint, pause = self._roster.endpoints[j], _FIRST_PAUSE
        while True:
            try:
                cause = await self._try(j, endpoint)
            except PeerError as error:
                self._transport.end(error)
                return
            if cause is None:
                return
            if j not in self._causes or self._causes[j].code != cause.code:
                self._on_progress(f"waiting for {endpoint.name}: {cause.cause}")
            self._causes[j] = cause
            await trio.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def _try(self, j: int, endpoint: Endpoint) -> PeerError | None:
        """One attempt: None when linked, a cause that may pass, or raises one that will not."""
        connection = await dial(endpoint)
        if isinstance(connection, PeerError):
            return connection
        self._causes[j] = silent(endpoint)
        link = self._link(connection, server_side=False)
        introduction = None
        try:
            introduction = await introduce(
                link, endpoint.name, self._handshake.hello(j), lambda der: self._expect(j, der), self._transport.limits
            )
            if introduction is None:
                return hung_up(endpoint)
            self._hand_over(j, link, introduction)
            return None
        finally:
            if introduction is None:
                link.close()

    async def _accept_all(self, listener: socket.socket) -> None:
        async with trio.open_nursery() as strangers:
            while True:
                await trio.lowlevel.wait_readable(listener)
                try:
                    connection, address = listener.accept()
                except BlockingIOError:
                    continue
                except OSError:
                    await trio.sleep(_FIRST_PAUSE)
                    continue
                if self._trying < MAX_STRANGERS:
                    self._trying += 1
                    strangers.start_soon(self._admit, connection, f"a connection from {address[0]}")
                else:
                    connection.close()

    async def _admit(self, connection: socket.socket, who: str) -> None:
        """Finds out who has connected, in bounded time; remembers those that are no peers."""
        link, place = self._link(connection, server_side=True), None
        stranger: PeerError | None = not_parley(who)
        try:
            with trio.move_on_after(INTRODUCTION_SECONDS):
                hello = self._handshake.hello(self._me)
                introduction = await introduce(link, who, hello, self._recognise, self._transport.limits)
                if introduction is not None:
                    place = self._place(introduction)
                    self._hand_over(place, link, introduction)
                    stranger = None
        except PeerError as error:
            stranger = error
        finally:
            self._trying -= 1
            if stranger is not None:
                self._strangers.append(stranger)
                link.end()
                link.close()

    def _link(self, connection: socket.socket, *, server_side: bool) -> PlainLink:
        if self._contexts is None:
            return PlainLink(connection)
        return TlsLink(connection, self._contexts[0 if server_side else 1], server_side=server_side)

    def _expect(self, j: int, der: bytes) -> int:
        endpoint = self._roster.endpoints[j]
        if der != endpoint.certificate.der:
            raise wrong_certificate(endpoint.name, f"at {endpoint.address} shows the certificate of another party")
        return j

    def _recognise(self, der: bytes) -> int:
        for j, endpoint in enumerate(self._roster.endpoints):
            if der == endpoint.certificate.der:
                return self._awaited(j)
        raise wrong_certificate("a connection", "shows a certificate that parties.toml does not list")

    def _place(self, introduction: Introduction) -> int:
        """The place that the certificate proves; without TLS, the one that the HELLO claims."""
        if introduction.place is not None:
            return self._awaited(introduction.place)
        event = introduction.events[0]
        claimed = claimed_place(event.body) if isinstance(event, Greeting) else None
        if claimed is None or not 0 <= claimed < self._transport.n:
            raise not_parley("a connection")
        return self._awaited(claimed)

    def _awaited(self, j: int) -> int:
        name = self._roster.names[j]
        if j <= self._me or self._transport.linked(j):
            raise wrong_certificate(name, "connects where it is not awaited, or a second time")
        return j

    def _hand_over(self, j: int, link: PlainLink, introduction: Introduction) -> None:
        name = self._roster.names[j]
        introduction.decoder.peer = name
        peer = Peer(j, name, link, introduction.encoder, introduction.decoder)
        self._transport.link(peer, introduction.events, self._session)
        missing = len(self._transport.unlinked())
        self._on_progress(f"connected to {name}" + (f", {missing} more to come" if missing else ""))

    def _absence(self, timeout: float) -> PeerError:
        """Why not everybody is here: a peer that could not be reached, one that never came, one that hangs."""
        names, unlinked = self._roster.names, self._transport.unlinked()
        for j in unlinked:
            if j in self._causes:
                return self._causes[j]
        if not unlinked:
            slow = [names[j] for j in self._transport.unconfirmed()]
            return absent(slow, f"did not finish the handshake within {timeout:.0f} seconds", "")
        own = self._roster.endpoints[self._me].address
        noted = "; ".join(f"{stranger.cause}" for stranger in self._strangers)
        code = next((s.code for s in self._strangers if "certificate" in s.code), "connect-timeout")
        what = f"never connected to this party at {own} within {timeout:.0f} seconds"
        return absent([names[j] for j in unlinked], what, noted, code)


async def dial(endpoint: Endpoint) -> socket.socket | PeerError:
    """A TCP connection, or why there is none yet: `address-unresolved` or `nobody-listening`."""
    try:
        stream = await trio.open_tcp_stream(endpoint.host, endpoint.port)
    except socket.gaierror as error:
        return PeerError(
            "address-unresolved",
            f"the address {endpoint.host} of {endpoint.name} does not resolve: {error.strerror}",
            "mend the address in parties.toml, or this machine's name service",
            party=endpoint.name,
        )
    except OSError as error:
        return nobody_listening(endpoint, error)
    connection = socket.socket(fileno=stream.socket.detach())
    try:
        to_itself = connection.getsockname() == connection.getpeername()
    except OSError as error:  # it was reset in the meantime
        connection.close()
        return nobody_listening(endpoint, error)
    if to_itself:
        connection.close()
        return nobody_listening(endpoint, ConnectionRefusedError())
    return connection


def nobody_listening(endpoint: Endpoint, error: OSError) -> PeerError:
    """The address exists and takes no connection."""
    inner = error.__cause__
    if isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[-1]
    why = inner.strerror if isinstance(inner, OSError) and inner.strerror else "connection refused"
    return PeerError(
        "nobody-listening",
        f"nobody listens at {endpoint.address}, the address of {endpoint.name}: {why}",
        f"start {endpoint.name}, and see that the port is right and no firewall is between",
        party=endpoint.name,
    )


def hung_up(endpoint: Endpoint) -> PeerError:
    """It takes connections and closes them."""
    return PeerError(
        "not-parley",
        f"{endpoint.address}, the address of {endpoint.name}, takes connections and closes them without a greeting",
        f"see which program listens there, and what {endpoint.name} printed",
        party=endpoint.name,
    )


def silent(endpoint: Endpoint) -> PeerError:
    """It takes connections and says nothing."""
    return PeerError(
        "not-parley",
        f"{endpoint.address}, the address of {endpoint.name}, takes connections and never says a word",
        f"see whether {endpoint.name} has started, and which program listens there",
        party=endpoint.name,
    )


def absent(names: list[str], what: str, noted: str, code: str = "connect-timeout") -> PeerError:
    """Time is up, and these are not here."""
    remedy = (
        "start all parties within the connect timeout, with the same parties.toml; a longer timeout gives more time"
    )
    cause = f"{', '.join(names)} {what}" + (f"; meanwhile: {noted}" if noted else "")
    return PeerError(code, cause, remedy, party=names[0])
