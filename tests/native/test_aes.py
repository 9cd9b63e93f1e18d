"""AES-128 in every implementation: published vectors, and OpenSSL's answer at every length."""

from collections.abc import Iterator

import pytest
from Crypto.Cipher import AES as PyCryptodomeAES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB

import native
from native import BYTES, ffi, lib


@pytest.fixture(params=native.implementations(), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def expand(key: bytes) -> bytearray:
    round_keys = bytearray(176)
    lib.parley_aes_expand_key(ffi.from_buffer(BYTES, round_keys), ffi.from_buffer(BYTES, key))
    return round_keys


def stream(key: bytes, counter: int, length: int, skip: int = 0) -> bytes:
    """The kernel's key stream; also checks that it writes nothing behind it."""
    out = bytearray(b"\x55" * (length + 80))
    keys = ffi.from_buffer(BYTES, expand(key))
    high, low = divmod(counter, 2**64)
    lib.parley_aes_ctr(ffi.from_buffer(BYTES, out), keys, high, low, skip, length)
    assert bytes(out[length:]) == b"\x55" * 80
    return bytes(out[:length])


def openssl(key: bytes, counter: int, length: int) -> bytes:
    return Cipher(AES(key), CTR(counter.to_bytes(16, "big"))).encryptor().update(bytes(length))


def test_a_second_library_agrees() -> None:
    key = bytes(range(100, 116))
    other = PyCryptodomeAES.new(key, PyCryptodomeAES.MODE_CTR, nonce=b"", initial_value=7)
    assert stream(key, 7, 1000) == other.encrypt(bytes(1000))


def test_key_expansion_of_fips_197_appendix_a1() -> None:
    round_keys = expand(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    assert round_keys[16:32].hex() == "a0fafe1788542cb123a339392a6c7605"
    assert round_keys[160:].hex() == "d014f9a8c9ee2589e13f0cc8b6630ca6"


def test_block_of_fips_197_appendix_b() -> None:
    block = stream(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), 0x3243F6A8885A308D313198A2E0370734, 16)
    assert block.hex() == "3925841d02dc09fbdc118597196a0b32"


def test_block_of_fips_197_appendix_c1() -> None:
    block = stream(bytes(range(16)), 0x00112233445566778899AABBCCDDEEFF, 16)
    assert block.hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


def test_counter_mode_of_sp_800_38a_appendix_f51() -> None:
    plain = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    cipher = bytes.fromhex(
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
        "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"
    )
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    keys = stream(key, 0xF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF, 64)
    assert bytes(a ^ b for a, b in zip(plain, keys, strict=True)) == cipher


@pytest.mark.parametrize(
    "length", [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 511, 512, 513, 1000, 2047, 4099]
)
def test_every_length_equals_openssl(length: int) -> None:
    key = bytes(range(40, 56))
    assert stream(key, 7, length) == openssl(key, 7, length)


@pytest.mark.parametrize("skip", range(1, 16))
def test_starting_inside_a_block(skip: int) -> None:
    key, whole = b"sixteen bytes ok", openssl(b"sixteen bytes ok", 3, 200)
    for length in (0, 1, 5, 16 - skip, 16, 40, 150):
        assert stream(key, 3, length, skip) == whole[skip : skip + length]


@pytest.mark.parametrize("low", [0xFF - 3, 2**32 - 5, 2**63 - 2, 2**64 - 70])
def test_carries_of_the_counter(low: int) -> None:
    counter = 5 * 2**64 + low
    assert stream(bytes(16), counter, 16 * 69) == openssl(bytes(16), counter, 16 * 69)


@pytest.mark.parametrize("byte", range(256))
def test_every_key_byte_value(byte: int) -> None:
    key = bytes([byte] * 16)
    expected = Cipher(AES(key), ECB()).encryptor().update(bytes([byte]) * 16)
    assert stream(key, int.from_bytes(bytes([byte]) * 16), 16) == expected
