"""An endpoint's seat from `parties.toml` and its key, with everything checked that can be before connecting."""

from __future__ import annotations

import socket
from pathlib import Path

from mpc.errors import LocalError
from mpc.network.identity import Identity, Roster, load_identity
from party_runner.join import Seat
from party_runner.options import Patience


def party_seat(
    file: Path,
    name: str,
    key: Path | None,
    patience: Patience,
    listener: socket.socket | None,
    *,
    with_dealer: bool = True,
) -> Seat:
    """The seat of the computing party called `name`. LocalError `unknown-party`, `no-dealer`, or of roster and key.

    Where material does not come from a dealer, one that is listed is left out.
    """
    roster = Roster.load(file)
    if with_dealer:
        _needs_dealer(roster)
    me = roster.index(name)
    if me == roster.parties:
        remedy = f"Start it with `parley dealer {file}`."
        raise LocalError("unknown-party", f"{name} is the dealer in {file}, not a party", remedy)
    if not with_dealer:
        roster = Roster(roster.endpoints[: roster.parties], False, roster.source)
    return Seat(roster, me, _identity(roster, me, key, file), patience, listener)


def dealer_seat(file: Path, key: Path | None, patience: Patience, listener: socket.socket | None) -> Seat:
    """The dealer's seat. LocalError `no-dealer`, or of roster and key."""
    roster = Roster.load(file)
    _needs_dealer(roster)
    me = roster.parties
    return Seat(roster, me, _identity(roster, me, key, file), patience, listener)


def _needs_dealer(roster: Roster) -> None:
    if not roster.has_dealer:
        remedy = (
            "Add a [dealer] section: name, address and certificate of someone who colludes with no party; "
            "or let the parties make the material themselves: --preprocessing ot."
        )
        raise LocalError("no-dealer", f"{roster.source} names no dealer, and preprocessing is to come from one", remedy)


def _identity(roster: Roster, me: int, key: Path | None, file: Path) -> Identity:
    """The key with its certificate beside it, which must be the one that the others expect at this place."""
    name = roster.names[me]
    place = key if key is not None else file.parent / f"{name}.key"
    if place.suffix != ".key":
        remedy = "Give the NAME.key file that `parley keys new NAME` made; NAME.crt lies beside it."
        raise LocalError("no-key", f"{place} is not a .key file", remedy)
    identity = load_identity(place.stem, place.parent)
    if identity.certificate.der != roster.endpoints[me].certificate.der:
        cause = f"{file} lists another certificate for {name} than the one that belongs to {place}"
        remedy = (
            f"Name {name}'s own key with --key, or have every party put {place.stem}.crt in place of the listed one."
        )
        raise LocalError("wrong-key", cause, remedy)
    return identity
