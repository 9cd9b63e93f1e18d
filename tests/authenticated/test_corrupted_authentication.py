"""Every message of all phases, corrupted in turn: nobody ends with a wrong output, and who sent it is named or no harm
is done. The messages of setting up transfers have a test of their own, `tests/ot/test_each_message_corrupted.py`.

The list of messages is taken from a recorded run, so a message that a phase gains is tried without being named here.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest
from authenticated.executions import clear
from ot.pairs import run_pair, with_fault

from mpc.context import Context
from mpc.errors import Abort, PeerError
from mpc.testing import Fault, recording_network
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate
from protocols.authenticated.task import Task
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt

PLACES = 12
"""Bytes of a message that are tried, spread over it; all of a shorter one's."""
CODES = {"authenticated-check-failed", "ot-check-failed", "wrong-coins", "unexpected-message", "program-diverged"}


@circuit(x=UInt(2), y=UInt(2))
def product(x: Any, y: Any) -> Any:
    return x * y, x > y


TASK = Task(product, 3, (0, 0, 1, 1))
INPUTS = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]], np.uint8)
EXPECTED = clear(product, INPUTS)


@cache
def ends() -> tuple[Ends, Ends]:
    """Transfers of both parties, of which each run has a copy."""

    async def run(ctx: Context, peer: int) -> Ends:
        return await set_up(ctx)

    first, second = run_pair(run, run)
    return first.result, second.result


async def phases(ctx: Context, peer: int) -> Any:
    own = deepcopy(ends()[ctx.me])
    mine = INPUTS.copy()
    mine[TASK.rows(peer)] = 0
    ands = await independent(ctx, own, TASK.size())
    garbled = await garble_circuit(ctx, own, TASK, ands)
    return await evaluate(ctx, own, garbled, mine, (0, 1))


@cache
def messages() -> list[tuple[int, int, int]]:
    """(party, number among that party's messages, bytes) of an honest run."""
    transports, record = recording_network(2)
    runs = run_pair(phases, phases, transports=lambda: transports)
    assert all((run.result == EXPECTED).all() for run in runs)
    found = []
    for party in (0, 1):
        own = [sent.message for sent in record if sent.sender == party]
        found += [(party, number, message.array.nbytes) for number, message in enumerate(own)]
    return found


def outcome(party: int, fault: Fault) -> str:
    """ "named": the other party says who sent it; "seen": only the sender notices, as what came back was an answer to
    something else; "unharmed": both have the right outputs."""
    runs, struck = with_fault(phases, phases, party, fault)
    assert struck == 1
    for run in runs:
        assert run.error is not None or (run.result == EXPECTED).all()
    blamed = runs[1 - party].error
    if blamed is None:
        return "unharmed" if runs[party].error is None else "seen"
    assert isinstance(blamed, PeerError)
    if blamed.code in CODES:
        assert blamed.party == f"party{party}"
        return "named"
    assert isinstance(runs[party].error, Abort)
    return "seen"


def test_a_change_of_any_message_is_noticed_or_does_no_harm() -> None:
    ends()
    counted: Counter[str] = Counter()
    for party, number, size in messages():
        for byte in sorted({int(place) for place in np.linspace(0, size - 1, min(size, PLACES))}):
            counted[outcome(party, Fault("flip", number, byte=byte, bit=(number + byte) % 8))] += 1
    print(f"{sum(counted.values())} changes of {len(messages())} messages: {dict(counted)}")
    assert counted["named"] + counted["seen"] > 0.8 * sum(counted.values())


@pytest.mark.parametrize("action", ["truncate", "relabel"])
def test_another_shape_or_call_is_refused_by_name(action: Any) -> None:
    ends()
    for party, number, size in messages():
        assert not size or outcome(party, Fault(action, number)) == "named"
