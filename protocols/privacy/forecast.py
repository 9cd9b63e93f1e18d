"""What a policy and a budget would refuse of a plan, in which nothing is revealed, charged or stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mpc.errors import LocalError
from protocols.consent.keeper import Asked, NoKeeper
from protocols.outputs import Output
from protocols.privacy.ledger.balance import Account, total_of
from protocols.privacy.ledger.charges import together
from protocols.privacy.policy import Policy


@dataclass(slots=True)
class Spending:
    """An account of a ledger, of which a run is thought to spend: here, and not in the ledger. What does not fit is not
    spent."""

    data: str
    account: Account
    _asked: set[tuple[int, ...]] = field(default_factory=set)

    def spend(self, asked: Asked) -> None:
        """What a reveal asks for, once for all parties of a plan. Errors as of `Account.booked`."""
        if asked.path not in self._asked:
            self._asked.add(asked.path)
            self.account.spent.add(total_of(self.account.booked(self.data, together(asked.charges))))


class Forecast(NoKeeper):
    """Notes what a policy refuses, and what a budget has no room for after what the run has spent by then, in the order
    of the program. The rule of runs a day has nothing to count here."""

    def __init__(self, policy: Policy, names: Sequence[str], program: str, spending: Spending | None = None) -> None:
        """`names`: the parties', in order; `program`: its digest."""
        self._policy, self._names, self._program, self._spending = policy, tuple(names), program, spending
        self._refused: dict[tuple[str | None, str, str], None] = {}
        self.asks_of_groups = policy.smallest_group is not None

    def admit(self, output: Output) -> None:
        """Note why it would be refused."""
        self._note(output.line, lambda: self._policy.check(output, self._names, self._program))

    def consider(self, asked: Asked) -> None:
        """The same of outputs that cost privacy."""
        for output in asked.outputs:
            self.admit(output)
        first = asked.outputs[0]
        if len(asked.outputs) > 1:
            self._note(first.line, lambda: self._policy.check_sum(together(asked.charges), first))
        if (spending := self._spending) is not None:
            self._note(first.line, lambda: spending.spend(asked))

    def _note(self, line: str, check: Callable[[], None]) -> None:
        try:
            check()
        except LocalError as error:
            self._refused[error.line or line, error.code, error.cause] = None

    def plain(self) -> list[dict[str, str | None]]:
        """[{line, code, cause}], each once."""
        return [dict(zip(("line", "code", "cause"), key, strict=True)) for key in self._refused]
