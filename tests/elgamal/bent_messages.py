"""A party that follows the protocol but for what it sends: a rule changes its messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mpc.context import Context
from mpc.network.wire import Message
from mpc.testing.wrapping import WrappedTransport

Rule = Callable[[int, int, Any], Any]
"""From the receiver, the number of the message to it from when the party deviates, and its array to another array."""


class BentTransport(WrappedTransport):
    """Sends what a rule makes of each message."""

    def __init__(self, within: Any, rule: Rule) -> None:
        super().__init__(within)
        self._rule, self._numbers = rule, Counter[int]()

    def send(self, to: int, message: Message) -> int:
        """Sends the changed message."""
        number = self._numbers[to]
        self._numbers[to] += 1
        return self.within.send(to, replace(message, array=self._rule(to, number, message.array)))


def bend(ctx: Context, rule: Rule) -> None:
    """From here on this party deviates."""
    ctx.session.transport = BentTransport(ctx.session.transport, rule)
