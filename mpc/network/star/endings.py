"""How a link of a star ends before its time: the errors of both sides, and what one side makes of what the other says.

A server names the client that it parts with; the client is told the code and the cause, and names the server.
"""

from __future__ import annotations

import ssl

from mpc.errors import PeerError
from mpc.network.wire import Failure

SERVER, CLIENT = 0, 1
"""Who is to blame in a FAILURE frame of a star."""

FINAL = frozenset(
    {
        "certificate-expired",
        "certificate-not-yet-valid",
        "certificate-revoked",
        "different-parameters",
        "different-program",
        "different-version",
        "star-ended",
        "wrong-authority",
        "wrong-certificate",
    }
)
"""Dialling again would not help."""

_CLOCKS = "compare the clocks of client and server"
_REMEDIES = {
    "certificate-expired": f"have the authority enrol this client anew; {_CLOCKS}",
    "certificate-not-yet-valid": _CLOCKS,
    "certificate-revoked": "ask the authority why; a new certificate needs a new key",
    "different-parameters": "leave the parameter out, or agree on it with whoever runs the server",
    "different-program": "get the program of whoever runs the server: the same file, and the same modules beside it",
    "different-version": "install a version of Parley that speaks the server's protocol",
    "wrong-authority": "have this client enrolled by the authority that the server's star.toml names",
    "wrong-certificate": "the client's name and its certificate must belong together",
    "star-full": "try again later, or raise `clients` in the server's star.toml",
    "too-many-joins": "wait; a client that comes again and again has a fault of its own",
    "too-many-messages": "send fewer and larger messages, or raise messages_per_minute in the server's star.toml",
    "too-slow": "a better line, or larger limits in the server's star.toml",
    "client-replaced": "one process for each client: another one has connected under the same name",
}


_VALIDITY = {9: "certificate-not-yet-valid", 10: "certificate-expired"}
_OF_CERTIFICATES = ("CA", "CERTIFICATE", "DECRYPT")
"""In the names of alerts; the last one is of an authority of the right name with another key."""
_PINNED = "compare star.toml on both sides: the server's .crt file, and the authority's; and the clocks"


def link_lost(name: str, how: str = "closed the connection without saying goodbye") -> PeerError:
    """The other's process or its line is gone."""
    remedy = "the other clients go on without it; if it comes again, it joins the next round"
    return PeerError("peer-lost", f"{name} {how}", remedy, party=name)


def link_stalled(name: str, seconds: float) -> PeerError:
    """The connection stands, and nothing comes."""
    cause = f"nothing has come from {name} for {seconds:.0f} seconds, not even a heartbeat"
    return PeerError("peer-stalled", cause, "look whether it is suspended or cut off", party=name)


def too_slow(name: str, what: str) -> PeerError:
    """What is to go to a client, or comes of it, takes longer than others should wait."""
    return PeerError("too-slow", f"{name} {what}", _REMEDIES["too-slow"], party=name)


def too_many_messages(name: str) -> PeerError:
    """A client sends more frames than it may."""
    return PeerError("too-many-messages", f"{name} sends too many messages", _REMEDIES["too-many-messages"], party=name)


def too_many_joins(name: str, seconds: float) -> PeerError:
    """A client connects too often."""
    cause = f"{name} connects too often; it may again in {seconds:.0f} seconds"
    return PeerError("too-many-joins", cause, _REMEDIES["too-many-joins"], party=name)


def star_full(name: str) -> PeerError:
    """There is no room for one more client."""
    cause = f"as many clients are here as may be, and {name} finds no room"
    return PeerError("star-full", cause, _REMEDIES["star-full"], party=name)


def client_replaced(name: str) -> PeerError:
    """The same client has connected again; its older connection may hang without anybody's knowing, and gives way."""
    cause = f"{name} has connected again, and its older connection gives way"
    return PeerError("client-replaced", cause, _REMEDIES["client-replaced"], party=name)


def star_ended(name: str) -> PeerError:
    """The server has said goodbye."""
    return PeerError("star-ended", f"{name} has ended the session", "nothing is left to do for this client", party=name)


def tls_refusal(name: str, error: ssl.SSLError) -> PeerError:
    """Which of the two sides found what wrong in a TLS handshake with `name`."""
    reason = (error.reason or "").upper()
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return link_lost(name, "closed the connection during the handshake")
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _VALIDITY:
            code, what = _VALIDITY[error.verify_code], "shows a certificate that does not hold now"
        else:
            code, what = (
                "wrong-certificate",
                "shows a certificate that star.toml does not name, nor its authority signed",
            )
        return PeerError(code, f"{name} {what} ({error.verify_message})", _PINNED, party=name)
    if "DID_NOT_RETURN_A_CERTIFICATE" in reason:
        return PeerError("wrong-certificate", f"{name} shows no certificate", _PINNED, party=name)
    if "ALERT" in reason and any(word in reason.split("_") for word in _OF_CERTIFICATES):
        cause = f"{name} refuses this side's certificate: it is not of the authority that its star.toml names"
        return PeerError("wrong-authority", cause, _REMEDIES["wrong-authority"], party=name)
    cause = f"{name}: what answers there is no Parley star"
    return PeerError("not-parley", cause, "see which program listens at the address in star.toml", party=name)


def failure_to(error: PeerError, client: str) -> Failure:
    """What a client is told of the error that parts it."""
    return Failure(error.code, CLIENT if error.party == client else SERVER, error.cause)


def told_by_server(server: str, failure: Failure) -> PeerError:
    """What a client makes of the server's FAILURE frame: the code stays where it is about this client."""
    if failure.party == CLIENT:
        remedy = _REMEDIES.get(failure.code, "look at what both sides printed")
        return PeerError(failure.code, f"{server} parted with this client: {failure.cause}", remedy, party=server)
    cause = f"{server} failed: [{failure.code}] {failure.cause}"
    return PeerError("peer-failed", cause, "look at what the server printed", party=server)


def told_by_client(client: str, failure: Failure) -> PeerError:
    """What the server makes of a client's FAILURE frame."""
    cause = f"{client} failed: [{failure.code}] {failure.cause}"
    return PeerError("peer-failed", cause, "the others go on without it; look at what it printed", party=client)
