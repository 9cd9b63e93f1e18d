"""Finding each other: any order, strangers, and one exact error for each thing that can be wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trio
from free_ports import free_ports

import mpc.network.connecting
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.identity import Certificate, Roster, new_identity
from mpc.network.joining import listen

from .meshes import Town, message, side_by_side

LATE = 2.5
"""How long is waited for who is refused: its handshake takes some milliseconds, or a second on a busy machine."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    built = Town(3, tmp_path)
    yield built
    built.forget()


def run(*calls: Any) -> list[Any]:
    """Runs the calls side by side, within a minute; results, or the errors in their places."""

    async def main() -> list[Any]:
        with trio.fail_after(60):
            return await side_by_side(*calls)

    return trio.run(main)


def codes(results: list[Any]) -> list[tuple[str, str | None]]:
    assert all(isinstance(result, ParleyError) for result in results), results
    assert all(result.remedy for result in results)
    return [(result.code, result.party) for result in results]


async def meet(town: Town, me: int, *, after: float = 0.0, **options: Any) -> Any:
    """Joins, exchanges one message with every peer, and finishes; the agreement."""
    await trio.sleep(after)
    async with town.join(me, **options) as (transport, agreement):
        for j in range(transport.n):
            if j != me:
                transport.send(j, message(me, j))
        for j in range(transport.n):
            if j != me:
                await transport.receive(j, (j, me))
        await transport.finish({})
        return agreement


def moved(roster: Roster, j: int, **changes: Any) -> Roster:
    """`roster` with another line for endpoint j."""
    endpoints = list(roster.endpoints)
    endpoints[j] = replace(endpoints[j], **changes)
    return replace(roster, endpoints=tuple(endpoints))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("plain", [False, True])
def test_any_order_of_starting(town: Town, order: tuple[int, ...], plain: bool) -> None:
    for listener in town.listeners:
        listener.close()
    town.roster = Roster(tuple(replace(endpoint, port=free_ports(1)[0]) for endpoint in town.roster.endpoints))

    async def start(me: int) -> Any:
        return await meet(town, me, after=0.3 * order[me], listener=None, insecure_plaintext=plain)

    agreements = run(*((start, me) for me in range(3)))
    assert len({agreement.session for agreement in agreements}) == 1
    assert all(agreements[i].pairwise[j] == agreements[j].pairwise[i] for i in range(3) for j in range(3))
    assert agreements[0].common == agreements[1].common == agreements[2].common


def test_eight_parties_and_a_dealer(tmp_path: Path) -> None:
    town = Town(9, tmp_path, dealer=True)
    agreements = run(*((meet, town, me) for me in range(9)))
    assert len({agreement.session for agreement in agreements}) == 1


def test_p256_keys(tmp_path: Path) -> None:
    town = Town(2, tmp_path)
    (tmp_path / "p256").mkdir()
    town.identities = [new_identity(name, tmp_path / "p256", p256=True) for name in town.roster.names]
    for j in range(2):
        town.roster = moved(town.roster, j, certificate=town.identities[j].certificate)
    results = run((meet, town, 0), (meet, town, 1))
    assert results[0].session == results[1].session


def alone(town: Town, me: int, **options: Any) -> ParleyError:
    """The error that endpoint `me` gets with nobody else there."""

    async def join() -> None:
        async with town.join(me, **options):
            pass

    result = run((join,))[0]
    assert isinstance(result, ParleyError), result
    return result


def test_nobody_listens(town: Town) -> None:
    roster = moved(town.roster, 0, port=free_ports(1)[0])
    error = alone(town, 1, roster=roster, connect_timeout=0.4)
    assert codes([error]) == [("nobody-listening", "north")]
    assert roster.endpoints[0].address in error.cause


def test_an_address_that_does_not_resolve(town: Town) -> None:
    error = alone(town, 1, roster=moved(town.roster, 0, host="no-such-host.invalid"), connect_timeout=3.0)
    assert codes([error]) == [("address-unresolved", "north")]
    assert "no-such-host.invalid" in error.cause


