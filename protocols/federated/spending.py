"""A ledger that a training over a star spends from: at the server, at each client that keeps one, or both.

All rounds are one charge, spent before the first (noise of many rounds is cheaper together), and each round is then a
step of it, noted before the round begins. The run that the ledger knows is the training itself, by its terms: a server
or client that starts again goes on with the steps that are left, and one that has none left pays anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from mpc.errors import LocalError
from protocols.federated.federation import Agreed
from protocols.privacy.ledger.ledger import Asker, Ledger


@dataclass(slots=True)
class Spending:
    """Of one ledger, for the data that it knows as `data`. Begins with `begin`."""

    ledger: Ledger
    data: str
    _asker: Asker = field(init=False)
    _number: int = 0
    _next: int = 0
    _rounds: int = 0

    def begin(self, agreed: Agreed, server: str) -> int:
        """Spends the charge of all rounds, unless that was done and some are left; how many are.

        LocalError `no-noise` where the training has none, and as of the ledger: `budget-missing`, `budget-exceeded`,
        `budget-other-measure`, `other-neighbours`.
        """
        terms = agreed.terms
        if terms.noise is None:
            raise LocalError("no-noise", "a training without noise has no price", "leave the ledger out, or privacy=")
        digest = sha256(b"parley training:" + terms.text.encode()).hexdigest()
        self._asker, self._rounds = Asker(digest, digest, (server,)), terms.rounds
        self.ledger.catch_up()
        before = [(number, paid) for number, paid in self.ledger.balance.prepaid.items() if paid.run == digest]
        before = [(number, paid) for number, paid in before if number not in self.ledger.balance.open]
        if before:
            self._number, paid = before[-1]
            self._next = 1 + max(paid.taken, default=-1)
        else:
            output = {"line": "", "shape": [sum(count for count, _ in terms.coder.widths)], "to": [server]}
            price = terms.noise.schedule.price
            self._number = self.ledger.reserve(self._asker, self.data, price, [output], steps=terms.rounds)
            self.ledger.commit(self._number, digest)
            self._next = 0
        return self._rounds - self._next

    def spend(self) -> None:
        """A round begins: on the disk when this returns. LocalError `ledger-step` after the last."""
        step, self._next = self._next, self._next + 1
        self.ledger.step(self._asker, self._number, step, [])
