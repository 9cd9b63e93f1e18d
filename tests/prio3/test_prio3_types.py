"""Each type: sums are plain sums; what is out of range is refused, at the client and, if that cheats, by the proof."""

import hashlib
import math

import numpy as np
import pytest
from prio3_cases import CASES, CTX, KEY, Cheating, cheated, nonce, stream, verified

from mpc.algebra.field import FIELD64, FIELD128, MERSENNE61
from mpc.errors import LocalError, PeerError
from protocols.prio3 import (
    Prio3,
    Prio3BoundedL2,
    Prio3Histogram,
    Prio3L1BoundSum,
    Prio3MultihotCountVec,
    Prio3Sum,
    Prio3SumVec,
    Prio3SumVecWithMultiproof,
    good_chunk_length,
    vdaf_prio3,
)
from protocols.prio3.range_checks import Bounded
from protocols.prio3.scalars import Count
from protocols.prio3.vectors import SumVec

every_type = pytest.mark.parametrize("name", CASES)


@every_type
@pytest.mark.parametrize("shares", [2, 3])
def test_sums_are_plain_sums(name, shares):
    case = CASES[name]
    vdaf, random = case.make(shares), stream(name)
    outs = [
        verified(vdaf, vdaf.shard(CTX, m, nonce(i), random.bytes(vdaf.rand_size)), nonce(i))
        for i, m in enumerate(case.measurements)
    ]
    halves = [[vdaf.aggregate(o[:2]), vdaf.aggregate(o[2:])] for o in zip(*outs, strict=True)]
    assert vdaf.unshard([vdaf.merge(half) for half in halves], len(outs)) == case.total


@pytest.mark.parametrize("chunk_length", range(1, 12))
def test_any_chunk_length_proves_the_same(chunk_length):
    vdaf = Prio3SumVec(5, 3, 6, chunk_length)
    outs = verified(vdaf, vdaf.shard(CTX, [0, 6, 5], nonce(0), stream("c").bytes(vdaf.rand_size)), nonce(0))
    assert vdaf.unshard([vdaf.aggregate([out]) for out in outs], 1) == [0, 6, 5]
    for cheat in ((2,) + (0,) * 8, (0,) * 8 + (-1,)):
        vdaf.circuit = Cheating(SumVec(FIELD128, 3, 6, chunk_length), cheat)
        report = vdaf.shard(CTX, None, nonce(0), stream("c").bytes(vdaf.rand_size))
        with pytest.raises(PeerError, match="rejected-report"):
            verified(vdaf, report, nonce(0))


@pytest.mark.slow
def test_long_vectors():
    """Several blocks of transforms, and the long transforms of more than a thousand points."""
    for length, chunk_length in ((20_000, None), (3_000, 20)):
        vdaf = Prio3SumVec(2, length, 2**16 - 1, chunk_length)
        values = np.arange(length) * 3 % 2**16
        outs = verified(vdaf, vdaf.shard(CTX, values, nonce(0), stream("long").bytes(vdaf.rand_size)), nonce(0))
        assert vdaf.unshard([vdaf.aggregate([out]) for out in outs], 1) == values.tolist()


@every_type
def test_a_client_that_cheats_is_rejected(name):
    case = CASES[name]
    for elements in case.cheats:
        with pytest.raises(PeerError, match="rejected-report") as refused:
            verified(case.make(2), cheated(case, elements), nonce(0))
        assert refused.value.party == "the client"


@every_type
def test_a_batch_is_its_reports_one_by_one(name):
    case = CASES[name]
    vdaf, random = case.make(2), stream(name)
    nonces = [nonce(i) for i in range(len(case.measurements))]
    rands = [random.bytes(vdaf.rand_size) for _ in nonces]
    reports = vdaf.shard_batch(CTX, case.measurements, nonces, rands)
    assert reports == [vdaf.shard(CTX, *r) for r in zip(case.measurements, nonces, rands, strict=True)]
    publics = [public for public, _ in reports]
    begun = []
    for agg_id in range(2):
        inputs = [shares[agg_id] for _, shares in reports]
        inputs[1] = inputs[1][:-1]
        begun.append(vdaf.verify_init_batch(KEY, CTX, agg_id, nonces, publics, inputs, list("abcd")[: len(inputs)]))
        assert isinstance(begun[-1][1], PeerError)
        assert begun[-1][1].party == "b"
    pairs = [(a[1], b[1]) for a, b in zip(*begun, strict=True) if not isinstance(a, PeerError)]
    pairs[-1] = (pairs[-1][0], pairs[0][1])
    messages = vdaf.verifier_shares_to_message_batch(CTX, pairs)
    assert [isinstance(m, PeerError) for m in messages] == [False] * (len(pairs) - 1) + [len(pairs) > 1]


