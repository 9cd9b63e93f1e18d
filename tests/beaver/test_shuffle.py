"""The shuffle brings records into an order that is uniformly random to any parties but all, and shows nothing."""

from itertools import permutations

import numpy as np
import pytest
import trio

from mpc.context import Context
from mpc.errors import PeerError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import Setting, run_in_memory
from mpc.testing import assert_same_distribution, sampled_view
from protocols.beaver import SUITE
from protocols.beaver.shuffle import permute
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.orders import order_of
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

X = np.arange(40, dtype=np.uint64).reshape(2, 4, 5) + np.uint64(2**63)


async def shuffled(ctx, mine):
    suite = ctx.suite
    columns = [suite.constant(ctx, X), suite.constant(ctx, X * np.uint64(3))]
    return await suite.open(ctx, *await suite.shuffle(ctx, *columns))


@pytest.mark.parametrize(
    ("supplier", "n"),
    [
        ("dealer", 2), ("dealer", 3), ("dealer", 4), ("ot", 2), ("ot", 3),
        pytest.param("ot", 4, marks=pytest.mark.slow), pytest.param("silent", 2, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_columns_move_together(n, supplier):
    run = simulate(shuffled, [None] * n, preprocessing=supplier, check_costs=True)
    first, second = run.result
    np.testing.assert_array_equal(np.sort(first), X)
    np.testing.assert_array_equal(second, first * np.uint64(3))
    assert run.report.rounds == n + 1
    assert run.report.material["share_translation"] == n * X.size


@pytest.mark.parametrize("shape", [(0,), (1,), (3, 0), (0, 3), (2, 1)])
@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_there_may_be_little_to_shuffle(suite, shape):
    async def main(ctx, mine):
        (x,) = await ctx.suite.shuffle(ctx, ctx.suite.constant(ctx, np.ones(shape, np.uint64)))
        return (await ctx.suite.open(ctx, x))[0]

    for supplier in ("dealer", "ot") if suite == "beaver" else ("dealer",):
        result = simulate(main, [None, None], suite=suite, preprocessing=supplier).result
        np.testing.assert_array_equal(result, np.ones(shape))


def orders_of(suite, count, rows):
    """The orders of many shuffled rows, as numbers; and the keys of each party's own part in them, if it has one."""
    own = {}
    take = Context.take

    async def noting(ctx, kind):
        material = await take(ctx, kind)
        if kind.permuter == ctx.me:
            own[ctx.me] = material[0]
        return material

    async def main(ctx, mine):
        records = np.broadcast_to(np.arange(count, dtype=np.uint64), (rows, count))
        (x,) = await ctx.suite.shuffle(ctx, ctx.suite.constant(ctx, records))
        return (await ctx.suite.open(ctx, x))[0].astype(np.int64)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "take", noting)
        return simulate(main, [None, None], suite=suite).result, own


def frequencies(orders):
    """How often each order of `count` records comes, given in some numbering."""
    places = np.array(list(permutations(range(orders.shape[1]))))
    weights = orders.shape[1] ** np.arange(orders.shape[1])
    return np.array([(orders @ weights == place @ weights).sum() for place in places])


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_every_order_is_as_likely_as_any_other(suite, count):
    orders, _ = orders_of(suite, count, rows=12_000)
    found = frequencies(orders)
    expected = len(orders) / len(found)
    assert found.min() > 0
    statistic = ((found - expected) ** 2 / expected).sum()
    assert statistic < len(found) + 8 * np.sqrt(2 * len(found)) + 40  # beyond by chance below 2^-44


def shuffle_pair(order_of_inputs):
    async def protocol(ctx, mine, lanes):
        x = [await ctx.suite.input(ctx, 0, mine[i] if ctx.me == 0 else None, (lanes,)) for i in order_of_inputs]
        pairs = x[0].join(lambda arrays: np.stack(arrays, -1), x[1])
        return await ctx.suite.shuffle(ctx, pairs)

    return protocol


@pytest.mark.parametrize("observer", [0, 1])
def test_the_records_show_nothing(observer):
    """Whatever is shuffled, messages, material and streams look alike; of two records so they do in either order."""

    def view(values, order):
        inputs = [[*values, 0], [0]]
        return sampled_view(shuffle_pair(order), inputs, suite=SUITE, observers=observer, lanes=4096)

    if observer == 1:
        assert_same_distribution(view((0, 0), (0, 1)), view((2**63, 5), (0, 1)))
    assert_same_distribution(view((7, 9), (0, 1)), view((7, 9), (1, 0)))


def test_records_that_are_not_masked_are_noticed(monkeypatch):
    async def unmasked(self, kind):
        assert isinstance(kind, ShareTranslation)
        return tuple(np.zeros(part.shape, np.uint64) for part in kind.parts())

    def view(values):
        return sampled_view(shuffle_pair((0, 1)), [[*values], []], suite=SUITE, observers=1, lanes=4096)

    monkeypatch.setattr(Context, "take", unmasked)
    with pytest.raises(AssertionError):
        assert_same_distribution(view((0, 0)), view((5, 2**63)))


def test_a_party_alone_cannot_tell_where_a_record_went():
    """Given its own part in the order, the whole order of three records is still uniform."""
    orders, own = orders_of("beaver", 3, rows=12_000)
    weights = 3 ** np.arange(3)
    for keys in own.values():
        places = order_of(keys)
        joint = np.unique(27 * (places @ weights) + orders @ weights, return_counts=True)[1]
        assert len(joint) == 36
        assert ((joint - len(orders) / 36) ** 2 / (len(orders) / 36)).sum() < 150  # beyond by chance below 2^-44


@pytest.mark.parametrize(
    "bad", [np.zeros((1, 5, 2), np.uint64), np.zeros((1, 4, 1), np.uint64), np.zeros((1, 4, 2), np.uint8)]
)
def test_records_of_another_form_are_refused(bad):
    transports = memory_network(2)
    send = transports[1].send
    transports[1].send = lambda to, message: send(to, Message(message.tag, message.label, message.depth, bad))

    async def main(ctx, mine):
        x = ctx.suite.constant(ctx, np.zeros((1, 4, 2), np.uint64))
        return await permute(ctx, 0, x)

    with pytest.raises(PeerError, match="unexpected-message"):
        trio.run(lambda: run_in_memory(main, [None] * 2, local_supplies(2), Setting(SUITE), transports=transports))


def test_a_plan_counts_what_a_run_takes():
    run, planned = simulate(shuffled, [None, None]), plan(shuffled, [None, None])
    assert planned.report.material == run.report.material
    assert planned.report.rounds == run.report.rounds
    assert planned.report.bytes_sent == run.report.bytes_sent