def test_peers_that_never_come(town: Town) -> None:
    error = alone(town, 0, connect_timeout=0.3)
    assert codes([error]) == [("connect-timeout", "south")]
    assert "south, east never connected" in error.cause


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9])
def test_another_program_listens(town: Town, answer: bytes, plain: bool) -> None:
    async def speak(stream: trio.SocketStream) -> None:
        await stream.send_all(answer)
        await stream.receive_some()

    assert impostor(town, speak, connect_timeout=20.0, insecure_plaintext=plain).code == "not-parley"


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("patience", "shown"), [(0.0, "closes them"), (60.0, "never says a word")])
def test_a_listener_that_hangs_up_or_is_silent(town: Town, plain: bool, patience: float, shown: str) -> None:
    async def wait(stream: trio.SocketStream) -> None:
        with trio.move_on_after(patience):
            while await stream.receive_some():
                pass

    error = impostor(town, wait, connect_timeout=1.0, insecure_plaintext=plain)
    assert error.code == "not-parley"
    assert shown in error.cause


def impostor(town: Town, speak: Any, **options: Any) -> ParleyError:
    """What south gets when `speak` answers at north's address."""

    async def serve(stream: trio.SocketStream) -> None:
        with suppress(trio.BrokenResourceError):
            await speak(stream)

    async def main() -> ParleyError:
        async with trio.open_nursery() as nursery:
            listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(town.listeners[0]))]
            nursery.start_soon(trio.serve_listeners, serve, listeners)
            with pytest.raises(PeerError) as caught:
                async with town.join(1, **options):
                    pass
            nursery.cancel_scope.cancel()
        assert caught.value.party == "north"
        return caught.value

    return trio.run(main)


