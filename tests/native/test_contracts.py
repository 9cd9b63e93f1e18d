"""Entries refuse arguments that their contracts exclude, in the release build, before they write anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from kernel_arrays import Words

from native import BYTES, WORDS, BrokenContract, Pointer, ffi, lib

N = 8


def words(x: Words) -> Pointer:
    return ffi.from_buffer(WORDS, x)


X = np.arange(4 * N, dtype=np.uint64)
KEYS = np.zeros(176, np.uint8)
SCHEDULE = ffi.from_buffer(BYTES, np.zeros(240, np.uint8))
OUT_BYTES = ffi.from_buffer(BYTES, np.zeros(N, np.uint8))
NARROW = ffi.from_buffer("int16_t[]", np.zeros(N, np.int16))
MISALIGNED = np.zeros(N + 1, np.uint64).view(np.uint8)[4:-4].view(np.uint64)

_LATE_CHOICE = (words(X), 2, words(X), words(np.array([0, 3], np.uint64)), words(X), 1, 1, words(X))
"""The third index is 2, and there are two numbers."""

_WHOLE_ROOT = (words(X), words(X), 1, words(X), 0, 2, 2, 0, words(X))
"""A root as long as its square."""

CALLS: dict[str, tuple[str, Callable[[Pointer], object]]] = {
    "overlap": ("same_or_apart", lambda out: lib.parley_add(words(X[1:]), words(X), words(X), N)),
    "rows too close": (
        "out_row >= columns",
        lambda out: lib.parley_weights_product(out, 3, words(X), 2, 1, NARROW, 4, 2, 2, 4),
    ),
    "lines too close": (
        "step >= ",
        lambda out: lib.parley_weights_by_stream(out, 4, words(X), 2, 1, SCHEDULE, 0, 0, 3, 2, 2, 4),
    ),
    "a stream's end": ("counted", lambda out: lib.parley_weights_masked(out, NARROW, SCHEDULE, 2**64 - 1, 0, 3)),
    "degree": (
        "degree <= PARLEY_PIECES_DEGREE",
        lambda out: lib.parley_pieces_polynomials(out, *[words(X)] * 6, 1, 1, 9, 1, 0, 1),
    ),
    "part": ("begin % PER_WORD", lambda out: lib.parley_pieces_crossed(out, *[words(X)] * 3, 6, 1, 0, 8, 1, 2)),
    "threshold": (
        "t[i] >> place_bits",
        lambda out: lib.parley_pieces_crossed(out, *[words(X + np.uint64(64))] * 3, 6, 1, 0, 2, 0, 2),
    ),
    "thermometer": ("place_bits >= ", lambda out: lib.parley_pieces_thermometers(out, words(X), 5, 2)),
    "null": ("same_or_apart", lambda out: lib.parley_neg(out, ffi.NULL, N)),
    "misaligned": ("same_or_apart", lambda out: lib.parley_neg(out, words(MISALIGNED), N)),
    "shift": ("s < 64", lambda out: lib.parley_shift_left(out, words(X), 64, N)),
    "wide shift": ("s < 64 * 2", lambda out: lib.parley_wide_shift_left(out, words(X), 128, N // 2)),
    "planes": ("bits <= 64", lambda out: lib.parley_planes(out, words(X), 1, 65)),
    "operation": ("what", lambda out: lib.parley_bit_rows(9, out, words(X), 0, 0, words(X), 0, 0, 1, 1, N)),
    "place": ("depth <= 8", lambda out: lib.parley_bit_one_hot(out, words(X), 9, 0, 0)),
    "rows of tables": ("n <= step", lambda out: lib.parley_bit_compare(out, N, words(X), N - 1, words(X), 1, 0, 0, N)),
    "element": ("apart", lambda out: lib.parley_gf_powers_128(out, out, N // 2)),
    "counter": ("in_reach", lambda out: lib.parley_aes_ctr(OUT_BYTES, ffi.from_buffer(BYTES, KEYS), 0, 0, 16, N)),
    "width": ("width", lambda out: lib.parley_aes256_add_streams(OUT_BYTES, SCHEDULE, OUT_BYTES, 1, 0, 0, 3)),
    "limbs": ("good_rows", lambda out: lib.parley_bignum_add(out, words(X), words(X), words(X), 0, 129, 1)),
    "root": ("good_rows", lambda out: lib.parley_bignum_power(out, *_WHOLE_ROOT)),
    "scalars": ("bits <= CURVE_BITS", lambda out: lib.parley_curve_mul(out, words(X), words(X), 255, 0)),
    "choices": ("good_choices", lambda out: lib.parley_bignum_products_var(out, *_LATE_CHOICE)),
    "field": ("f.kind", lambda out: lib.parley_field_neg(out, words(X), N, words(np.zeros(8, np.uint64)))),
    "digits": ("depth >= 1", lambda out: lib.parley_coins(out, words(X), words(X), words(X), 1, 0, 1)),
    "tape": ("before < RATE", lambda out: lib.parley_sponge_relay(out, words(X), OUT_BYTES, 168, 0)),
    "mask": ("mask", lambda out: lib.parley_keep_below_var(out, words(X), 9, 7, N)),
    "a null to count": ("there", lambda out: lib.parley_popcount(ffi.NULL, N)),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_broken_contract_raises_and_nothing_is_written(case: str) -> None:
    condition, call = CALLS[case]
    x, out = X.copy(), np.full(2 * N, 7, np.uint64)
    with pytest.raises(BrokenContract, match=rf"parley_\w+ asks for .*{re.escape(condition)}"):
        call(words(out))
    assert np.array_equal(X, x)
    assert np.array_equal(out, np.full(2 * N, 7, np.uint64))


def test_calls_after_a_broken_one_are_answered() -> None:
    with pytest.raises(BrokenContract):
        lib.parley_neg(words(X), ffi.NULL, N)
    out = np.empty(N, np.uint64)
    lib.parley_add(words(out), words(X), words(X), N)
    assert np.array_equal(out, 2 * X[:N])


def test_a_null_array_of_no_elements_is_allowed() -> None:
    lib.parley_add(ffi.NULL, ffi.NULL, ffi.NULL, 0)


def test_each_thread_is_told_of_its_own_and_of_no_others() -> None:
    def work(broken: bool) -> bool:
        out = np.empty(N, np.uint64)
        for _ in range(500):
            if not broken:
                lib.parley_neg(words(out), words(X), N)
                continue
            with pytest.raises(BrokenContract):
                lib.parley_neg(words(out), ffi.NULL, N)
        return broken

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, [True, False, True, False])) == [True, False, True, False]
