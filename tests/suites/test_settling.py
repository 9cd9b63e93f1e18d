"""A suite that belongs to a session: it is started, keeps what it opened, and is settled before goodbye.

The suite here is Beaver's, and when it is settled all parties compare digests of everything that was opened.
"""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import trio

from mpc.context import together
from mpc.errors import Abort, LocalError
from mpc.network.transport import memory_network
from mpc.simulation import Setting, run_in_memory
from mpc.testing.wrapping import WrappedTransport
from protocols.beaver import Beaver, BeaverSuite
from protocols.beaver.share import open_words
from protocols.preprocessing.dealer import local_supplies
from protocols.unchecked import Unchecked


class ComparingSuite(BeaverSuite):
    """Openings are kept, and compared when the suite is settled."""

    def __init__(self):
        self.unchecked = Unchecked()
        self.settled = 0

    async def open(self, ctx, *shares):
        call = ctx.child("open")
        opened = await open_words(call, ctx.ring, *(x.words for x in shares))
        ctx.join(call)
        self.unchecked.note(call, *opened)
        return opened

    async def settle(self, ctx):
        self.settled += 1
        digest = hashlib.sha256()
        for path, opened in self.unchecked.take():
            digest.update(repr(path).encode())
            for words in opened:
                digest.update(words.tobytes())
        (digests,) = await ctx.exchange(np.frombuffer(digest.digest(), np.uint64))
        for other in digests:
            if (other != digests[ctx.me]).any():
                raise Abort("opened-differently", "the parties have opened different values", "somebody cheated")


class Comparing(Beaver):
    name = "comparing"

    async def start(self, ctx):
        return ComparingSuite()


class TwoFaced(WrappedTransport):
    """Party 2, that opens another value to party 1 than to party 0."""

    def send(self, to, message):
        if to == 1 and message.array.shape == (5,):
            message = replace(message, array=message.array + np.uint64(1))
        return self.within.send(to, message)


async def open_one(ctx, x, turns):
    for _ in range(turns):
        await trio.lowlevel.checkpoint()
    return await ctx.suite.open(ctx, x)


async def program(ctx, mine):
    """Three openings side by side, begun in another order by each party."""
    x = await ctx.suite.random(ctx, (5,))
    turns = [(7 * ctx.me + 5 * k) % 11 for k in range(3)]
    await together(ctx, *((open_one, x.scale(k + 1), turns[k]) for k in range(3)))
    return ctx.depth


def run(transports=None, collect=False):
    setting = Setting(Comparing(), audit=True, collect_errors=collect)
    return trio.run(lambda: run_in_memory(program, [None] * 3, local_supplies(3), setting, transports=transports))


def test_a_suite_is_started_once_and_settled_before_goodbye():
    runs = run()
    assert len({id(party.session.suite) for party in runs}) == 3
    assert all(party.session.suite.settled == 1 for party in runs)
    assert [party.result for party in runs] == [1, 1, 1]
    assert [party.rounds for party in runs] == [2, 2, 2]


def test_settling_does_not_depend_on_the_order_in_which_calls_end():
    for party in run():
        assert party.session.suite.unchecked.take() == []


def test_what_was_opened_differently_ends_the_run_before_goodbye():
    honest = memory_network(3)
    runs = run([*honest[:2], TwoFaced(honest[2])], collect=True)
    assert all(party.error is not None for party in runs)
    assert any(isinstance(party.error, Abort) for party in runs)


def test_a_suite_is_not_started_on_a_session_that_it_does_not_fit():
    from mpc.algebra.field import FIELD64

    async def nothing(ctx, mine):
        return None

    with pytest.raises(LocalError, match="unfit-session"):
        trio.run(lambda: run_in_memory(nothing, [None] * 2, local_supplies(2), Setting(Beaver(), ring=FIELD64)))
