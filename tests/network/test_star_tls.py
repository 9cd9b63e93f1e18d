"""The star over TLS: who is let in, what is said to those who are not, and what a proxy in between sees."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mpc.errors import LocalError, PeerError
from mpc.network.identity import Identity, load_identity, new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from mpc.network.star.credentials import utc_now
from mpc.network.star.dialling import dial
from mpc.network.star.events import Came, Joined
from mpc.network.star.gathering import answers, assemble
from mpc.network.star.limits import StarLimits
from mpc.network.star.rounds import Rounds
from mpc.network.star.star_file import Proxy, StarFile
from mpc.network.star.tls_link import SLICE

from .stars import SOON, TlsPlace, came, left, next_of, run


async def refusal(star: StarFile, identity: Identity) -> PeerError:
    """Why a client is not let in."""
    with pytest.raises(PeerError) as caught:
        async with dial(star, identity, "1", backoff=SOON):
            pass
    return caught.value


def of_another_authority(folder: Path, name: str, authority: str) -> Identity:
    folder.mkdir()
    Authority(new_authority(authority, folder)).enroll(name, new_request(name, folder), folder)
    return load_identity(name, folder)


def enrolled_at(place: TlsPlace, name: str, hours: float) -> Identity:
    """A client that was, or will be, enrolled for a day, so many hours from now."""
    other = Authority(place.folder / "authority.key", lambda: utc_now() + timedelta(hours=hours))
    other.enroll(name, new_request(name, place.folder), place.folder)
    return load_identity(name, place.folder)


def test_who_is_not_enrolled_is_told_so(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path)
        strangers = [of_another_authority(tmp_path / other, "anna", other) for other in ("authority", "other")]
        early = enrolled_at(place, "early", 48)
        revoked = place.identity("revoked")
        place.authority.revoke("revoked")
        async with place.serve() as star:
            for stranger in (*strangers, new_identity("alone", tmp_path)):
                error = await refusal(place.star, stranger)
                assert (error.code, error.party) == ("wrong-authority", "server")
            error = await refusal(place.star, early)
            assert error.code == "certificate-not-yet-valid"
            assert "clock" in error.cause
            error = await refusal(place.star, revoked)
            assert error.code == "certificate-revoked"
            async with place.dial("anna"):
                assert (await next_of(star, Joined)).client == "anna"
            assert star.counts.joined == 1

    run(main)


def test_an_expired_certificate_is_said_before_and_while_connected(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path, StarLimits(heartbeat_seconds=0.1, stall_seconds=5))
        with pytest.raises(LocalError, match="certificate-expired"):
            async with dial(place.star, enrolled_at(place, "old", -48), "1"):
                pass
        async with place.serve() as star, place.dial("anna") as anna:
            await next_of(star, Joined)
            place.authority.revoke("anna")
            with pytest.raises(PeerError) as caught:
                await anna.receive()
            assert caught.value.code == "certificate-revoked"
            why = await left(star, "anna")
            assert why is not None
            assert why.code == "certificate-revoked"
            with pytest.raises(PeerError, match="certificate-revoked"):
                await anna.reconnect(SOON)

    run(main)


def test_a_list_that_goes_stale_keeps_newcomers_out_and_nobody_else(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path, StarLimits(heartbeat_seconds=0.1, stall_seconds=5))
        anna, bert = place.identity("anna"), place.identity("bert")
        async with place.serve() as star, dial(place.star, anna, "1") as client:
            await next_of(star, Joined)
            Authority(tmp_path / "authority.key", lambda: utc_now() - timedelta(days=40)).revoke()
            await trio.sleep(0.3)
            assert (await refusal(place.star, bert)).code == "revocations-stale"
            await client.send((1,), b"x")
            await came(star, 1)

    run(main)


def test_another_server_is_not_taken_for_the_right_one(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path)
        (tmp_path / "other").mkdir()
        imposter = new_identity("server", tmp_path / "other")
        star = replace(place.star, server=replace(place.star.server, certificate=imposter.certificate))
        async with place.serve():
            error = await refusal(star, place.identity("anna"))
            assert (error.code, error.party) == ("wrong-certificate", "server")

    run(main)


@pytest.mark.parametrize("hello", [b"", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 20])
def test_whoever_talks_otherwise_is_no_client(tmp_path: Path, hello: bytes) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path, StarLimits(handshake_seconds=0.2))
        async with place.serve() as star:
            stream = await trio.open_tcp_stream("127.0.0.1", place.port)
            await stream.send_all(hello)
            with trio.fail_after(30):
                while not star.counts.refused:
                    await trio.sleep(0.01)
            await stream.aclose()
            assert set(star.counts.refused) <= {"not-parley", "peer-lost"}
            async with place.dial("anna"):
                pass

    run(main)


def test_strangers_hold_no_place_for_long_and_not_all_of_them(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path, StarLimits(handshakes=6, handshakes_each=4, handshake_seconds=0.6))
        place.identity("anna")
        async with place.serve() as star:
            crowd = [await trio.open_tcp_stream("127.0.0.1", place.port) for _ in range(12)]
            async with place.dial("anna") as anna:
                assert anna.attempts > 1
            assert star.counts.joined == 1
            for stream in crowd:
                await stream.aclose()

    run(main)


def test_the_server_needs_its_own_certificate(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path)
        place.center = new_identity("another", tmp_path)
        with pytest.raises(LocalError, match="wrong-certificate"):
            async with place.serve():
                pass

    run(main)


def test_twenty_clients_in_one_process(tmp_path: Path) -> None:
    async def main() -> None:
        place, clients, model = TlsPlace(tmp_path), 20, np.arange(50_000, dtype=np.uint64)

        async def client(name: str) -> None:
            async with place.dial(name) as star:
                async for message in star:
                    await star.send(message.tag, message.array * np.uint64(2))

        async with trio.open_nursery() as nursery, place.serve() as star:
            rounds = Rounds()
            for i in range(clients):
                nursery.start_soon(client, f"client{i}")
            await assemble(star, rounds, clients, 20)
            for number in range(2):
                rounds.begin(trio.current_time(), 20)
                star.broadcast((number, 0), model)
                total = np.zeros_like(model)
                async for message in answers(star, rounds):
                    total += message.array
                assert len(rounds.close()) == clients
                np.testing.assert_array_equal(total, 2 * clients * model)
        assert star.counts.goodbyes == clients

    run(main, 60)


class Edge:
    """A proxy that ends TLS and passes on what is in it: all that it sees, and the number of connections."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.certificate, self.key = _named_localhost(folder)
        self.seen = bytearray()
        self.connections = 0

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[int]:
        """The proxy of the server at `port`; its own port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)

        async def serve(raw: trio.SocketStream) -> None:
            self.connections += 1
            outer = trio.SSLStream(raw, context, server_side=True, https_compatible=True)
            inner = await trio.open_tcp_stream("127.0.0.1", port)
            async with outer, inner, trio.open_nursery() as both:
                both.start_soon(self._copy, outer, inner, both)
                both.start_soon(self._copy, inner, outer, both)

        async with trio.open_nursery() as nursery:
            listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
            yield listeners[0].socket.getsockname()[1]
            nursery.cancel_scope.cancel()

    async def _copy(self, source: trio.abc.Stream, sink: trio.abc.Stream, both: trio.Nursery) -> None:
        try:
            while data := await source.receive_some(65536):
                self.seen += data
                await sink.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError, ssl.SSLError):
            pass
        both.cancel_scope.cancel()


def _named_localhost(folder: Path) -> tuple[Path, Path]:
    """A certificate for the host name localhost, as a web server has it, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = utc_now()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(5).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "localhost.crt").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "localhost.key").write_bytes(secret)
    return folder / "localhost.crt", folder / "localhost.key"


