"""Every type, byte by byte, against Prio3 in whole numbers by the draft's text: also where there are no vectors."""

import plain_prio3 as plain
import pytest
from Crypto.Hash import TurboSHAKE128
from plain_turboshake import turboshake128
from prio3_cases import CTX, KEY, nonce, stream

from mpc.algebra.field import FIELD64
from mpc.errors import PeerError
from protocols.prio3 import (
    Prio3Count,
    Prio3Histogram,
    Prio3L1BoundSum,
    Prio3MultihotCountVec,
    Prio3Sum,
    Prio3SumVec,
    Prio3SumVecWithMultiproof,
)

TYPES = {
    "count": (Prio3Count(2), plain.count(2), [0, 1]),
    "count of 3": (Prio3Count(3), plain.count(3), [1]),
    "count of 255": (Prio3Count(255), plain.count(255), [1]),
    "sum": (Prio3Sum(2, 255), plain.sum_of_numbers(2, 255), [0, 127, 128, 255]),
    "sum to 1": (Prio3Sum(2, 1), plain.sum_of_numbers(2, 1), [0, 1]),
    "sum to 1337": (Prio3Sum(3, 1337), plain.sum_of_numbers(3, 1337), [0, 1023, 1024, 1337]),
    "sum to 2^62": (Prio3Sum(2, 2**62), plain.sum_of_numbers(2, 2**62), [2**62 - 1]),
    "vector": (Prio3SumVec(2, 3, 10, 5), plain.sum_vec(2, 3, 10, 5), [[0, 7, 8], [10, 9, 1]]),
    "vector, one chunk": (Prio3SumVec(3, 2, 3, 9), plain.sum_vec(3, 2, 3, 9), [[1, 2]]),
    "vector, bit by bit": (Prio3SumVec(2, 2, 5, 1), plain.sum_vec(2, 2, 5, 1), [[4, 5]]),
    "vector to 2^126": (Prio3SumVec(2, 1, 2**126, 30), plain.sum_vec(2, 1, 2**126, 30), [[2**126]]),
    "histogram": (Prio3Histogram(2, 5, 2), plain.histogram(2, 5, 2), [0, 4]),
    "histogram of 3": (Prio3Histogram(3, 11, 3), plain.histogram(3, 11, 3), [2]),
    "histogram of 255": (Prio3Histogram(255, 2, 2), plain.histogram(255, 2, 2), [1]),
    "multihot": (Prio3MultihotCountVec(2, 4, 2, 2), plain.multihot(2, 4, 2, 2), [[0, 0, 0, 0], [0, 1, 1, 0]]),
    "multihot of 3": (Prio3MultihotCountVec(3, 7, 5, 4), plain.multihot(3, 7, 5, 4), [[1, 1, 0, 1, 1, 0, 1]]),
    "multihot, all": (Prio3MultihotCountVec(2, 3, 3, 9), plain.multihot(2, 3, 3, 9), [[1, 1, 1], [0, 1, 0]]),
    "l1": (Prio3L1BoundSum(2, 3, 10, 4), plain.l1_bound(2, 3, 10, 4), [[0, 0, 0], [1, 2, 7], [10, 0, 0]]),
    "l1 of 3": (Prio3L1BoundSum(3, 1, 7, 5), plain.l1_bound(3, 1, 7, 5), [[6]]),
    "multiproof": (
        Prio3SumVecWithMultiproof(2, FIELD64, 3, 3, 6, 4), plain.with_multiproof(2, 3, 3, 6, 4), [[0, 4, 6]],
    ),
    "four proofs of 3": (
        Prio3SumVecWithMultiproof(3, FIELD64, 4, 2, 1, 1), plain.with_multiproof(3, 4, 2, 1, 1), [[0, 1]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_every_message_is_the_drafts(name):
    vdaf, slow, measurements = TYPES[name]
    for i, measurement in enumerate(measurements):
        rand = stream(f"{name} {i}").bytes(vdaf.rand_size)
        public, inputs = vdaf.shard(CTX, measurement, nonce(i), rand)
        assert (public, inputs) == slow.shard(CTX, measurement, nonce(i), rand)
        some = range(len(inputs)) if len(inputs) < 4 else (0, 1, 254)
        begun = [vdaf.verify_init(KEY, CTX, j, nonce(i), public, share) for j, share in enumerate(inputs)]
        verifiers = [verifier for _, verifier in begun]
        message = vdaf.verifier_shares_to_message(CTX, verifiers)
        assert message == slow.message(CTX, verifiers)
        for j in some:
            out, seed, verifier = slow.verify_init(KEY, CTX, j, nonce(i), public, inputs[j])
            assert (seed, verifier) == (message, verifiers[j])
            assert slow.packed(out) == vdaf.encode_out_share(vdaf.verify_next(CTX, begun[j][0], message))


@pytest.mark.parametrize("name", ["sum to 1337", "vector", "multihot", "l1", "multiproof"])
def test_both_refuse_the_same_reports(name):
    vdaf, slow, (measurement, *_) = TYPES[name]
    public, inputs = vdaf.shard(CTX, measurement, nonce(0), stream(name).bytes(vdaf.rand_size))
    for place in range(0, len(inputs[0]), 37):
        first = inputs[0][:place] + bytes([inputs[0][place] ^ 1]) + inputs[0][place + 1 :]
        changed = [first, *inputs[1:]]
        begun = [vdaf.verify_init(KEY, CTX, j, nonce(0), public, share) for j, share in enumerate(changed)]
        verifiers = [verifier for _, verifier in begun]
        assert verifiers[0] == slow.verify_init(KEY, CTX, 0, nonce(0), public, first)[2]
        refused = slow.message(CTX, verifiers) is None
        try:
            message = vdaf.verifier_shares_to_message(CTX, verifiers)
            assert message == slow.message(CTX, verifiers)
        except PeerError:
            assert refused


@pytest.mark.parametrize("length", [0, 1, 166, 167, 168, 169, 400])
def test_the_plain_stream_is_turboshake(length):
    message = bytes(range(256)) * 2
    hashed = TurboSHAKE128.new(domain=1)
    hashed.update(message[:length])
    assert turboshake128(message[:length], 400) == hashed.read(400)
