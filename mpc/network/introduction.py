"""The first bytes of a connection: TLS, the certificate, one HELLO each way; and what to say when it fails.

It is the same for the side that dialled and the side that was dialled, but for whom they expect.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from mpc.errors import PeerError
from mpc.network.decoder import Decoder
from mpc.network.link import PlainLink, TlsLink
from mpc.network.wire import Encoder, Event, Limits

_EXPIRED = 10


@dataclass(frozen=True, slots=True)
class Introduction:
    """A connection on which both sides have said HELLO. `place`: what the certificate proves (None without TLS)."""

    place: int | None
    encoder: Encoder
    decoder: Decoder
    events: list[Event]


async def introduce(
    link: PlainLink, who: str, hello: tuple[int, bytes], place_of: Callable[[bytes], int], limits: Limits
) -> Introduction | None:
    """Greets whoever is at the other end, called `who` in errors; None when it closes before it has greeted.

    `place_of(der)` gives the index that the certificate is pinned to, or raises PeerError. PeerError
    `wrong-certificate`, `certificate-expired`, `not-parley`.
    """
    encoder, decoder = Encoder(), Decoder(who, limits)
    try:
        place = place_of(await link.greet()) if isinstance(link, TlsLink) else None
        await _say(link, encoder.greeting(*hello))
        while not decoder.greeted:
            count = await link.read_into(decoder.buffer())
            if not count:
                return None
            events = decoder.received(count)
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return None
    except ssl.SSLError as error:
        raise refusal(who, error) from None
    except OSError:
        return None
    except PeerError as error:
        raise (error if decoder.greeted or error.code == "wrong-certificate" else not_parley(who)) from None
    return Introduction(place, encoder, decoder, events)


async def _say(link: PlainLink, hello: bytes) -> None:
    """Sends `hello`. A peer that has refused us may be gone already; then its reason is still to be read."""
    try:
        await link.write(hello)
    except OSError:
        return


def refusal(who: str, error: ssl.SSLError) -> PeerError:
    """Which of the two sides found what wrong in a TLS handshake."""
    reason = (error.reason or "").upper()
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return certificate_expired(who)
        return wrong_certificate(who, f"shows a certificate that parties.toml does not list ({error.verify_message})")
    if "DID_NOT_RETURN_A_CERTIFICATE" in reason:
        return wrong_certificate(who, "shows no certificate")
    if "ALERT" in reason and "EXPIRED" in reason:
        return PeerError(
            "certificate-expired",
            f"{who} refuses this party's certificate as expired",
            "make new keys with `parley keys new` and give everybody the new certificate; compare the clocks",
            party=who,
        )
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return wrong_certificate(who, "refuses this party's certificate: its parties.toml lists another one")
    return not_parley(who)


def wrong_certificate(who: str, what: str) -> PeerError:
    """The peer is not who it should be, or does not take us for who we are."""
    remedy = "exchange certificates anew: everybody's .crt file must be the same in every party's copy of parties.toml"
    return PeerError("wrong-certificate", f"{who} {what}", remedy, party=who)


def certificate_expired(who: str) -> PeerError:
    """The peer's certificate has passed its date."""
    remedy = f"{who} makes new keys with `parley keys new` and gives everybody the new certificate"
    return PeerError("certificate-expired", f"the certificate of {who} has expired", remedy, party=who)


def not_parley(who: str) -> PeerError:
    """Something answers, in another language."""
    remedy = "see which program listens at the address, and whether the port in parties.toml is right"
    return PeerError("not-parley", f"{who}: what answers there is no Parley party", remedy, party=who)
