"""AES in every implementation: published vectors, and OpenSSL's answer at every length; draws below a modulus."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from Crypto.Cipher import AES as PyCryptodomeAES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import BYTES, WORDS, ffi, lib

Words = npt.NDArray[np.uint64]


@pytest.fixture(params=with_kernels_of_their_own("aes"), autouse=True)
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


@at_every(
    "length", [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 511, 512, 513, 1000, 2047, 4099]
)
def test_every_length_equals_openssl(length: int) -> None:
    key = bytes(range(40, 56))
    assert stream(key, 7, length) == openssl(key, 7, length)


@at_every("skip", range(1, 16))
def test_starting_inside_a_block(skip: int) -> None:
    key, whole = b"sixteen bytes ok", openssl(b"sixteen bytes ok", 3, 200)
    for length in (0, 1, 5, 16 - skip, 16, 40, 150):
        assert stream(key, 3, length, skip) == whole[skip : skip + length]


@pytest.mark.parametrize("low", [0xFF - 3, 2**32 - 5, 2**63 - 2, 2**64 - 70])
def test_carries_of_the_counter(low: int) -> None:
    counter = 5 * 2**64 + low
    assert stream(bytes(16), counter, 16 * 69) == openssl(bytes(16), counter, 16 * 69)


@at_every("byte", range(256))
def test_every_key_byte_value(byte: int) -> None:
    key = bytes([byte] * 16)
    expected = Cipher(AES(key), ECB()).encryptor().update(bytes([byte]) * 16)
    assert stream(key, int.from_bytes(bytes([byte]) * 16), 16) == expected


def expand_256(key: bytes) -> bytearray:
    round_keys = bytearray(240)
    lib.parley_aes256_expand_key(ffi.from_buffer(BYTES, round_keys), ffi.from_buffer(BYTES, key))
    return round_keys


def stream_256(key: bytes, counter: int, length: int, skip: int = 0) -> bytes:
    out = bytearray(b"\x55" * (length + 80))
    keys = ffi.from_buffer(BYTES, expand_256(key))
    high, low = divmod(counter, 2**64)
    lib.parley_aes256_ctr(ffi.from_buffer(BYTES, out), keys, high, low, skip, length)
    assert bytes(out[length:]) == b"\x55" * 80
    return bytes(out[:length])


def test_key_expansion_of_fips_197_appendix_a3() -> None:
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    round_keys = expand_256(key)
    assert round_keys[:32] == key
    assert round_keys[32:48].hex() == "9ba354118e6925afa51a8b5f2067fcde"
    assert round_keys[224:].hex() == "fe4890d1e6188d0b046df344706c631e"


def test_block_of_fips_197_appendix_c3() -> None:
    block = stream_256(bytes(range(32)), 0x00112233445566778899AABBCCDDEEFF, 16)
    assert block.hex() == "8ea2b7ca516745bfeafc49904b496089"


def test_counter_mode_of_sp_800_38a_appendix_f55() -> None:
    plain = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    cipher = bytes.fromhex(
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
        "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"
    )
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    keys = stream_256(key, 0xF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF, 64)
    assert bytes(a ^ b for a, b in zip(plain, keys, strict=True)) == cipher


@at_every("length", [0, 1, 15, 16, 17, 63, 64, 65, 127, 129, 511, 513, 1000, 2047])
def test_aes_256_equals_openssl(length: int) -> None:
    key = bytes(range(40, 72))
    assert stream_256(key, 7, length) == openssl(key, 7, length)
    assert stream_256(key, 2**70 - 200, length, 5) == openssl(key, 2**70 - 200, length + 5)[5:]


TYPES = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def masked(start: bytes, keys: list[bytes], negative: list[int], first: int, width: int) -> bytes:
    """The kernel's sum of whole blocks; also checks that it writes nothing behind them."""
    out = bytearray(start + b"\x55" * 80)
    schedules = b"".join(bytes(expand_256(key)) for key in keys)
    signs, of = ffi.from_buffer(BYTES, bytes(negative)), ffi.from_buffer(BYTES, schedules)
    lib.parley_aes256_add_streams(ffi.from_buffer(BYTES, out), of, signs, len(keys), first, len(start) // 16, width)
    assert bytes(out[len(start) :]) == b"\x55" * 80
    return bytes(out[: len(start)])


@at_every("blocks", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 65, 1023, 1024, 1025])
@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_masks_are_streams_added_and_subtracted(width: int, blocks: int) -> None:
    if blocks > 65 and native.sources()["aes"] == "portable":
        blocks = 65
    start, first = np.random.default_rng(blocks).bytes(16 * blocks), 2**32 - 3
    keys, negative = [bytes([i] * 32) for i in (1, 2, 3)], [0, 1, 255]
    expected = np.frombuffer(start, TYPES[width])
    for key, minus in zip(keys, negative, strict=True):
        mask = np.frombuffer(openssl(key, first, 16 * blocks), TYPES[width])
        expected = expected - mask if minus else expected + mask
    assert masked(start, keys, negative, first, width) == expected.tobytes()
    assert masked(start, [], [], first, width) == start


def test_masks_up_to_the_last_counter() -> None:
    key = bytes(range(32))
    assert masked(bytes(80), [key], [0], 2**64 - 5, 8) == openssl(key, 2**64 - 5, 80)


