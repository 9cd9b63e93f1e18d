"""Values of few bits, packed one after the other, beside Python's integers."""

from __future__ import annotations

import numpy as np
import pytest

from mpc.algebra.narrow import pack_words, packed_bytes, unpack_words
from mpc.errors import LocalError
from mpc.prg import Seed

STREAM = Seed(bytes(32)).prg("narrow words")


@pytest.mark.parametrize("bits", range(1, 65))
def test_bytes_are_those_of_one_long_integer(bits):
    for count in (0, 1, 7, 64, 65, 130):
        words = STREAM.words(count)
        low = [int(w) % 2**bits for w in words]
        number = sum(value << (i * bits) for i, value in enumerate(low))
        packed = pack_words(words, bits)
        assert packed.tobytes() == number.to_bytes(packed_bytes(count, bits), "little")
        assert unpack_words(packed, bits, count).tolist() == low


def test_bits_beyond_the_last_value_say_nothing():
    packed = pack_words(np.array([1, 2, 3], np.uint64), 5).copy()
    packed[-1] |= 0x80
    assert unpack_words(packed, 5, 3).tolist() == [1, 2, 3]


def test_what_is_refused():
    words = np.zeros(3, np.uint64)
    for bits in (0, 65):
        with pytest.raises(LocalError, match="wrong-ring"):
            pack_words(words, bits)
    for packed in (np.zeros(3, np.uint8), np.zeros(2, np.uint64)):
        with pytest.raises(LocalError, match="wrong-shape"):
            unpack_words(packed, 5, 3)
    with pytest.raises(LocalError, match="wrong-dtype"):
        pack_words(np.zeros(3, np.int64), 5)
