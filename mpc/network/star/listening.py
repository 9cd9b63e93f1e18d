"""A star's server over TLS: it listens, admits those whom the authority has enrolled, and serves them.

Before a client has shown who it is, it costs little: so many handshakes at a time, so many of them from one address, so
many seconds each. After that all that it does is its own affair (`mpc.network.star.server`).
"""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from mpc.errors import LocalError, PeerError
from mpc.network.decoder import Decoder
from mpc.network.identity import Identity
from mpc.network.joining import listen
from mpc.network.star.credentials import Credential, Judge
from mpc.network.star.endings import link_lost, tls_refusal
from mpc.network.star.handshake import Parameters, StarTerms
from mpc.network.star.meeting import Greeted
from mpc.network.star.running import as_server
from mpc.network.star.server import StarServer
from mpc.network.star.star_file import StarFile
from mpc.network.star.tls_link import SLICE, NarrowTlsLink, server_context

_PAUSE = 0.05
_BACKLOG = 1024


@asynccontextmanager
async def serve(
    star: StarFile,
    identity: Identity,
    version: str,
    *,
    parameters: Parameters | None = None,
    program_digest: str = "",
    listener: socket.socket | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> AsyncIterator[StarServer]:
    """Serves as the server of `star` until the block ends; then says goodbye to the clients.

    It listens at the address in star.toml, or on `listener`, a bound socket that this call takes over. TLS 1.3, both
    sides with certificates: clients accept the server's own one only, the server those of the authority that are valid
    and not revoked, now and as long as the client is here. `parameters`: public, told to every client. `program_digest`
    must be the clients'. `version`: of Parley, for messages. `on_progress` gets what the program says of itself.

    When the block raises, the clients are told; of an exception that is not Parley's own they learn the type only.

    Who learns what: the server sees when each client comes and goes, its name and address, and what it sends; clients
    learn nothing of each other but what the program sends them.

    LocalError `wrong-certificate`, `certificate-expired`, `bad-certificate`, `bad-revocations`, `address-in-use`,
    `bad-address`, `different-parameters`.
    """
    if identity.certificate.der != star.server.certificate.der:
        cause = f"{star.source} names another certificate for {star.server.name} than the one beside its key"
        raise LocalError("wrong-certificate", cause, "put the server's current .crt file into everybody's star.toml")
    if identity.certificate.expired():
        remedy = "make new keys with `parley keys new`, and give the new certificate to all clients"
        raise LocalError("certificate-expired", f"the certificate of {identity.name} has expired", remedy)
    judge = Judge(star.authority, star.revoked)
    context = server_context(identity, star.authority.pem)
    server = StarServer(
        star.server.name, StarTerms(version, program_digest, parameters or {}), star.limits, on_progress
    )
    server.authority, server.revoked = star.authority, star.revoked
    listening = listener or listen(star.server)
    listening.setblocking(False)
    listening.listen(_BACKLOG)
    with listening:
        async with as_server(server) as tasks:
            tasks.start_soon(_Gate(server, judge, context).accept_all, listening, tasks)
            yield server


class _Gate:
    """Takes connections, as many at a time as may be without having shown who they are."""

    def __init__(self, server: StarServer, judge: Judge, context: ssl.SSLContext) -> None:
        self._server = server
        self._judge = judge
        self._context = context
        self._ciphertext = memoryview(bytearray(SLICE))
        self._trying: Counter[str] = Counter()
        self._fewer = trio.lowlevel.ParkingLot()

    async def accept_all(self, listener: socket.socket, tasks: trio.Nursery) -> None:
        """Takes connections until it is cancelled. Where many are at the gate, the next ones wait in the system."""
        limits = self._server.limits
        while True:
            while self._trying.total() >= limits.handshakes:
                await self._fewer.park()
            await trio.lowlevel.wait_readable(listener)
            try:
                connection, address = listener.accept()
            except BlockingIOError:
                continue
            except OSError:
                await trio.sleep(_PAUSE)
                continue
            if self._trying[address[0]] >= limits.handshakes_each:
                connection.close()
                continue
            try:
                link = NarrowTlsLink(connection, self._context, server_side=True, ciphertext=self._ciphertext)
            except OSError:  # it is gone already
                connection.close()
                continue
            self._trying[address[0]] += 1
            tasks.start_soon(self._admit, link, address[0])

    async def _admit(self, link: NarrowTlsLink, address: str) -> None:
        """Finds out who has connected, and hands it to the server."""
        passed: list[bool] = []

        def leave_gate() -> None:
            if not passed:
                passed.append(True)
                self._trying[address] -= 1
                if not self._trying[address]:
                    del self._trying[address]
                self._fewer.unpark()

        who = f"a connection from {address}"
        try:
            try:
                credential = await self._proven(link, who)
            except PeerError as error:
                greeted = Greeted(link, Decoder(who, scratch=self._server.scratch()))
                await self._server.refuse(greeted, error)
                return
            await self._server.admit(link, Proven(credential, self._judge), who, leave_gate)
        finally:
            leave_gate()
            link.close()

    async def _proven(self, link: NarrowTlsLink, who: str) -> Credential:
        try:
            with trio.move_on_after(self._server.limits.handshake_seconds):
                return self._judge.credential(await link.greet())
        except ssl.SSLError as error:
            raise tls_refusal(who, error) from None
        except OSError:
            raise link_lost(who, "broke the connection during the handshake") from None
        raise link_lost(who, "did not make the TLS handshake in time")


class Proven:
    """A client by its certificate, which may expire or be revoked while it is here.

    A list of revoked ones that goes past its date meanwhile keeps newcomers out; who is here stays.
    """

    def __init__(self, credential: Credential, judge: Judge) -> None:
        self.name = credential.name
        self._credential = credential
        self._judge = judge

    def problem(self) -> PeerError | None:
        """What is wrong with the certificate by now."""
        try:
            self._judge.check(self._credential)
        except PeerError as error:
            return None if error.code == "revocations-stale" else error
        return None
