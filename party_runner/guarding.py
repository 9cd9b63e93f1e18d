"""What a party has beside its data: a policy, and a ledger that its reveals are charged to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from mpc.network.handshake import Agreement
from mpc.network.identity import Identity, Roster
from mpc.network.signing import Signer
from protocols.privacy.guard import Guard, kept_heads
from protocols.privacy.ledger.address import Where
from protocols.privacy.ledger.heads import Head
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.policy import Policy, load_policy

Guards = Callable[[Agreement], Guard]
"""The guard of a party in the session that the parties have agreed on."""


@dataclass(frozen=True, slots=True)
class Guarding:
    """What the options say: a policy, where a ledger lies, and the name of the data that is charged."""

    policy: Policy = field(default_factory=Policy)
    ledger: Where | None = None
    data: str = ""

    @contextmanager
    def opened(self, roster: Roster, me: int, identity: Identity, digest: str) -> Iterator[Guards]:
        """Open the ledger, and verify all of it, before the parties meet. Errors of `Ledger`."""
        signer = Signer(identity)
        ledger = None if self.ledger is None else Ledger(self.ledger, signer)
        names = roster.names[: roster.parties]
        certificates = [endpoint.certificate for endpoint in roster.endpoints[: roster.parties]]
        met = dict[int, Head]()

        def guard(agreement: Agreement) -> Guard:
            asker = Asker(agreement.session.hex(), digest, names)
            return Guard(me, signer, certificates, asker, self.policy, ledger, self.data, dict(met))

        try:
            if ledger is not None:
                met |= kept_heads(ledger, certificates)
            yield guard
        finally:
            if ledger is not None:
                ledger.close()


def guarding_of(policy: Path | None, ledger: Where | None, data: str | None) -> Guarding:
    """What --policy, --ledger and --data say. click's UsageError; LocalError `bad-policy`."""
    if (ledger is None) != (data is None):
        raise click.UsageError("--ledger and --data belong together: the ledger, and the name that is charged in it")
    found = Policy() if policy is None else load_policy(policy)
    if found.runs_a_day is not None and ledger is None:
        raise click.UsageError("--policy: runs_a_day counts by a ledger; name it with --ledger")
    return Guarding(found, ledger, data or "")