def test_a_certificate_that_is_not_the_one_in_the_roster(town: Town, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = new_identity("north", tmp_path / "old")
    stale = moved(town.roster, 0, certificate=old.certificate)
    pair = Roster(town.roster.endpoints[:2])
    terms = town.terms(parties=pair.names)

    async def north() -> None:
        async with town.join(0, roster=pair, terms=terms, connect_timeout=LATE):
            pass

    async def south() -> None:
        async with town.join(1, roster=Roster(stale.endpoints[:2]), terms=terms, connect_timeout=20.0):
            pass

    results = run((north,), (south,))
    assert codes(results) == [("wrong-certificate", "south"), ("wrong-certificate", "north")]
    assert "does not list" in results[1].cause
    assert "refuses this party's certificate" in results[0].cause


def test_a_peer_that_holds_another_certificate_of_ours(town: Town, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    changed = new_identity("south", tmp_path / "new")
    ahead = moved(Roster(town.roster.endpoints[:2]), 1, certificate=changed.certificate)
    terms = town.terms(parties=ahead.names)

    async def north() -> None:
        async with town.join(0, roster=Roster(town.roster.endpoints[:2]), terms=terms, connect_timeout=LATE):
            pass

    async def south() -> None:
        async with town.join(1, roster=ahead, identity=changed, terms=terms, connect_timeout=20.0):
            pass

    results = run((north,), (south,))
    assert codes(results) == [("wrong-certificate", "south"), ("wrong-certificate", "north")]
    assert "refuses this party's certificate" in results[1].cause


def test_a_party_at_the_place_of_another(town: Town) -> None:
    """South dials north's address and meets east there: a listed certificate, in the wrong place."""
    third = town.roster.endpoints[2]
    swapped = moved(moved(town.roster, 2, port=free_ports(1)[0]), 0, port=third.port)

    async def east() -> None:
        async with town.join(2, connect_timeout=LATE):
            pass

    async def south() -> None:
        async with town.join(1, roster=swapped, connect_timeout=20.0):
            pass

    results = run((south,), (east,))
    assert codes(results[:1]) == [("wrong-certificate", "north")]
    assert "another party" in results[0].cause


def test_expired_certificates(town: Town, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = new_identity("north", tmp_path / "old", timedelta(seconds=-1))
    roster = moved(town.roster, 0, certificate=old.certificate)
    own, others = alone(town, 0, roster=roster, identity=old), alone(town, 1, roster=roster)
    assert isinstance(own, LocalError)
    assert isinstance(others, PeerError)
    assert codes([own, others]) == [("certificate-expired", "north")] * 2


def test_a_certificate_that_expires_by_the_other_partys_clock(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    old = new_identity("south", tmp_path / "old", timedelta(seconds=-1))
    town.roster = moved(Roster(town.roster.endpoints[:2]), 1, certificate=old.certificate)
    town.identities[1] = old
    monkeypatch.setattr(Certificate, "expired", lambda self: False)

    async def join(me: int) -> None:
        async with town.join(me, connect_timeout=LATE if me == 0 else 20.0):
            pass

    results = run((join, 0), (join, 1))
    assert codes(results) == [("certificate-expired", "south"), ("certificate-expired", "north")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "2"}, "different-version"),
        ({"program_digest": "other"}, "different-program"),
        ({"suite": "ideal"}, "different-suite"),
        ({"parameters": {"fractional_bits": 20}}, "different-parameters"),
    ],
)
def test_different_terms_end_all_parties(town: Town, change: dict[str, Any], code: str) -> None:
    results = run((meet, town, 0), (lambda: meet(town, 1, terms=town.terms(**change)),), (meet, town, 2))
    assert [got for got, _ in codes(results)] == [code] * 3
    assert results[0].party == results[2].party == "south"


@pytest.mark.parametrize("plain", [False, True])
def test_strangers_do_not_matter(town: Town, plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many silent connections, garbage, and hang-ups, before the peers come."""
    monkeypatch.setattr(mpc.network.connecting, "INTRODUCTION_SECONDS", 0.3)
    address = ("127.0.0.1", town.roster.endpoints[0].port)
    strangers = [socket.create_connection(address) for _ in range(mpc.network.connecting.MAX_STRANGERS + 20)]
    for stranger in strangers[::3]:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
    for stranger in strangers[1::3]:
        stranger.close()

    async def join(me: int) -> Any:
        return await meet(town, me, after=0.2 * me, insecure_plaintext=plain)

    results = run(*((join, me) for me in range(3)))
    assert len({agreement.session for agreement in results}) == 1
    for stranger in strangers:
        stranger.close()


def test_a_stranger_is_mentioned_when_the_peer_never_comes(town: Town) -> None:
    with socket.create_connection(("127.0.0.1", town.roster.endpoints[0].port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        error = alone(town, 0, connect_timeout=0.5)
    assert codes([error]) == [("connect-timeout", "south")]
    assert "a connection from 127.0.0.1" in error.cause


def test_our_own_address_is_taken(town: Town) -> None:
    error = alone(town, 0, listener=None)
    assert isinstance(error, LocalError)
    assert codes([error]) == [("address-in-use", "north")]


def test_an_address_that_is_not_this_machines_listens_everywhere(town: Town) -> None:
    with listen(replace(town.roster.endpoints[0], host="192.0.2.1", port=free_ports(1)[0])) as listener:
        assert listener.getsockname()[0] in ("0.0.0.0", "::")


def test_plaintext_is_for_loopback_only(town: Town) -> None:
    error = alone(town, 0, roster=moved(town.roster, 1, host="192.0.2.1"), insecure_plaintext=True)
    assert error.code == "insecure-plaintext"


def test_keys_that_are_not_ours(town: Town) -> None:
    error = alone(town, 0, identity=town.identities[1])
    assert isinstance(error, LocalError)
    assert error.code == "wrong-certificate"


def test_terms_for_other_parties(town: Town) -> None:
    assert alone(town, 0, terms=town.terms(parties=("a", "b", "c"))).code == "different-parties"


def test_progress_is_told(town: Town) -> None:
    lines: list[str] = []

    async def north() -> Any:
        return await meet(town, 0, on_progress=lines.append)

    run((north,), (meet, town, 1), (meet, town, 2))
    assert len(lines) == 2
    assert all("connected to" in line for line in lines)


def test_a_connection_that_is_reset_at_once_is_tried_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of such a one the system no longer knows the other end."""
    open_stream, dialled = trio.open_tcp_stream, []

    async def reset_first(host: str, port: int) -> Any:
        dialled.append(port)
        if len(dialled) > 3:
            return await open_stream(host, port)
        return SimpleNamespace(socket=socket.socket())

    monkeypatch.setattr(trio, "open_tcp_stream", reset_first)
    results = run(*((meet, town, me) for me in range(3)))
    assert len({result.session for result in results}) == 1
    assert len(dialled) == 3 + 3
