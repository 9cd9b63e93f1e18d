"""Many rounds with clients that vanish or send garbage at random; a server whose memory does not grow with clients."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from random import Random

import numpy as np
import pytest
from aggregation_rounds import FIXED, Round, a_round, small_plan, vectors

from mpc.errors import PeerError
from protocols.aggregation import Server, Step, Terms, plan


def garbled(body: bytes, draw: Random) -> bytes:
    """What a client that has gone wrong may send, but a vector of its own choice."""
    cut = body[: draw.randrange(len(body))]
    return draw.choice([cut, body + b"!", draw.randbytes(len(body)), body[:2] + draw.randbytes(4) + body[6:], b""])


def one_round(everybody: Round, draw: Random) -> str:
    """Each client vanishes, is heard twice, or says garbage once in a while; how the round ended."""
    gone = set[str]()
    try:
        while (step := everybody.server.step) is not None:
            for name, body in everybody.answers(gone).items():
                fate = draw.random()
                if fate < 0.02:
                    gone.add(name)
                    continue
                if fate < 0.05:
                    with suppress(PeerError):
                        everybody.server.receive(name, step, garbled(body, draw))
                    gone.add(name)
                    continue
                everybody.server.receive(name, step, body)
                if fate > 0.9:
                    with pytest.raises(PeerError, match="aggregation-twice"):
                        everybody.server.receive(name, step, body)
            everybody.told = everybody.server.advance()
    except PeerError as error:
        return error.code
    stay = [int(name[1:]) for name in everybody.server.survivors]
    assert np.array_equal(everybody.server.total, everybody.rows[stay].sum(axis=0, dtype=np.uint32))
    return "right"


@pytest.mark.slow
@pytest.mark.parametrize("malicious", [False, True])
def test_rounds_at_random_give_the_sum_or_say_who_is_missing(malicious: bool) -> None:
    draw, given = Random(7), plan(8, 2, dropouts=0.3, corrupted=0.13, malicious=malicious)
    ends = [one_round(Round(Terms(given, "tests", k), vectors(8, 2)), draw) for k in range(40 if malicious else 120)]
    assert set(ends) <= {"right", "aggregation-too-few"}
    assert ends.count("right") > len(ends) / 4
    assert ends.count("aggregation-too-few") > 3


def test_memory_of_the_server_does_not_grow_with_vectors() -> None:
    """Of thirty vectors of 400 KB the sum is kept, which was there before; what is left here is the last one."""
    length = 100_000
    given = small_plan(30, length, dropouts=0.2)
    everybody = Round(Terms(given, "tests", 0), np.broadcast_to(np.arange(length, dtype=np.uint32), (30, length)))
    everybody.until(Step.MASKED_INPUT)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for name, body in everybody.told.items():
        everybody.server.receive(name, Step.MASKED_INPUT, everybody.clients[name].answer(body))
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 3 * 4 * length
    assert peak - before < 8 * 4 * length


@pytest.mark.parametrize("malicious", [False, True])
def test_what_a_message_lay_in_may_be_used_again_at_once(malicious: bool) -> None:
    everybody = a_round(5, malicious=malicious)
    while (step := everybody.server.step) is not None:
        for name, body in everybody.answers(set()).items():
            lent = bytearray(body)
            everybody.server.receive(name, step, memoryview(lent))
            lent[:] = bytes([0xAA]) * len(lent)
        everybody.told = everybody.server.advance()
    assert np.array_equal(everybody.server.total, everybody.rows.sum(axis=0, dtype=np.uint32))


def test_a_round_that_failed_says_nothing_more() -> None:
    everybody = a_round(5)
    server = Server(everybody.terms, seed=FIXED)
    with pytest.raises(PeerError, match="aggregation-too-few"):
        server.advance()
    assert server.step is None
    with pytest.raises(PeerError, match="aggregation-late"):
        server.receive("c0", Step.ADVERTISE, everybody.clients["c0"].advertise())
