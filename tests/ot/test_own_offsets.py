"""Transfers whose labels differ by offsets of their own: right, random, and no part of the extension's offset."""

import numpy as np
import pytest
from extensions import EXTENSIONS, every_extension, over
from pairs import digest, results, with_fault

from mpc.algebra import bits
from mpc.testing import Fault
from protocols.ot.own_offsets import own_offsets_receive, own_offsets_send

OFFSETS = [np.array(pair, np.uint64) for pair in ([7, 1], [2**64 - 1, 2**63], [1, 0])]


def both(setups, counts):
    return over(
        setups,
        lambda ctx, cot: own_offsets_send(ctx, cot, counts, OFFSETS[: len(counts)]),
        lambda ctx, cot: own_offsets_receive(ctx, cot, counts),
    )


@every_extension
@pytest.mark.parametrize("counts", [(0,), (70,), (1, 64, 130), (0, 5), (3, 0, 0)], ids=str)
def test_labels_differ_by_the_offset_where_the_bit_is_one(setups, counts):
    sent, received = results(*both(setups, counts), audit=True)
    for count, offset, zeros, (packed, labels) in zip(counts, OFFSETS, sent, received, strict=False):
        assert zeros.shape == labels.shape == (count, 2)
        chosen = bits.unpack(packed, count)
        np.testing.assert_array_equal(labels, zeros ^ (chosen[:, None] * offset))


def test_bits_and_labels_are_random():
    (zeros,), ((packed, labels),) = results(*both(EXTENSIONS["softspoken"], (6400,)))
    assert len(np.unique(zeros, axis=0)) == 6400
    assert abs(int(np.bitwise_count(packed).sum()) - 3200) < 5 * 40
    for words in (zeros, labels):
        assert abs(int(np.bitwise_count(words).sum()) - 64 * 6400) < 5 * (32 * 6400) ** 0.5


@pytest.mark.parametrize("party", [0, 1])
def test_messages_cut_short_name_their_sender(party):
    roles = both(EXTENSIONS["softspoken"], (70,))
    runs, struck = with_fault(*roles, party, Fault("truncate", chosen=lambda to, message: message.array.size > 100))
    assert struck
    assert runs[1 - party].error.party == f"party{party}"


def test_the_transcript():
    assert digest(*both(EXTENSIONS["softspoken"], (5, 9)))[:16] == "172fc080389b744b"
