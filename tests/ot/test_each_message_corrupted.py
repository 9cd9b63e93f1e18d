"""Every message of every malicious-version protocol, corrupted in turn: who sent it is named, or no harm is done.

The list of messages is taken from a recorded run, so a message that a protocol gains is tried without being named here.
"""

from functools import cache

import numpy as np
import pytest
from correlations import check_correlation
from pairs import run_pair, with_fault

from mpc.errors import Abort, PeerError
from mpc.testing import Fault, recording_network
from protocols.ot import base_co15, extension_softspoken_roy22, seeds_roy22, silent_ferret_ywlzw20

DELTA = np.array([0x1123456789ABCDEF, 0x3F1E2D3C4B5A6978], np.uint64)
"""Odd, and no part of it is zero, whatever k is: no correction is without effect."""

CHOICES = np.array([1, 0, 1], np.uint8)
TINY = silent_ferret_ywlzw20.Parameters(4, 20, 5)
K = 4


async def base_sender(ctx, peer):
    return await base_co15.send(ctx, peer, len(CHOICES))


async def base_receiver(ctx, peer):
    return await base_co15.receive(ctx, peer, CHOICES)


async def seeds_sender(ctx, peer):
    return await seeds_roy22.send_seeds(ctx, peer, K, True, DELTA)


async def seeds_receiver(ctx, peer):
    return await seeds_roy22.receive_seeds(ctx, peer, K, True)


async def softspoken_sender(ctx, peer):
    end = await extension_softspoken_roy22.send_setup(ctx, peer, k=K, malicious=True, delta=DELTA)
    return [await end.extend(ctx, 300), await end.extend(ctx, 1)]


async def softspoken_receiver(ctx, peer):
    end = await extension_softspoken_roy22.receive_setup(ctx, peer, k=K, malicious=True)
    return [await end.extend(ctx, 300), await end.extend(ctx, 1)]


async def ferret_sender(ctx, peer):
    end = await silent_ferret_ywlzw20.send_setup(ctx, peer, parameters=TINY, malicious=True, delta=DELTA)
    return [await end.extend(ctx, TINY.fresh + 1)]


async def ferret_receiver(ctx, peer):
    end = await silent_ferret_ywlzw20.receive_setup(ctx, peer, parameters=TINY, malicious=True)
    return [await end.extend(ctx, TINY.fresh + 1)]


def keys_agree(keys, own):
    return (own == keys[np.arange(len(CHOICES)), CHOICES.astype(np.intp)]).all()


def streams_agree(sender, receiver):
    """Place x of part i is the receiver's x ^ delta_i, and place 0 is void."""
    theirs, at = receiver._round_keys, 0
    delta = int(DELTA[0]) | int(DELTA[1]) << 64
    for part in range(128 // K):
        moved = np.arange(1 << K) ^ delta >> part * K & (1 << K) - 1
        own = slice(at + 1, at + (1 << K))
        if not (sender._round_keys[own] == theirs[at + moved[1:]]).all():
            return False
        at += 1 << K
    return True


def correlations_hold(sent, received):
    for q, (choices, t) in zip(sent, received, strict=True):
        check_correlation(DELTA, q, choices, t)
    return True


PROTOCOLS = {
    "base": (base_sender, base_receiver, keys_agree),
    "seeds": (seeds_sender, seeds_receiver, streams_agree),
    "softspoken": (softspoken_sender, softspoken_receiver, correlations_hold),
    "ferret": (ferret_sender, ferret_receiver, correlations_hold),
}

SUMS = (1, 1)
"""Party and number of the masked sums of trees: of each pair the sender opens one, and never sees the other."""


@cache
def messages(name):
    """(party, number among that party's messages, bytes) of an honest run."""
    send, receive, agree = PROTOCOLS[name]
    transports, record = recording_network(2)
    sent, received = run_pair(send, receive, transports=lambda: transports)
    assert agree(sent.result, received.result)
    found = []
    for party in (0, 1):
        own = [sent.message for sent in record if sent.sender == party]
        found += [(party, number, message.array.nbytes) for number, message in enumerate(own)]
    return found


CASES = [(name, party, number, size) for name in PROTOCOLS for party, number, size in messages(name)]


def outcome(name, party, fault):
    """What comes of it. "named": an error of the other party that names the sender. "misled": the sender itself finds
    the answer wrong, as the other party cannot know that it was asked something else. "unharmed" or "harmed": what both
    parties end with is right or not.
    """
    send, receive, agree = PROTOCOLS[name]
    runs, struck = with_fault(send, receive, party, fault)
    assert struck == 1
    errors = [run.error for run in runs]
    if errors == [None, None]:
        try:
            return "unharmed" if agree(runs[0].result, runs[1].result) else "harmed"
        except AssertionError:
            return "harmed"
    asked, blamed = errors[party], errors[1 - party]
    if isinstance(asked, Abort) and asked.code == "ot-check-failed":
        return "misled"
    assert isinstance(blamed, PeerError)
    assert blamed.party == f"party{party}"
    assert blamed.code in ("ot-check-failed", "bad-point", "unexpected-message", "program-diverged")
    return "named"


@pytest.mark.parametrize("place", [0.0, 0.37, 0.71, 1.0])
@pytest.mark.parametrize(("name", "party", "number", "size"), CASES)
def test_a_flipped_bit_is_noticed(name, party, number, size, place):
    """Base transfers alone make keys that either party may influence: another point of the group is another key. What
    is built on them notices.
    """
    byte = int(place * (size - 1))
    result = outcome(name, party, Fault("flip", number, byte=byte, bit=number + byte))
    if name != "base":
        assert result != "harmed"
        assert result != "unharmed" or (party, number) == SUMS


@pytest.mark.parametrize("action", ["truncate", "relabel"])
@pytest.mark.parametrize(("name", "party", "number", "size"), CASES)
def test_another_shape_or_call_is_refused_by_name(name, party, number, size, action):
    assert size
    assert outcome(name, party, Fault(action, number)) == "named"


def test_all_messages_are_there():
    """What travels, so that a message that is gone from this list is missed: points, sums, checks, challenges."""
    counts = {name: [sum(party == who for party, _, _ in messages(name)) for who in (0, 1)] for name in PROTOCOLS}
    assert counts == {"base": [1, 1], "seeds": [1, 3], "softspoken": [3, 9], "ferret": [6, 8]}
