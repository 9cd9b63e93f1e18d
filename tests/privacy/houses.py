"""Parties that simulate with ledgers and policies of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from privacy.ledgers import SetClock, identity, signer

import mpc
from protocols.privacy.guard import Guard, kept_heads
from protocols.privacy.ledger.charges import Budget, Charge, budget, charge
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.ledger.verifying import verify
from protocols.privacy.policy import Policy
from protocols.runs.simulating import simulate

X = np.array([1.5, -2.0, 4.0])
NAMES = ("party0", "party1", "party2")


@dataclass
class Declared:
    """What stands for a mechanism: its charge."""

    charge: Charge = field(default_factory=lambda: charge(epsilon=1))


@dataclass
class House:
    """Parties with their ledgers in one folder; `budgets` by party, an epsilon or a whole one, None for a party without
    a ledger."""

    folder: object
    budgets: tuple[object, ...]
    policies: tuple[Policy, ...] = ()
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        for place, limit in enumerate(self.budgets):
            if limit is not None:
                ledger = Ledger.begin(self.file(place), signer(NAMES[place]), clock=self.clock)
                ledger.set_budget("salaries", limit if isinstance(limit, Budget) else budget(epsilon=limit))
                ledger.close()

    @property
    def n(self) -> int:
        return len(self.budgets)

    def file(self, place: int):
        return self.folder / f"{NAMES[place]}.ledger"

    def guard(self, ctx) -> Guard:
        names = NAMES[: self.n]
        kept = self.budgets[ctx.me] is not None
        ledger = Ledger(self.file(ctx.me), signer(names[ctx.me]), clock=self.clock) if kept else None
        certificates = [identity(name).certificate for name in names]
        return Guard(
            ctx.me,
            signer(names[ctx.me]),
            certificates,
            Asker(ctx.session.agreement.session.hex(), "cd" * 32, names),
            self.policies[ctx.me] if self.policies else Policy(),
            ledger,
            "salaries",
            {} if ledger is None else kept_heads(ledger, certificates),
        )

    def run(self, main, **options):
        async def guarded(ctx, mine):
            ctx.session.keeper = self.guard(ctx)
            return await main(ctx, await mpc.secret(ctx, 0, mine))

        return simulate(guarded, [X] + [None] * (self.n - 1), **options).results

    def kept(self, by, of):
        """The head that one party keeps of another."""
        return Ledger(self.file(by), signer(NAMES[by]), clock=self.clock).peer(identity(NAMES[of]).certificate)

    def accounts(self):
        """What is spent and what is of unknown end, by party."""
        found = []
        for place in range(self.n):
            if self.budgets[place] is not None:
                account = verify(self.file(place), identity(NAMES[place]).certificate).balance.account("salaries")
                found.append((account.spent.within("epsilon"), account.unknown.within("epsilon")))
        return found
