"""A client of a training over a star: takes part in each round that it is asked for, until the server says the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import trio

from mpc.errors import LocalError, PeerError
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.events import Delivery
from protocols.aggregation.enrolment import Credential
from protocols.aggregation.revocations import RevocationFile
from protocols.aggregation.star_credentials import credential_of
from protocols.federated.federation import Federation
from protocols.federated.member import Member, Tag
from protocols.federated.models import Data, Model
from protocols.federated.noise import require_users
from protocols.federated.spending import Spending

AGAIN = frozenset({"nobody-listening", "peer-lost", "peer-stalled", "too-many-messages", "too-slow"})
"""Ends of a line after which a client dials anew; others say that it is not wanted, or that the server is over."""


@dataclass(frozen=True, slots=True, repr=False)
class Joined:
    """What a client has at the end: the common weights by name, its `own` that did not travel, in how many sums its
    vector went as far as it knows, and how often it had to dial. Its text has no weight."""

    weights: dict[str, npt.NDArray[Any]]
    own: dict[str, npt.NDArray[Any]]
    rounds: int
    dialled: int

    def __repr__(self) -> str:
        numbers = sum(np.size(array) for array in self.weights.values())
        of = f"{numbers:,} in {len(self.weights):,} arrays"
        return f"<in sums: {self.rounds:,}; dialled: {self.dialled:,}; weights: {of}>"


async def join(
    star: StarClient,
    model: Model,
    data: Data,
    federation: Federation,
    *,
    held_out: Data = None,
    users: npt.ArrayLike | None = None,
    credential: Credential | None = None,
    authority: bytes | None = None,
    revoked: RevocationFile | None = None,
    spending: Spending | None = None,
    backoff: Backoff | None = None,
) -> Joined:
    """Be a client of the training that `serve` drives, to its end: train from the weights of each round, and send how
    they moved under masks that only the sum of all is without.

    `model`, `data`, `held_out`, `users`: this client's own. `credential`, `authority`: who it is, and by whom enrolled,
    against a malicious server; if not given, those of the certificate that it has dialled the star with, and of the
    authority that its own star.toml names: a client enrols once. `revoked`: the list of keys that the authority has
    revoked, read anew in each round when it changes, `clients.revoked` of star.toml if not given: a round with one of
    them is refused, by name. `spending`: a ledger of its own, in which noise is charged before the first round, and
    each round noted before anything of it is sent; without one it counts the rounds, and takes part in no more than
    noise is made for. A line that is lost is dialled anew as `backoff` says, for the next round.

    Who learns what: `serve`. A client without examples takes part and weighs nothing.

    LocalError `update-not-finite`, `wrong-data`, `wrong-shape` and others of the model, before anything of the round is
    sent: `aggregation-credential`, `aggregation-revocations`, errors of the ledger. PeerError, naming the server:
    `different-training`, `different-model`, `training-message`, `training-round`, `rounds-spent`, `weights-not-finite`,
    those of `mpc.aggregation.Client`, and how the line ended.
    """
    agreed = federation.agreed(model)
    if federation.malicious and credential is None and authority is None and star.enrolment is not None:
        identity, by = star.enrolment
        credential, authority = credential_of(identity.key_file, by)
    if federation.malicious and (credential is None or authority is None):
        raise LocalError(
            "aggregation-credential", "this federation is against a malicious server, and asks who a client is",
            "give the credential that the authority enrolled, and the authority's public key",
        )  # fmt: skip
    if federation.malicious and authority is not None and revoked is None and star.revoked is not None:
        revoked = RevocationFile(star.revoked, authority)
    require_users(federation.privacy, users)
    if spending is not None:
        spending.begin(agreed, star.server)
    whose = None if users is None else np.asarray(users)
    member = Member(
        star.name, agreed, model, data, held_out, whose, credential, authority, revoked, spending, star.server
    )  # fmt: skip
    return await take_part(star, member, backoff)


async def take_part(
    star: StarClient, member: Member, backoff: Backoff | None = None, leaves: Callable[[Tag], bool] | None = None
) -> Joined:
    """A member on its line, to the end. `leaves`: for simulations, whether it loses its line in the place of answering
    a message of this tag."""
    member.meet(star.session)
    while not member.over:
        delivery = await _next(star, member, backoff)
        if leaves is not None and leaves(delivery.tag):
            await star.reconnect(backoff)
            member.meet(star.session)
            continue
        answer = await trio.to_thread.run_sync(member.answer, delivery.tag, delivery.content)
        if answer is not None:
            await _send(star, member, delivery.tag, answer, backoff)
    assert member.weights is not None
    weights = member.agreed.terms.layout.unflatten(member.weights)
    return Joined(weights, member.own, member.joined, star.attempts)


async def _next(star: StarClient, member: Member, backoff: Backoff | None) -> Delivery:
    while True:
        try:
            return await star.receive()
        except PeerError as error:
            await _again(star, member, error, backoff)


async def _send(star: StarClient, member: Member, tag: Tag, answer: bytes, backoff: Backoff | None) -> None:
    """A line that is lost here ends the round for this client."""
    try:
        await star.send(tag, answer)
    except PeerError as error:
        await _again(star, member, error, backoff)


async def _again(star: StarClient, member: Member, error: PeerError, backoff: Backoff | None) -> None:
    if error.code not in AGAIN:
        raise error
    await star.reconnect(backoff)
    member.meet(star.session)
