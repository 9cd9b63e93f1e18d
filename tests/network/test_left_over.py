"""What a link has read from its socket and found no space for wakes nobody: whoever reads takes all of it in."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import trio

from mpc.network.identity import new_identity
from mpc.network.link import NOTHING, TlsLink, tls_contexts
from mpc.network.transport_tls import TlsTransport

SENT = os.urandom(60_000)


async def _read_in_small_pieces(folder: Path) -> None:
    identities = [new_identity(name, folder) for name in ("north", "south")]
    pems = [identity.certificate.pem for identity in identities]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dialled = socket.create_connection(listener.getsockname())
        ends = listener.accept()[0], dialled
    links = [
        TlsLink(end, tls_contexts(identity, pems)[role], server_side=role == 0)
        for role, (end, identity) in enumerate(zip(ends, identities, strict=True))
    ]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(links[0].greet)
        nursery.start_soon(links[1].greet)
    await links[0].write(SENT)
    space, came = memoryview(bytearray(1000)), b""
    await links[1].readable()
    while (count := links[1].read_now(space)) != NOTHING:
        came += space[:count]
        assert links[1].left_over == (len(came) < len(SENT))
    assert came == SENT
    for link in links:
        link.close()


def test_a_link_says_that_it_keeps_bytes_which_the_socket_no_longer_has(tmp_path):
    trio.run(_read_in_small_pieces, tmp_path)


def test_whoever_reads_takes_in_all_that_has_left_the_socket():
    pieces = [["first", "second"], [], ["third"]]
    taken: list[Any] = []
    link = SimpleNamespace(left_over=True)

    def read() -> list[str]:
        link.left_over = len(pieces) > 1
        return pieces.pop(0)

    peer = SimpleNamespace(silent=False, read=read, link=link)
    TlsTransport._take_in(SimpleNamespace(_take=lambda peer, event: taken.append(event)), peer)
    assert taken == ["first", "second", "third"]
