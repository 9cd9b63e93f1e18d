"""Every message of Yao's protocol, any byte of it changed: an answer, right or wrong, or an error of Parley's own.

The mode is semi-honest, so that a dishonest party may make the answer wrong. What it may not do is hang the other, or
end it with anything but an error that says what came and from whom.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import trio
from small_product import SCHEMES, program

from mpc.errors import ParleyError, PeerError
from mpc.network.transport import memory_network
from mpc.simulation import Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport, insecure_agreements, insecure_seed, recording_network
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies

WITHIN = 20
"""Seconds: a run takes some milliseconds."""


def run(name: str, transports: Any) -> list[Any]:
    async def start() -> list[Any]:
        with trio.fail_after(WITHIN):
            setting = Setting(SUITE, collect_errors=True)
            supplies = local_supplies(2, [insecure_seed("dealt", i) for i in range(2)])
            private = [insecure_seed("corrupted", i) for i in range(2)]
            agreements = insecure_agreements(2, "corrupted")
            return await run_in_memory(
                program(name), [None, None], supplies, setting, transports=transports, agreements=agreements,
                private=private,
            )  # fmt: skip

    return trio.run(start)


@cache
def honest(name: str) -> tuple[tuple[tuple[int, int, int], ...], bytes]:
    """(party, number among its messages, bytes) of each, and the answer."""
    transports, record = recording_network(2)
    answers = [run.result for run in run(name, transports)]
    assert (answers[0] == answers[1]).all()
    found = []
    for party in (0, 1):
        own = [sent.message for sent in record if sent.sender == party]
        found += [(party, number, message.array.nbytes) for number, message in enumerate(own)]
    return tuple(found), answers[0].tobytes()


def outcome(name: str, party: int, fault: Fault) -> str:
    transports: list[Any] = list(memory_network(2))
    transports[party] = FaultyTransport(transports[party], fault)
    runs = run(name, transports)
    assert transports[party].struck == 1
    errors = [run.error for run in runs]
    assert all(error is None or isinstance(error, ParleyError) for error in errors), errors
    if errors == [None, None]:
        return "right" if all(run.result.tobytes() == honest(name)[1] for run in runs) else "wrong"
    assert isinstance(errors[1 - party], PeerError)
    assert errors[1 - party].party == f"party{party}"
    return "named"


@pytest.mark.parametrize("name", SCHEMES)
def test_any_changed_byte_gives_an_answer_or_a_clear_error(name: str) -> None:
    found = {"right": 0, "wrong": 0, "named": 0}
    for party, number, size in honest(name)[0]:
        for byte in range(0, size, max(1, size // 64)):
            found[outcome(name, party, Fault("flip", number, byte=byte, bit=byte % 8))] += 1
    assert sum(found.values()) > 100
    assert found["wrong"], "a table that nobody checks went unnoticed everywhere: the mode is no longer what it says"


@pytest.mark.parametrize("action", ["truncate", "relabel"])
@pytest.mark.parametrize("name", SCHEMES)
def test_another_shape_or_call_names_its_sender(name: str, action: Any) -> None:
    for party, number, size in honest(name)[0]:
        if size:
            assert outcome(name, party, Fault(action, number)) == "named"


@pytest.mark.parametrize("name", SCHEMES)
def test_a_message_that_never_comes_ends_both(name: str) -> None:
    """The sender ends its program, and the other is told that it will get no more."""
    for party, number, _ in honest(name)[0]:
        assert outcome(name, party, Fault("drop", number)) in ("named", "right")
