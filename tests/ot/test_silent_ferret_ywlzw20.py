"""Ferret: correlations hold over many iterations of tiny codes, and a cheating sender is found out."""

from math import log2

import numpy as np
import pytest
import regular_noise
from correlations import check_correlation
from pairs import chosen, digest, results, with_fault

from mpc.algebra import bits
from mpc.algebra.binary_field import GF2_128
from mpc.errors import Abort, LocalError
from mpc.testing import Fault
from protocols.ot import silent_ferret_ywlzw20 as ferret
from protocols.ot import transfers

TINY = ferret.Parameters(4, 20, 5)


def roles(counts, malicious=False, parameters=TINY, delta=None):
    async def send(ctx, peer):
        end = await ferret.send_setup(ctx, peer, parameters=parameters, malicious=malicious, delta=delta)
        return end, [await end.extend(ctx, count) for count in counts]

    async def receive(ctx, peer):
        end = await ferret.receive_setup(ctx, peer, parameters=parameters, malicious=malicious)
        return end, [await end.extend(ctx, count) for count in counts]

    return send, receive


def check(sent, received):
    for q, (choices, t) in zip(sent[1], received[1], strict=True):
        check_correlation(sent[0].delta, q, choices, t)


@pytest.mark.parametrize("malicious", [False, True])
def test_correlations_hold_at_the_declared_cost(malicious):
    counts = [1, 300, 0, TINY.fresh, 3 * TINY.fresh + 1, 64]
    sent, received = results(*roles(counts, malicious), audit=True)
    check(sent, received)
    assert sent[0].made == received[0].made == sum(counts)
    assert sent[0].iterations == received[0].iterations == -(-sum(counts) // TINY.fresh)
    labels = np.concatenate([t for _, t in received[1]])
    assert len(np.unique(labels, axis=0)) == sum(counts)


@pytest.mark.parametrize(("log_k", "trees", "depth"), [(3, 300, 1), (1, 40, 4), (6, 30, 5), (5, 8, 7)])
@pytest.mark.parametrize("malicious", [False, True])
def test_other_shapes(log_k, trees, depth, malicious):
    parameters = ferret.Parameters(log_k, trees, depth)
    check(*results(*roles([parameters.fresh + 5], malicious, parameters)))


@pytest.mark.parametrize("labels", [1, 64, 200, 10**6])
@pytest.mark.parametrize("malicious", [False, True])
def test_batches_of_trees_change_nothing(labels, malicious, monkeypatch):
    whole = results(*roles([TINY.fresh + 7], malicious))
    monkeypatch.setattr(ferret, "_BATCH_LABELS", labels)
    parted = results(*roles([TINY.fresh + 7], malicious), audit=True)
    for a, b in zip((whole[0][1][0], *whole[1][1][0]), (parted[0][1][0], *parted[1][1][0]), strict=True):
        assert (a == b).all()


def test_the_offset_may_be_given():
    delta = np.array([7, 2**63], np.uint64)
    sent, received = results(*roles([100], delta=delta))
    assert (sent[0].delta == delta).all()
    check(sent, received)


def test_colours_are_choices():
    """The lowest bit of a label is 0 at the sender, and the choice at the receiver."""
    (_, (q,)), (_, ((choices, t),)) = results(*roles([500]))
    assert not (q[:, 0] & np.uint64(1)).any()
    assert (bits.unpack(choices, 500) == (t[:, 0] & np.uint64(1))).all()
    assert 150 < bits.popcount(choices) < 350


@pytest.mark.parametrize("places", [(1, 0), (2, 0)])
def test_any_two_of_three_parties(places):
    check(*results(*roles([100], malicious=True), n=3, places=places))


def test_transfers_over_silent_correlations():
    messages = np.arange(600, dtype=np.uint64).reshape(100, 2, 3)
    choices = np.arange(100, dtype=np.uint8) % 3 % 2

    async def send(ctx, peer):
        await transfers.send(ctx, await ferret.send_setup(ctx, peer, parameters=TINY), messages)

    async def receive(ctx, peer):
        end = await ferret.receive_setup(ctx, peer, parameters=TINY)
        return await transfers.receive(ctx, end, bits.pack(choices), 100, 3)

    _, got = results(send, receive, audit=True)
    assert (got == chosen(messages, choices)).all()


def test_messages_have_not_changed():
    semi_honest, malicious = digest(*roles([TINY.fresh + 1])), digest(*roles([TINY.fresh + 1], malicious=True))
    assert semi_honest[:16] == "700441ec6801f6d6"
    assert malicious[:16] == "033833c6987acbce"


# cheating

SUMS, CHALLENGE, DIGEST = (TINY.trees, TINY.depth, 2), (2, 2), (4,)


def struck(party, shape, byte, malicious=True):
    hits = []

    def first_of_shape(to, message):
        hit = message.array.shape == shape and not hits
        hits.extend([message] * hit)
        return hit

    runs, count = with_fault(
        *roles([TINY.fresh], malicious), party, Fault("flip", first_of_shape, byte=byte, bit=byte % 8)
    )
    assert count == 1
    return runs


@pytest.mark.parametrize("byte", range(0, TINY.trees * TINY.depth * 16, 97))
def test_a_change_of_any_sum_is_noticed(byte):
    error = struck(0, SUMS, byte)[1].error
    assert isinstance(error, Abort)
    assert (error.code, error.party) == ("ot-check-failed", "party0")


@pytest.mark.parametrize("byte", [0, 31])
def test_a_change_of_the_digest_is_noticed(byte):
    assert struck(0, DIGEST, byte)[1].error.code == "ot-check-failed"


@pytest.mark.parametrize("byte", [0, 15, 16, 31])
def test_a_change_of_the_challenge_is_noticed(byte):
    """The sender answers another challenge than the receiver asked, which takes that for a cheat."""
    assert struck(1, CHALLENGE, byte)[1].error.code == "ot-check-failed"


@pytest.mark.parametrize("byte", [16, 23, 31])
def test_of_what_is_hashed_another_receiver_knows_nothing_but_that_delta_is_odd(byte, monkeypatch):
    """It is off by g delta, all 128 bits of it, for the g by which the receiver's sum is off."""
    totals = {}

    def seen(ctx, end, total):
        totals[ctx.me] = total.copy()
        return digest_of(ctx, end, total)

    digest_of = ferret._digest
    monkeypatch.setattr(ferret, "_digest", seen)
    delta = np.array([0x0123456789ABCDEF, 0xFEDCBA9876543210], np.uint64)
    ends = roles([TINY.fresh], malicious=True, delta=delta)
    off = Fault("flip", lambda to, message: message.array.shape == CHALLENGE, byte=byte, bit=byte % 8)
    assert with_fault(*ends, 1, off)[1] == 1
    g = np.zeros(16, np.uint8)
    g[byte - 16] = 1 << byte % 8
    np.testing.assert_array_equal(totals[0] ^ totals[1], GF2_128.mul(g.view(np.uint64)[None], delta[None])[0])


def test_the_semi_honest_version_does_not_notice():
    runs = struck(0, SUMS, 3, malicious=False)
    with pytest.raises(AssertionError):
        check(runs[0].result, runs[1].result)


# parameters


@pytest.mark.parametrize("wrong", [(0, 20, 5), (22, 20, 5), (4, 20, 0), (4, 1, 5)])
def test_parameters_out_of_range(wrong):
    with pytest.raises(LocalError) as caught:
        ferret.Parameters(*wrong)
    assert caught.value.code == "wrong-parameter"


def test_an_even_offset():
    with pytest.raises(LocalError) as caught:
        results(*roles([1], delta=np.array([2, 1], np.uint64)))
    assert caught.value.code == "wrong-parameter"


@pytest.mark.parametrize(
    ("parameters", "guessing", "solving", "both", "sparse", "at_random"),
    [
        (ferret.SMALL, 236.7, 250.5, 234.3, 173.0, 194.8),
        (ferret.MEDIUM, 235.7, 248.0, 232.3, 167.9, 190.0),
        (ferret.LARGE, 237.6, 252.5, 237.7, 169.0, 191.4),
    ],
)
def test_the_sets_are_cheap_and_hard(parameters, guessing, solving, both, sparse, at_random):
    """Under a tenth of a byte each; and the best attack, one that uses that the code is sparse, costs 2^167 operations.

    Guessing samples without errors leaves a sparse system in k secrets, ten terms each: 10 k^2 operations a try by
    Wiedemann's method.
    """
    assert 16 * parameters.trees * parameters.depth / parameters.fresh < 0.1
    noise = parameters.made, parameters.k, parameters.trees
    decoding = regular_noise.prange(*noise) + log2(10 * parameters.k**2)
    found = decoding, regular_noise.algebraic(*noise), regular_noise.hybrid(*noise)
    assert found == pytest.approx((guessing, solving, both), abs=0.06)
    ratio = parameters.made / parameters.k
    shares = regular_noise.share_of_columns(ratio), ratio ** (-1 / 9)
    few = [regular_noise.few_columns(*noise, x) for x in shares]
    assert few == pytest.approx([sparse, at_random], abs=0.06)
    assert min(*found, *few) >= 167


@pytest.mark.parametrize(
    ("parameters", "fresh", "each", "of_half"),
    [
        (ferret.SMALL, 1693248, 0.0998, 95.7),
        (ferret.MEDIUM, 4580584, 0.0524, 95.4),
        (ferret.LARGE, 9420416, 0.0283, 97.0),
    ],
)
def test_half_the_secrets_would_be_too_few(parameters, fresh, each, of_half):
    """What is left of an iteration and its bytes each; what half the k would save, and how little it would leave."""
    half = ferret.Parameters(parameters.log_k - 1, parameters.trees, parameters.depth)
    assert parameters.fresh == fresh
    assert 16 * parameters.trees * parameters.depth / fresh == pytest.approx(each, abs=5e-5)
    assert 1.055 < half.fresh / fresh < 1.085
    share = regular_noise.share_of_columns(half.made / half.k)
    assert regular_noise.few_columns(half.made, half.k, half.trees, share) == pytest.approx(of_half, abs=0.06)


@pytest.mark.slow
def test_a_whole_iteration_of_real_parameters():
    check(*results(*roles([ferret.SMALL.fresh + 1000], parameters=ferret.SMALL)))