def many_streams(keys: bytes, first: list[int], blocks: int) -> bytes:
    n = len(first)
    out = bytearray(b"\x55" * (16 * n * blocks + 80))
    counters = ffi.from_buffer(WORDS, np.array(first, np.uint64))
    lib.parley_aes_streams(ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, keys), counters, n, blocks)
    assert bytes(out[16 * n * blocks :]) == b"\x55" * 80
    return bytes(out[: 16 * n * blocks])


@at_every("blocks", [0, 1, 2, 3, 4, 5, 8, 9, 32, 33, 41])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 50])
def test_many_streams_equal_one_by_one(n: int, blocks: int) -> None:
    keys = np.random.default_rng(n).bytes(16 * n)
    first = [(3 * i + 2**32 - 2) % 2**40 for i in range(n)]
    expected = [openssl(keys[16 * i : 16 * i + 16], first[i], 16 * blocks) for i in range(n)]
    assert many_streams(keys, first, blocks) == b"".join(expected)


def test_the_last_counters_of_many_streams() -> None:
    keys = np.random.default_rng(0).bytes(16 * 17)
    for blocks in (1, 2, 4, 40):
        expected = [openssl(keys[16 * i : 16 * i + 16], 2**64 - blocks, 16 * blocks) for i in range(17)]
        assert many_streams(keys, [2**64 - blocks] * 17, blocks) == b"".join(expected)


def test_every_byte_value_in_every_place_of_a_schedule() -> None:
    """The S-box of the schedules made side by side, at every input and place."""
    keys = b"".join(bytes(value + 16 * place & 255 for place in range(16)) for value in range(256))
    expected = [openssl(keys[16 * i : 16 * i + 16], 0, 16) for i in range(256)]
    assert many_streams(keys, [0] * 256, 1) == b"".join(expected)


def kept_words(draws: Words, p: int, width: int) -> list[int]:
    mask = 2 ** p.bit_length() - 1
    values = [int.from_bytes(row.tobytes(), "little") & mask for row in draws.reshape(-1, width)]
    return [value for value in values if value < p]


def keep_below(draws: Words, p: int, width: int, out: Words) -> int:
    """The kernel for words or pairs, by `width`."""
    mask = 2 ** p.bit_length() - 1
    to, source = ffi.from_buffer(WORDS, out), ffi.from_buffer(WORDS, draws)
    if width == 1:
        return lib.parley_keep_below_var(to, source, p, mask, draws.size)
    limits = [ffi.from_buffer(WORDS, np.array([v % 2**64, v >> 64], np.uint64)) for v in (p, mask)]
    return lib.parley_keep_pairs_below_var(to, source, limits[0], limits[1], draws.size // 2)


KEPT_BELOW = [
    (1, 2), (1, 3), (1, 2**32 - 5), (1, 2**61 - 1), (1, 2**63), (1, 2**63 + 29), (1, 2**64 - 2**32 + 1), (1, 2**64 - 1),
    (2, 2**64), (2, 2**64 + 13), (2, 2**66 * 4611686018427387897 + 1), (2, 2**127 + 29), (2, 2**127 + 2**64),
    (2, 2**128 - 1),
]  # fmt: skip


def edge_draws(n: int, p: int, width: int) -> Words:
    """Draws among which p and its neighbours, and the extremes, are frequent; the bits above p's are random."""
    generator = np.random.default_rng([n, p % 1000])
    draws = generator.integers(0, 2**64, n * width + 1, dtype=np.uint64)[1:]
    edges = [0, p - 1, p, p + 1, 2 ** p.bit_length() - 1, p ^ (p & -p), p ^ 2**64, p ^ 2 ** (p.bit_length() - 1)]
    for i in generator.permutation(n)[: n // 2]:
        value = edges[int(generator.integers(len(edges)))] % 2 ** (64 * width)
        draws[width * i : width * (i + 1)] = [value >> 64 * j & 2**64 - 1 for j in range(width)]
    return draws


@at_every("n", [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 200])
@pytest.mark.parametrize(("width", "p"), KEPT_BELOW)
def test_draws_below_a_modulus(width: int, p: int, n: int) -> None:
    draws = edge_draws(n, p, width)
    expected = kept_words(draws, p, width)
    whole = np.full(n * width + 9, 0xDEADBEEF, np.uint64)
    out = whole[1 : n * width + 1]
    assert keep_below(draws, p, width, out) == len(expected)
    assert kept_words(out[: width * len(expected)], p, width) == expected
    assert whole[0] == 0xDEADBEEF
    assert (whole[-8:] == 0xDEADBEEF).all()
    assert keep_below(draws, p, width, draws) == len(expected)
    assert (draws[: width * len(expected)] == out[: width * len(expected)]).all()


def test_every_pattern_of_kept_draws() -> None:
    p, out = 2**60 + 33, np.empty(16, np.uint64)
    for pattern in range(256):
        draws = np.array([(7 if pattern >> i & 1 else p) + i for i in range(8)] * 2, np.uint64)
        expected = [int(v) for v in draws if v < p]
        assert keep_below(draws, p, 1, out) == len(expected)
        assert out[: len(expected)].tolist() == expected
