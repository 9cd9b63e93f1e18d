"""Kernels of the sponge: every implementation against TurboSHAKE128 of pycryptodome."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from Crypto.Hash import TurboSHAKE128
from kernel_cases import with_kernels_of_their_own

import native
from native import WORDS, BrokenContract, Pointer, ffi, lib

RATE = lib.PARLEY_SPONGE_RATE
BYTES = ffi.typeof("uint8_t[]")

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


@pytest.fixture(params=with_kernels_of_their_own("sponge"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def w(x: Words) -> Pointer:
    return ffi.from_buffer(WORDS, x)


def b(x: Bytes) -> Pointer:
    return ffi.from_buffer(BYTES, x)


def padded(message: bytes) -> Bytes:
    data = bytearray(message + b"\1")
    data += bytes(-len(data) % RATE)
    data[-1] ^= 0x80
    return np.frombuffer(bytes(data), np.uint8)


def absorbed(message: bytes) -> Words:
    state, data = np.zeros(25, np.uint64), padded(message)
    lib.parley_sponge_absorb(w(state), b(data), len(data) // RATE)
    return state


def hashed(message: bytes, length: int) -> bytes:
    sponge = TurboSHAKE128.new(domain=1)
    sponge.update(message)
    return bytes(sponge.read(length))


@pytest.mark.parametrize("length", [0, 1, RATE - 2, RATE - 1, RATE, 5 * RATE + 3])
@pytest.mark.parametrize("blocks", [0, 1, 2, 5])
def test_what_goes_in_and_comes_out(length: int, blocks: int) -> None:
    message = np.random.default_rng(length).bytes(length)
    state, guarded = absorbed(message), np.full(1 + blocks * RATE + 1, 7, np.uint8)
    lib.parley_sponge_squeeze(w(state), b(guarded[1:]), blocks)
    assert guarded[1:-1].tobytes() == hashed(message, blocks * RATE)
    assert guarded[0] == guarded[-1] == 7
    more = np.zeros(RATE, np.uint8)
    lib.parley_sponge_squeeze(w(state), b(more), 1)
    assert more.tobytes() == hashed(message, (blocks + 1) * RATE)[-RATE:]


@pytest.mark.parametrize("before", [0, 1, 8, RATE - 1])
@pytest.mark.parametrize("blocks", [0, 1, 2, 7])
def test_a_relay_is_both_one_after_another(before: int, blocks: int) -> None:
    rng = np.random.default_rng([before, blocks])
    one, other = absorbed(b"one"), absorbed(b"other")
    first, second = one.copy(), other.copy()
    tape = rng.integers(0, 256, before + RATE * blocks + 1, np.uint8)
    expected = tape.copy()
    lib.parley_sponge_relay(w(one), w(other), b(tape), before, blocks)
    lib.parley_sponge_squeeze(w(first), b(expected[before:]), blocks)
    lib.parley_sponge_absorb(w(second), b(expected), blocks)
    assert np.array_equal(tape, expected)
    assert np.array_equal(one, first)
    assert np.array_equal(other, second)


def test_contracts() -> None:
    x, data = np.zeros(50, np.uint64), np.zeros(3 * RATE, np.uint8)
    for broken in (
        lambda: lib.parley_sponge_absorb(w(x), b(x.view(np.uint8)), 1),
        lambda: lib.parley_sponge_squeeze(w(x), b(x.view(np.uint8)[100:]), 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[25:]), b(data), RATE, 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[24:]), b(data), 0, 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[25:]), b(x.view(np.uint8)[-200:]), 0, 1),
    ):
        with pytest.raises(BrokenContract):
            broken()
    assert not x.any()
