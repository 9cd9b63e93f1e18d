"""IKNP: every correlation holds, for any choices and offsets, and no message changes unnoticed."""

import numpy as np
import pytest
from correlations import check_correlation
from pairs import digest, results

from mpc.prg import Prg
from protocols.ot import extension_iknp03 as iknp

ODD = np.array([2**64 - 1, 3], np.uint64)


def run(counts, delta=None, **options):
    async def send(ctx, peer):
        end = await iknp.send_setup(ctx, peer, delta)
        return end, [await end.extend(ctx, count) for count in counts]

    async def receive(ctx, peer):
        end = await iknp.receive_setup(ctx, peer)
        return end, [await end.extend(ctx, count) for count in counts]

    return results(send, receive, **options)


@pytest.mark.parametrize("delta", [None, ODD, np.zeros(2, np.uint64), np.full(2, 2**64 - 1, np.uint64)])
def test_correlations_hold(delta):
    (sender, sent), (_, received) = run([1, 64, 0, 200], delta, audit=True)
    for q, (choices, t) in zip(sent, received, strict=True):
        check_correlation(sender.delta, q, choices, t)
    assert delta is None or (sender.delta == delta).all()
    assert sender.made == 265


def test_a_second_extension_is_fresh():
    (_, (first, second)), (_, ((c, t), (d, s))) = run([130, 130])
    assert not (first == second).all(axis=1).any()
    assert not (t == s).all(axis=1).any()
    assert (c != d).any()


def test_the_paper_by_columns_of_python_bits():
    """Rows from columns by definition: bit j of q_i is bit i of stream delta_j, corrected where delta_j = 1."""
    count = 70
    delta = np.array([5, 2**63], np.uint64)
    (_, (q,)), (end, ((choices, t),)) = run([count], delta)
    streams = [[int.from_bytes(Prg(p._key).bytes(16), "little") for p in pair] for pair in end.columns]
    c = int.from_bytes(choices.tobytes(), "little")
    for i in range(count):
        row = sum((zero >> i & 1) << j for j, (zero, _) in enumerate(streams))
        assert int.from_bytes(t[i].tobytes(), "little") == row
        assert int.from_bytes(q[i].tobytes(), "little") == row ^ (c >> i & 1) * (5 | 1 << 127)


def test_the_other_party_sends():
    (sender, (q,)), (_, ((choices, t),)) = run([100], places=(1, 0))
    check_correlation(sender.delta, q, choices, t)


def test_no_message_has_changed():
    async def send(ctx, peer):
        await (await iknp.send_setup(ctx, peer)).extend(ctx, 100)

    async def receive(ctx, peer):
        await (await iknp.receive_setup(ctx, peer)).extend(ctx, 100)

    assert digest(send, receive) == "acaaf1418b17949d042b77929bf1f2e0546c177e8a1083138976d49c4e1205b9"
