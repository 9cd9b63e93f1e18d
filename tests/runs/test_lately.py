"""What is remembered of rehearsals stays within a bound, and is right when it was forgotten."""

import trio

from mpc.context import Session
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.planning import CountingSupply
from protocols.beaver import SUITE
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.runs import rehearsal
from protocols.runs.lately import Lately
from protocols.runs.rehearsal import Rehearsal


def test_what_was_asked_for_longest_ago_is_forgotten():
    lately = Lately(2)
    lately.put("a", 1)
    lately.put("b", 2)
    assert lately.get("a") == 1
    assert lately.put("c", 3) == 3
    assert [lately.get(key) for key in "abc"] == [1, None, 3]
    assert len(lately) == 2


async def takes(ctx, count):
    await ctx.take(RandomValue(ctx.session.ring, (count,)))


def test_rehearsals_of_a_long_session_are_forgotten(monkeypatch):
    """Every answer is that of a new rehearsal, while memory holds three."""
    monkeypatch.setattr(rehearsal, "MOST_CALLS", 3)

    async def main():
        end, agreement = memory_network(2)[0], Agreement.simulate(2)[0]
        rehearsed = Rehearsal(Session(end, CountingSupply(dealt=True), agreement, SUITE, 2))
        found = []
        for count in (1, 2, 3, 4, 5, 1):
            (entry,) = await rehearsed.call(takes, (count,))
            found.append(entry[1].parts()[0].shape)
        return found, len(rehearsed._taken)

    assert trio.run(main) == ([(1,), (2,), (3,), (4,), (5,), (1,)], 3)


def test_types_of_arguments_are_forgotten():
    for i in range(rehearsal.MOST_TYPES + 5):
        assert rehearsal._sort_of(type(f"T{i}", (), {})()) == ""
    assert len(rehearsal._SORTS) == rehearsal.MOST_TYPES
