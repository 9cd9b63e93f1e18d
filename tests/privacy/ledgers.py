"""Ledgers of parties whose keys are made once, and a clock that tests set."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from mpc.network.identity import Identity, new_identity
from mpc.network.signing import Signer
from protocols.privacy.ledger.address import Where
from protocols.privacy.ledger.charges import budget
from protocols.privacy.ledger.ledger import Asker, Ledger

ASKER = Asker("ab" * 32, "cd" * 32, ("north", "south"))
OUTPUTS = [{"line": "salaries.py:7", "shape": [2, 3], "to": ["north", "south"]}]


def identity(name: str = "north", *, p256: bool = False) -> Identity:
    """Of a party, the same whenever it is asked for."""
    return _made(name, p256)


def signer(name: str = "north", *, p256: bool = False) -> Signer:
    """Who signs as this party."""
    return Signer(_made(name, p256))


@cache
def _made(name: str, p256: bool) -> Identity:
    return new_identity(name, Path(tempfile.mkdtemp()), p256=p256)


class SetClock:
    """Says what it was set to."""

    def __init__(self, now: int = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def begun(file: Where, *, epsilon: object = None, rho: object = None, clock: SetClock | None = None) -> Ledger:
    """A new ledger of north, with a budget for `salaries` if there is one."""
    ledger = Ledger.begin(file, signer(), clock=clock or SetClock())
    if epsilon is not None or rho is not None:
        ledger.set_budget("salaries", budget(epsilon=epsilon, rho=rho))
    return ledger
