"""Every message of every operation, changed in form: the receiver says what came and from whom, and nobody waits.

Semi-honest: what a party says within the form is taken as it is, and makes answers wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import trio
from beaver.transcripts import BY_READING, OF_BEAVER, SCRIPTS
from given_shares import MOST, TWO_ROUNDS

from mpc.errors import ParleyError, PeerError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport, insecure_agreements, insecure_seed, recording_network
from mpc.testing.transcripts import Sent
from mpc.testing.wrapping import WrappedTransport
from protocols.preprocessing.dealer import local_supplies
from protocols.replicated3 import SUITE

WITHIN = 20
"""Seconds: a run takes some milliseconds."""
OPERATIONS = {
    name: call
    for name, call in SCRIPTS.items()
    if "garbled" not in name and "noise" not in name and name not in OF_BEAVER
}
FORMS: dict[str, Callable[[Any], Any]] = {
    "of bytes": lambda array: array.astype(np.uint8),
    "longer": lambda array: np.concatenate([array.reshape(-1), array.reshape(-1)[:1]]),
    "with an axis more": lambda array: array[None],
    "of nothing": lambda array: array.reshape(-1)[:0],
}


def chosen(sent: Sent) -> Callable[[int, Message], bool]:
    """Whether a message is this one, whatever the order of calls side by side."""
    return lambda to, message: (to, message.tag) == (sent.to, sent.message.tag)


class Deformed(WrappedTransport):
    """An endpoint of whose messages one has another form."""

    def __init__(self, transport: Any, sent: Sent, form: Callable[[Any], Any]) -> None:
        super().__init__(transport)
        self.chosen, self.form = chosen(sent), form

    def send(self, to: int, message: Message) -> int:
        if self.chosen(to, message):
            message = Message(message.tag, message.label, message.depth, self.form(message.array))
        return self.within.send(to, message)


def run(name: str, transports: Any) -> list[PartyRun]:
    async def start() -> list[PartyRun]:
        async def main(ctx: Any, mine: None) -> Any:
            return await OPERATIONS[name](ctx)

        with trio.fail_after(WITHIN):
            return await run_in_memory(
                main, [None] * 3, local_supplies(3), Setting(SUITE, collect_errors=True), transports=transports,
                agreements=insecure_agreements(3), private=[insecure_seed("private", i) for i in range(3)],
            )  # fmt: skip

    return trio.run(start)


@cache
def messages(name: str, at_once: int) -> tuple[Sent, ...]:
    """All messages of a run without faults."""
    transports, record = recording_network(3)
    assert [each.error for each in run(name, transports)] == [None] * 3
    return tuple(sorted(record, key=lambda sent: (sent.sender, sent.to, sent.message.tag)))


def errors(name: str, sent: Sent, how: Any) -> list[BaseException | None]:
    """What each party ends with where one message suffers a fault or takes another form."""
    transports: list[Any] = list(memory_network(3))
    sender = transports[sent.sender]
    faulty = FaultyTransport(sender, Fault(how, chosen(sent))) if isinstance(how, str) else Deformed(sender, sent, how)
    transports[sent.sender] = faulty
    found = [each.error for each in run(name, transports)]
    assert all(error is None or isinstance(error, ParleyError) for error in found), found
    return found


def assert_named(found: list[BaseException | None], sent: Sent, code: str) -> None:
    """The receiver names the sender, and whoever else ends with an error names one of both."""
    sender, to = (f"party{party}" for party in (sent.sender, sent.to))
    error = found[sent.to]
    assert isinstance(error, PeerError)
    assert (error.party, error.code) == (sender, code), error
    assert error.cause
    assert error.remedy
    assert all(other is None or (isinstance(other, PeerError) and other.party in (sender, to)) for other in found), (
        found
    )


ways = pytest.mark.parametrize(
    ("name", "at_once"),
    [(name, MOST) for name in OPERATIONS] + [(name, TWO_ROUNDS) for name in BY_READING],
    ids=lambda value: value if isinstance(value, str) else {MOST: "at once", TWO_ROUNDS: "in two rounds"}[value],
)


@ways
def test_a_message_of_another_form_or_call_names_its_sender(
    name: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protocols.replicated3.reading.AT_ONCE", at_once)
    for place, sent in enumerate(messages(name, at_once)):
        form = list(FORMS.values())[place % len(FORMS)]
        assert_named(errors(name, sent, form), sent, "unexpected-message")
        assert_named(errors(name, sent, "relabel"), sent, "program-diverged")


@ways
def test_a_message_that_never_comes_ends_everybody(name: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocols.replicated3.reading.AT_ONCE", at_once)
    for sent in messages(name, at_once):
        found = errors(name, sent, "drop")
        error = found[sent.to]
        assert isinstance(error, PeerError)
        assert error.code == "program-diverged"
        # Where all wait in a circle, whoever comes first to know names the one that it waits for.
        assert error.party == f"party{sent.sender}" or "which itself waits" in error.cause


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_refused_of_numbers_and_of_bits(form: str) -> None:
    for name in ("mul", "and_", "open_to", "open_bits"):
        for sent in messages(name, MOST):
            assert_named(errors(name, sent, FORMS[form]), sent, "unexpected-message")


@pytest.mark.parametrize("name", ["open", "mul", "truncate", "msb"])
def test_what_is_changed_within_the_form_is_taken_as_it_is_for_nobody_checks(name: str) -> None:
    """The limit of the mode: all follow the protocol."""
    for sent in messages(name, MOST):
        assert errors(name, sent, "flip") == [None] * 3
