"""Demands for material as bytes: what is packed comes back, and nothing else gets through."""

import tracemalloc

import msgpack
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kinds import DEALT, entries, paths

from mpc.algebra.ring import Z64
from mpc.errors import PeerError
from protocols.preprocessing.demand import (
    SLICE_WORDS,
    correction_words,
    pack_demand,
    pack_request,
    slices,
    unpack_request,
)
from protocols.preprocessing.kinds import every_kind
from protocols.preprocessing.kinds.triple import Triple

whole = st.one_of(st.integers(-3, 70), st.integers(2**31, 2**64 - 1))
numbers = st.one_of(whole, st.none(), st.booleans(), st.floats(), st.text())
arguments = st.lists(st.one_of(numbers, st.lists(numbers, max_size=4)), max_size=5)
items = st.tuples(st.one_of(numbers, st.lists(numbers, max_size=4)), st.sampled_from([*every_kind(), "x"]), arguments)
plausible = st.lists(items.map(list), max_size=3)


NO_BATCH = pack_request(None, ())[:-1]
"""What a request begins with that is part of no batch."""


@given(demand=entries, part=st.none() | st.tuples(paths, st.integers(0, 2**32)))
def test_a_request_comes_back(demand, part):
    assert unpack_request(pack_request(part, demand), "x") == (part, demand)


def test_every_kind_comes_back():
    demand = [((1, i), kind) for i, kind in enumerate(DEALT)]
    assert unpack_request(pack_request(None, demand), "x") == (None, demand)


def test_equal_demands_have_equal_bytes_and_others_do_not():
    packed = [pack_demand([((1,), kind)]) for kind in DEALT]
    assert len(set(packed)) == len(DEALT)
    encodings = {kind.encoding() for kind in DEALT}
    assert len(encodings) == len(DEALT)


def refuses_or_reads(request):
    try:
        part, demand = unpack_request(request, "north")
    except PeerError as error:
        told = error.code, error.party
    else:
        assert unpack_request(pack_request(part, demand), "north") == (part, demand)
        assert all(correction_words(kind, i, 3) >= 0 for _, kind in demand for i in range(3))
        told = "malformed-message", "north"
    assert told == ("malformed-message", "north")


@settings(max_examples=200)
@given(data=st.binary(max_size=60))
@example(data=b"\x91" * 2000)
@example(data=b"\xdd\xff\xff\xff\xff")
@example(data=b"\xc1")
@example(data=b"")
def test_any_bytes_are_a_demand_or_a_peers_error(data):
    refuses_or_reads(data)
    refuses_or_reads(NO_BATCH + data)


@settings(max_examples=200)
@given(raw=plausible)
@example(raw=[[[1], "matrix_triple", [64, [3], [3]]]])
@example(raw=[[[1], "matrix_triple", [64, [], []]]])
@example(raw=[[[1], "triple", [64, 5, 5]]])
@example(raw=[[[1], "triple", [64, [2], [3]]]])
@example(raw=[[[1], "triple", [64, [2**31], [2**31]]]])
@example(raw=[[[1], "edabit", [64, [1]]]])
@example(raw=[[[1], "truncation_pair", [64, [1], 70]]])
@example(raw=[[[1], "truncation_pair", [64, [1], [1]]]])
@example(raw=[[[1], "input_mask", [64, [1], [0]]]])
@example(raw=[[[1], "dabit", [64, -1]]])
@example(raw=[[[1], "one_of_many", [64, 1, 2**31, 1, 0, 1]]])
@example(raw=[[[1], "one_of_many", [64, 1, 4, 1, 1, 1]]])
@example(raw=[[[1], "one_of_many", [64, [1], 4, 1, 0, 1]]])
@example(raw=[[[1], "piece_mask", [64, 1, 4, 8, 8, 31]]])
@example(raw=[[[1], "piece_mask", [64, 1, 2**31, 8, 8, 9]]])
@example(raw=[[[1], "piece_mask", [64, 2**40, 4, 8, 8, 9]]])
@example(raw=[[[1], "piece_mask", [64, -1, 4, 8, 8, 9]]])
@example(raw=[[[1], "piece_mask", [128, 1, 4, 8, 8, 9]]])
def test_anything_that_looks_like_a_demand_is_one_or_a_peers_error(raw):
    refuses_or_reads(NO_BATCH + msgpack.packb(raw))


@settings(max_examples=100)
@given(demand=entries, data=st.data())
def test_a_changed_byte_is_read_or_refused(demand, data):
    packed = bytearray(pack_request(((1, 2), 3), demand))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    refuses_or_reads(bytes(packed))


@pytest.mark.parametrize("n", [2, 3])
def test_slices_hold_everything_in_order_and_stay_small(n):
    demand = [((i,), Triple(Z64, (SLICE_WORDS // 10,), (1,))) for i in range(95)]
    parts = list(slices(demand, n))
    assert [entry for part in parts for entry in part] == demand
    assert len(parts) == 10
    assert list(slices([], n)) == []


@pytest.mark.parametrize(
    "entries",
    [[[1] * 5000], [[[]] * 5000], [[[1], "triple", [64, [1], [1]]]] * (SLICE_WORDS // 16 + 1)],
    ids=["a path of 5000 numbers", "an entry of 5000 lists", "more entries than a slice has"],
)
def test_what_no_party_asks_for_at_once_is_not_read(entries):
    with pytest.raises(PeerError, match="malformed-message"):
        unpack_request(NO_BATCH + msgpack.packb(entries), "north")


def test_nests_of_lists_cost_no_memory():
    """A megabyte of empty lists would be a hundred as Python's."""
    tracemalloc.start()
    try:
        with pytest.raises(PeerError, match="malformed-message"):
            unpack_request(NO_BATCH + b"\x91\xdd\x00\x0f\xff\xff" + b"\x90" * 0xFFFFF, "north")
        assert tracemalloc.get_traced_memory()[1] < 1 << 23
    finally:
        tracemalloc.stop()