def test_a_proxy_that_ends_tls_sees_neither_names_nor_messages(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path)
        edge = Edge(tmp_path / "edge")
        payload = np.full(100_000, 0x5041524C45595041, np.uint64)
        async with place.serve() as star, edge.open(place.port) as port:
            star_file = replace(place.star, proxy=Proxy("localhost", port, edge.certificate))
            async with dial(star_file, place.identity("secretive"), "1") as client:
                await client.send((1,), payload)
                event = await came(star, 1)
                assert isinstance(event, Came)
                assert event.client == "secretive"
                np.testing.assert_array_equal(event.array, payload)
                star.send("secretive", (2,), payload)
                np.testing.assert_array_equal((await client.receive()).array, payload)
        assert edge.connections == 1
        assert len(edge.seen) > 2 * payload.nbytes
        for told in (
            b"secretive",
            b"program",
            b"PARLEYPA",
            b"APYELRAP",
            place.identity("secretive").certificate.der[-60:],
        ):
            assert told not in edge.seen

    run(main)


def test_a_proxy_that_is_another_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        place = TlsPlace(tmp_path)
        edge = Edge(tmp_path / "edge")
        async with place.serve(), edge.open(place.port) as port:
            for roots in (None, place.folder / "authority.crt"):
                star_file = replace(place.star, proxy=Proxy("localhost", port, roots))
                error = await refusal(star_file, place.identity("anna"))
                assert error.code == "wrong-certificate"
                assert "proxy" in error.cause
            with pytest.raises(LocalError, match="bad-proxy"):
                await refusal(replace(place.star, proxy=Proxy("localhost", port, tmp_path)), place.identity("anna"))

    run(main)


def test_a_broadcast_is_held_once_and_a_slice_of_it_for_each_client(tmp_path: Path) -> None:
    """Clients that read nothing: what waits for each is a view of the one array, and one encrypted slice."""

    async def main() -> None:
        place, model = TlsPlace(tmp_path, StarLimits(inbox_messages=1)), np.zeros(3 << 22, np.uint8)
        async with place.serve() as star, place.dial("anna"), place.dial("bert"):
            while len(star.clients) < 2:
                await star.event()
            for i in range(3):
                star.broadcast((i,), model)
            peers = [star._here[name].line.peer for name in ("anna", "bert")]
            unsent = [0]
            while not all(unsent):
                unsent = [sum(map(len, peer.link._unsent)) for peer in peers]
                assert max(unsent) < SLICE + 1024
                await trio.sleep(0.01)
            for peer in peers:
                assert peer.queued
                assert all(np.shares_memory(np.frombuffer(item.payload, np.uint8), model) for item in peer._queue)
            for name in ("anna", "bert"):
                star.part_with(name, "enough", "the test is over")

    run(main)
