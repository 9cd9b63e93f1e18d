"""Sums under masks that cancel: right for every ring and size, of declared cost, and nothing but the sum is seen."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

import mpc
from mpc.algebra.narrow import unpack_words
from mpc.prg import Seed
from mpc.simulation import Setting, run_in_memory
from mpc.testing import (
    assert_same_distribution,
    insecure_agreements,
    insecure_seed,
    recording_network,
    sampled_view,
    transcript_digest,
)
from protocols.beaver import SUITE
from protocols.federated.aggregate import InProcess
from protocols.federated.masked_sums import InMesh, _masked, masked_sum, masked_sum_in_slices
from protocols.preprocessing.dealer import local_supplies

WIDTHS = ((5, 13), (0, 8), (3, 64), (1, 1))


def vectors(n, widths, seed=1):
    stream = Seed(bytes(32)).prg("vectors", seed)
    return [[stream.words(count) & np.uint64(2**bits - 1) for count, bits in widths] for _ in range(n)]


def wanted(given_, widths):
    return [
        [sum(int(mine[k][i]) for mine in given_) % 2**bits for i in range(count)]
        for k, (count, bits) in enumerate(widths)
    ]


@given(
    n=st.integers(2, 5),
    widths=st.lists(st.tuples(st.integers(0, 70), st.integers(1, 64)), min_size=1, max_size=3),
    sliced=st.booleans(),
)
def test_sums_are_those_of_integers(n, widths, sliced):
    given_, widths = vectors(n, widths), tuple(widths)

    async def main(ctx, mine):
        if sliced:
            return await masked_sum_in_slices(ctx, mine, widths, ctx.n)
        return await masked_sum(ctx, mine, widths)

    for found in mpc.simulate(main, given_, check_costs=True).results:
        assert [part.tolist() for part in found] == wanted(given_, widths)


@pytest.mark.parametrize(("size", "rounds"), [(100, 1), (60_000, 2)])
def test_large_vectors_go_in_slices_and_all_pass_the_gate(size, rounds):
    widths = ((size, 24), (2, 64))
    given_ = vectors(3, widths)

    async def main(ctx, mine):
        total = await InMesh(ctx, "here:1").sum([(ctx.me, mine)], widths)
        return total.parts, total.survivors, total.bytes_sent

    run = mpc.simulate(main, given_, check_costs=True)
    assert all([p.tolist() for p in parts] == wanted(given_, widths) for parts, _, _ in run.results)
    assert run.report.rounds == rounds
    assert [reveal.shape for reveal in run.report.reveals] == [(size + 2,)]
    sent, vector = run.results[0][2], 3 * size + 16
    if rounds == 1:
        assert sent == 2 * (vector + -vector % 8), "one vector to each of two"
    else:
        assert vector < sent < 2 * vector, "less than one vector to each of two, twice"


def test_one_process_sums_alike():
    given_ = vectors(4, WIDTHS)
    work = InProcess().sum(enumerate(given_), WIDTHS)
    with pytest.raises(StopIteration) as done:
        work.send(None)
    assert [part.tolist() for part in done.value.value.parts] == wanted(given_, WIDTHS)
    assert done.value.value.survivors == (0, 1, 2, 3)


class _Stream:
    def __init__(self, value):
        self.value = value

    def words(self, count):
        return np.full(count, self.value, np.uint64)


class _Party:
    """A context with masks of our choice."""

    def __init__(self, me, n, masks):
        self.me, self.n, self.masks = me, n, masks
        self.everyone, self.others = range(n), [j for j in range(n) if j != me]

    def pairwise_prg(self, other, usage):
        return _Stream(self.masks[min(self.me, other), max(self.me, other)])


def view_of_party_0(values, bits):
    """How often party 0 sees what: its masks and both other parties' words, over all masks."""
    pairs = [(0, 1), (0, 2), (1, 2)]
    seen = Counter()
    for drawn in product(range(2**bits), repeat=3):
        masks = dict(zip(pairs, drawn, strict=True))
        sent = []
        for j in (1, 2):
            packed = _masked(_Party(j, 3, masks), [np.array([values[j]], np.uint64)], ((1, bits),))
            sent.append(int(unpack_words(packed.view(np.uint8)[: -(-bits // 8)], bits, 1)[0]))
        seen[masks[0, 1], masks[0, 2], *sent] += 1
    return seen


@pytest.mark.parametrize("bits", [1, 2])
def test_a_party_sees_the_sum_of_the_others_and_nothing_else(bits):
    top = 2**bits
    by_sum = {}
    for a, b in product(range(top), repeat=2):
        by_sum.setdefault((a + b) % top, []).append(view_of_party_0((0, a, b), bits))
    for views in by_sum.values():
        assert all(view == views[0] for view in views)
    assert len({frozenset(views[0].items()) for views in by_sum.values()}) == top


@pytest.mark.parametrize("sliced", [False, True])
def test_what_is_really_sent_looks_alike_for_equal_sums(sliced):
    async def protocol(ctx, mine, lanes):
        if sliced:
            return await masked_sum_in_slices(ctx, [np.tile(mine[0], 3)], ((3 * lanes, 64),), ctx.n)
        return await masked_sum(ctx, mine, ((lanes, 64),))

    views = [sampled_view(protocol, [[5], [a], [b]], suite=SUITE, observers=0) for a, b in ((1, 8), (7, 2))]
    assert_same_distribution(*views)


def test_what_is_sent_stays_as_it_is():
    async def main(ctx, mine):
        await masked_sum(ctx, mine, WIDTHS)
        await masked_sum_in_slices(ctx, mine, WIDTHS, ctx.n)

    transports, record = recording_network(3)
    trio.run(
        lambda: run_in_memory(
            main, vectors(3, WIDTHS), local_supplies(3), Setting(SUITE), transports=transports,
            agreements=insecure_agreements(3), private=[insecure_seed("private", i) for i in range(3)],
        )
    )  # fmt: skip
    assert transcript_digest(record) == "75dbe84aa5e32fea3cc318618973de2ab17f01760f9eaa6d146e7cc8d7785e90"
