"""A server's round on paper, so that one that was stopped in the middle goes on where it was.

Written by the server for itself, after each `receive` or as seldom as it likes: what it has not saved, its clients have
not sent, as far as it knows. What `advance` gives is to be saved before it is sent: a server that tells two sets of
survivors is refused. It holds no more than the server's memory does: public keys, sealed shares, the running sum of
masked vectors, and in the last step shares as they came; whoever has the file learns what the server learns. None of
the clients' keys is used twice, since the round is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgpack
import numpy as np

from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.aggregation.messages import Advertised, Reader, read_advertised
from protocols.aggregation.revocations import Revocations
from protocols.aggregation.server_bbglr20 import Server
from protocols.aggregation.terms import Step, Terms
from protocols.aggregation.unmasking_bbglr20 import Unmasking

_VERSION = 1
_CHECKSUM_BYTES = 32
"""Before a state: against a disk that wrote half of it, not against somebody who writes there."""


def saved(server: Server) -> bytes:
    """The state of a round that is not over; LocalError `aggregation-order` if it is."""
    if server.step is None:
        raise LocalError("aggregation-order", "a round that is over has nothing to save", "keep its total")
    unmasking = server._unmasking
    state = {
        "version": _VERSION,
        "context": server.terms.context,
        "step": int(server.step),
        "heard": sorted(server._heard),
        "advertised": [[name, entry.encoded()] for name, entry in server._advertised.items()],
        "listed": bool(server._entries),
        "there": sorted(server._there),
        "holders": server._holders,
        "parcels": [[i, list(parcels.items())] for i, parcels in server._parcels.items()],
        "commitments": list(server._commitments.items()),
        "shared": sorted(server._shared),
        "owners": list(server._owners.items()),
        "digest": server._digest,
        "signatures": list(server._signatures.items()),
        "consents": list(server._consents.items()),
        "survivors": None if unmasking is None else sorted(unmasking.survivors),
        "shares": [] if unmasking is None else [[i, list(shares.items())] for i, shares in unmasking._shares.items()],
        "answered": [] if unmasking is None else sorted(unmasking._answered),
        "sum": server._sum.tobytes(),
    }
    content: bytes = msgpack.packb(state)
    return _checksum(content) + content


def resumed(
    terms: Terms,
    content: bytes,
    *,
    invited: Iterable[str] | None = None,
    authority: bytes | None = None,
    now: int = 0,
    revocations: Revocations | None = None,
) -> Server:
    """The server of a round as it was saved; the other arguments as of `Server`.

    LocalError `aggregation-state` for what is no state of this round, session and plan.
    """
    state = _read(terms, content)
    server = Server(terms, invited=invited, authority=authority, now=now, revocations=revocations)
    server.step = Step(state["step"])
    server._heard = set(state["heard"])
    server._advertised = {name: _entry(terms, name, encoded) for name, encoded in state["advertised"]}
    server._there = set(state["there"])
    server._holders = state["holders"]
    server._parcels = {i: dict(parcels) for i, parcels in state["parcels"]}
    server._commitments, server._consents = dict(state["commitments"]), dict(state["consents"])
    server._signatures, server._owners = dict(state["signatures"]), dict(state["owners"])
    server._shared, server._digest = frozenset(state["shared"]), state["digest"]
    server._sum[:] = np.frombuffer(state["sum"], terms.plan.dtype)
    if state["listed"]:
        server._entries = [server._advertised[name] for name in sorted(server._advertised)]
        server._numbers = {entry.name: i for i, entry in enumerate(server._entries)}
    if state["survivors"] is not None:
        server._unmasking = Unmasking(
            terms, server._entries, server._holders, server._commitments, server._shared, frozenset(state["survivors"])
        )
        server._unmasking._answered = set(state["answered"])
        server._unmasking._shares = {i: dict(shares) for i, shares in state["shares"]}
    return server


def _checksum(content: bytes) -> bytes:
    return DomainHash("state of aggregation").absorb(content).bytes(_CHECKSUM_BYTES)


def _read(terms: Terms, content: bytes) -> dict[str, Any]:
    try:
        checksum, packed = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
        state = msgpack.unpackb(packed)
        known = checksum == _checksum(packed) and state["version"] == _VERSION
        if known and state["context"] == terms.context:
            return dict(state)
    except (ValueError, TypeError, KeyError, msgpack.UnpackException):
        pass
    raise LocalError(
        "aggregation-state",
        "this is no state of a server in this round, session and plan",
        "resume with the terms that the round began with; else let it go, and begin the next round",
    )


def _entry(terms: Terms, name: str, encoded: bytes) -> Advertised:
    return read_advertised(Reader(name, encoded), name, signed=terms.plan.malicious)
