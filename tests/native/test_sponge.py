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


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_four_messages_side_by_side_are_each_by_itself(blocks: int) -> None:
    rng = np.random.default_rng(blocks)
    states = rng.integers(0, 2**64, (4, 25), np.uint64)
    expected, data = states.copy(), [rng.integers(0, 256, RATE * blocks, np.uint8) for _ in range(4)]
    lib.parley_sponge_absorb_four(w(states), *map(b, data), blocks)
    for state, message in zip(expected, data, strict=True):
        lib.parley_sponge_absorb(w(state), b(message), blocks)
    assert np.array_equal(states, expected)


@pytest.mark.parametrize("before", [0, 1, RATE - 1])
@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_two_relays_side_by_side_are_each_by_itself(before: int, blocks: int) -> None:
    rng = np.random.default_rng([before, blocks])
    states = rng.integers(0, 2**64, (2, 2, 25), np.uint64)
    expected = states.copy()
    tapes = rng.integers(0, 256, (2, before + RATE * blocks + 1), np.uint8)
    alone = tapes.copy()
    lib.parley_sponge_relay_two(w(states[0]), w(states[1]), b(tapes[0]), b(tapes[1]), before, blocks)
    for i in range(2):
        lib.parley_sponge_relay(w(expected[0, i]), w(expected[1, i]), b(alone[i]), before, blocks)
    assert np.array_equal(states, expected)
    assert np.array_equal(tapes, alone)


def test_contracts() -> None:
    x, y, data = np.zeros(50, np.uint64), np.zeros(50, np.uint64), np.zeros(3 * RATE, np.uint8)
    one, states = b(data), np.zeros(100, np.uint64)
    for broken in (
        lambda: lib.parley_sponge_absorb(w(x), b(x.view(np.uint8)), 1),
        lambda: lib.parley_sponge_squeeze(w(x), b(x.view(np.uint8)[100:]), 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[25:]), b(data), RATE, 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[24:]), b(data), 0, 1),
        lambda: lib.parley_sponge_relay(w(x), w(x[25:]), b(x.view(np.uint8)[-200:]), 0, 1),
        lambda: lib.parley_sponge_absorb_four(w(states), one, one, one, b(states.view(np.uint8)[600:]), 1),
        lambda: lib.parley_sponge_relay_two(w(x), w(x[49:]), one, b(data[RATE:]), 0, 1),
        lambda: lib.parley_sponge_relay_two(w(x), w(y), one, b(data[RATE - 1 :]), 0, 1),
        lambda: lib.parley_sponge_relay_two(w(x), w(y), one, b(data[RATE:]), RATE, 0),
    ):
        with pytest.raises(BrokenContract):
            broken()
    assert not any(array.any() for array in (x, y, states, data))