@pytest.mark.parametrize("name", ["count", "sum_vec", "multiproof", "l2"])
@pytest.mark.parametrize("agg_id", [0, 1])
def test_large_reports_are_read_side_by_side_and_verified_one_by_one(name, agg_id, monkeypatch):
    case = CASES[name]
    vdaf, random = case.make(2), stream(name)
    nonces = [nonce(i) for i in range(7)]
    reports = [vdaf.shard(CTX, case.measurements[0], n, random.bytes(vdaf.rand_size)) for n in nonces]
    given = nonces, [public for public, _ in reports], [inputs[agg_id] for _, inputs in reports]
    alone = [vdaf.verify_init(KEY, CTX, agg_id, *report) for report in zip(*given, strict=True)]
    given[2][2] = b""
    monkeypatch.setattr(vdaf_prio3, "_ELEMENTS_AT_ONCE", 1)
    together = vdaf.verify_init_batch(KEY, CTX, agg_id, *given)
    assert isinstance(together.pop(2), PeerError)
    alone.pop(2)
    for (state, said), (expected, expected_said) in zip(together, alone, strict=True):
        assert said == expected_said
        assert state.joint_rand_seed == expected.joint_rand_seed
        assert np.array_equal(state.out_share, expected.out_share)


TRANSCRIPTS = {
    "count": "c9499f07abfe53b4",
    "sum": "5e8343e6f7d417b7",
    "sum_vec": "930d4de43b27cf88",
    "histogram": "61a87a978eb4c4f3",
    "multihot": "2391b3ce4f5481de",
    "l1": "7846dd9ae40448c4",
    "multiproof": "73f2db385ad8170c",
    "l2": "a556e7c71efd874c",
}
"""Of all messages of three aggregators under a fixed seed; `python tests/prio3/test_prio3_types.py` prints them."""


def transcript(name):
    case = CASES[name]
    vdaf, random = case.make(3), stream("transcript")
    hashed = hashlib.sha256()
    for i, measurement in enumerate(case.measurements):
        public, inputs = vdaf.shard(CTX, measurement, nonce(i), random.bytes(vdaf.rand_size))
        begun = [vdaf.verify_init(KEY, CTX, j, nonce(i), public, share) for j, share in enumerate(inputs)]
        message = vdaf.verifier_shares_to_message(CTX, [verifier for _, verifier in begun])
        outs = [vdaf.encode_out_share(vdaf.verify_next(CTX, state, message)) for state, _ in begun]
        for part in (public, *inputs, *(verifier for _, verifier in begun), message, *outs):
            hashed.update(len(part).to_bytes(4, "big") + part)
    return hashed.hexdigest()[:16]


@every_type
def test_transcripts_stay_as_they_are(name):
    assert transcript(name) == TRANSCRIPTS[name]


@pytest.mark.parametrize(
    ("vdaf", "measurement"),
    [
        (Prio3Sum(2, 5), 6),
        (Prio3Sum(2, 5), -1),
        (Prio3Sum(2, 5), 1.0),
        (Prio3Sum(2, 5), [1]),
        (Prio3SumVec(2, 2, 5), [1, 6]),
        (Prio3SumVec(2, 2, 5), [1, 2, 3]),
        (Prio3SumVec(2, 2, 5), [[1], [1, 2]]),
        (Prio3SumVec(2, 2, 2**70), [0, 2**70 + 1]),
        (Prio3Histogram(2, 3), 3),
        (Prio3Histogram(2, 3), -1),
        (Prio3Histogram(2, 3), True),
        (Prio3MultihotCountVec(2, 3, 1), [1, 1, 0]),
        (Prio3MultihotCountVec(2, 3, 1), [2, 0, 0]),
        (Prio3L1BoundSum(2, 2, 5), [3, 3]),
        (Prio3BoundedL2(2, 2, 4), [6, 6]),
        (Prio3BoundedL2(2, 2, 4), [8, 0]),
        (Prio3BoundedL2(2, 2, 4), [np.nan, 0]),
    ],
)
def test_a_client_refuses_what_is_out_of_range(vdaf, measurement):
    with pytest.raises(LocalError, match="wrong-measurement"):
        vdaf.shard(CTX, measurement, nonce(0), bytes(vdaf.rand_size))


@pytest.mark.parametrize("bits", [2, 8, 16, 40, 60])
def test_clipped_gradients_are_measurements(bits):
    vdaf, rng = Prio3BoundedL2(2, 3, bits), np.random.default_rng(bits)
    whole = 2 ** (bits - 1)
    for vector in ([1, 0, 0], [-1, 0, 0], [0, 0, 0], [3, -4, 0], [1e-300, 1e300, 1], *rng.normal(0, 1, (50, 3))):
        x = vdaf.clipped(vector, 1)
        vdaf.circuit.encode(x)
        given = np.array(vector, float) / max(1.0, math.hypot(*vector))
        assert np.abs(x / whole - given).max() < 1 / whole + 2**-39
    assert np.array_equal(vdaf.clipped([3, -4, 0], 5), vdaf.clipped([6, -8, 0], 10))
    for bad in ([np.nan, 0, 0], [np.inf, 0, 0], [1, 2], ["a", 0, 0], [[1], [2, 3], 4], None):
        with pytest.raises(LocalError, match="wrong-measurement"):
            vdaf.clipped(bad, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Prio3SumVecWithMultiproof(2, FIELD64, 2, 3, 3),
        lambda: Prio3(2, Count(MERSENNE61), 1),
        lambda: Prio3(1, Count(FIELD64), 1),
        lambda: Prio3(256, Count(FIELD64), 1),
        lambda: Prio3(2, Count(FIELD64), 1, proofs=256),
        lambda: Prio3Sum(2, 0),
        lambda: Prio3Sum(2, 2**64),
        lambda: Prio3SumVec(2, 0, 3),
        lambda: Prio3SumVec(2, 3, 3, 0),
        lambda: Prio3Histogram(2, 0),
        lambda: Prio3MultihotCountVec(2, 3, 4),
        lambda: Prio3L1BoundSum(2, 3, 2**127),
        lambda: Prio3BoundedL2(2, 4, 64),
        lambda: Prio3BoundedL2(2, 4, 1),
    ],
)
def test_types_that_would_prove_nothing_are_refused(make):
    with pytest.raises(LocalError, match="wrong-prio3-parameters"):
        make()


