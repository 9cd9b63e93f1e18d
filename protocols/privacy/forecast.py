"""What a policy would refuse of a plan, in which nothing is revealed and nothing stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mpc.errors import LocalError
from protocols.consent.keeper import Asked, NoKeeper
from protocols.outputs import Output
from protocols.privacy.ledger.charges import together
from protocols.privacy.policy import Policy


class Forecast(NoKeeper):
    """Notes what a policy refuses, in the order of the program. The rule of runs a day has nothing to count here."""

    def __init__(self, policy: Policy, names: Sequence[str], program: str) -> None:
        """`names`: the parties', in order; `program`: its digest."""
        self._policy, self._names, self._program = policy, tuple(names), program
        self._refused: dict[tuple[str | None, str, str], None] = {}
        self.asks_of_groups = policy.smallest_group is not None

    def admit(self, output: Output) -> None:
        """Note why it would be refused."""
        self._note(output.line, lambda: self._policy.check(output, self._names, self._program))

    def consider(self, asked: Asked) -> None:
        """The same of outputs that cost privacy."""
        for output in asked.outputs:
            self.admit(output)
        if len(asked.outputs) > 1:
            first = asked.outputs[0]
            self._note(first.line, lambda: self._policy.check_sum(together(asked.charges), first))

    def _note(self, line: str, check: Callable[[], None]) -> None:
        try:
            check()
        except LocalError as error:
            self._refused[error.line or line, error.code, error.cause] = None

    def plain(self) -> list[dict[str, str | None]]:
        """[{line, code, cause}], each once."""
        return [dict(zip(("line", "code", "cause"), key, strict=True)) for key in self._refused]
