"""AES, SHA-256 and Keccak by the answers of their standards and by two other libraries."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from circuit_cases import run
from Crypto.Cipher import AES

from protocols.circuits.binding import from_bytes, to_bytes
from protocols.circuits.library import aes, keccak_f, sha256_block
from protocols.circuits.library.sha256 import INITIAL

FIPS_197 = {
    128: ("2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32"),
    192: (
        "000102030405060708090a0b0c0d0e0f1011121314151617",
        "00112233445566778899aabbccddeeff",
        "dda97ca4864cdfe06eaf70a0ec0d7191",
    ),
    256: (
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "00112233445566778899aabbccddeeff",
        "8ea2b7ca516745bfeafc49904b496089",
    ),
}


@pytest.mark.parametrize("bits", FIPS_197)
def test_aes_of_the_standard(bits):
    key, block, expected = (int(text, 16) for text in FIPS_197[bits])
    assert run(aes(bits), key=key, block=block)["result"] == [expected]


@pytest.mark.parametrize("bits", FIPS_197)
def test_aes_of_many_blocks(bits):
    rng = np.random.default_rng(bits)
    keys, blocks = [rng.bytes(bits // 8) for _ in range(70)], [rng.bytes(16) for _ in range(70)]
    found = run(aes(bits), key=[from_bytes(key) for key in keys], block=[from_bytes(block) for block in blocks])
    expected = [AES.new(key, AES.MODE_ECB).encrypt(block) for key, block in zip(keys, blocks, strict=True)]
    assert [to_bytes(number, 128) for number in found["result"]] == expected


def test_aes_counts_32_ands_an_s_box():
    boxes = {128: 200, 192: 192 + 32, 256: 224 + 52}
    assert {bits: aes(bits).ands for bits in boxes} == {bits: 32 * count for bits, count in boxes.items()}


@pytest.mark.parametrize("length", [0, 3, 55, 56, 64, 119, 200])
def test_sha256(length):
    message = bytes(range(length))
    padded = message + b"\x80" + bytes(-(length + 9) % 64) + (8 * length).to_bytes(8, "big")
    state = INITIAL
    for i in range(0, len(padded), 64):
        (state,) = run(sha256_block(), state=state, block=from_bytes(padded[i : i + 64]))["result"]
    assert to_bytes(state, 256) == hashlib.sha256(message).digest()


@pytest.mark.parametrize("length", [0, 3, 135, 136, 300])
def test_keccak_makes_sha3(length):
    message = bytes(i % 251 for i in range(length))
    padded = bytearray(message + bytes(136 - length % 136))
    padded[length] ^= 0x06
    padded[-1] ^= 0x80
    state = 0
    for i in range(0, len(padded), 136):
        state ^= int.from_bytes(padded[i : i + 136], "little")
        (state,) = run(keccak_f(), state=state)["result"]
    assert state.to_bytes(200, "little")[:32] == hashlib.sha3_256(message).digest()


def test_counts_of_hashes():
    assert sha256_block().ands <= 22573
    assert (keccak_f().ands, keccak_f().and_depth) == (24 * 1600, 24)