def test_an_aggregate_that_could_wrap_is_refused():
    vdaf = Prio3Sum(2, 2**62)
    shares = [bytes(8), bytes(8)]
    assert vdaf.unshard(shares, 3) == 0
    for bad, count in ((shares, 4), (shares, 0), (shares[:1], 1)):
        with pytest.raises(LocalError, match="wrong-prio3-parameters"):
            vdaf.unshard(bad, count)
    with pytest.raises(PeerError, match="malformed-report"):
        vdaf.unshard([bytes(8), b"\xff" * 8], 1)


def test_shares_that_are_not_of_the_same_reports_are_no_result():
    vdaf = Prio3Sum(2, 5)
    assert vdaf.unshard([(15).to_bytes(8, "little"), bytes(8)], 3) == 15
    with pytest.raises(LocalError, match="more than 3 numbers up to 5"):
        vdaf.unshard([(16).to_bytes(8, "little"), bytes(8)], 3)
    assert repr(vdaf) == "<Prio3Sum of 2 aggregators: sums of 1 numbers up to 5>"


def test_numpys_numbers_are_parameters_as_pythons():
    """And the count of reports is no number that wraps: the largest result is refused as it would be."""
    eight = np.int64(8)
    for name, vdaf in {
        "sum": Prio3Sum(np.uint8(2), eight),
        "vector": Prio3SumVec(np.int16(2), eight, eight, eight),
        "histogram": Prio3Histogram(2, eight, np.uint8(3)),
        "multihot": Prio3MultihotCountVec(2, eight, eight),
        "l1": Prio3L1BoundSum(2, eight, eight),
        "l2": Prio3BoundedL2(2, eight, eight),
    }.items():
        measurement = 3 if name in ("sum", "histogram") else [1, 0, 0, 0, 0, 0, 0, 0]
        _, inputs = vdaf.shard(CTX, measurement, nonce(0), stream(name).bytes(vdaf.rand_size))
        assert len(inputs) == 2
    assert Prio3Sum(2, 2**62).unshard([bytes(8)] * 2, np.int64(3)) == 0
    with pytest.raises(LocalError, match="may reach"):
        Prio3Sum(2, 2**62).unshard([bytes(8)] * 2, np.int64(4))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Prio3Sum(2, 5.0),
        lambda: Prio3SumVec(2, 3.0, 5),
        lambda: Prio3SumVec(2, 3, "5"),
        lambda: Prio3Histogram(2.0, 3),
        lambda: Prio3Histogram(2, 3, 1.5),
        lambda: Prio3Sum(2, 5).unshard([bytes(8)] * 2, 1.5),
        lambda: Prio3Sum(2, 5).shard("text", 1, nonce(0), bytes(64)),
        lambda: Prio3Sum(2, 5).shard(bytes(65528), 1, nonce(0), bytes(64)),
    ],
)
def test_parameters_and_contexts_of_another_kind_are_refused(wrong):
    with pytest.raises(LocalError, match="wrong-prio3-parameters"):
        wrong()


def test_the_longest_context_is_taken():
    vdaf = Prio3Sum(2, 5)
    vdaf.shard(bytes(65527), 1, nonce(0), bytes(64))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 11, 2**64 + 3])
def test_numbers_are_bits_of_weights_that_reach_the_bound(most):
    number = Bounded(most)
    values = [*range(min(most, 12) + 1), most]
    bits = number.encode(np.array(values, object), (len(values),))
    assert set(np.unique(bits)) <= {0, 1}
    assert all(np.array_equal(number.encode(value, ()), row) for value, row in zip(values, bits, strict=True))
    assert [int(w) for w in bits.astype(object) @ np.array(number.weights, object)] == values
    assert sum(number.weights) == most


def test_good_chunk_lengths_make_the_shortest_proofs():
    def proof(c, n):
        chunks = -(-n // c)
        return 2 * c + 2 * (1 << chunks.bit_length()) - 1

    for n in [*range(1, 70), 1000, 5000]:
        assert proof(good_chunk_length(n), n) == min(proof(c, n) for c in range(1, n + 1))


if __name__ == "__main__":
    print({name: transcript(name) for name in CASES})
