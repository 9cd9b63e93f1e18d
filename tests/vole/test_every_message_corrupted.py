"""Every message of a setup and an extension, corrupted in turn: somebody notices, or no harm is done.

The messages are those of a recorded run, so that one that the protocol gains is tried without being named here.
"""

from __future__ import annotations

from functools import cache

import pytest
from ot.pairs import run_pair, with_fault
from vole.evaluations import TINY, check_evaluations, roles

from mpc.errors import ParleyError, PeerError
from mpc.simulation import PartyRun
from mpc.testing import Fault, recording_network
from protocols.vole.lpn_parameters import Ladder

LADDER = Ladder((TINY.top,))
NOTICED = {"vole-check-failed", "vole-malformed", "ot-check-failed", "bad-point", "unexpected-message", "peer-failed"}


@cache
def sizes() -> dict[int, list[int]]:
    """The bytes of each message of either party, in an honest run."""
    transports, record = recording_network(2)
    runs = run_pair(*roles([TINY.top.fresh], LADDER), transports=lambda: transports)
    assert unharmed(runs)
    return {party: [sent.message.array.nbytes for sent in record if sent.sender == party] for party in (0, 1)}


def unharmed(runs: list[PartyRun]) -> bool:
    """Whether both have what they should."""
    (end, (k,)), (_, (pairs,)) = (run.result for run in runs)
    try:
        check_evaluations(end.delta, k, pairs)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("place", [0.3, 1.0])
@pytest.mark.parametrize("party", [0, 1])
def test_a_flipped_bit_is_noticed(party: int, place: float) -> None:
    for number, size in enumerate(sizes()[party]):
        byte = int(place * (size - 1))
        fault = Fault("flip", number, byte=byte, bit=(number + byte) % 8)
        runs, struck = with_fault(*roles([TINY.top.fresh], LADDER), party, fault)
        assert struck == 1
        errors = [run.error for run in runs if run.error is not None]
        assert errors or unharmed(runs), (number, byte)
        assert all(isinstance(error, ParleyError) and error.code in NOTICED for error in errors), (number, errors)


@pytest.mark.parametrize("party", [0, 1])
def test_a_message_cut_short_is_refused_by_name(party: int) -> None:
    for number in range(len(sizes()[party])):
        runs, _ = with_fault(*roles([1], LADDER), party, Fault("truncate", number))
        error = runs[1 - party].error
        assert isinstance(error, PeerError), number
        assert (error.code, error.party) == ("unexpected-message", f"party{party}")


def test_all_messages_are_there() -> None:
    """What travels: points, sums, tau, checks, challenges, commitments, so that one that is gone is missed."""
    assert [len(sizes()[party]) for party in (0, 1)] == [8, 11]
