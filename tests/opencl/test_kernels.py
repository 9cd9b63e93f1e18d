"""The device's kernels equal the processor's, Python's integers and published vectors."""

from __future__ import annotations

import numpy as np
import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.accelerator import Product, Words
from mpc.algebra.bigint import Modulus
from mpc.algebra.bigint import limbs_for as limbs_of
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.device.check import OPERATIONS, expanded, failure, integers, processor_elementwise
from mpc.device.engine import STREAM_BYTES, Engine, key_planes
from mpc.device.limbs import LIMB_BITS, MOST_LIMBS, join, limbs_for, split
from mpc.errors import LocalError
from native import lib

EDGES = np.array([0, 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1], np.uint64)
SIZES = (0, 1, 7, 255, 256, 257, 1000, 4097)


def random_words(shape: int | tuple[int, ...], seed: int = 0) -> Words:
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64, endpoint=False)


def product_of(engine: Engine, x: Words, y: Words) -> Words:
    """x @ y for (batch, rows, inner) and (batch, inner, columns), where a batch of one is shared."""
    (xs, rows, inner), (ys, _, columns) = x.shape, y.shape
    batch = max(xs, ys)
    out = np.full((batch, rows, columns), 0xDEAD, np.uint64)
    steps = (rows * inner if xs > 1 else 0, inner * columns if ys > 1 else 0)
    engine.matmul(out, x, y, Product(batch, *steps, rows, inner, columns))
    return out


def test_the_self_test_passes(engine: Engine) -> None:
    assert failure(engine) is None


@pytest.mark.parametrize("rows", [1, 2, 63, 64, 65])
@pytest.mark.parametrize("columns", [1, 3, 64, 67])
@pytest.mark.parametrize("inner", [0, 1, 15, 16, 17, 130])
def test_products_of_shapes_around_the_tiles(engine: Engine, rows: int, inner: int, columns: int) -> None:
    x, y = random_words((1, rows, inner), 1), random_words((1, inner, columns), 2)
    assert (product_of(engine, x, y) == x @ y).all()


@given(st.sampled_from([(1, 1), (2, 2), (5, 1), (1, 5)]), st.integers(1, 90), st.integers(0, 40), st.integers(1, 90))
def test_batches_of_products(engine: Engine, batch: tuple[int, int], rows: int, inner: int, columns: int) -> None:
    x, y = random_words((batch[0], rows, inner), rows), random_words((batch[1], inner, columns), columns)
    assert (product_of(engine, x, y) == x @ y).all()


def test_products_of_edge_values_against_integers(engine: Engine) -> None:
    x = np.resize(EDGES, (1, 9, 70))
    y = np.resize(EDGES[::-1], (1, 70, 5))
    expected = (x[0].astype(object) @ y[0].astype(object)) % 2**64
    assert (product_of(engine, x, y)[0].astype(object) == expected).all()


def test_nothing_beyond_a_product_is_written(engine: Engine) -> None:
    around = np.full(64 + 5 * 7 + 64, 0xA5, np.uint64)
    x, y = random_words((5, 9)), random_words((9, 7))
    engine.matmul(around[64:-64].reshape(5, 7), x, y, Product(1, 0, 0, 5, 9, 7))
    assert (around[64:-64].reshape(5, 7) == x @ y).all()
    assert (around[:64] == 0xA5).all()
    assert (around[-64:] == 0xA5).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "count", "scalars"), OPERATIONS)
def test_elementwise(engine: Engine, name: str, count: int, scalars: tuple[int, ...], size: int) -> None:
    operands = tuple(np.concatenate([np.roll(EDGES, k), random_words(size, k)])[:size].copy() for k in range(count))
    out, expected = np.empty((2, size), np.uint64)
    engine.elementwise(name, out, operands, scalars)
    processor_elementwise(name, expected, operands, scalars)
    assert (out == expected).all()


@pytest.mark.parametrize("s", [0, 1, 13, 32, 63])
def test_shifts_by_every_kind_of_count(engine: Engine, s: int) -> None:
    out = np.empty_like(EDGES)
    engine.elementwise("shift_right", out, (EDGES,), (2**64 - 5, s))
    assert out.tolist() == [(int(v) + 2**64 - 5) % 2**64 >> s for v in EDGES]
    engine.elementwise("shift_left", out, (EDGES,), (s,))
    assert out.tolist() == [(int(v) << s) % 2**64 for v in EDGES]


def test_the_output_may_be_an_input_and_misaligned(engine: Engine) -> None:
    raw = np.zeros(8 * 100 + 3, np.uint8)
    x = raw[3:].view(np.uint64)
    x[:] = random_words(100)
    expected = x * x
    engine.elementwise("mul", x, (x, x), ())
    assert (x == expected).all()


# AES

NIST_SP800_38A_F5_1 = (
    "2b7e151628aed2a6abf7158809cf4f3c",
    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
    "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
)


def test_counter_mode_of_nist_sp_800_38a(engine: Engine) -> None:
    """F.5.1. Its counter runs over the lower half's end, so the blocks are asked for one by one."""
    key, counter, plaintext, ciphertext = (bytes.fromhex(text) for text in NIST_SP800_38A_F5_1)
    stream = b""
    for i in range(4):
        high, low = divmod(int.from_bytes(counter, "big") + i, 2**64)
        stream += engine.aes_block(expanded(key), high, low)
    assert bytes(p ^ s for p, s in zip(plaintext, stream, strict=True)) == ciphertext


@pytest.mark.parametrize("block", [0, 1, 255, 2**32 - 1, 2**63])
@pytest.mark.parametrize("skip", [0, 1, 15])
@pytest.mark.parametrize("length", [0, 1, 16, 63, 64, 65, 255, 256, 257, 5000])
def test_streams_against_another_library(engine: Engine, block: int, skip: int, length: int) -> None:
    key = bytes(range(100, 116))
    out = np.empty(length, np.uint8)
    engine.aes_ctr(out, expanded(key), block, skip)
    expected = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=block).encrypt(bytes(skip + length))
    assert out.tobytes() == expected[skip:]


def test_every_byte_goes_through_the_s_box(engine: Engine) -> None:
    """Single blocks whose first round sees every byte in every place, against the other library."""
    key = bytes(16)
    reference = AES.new(key, AES.MODE_ECB)
    for byte in range(256):
        block = bytes((byte + 17 * i) % 256 for i in range(16))
        high, low = divmod(int.from_bytes(block, "big"), 2**64)
        assert engine.aes_block(expanded(key), high, low) == reference.encrypt(block)


def test_a_stream_longer_than_the_devices_room_for_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpc.device.engine.STREAM_BYTES", 4096)
    assert STREAM_BYTES > 4096
    out = np.empty(20_001, np.uint8)
    engine.aes_ctr(out, expanded(bytes(16)), 7, 5)
    expected = AES.new(bytes(16), AES.MODE_CTR, nonce=b"", initial_value=7).encrypt(bytes(20_006))
    assert out.tobytes() == expected[5:]


def test_planes_hold_each_bit_four_times() -> None:
    planes = key_planes(bytearray(range(176)))
    for key in (0, 10):
        for row in range(4):
            for column in range(4):
                for i in range(8):
                    bit = (16 * key + 4 * column + row) >> i & 1
                    assert int(planes[key, i]) >> 16 * row + 4 * column & 15 == 15 * bit


# Exponentiation


def numbers(values: list[int], words: int) -> Words:
    return np.array([[v >> 64 * i & 2**64 - 1 for i in range(words)] for v in values], np.uint64)


def below(limit: int, count: int, seed: int) -> list[int]:
    generator = np.random.default_rng(seed)
    return [int.from_bytes(generator.bytes(limit.bit_length() // 8 + 8), "big") % limit for _ in range(count)]


@pytest.mark.parametrize(("bits", "exponent_bits"), [(64, 64), (512, 128), (1024, 64), (2048, 256), (3072, 64)])
def test_powers_against_pythons(engine: Engine, bits: int, exponent_bits: int) -> None:
    words, count = bits // 64, 5
    moduli = [m | 1 | 1 << bits - 1 for m in below(2**bits, count, bits)]
    bases, exponents = below(2**bits, count, 1), below(2**exponent_bits, count, 2)
    out = engine.exponentiate(numbers(bases, words), numbers(exponents, exponent_bits // 64), numbers(moduli, words))
    assert integers(out) == list(map(pow, bases, exponents, moduli))


@pytest.mark.parametrize("bits", [0, 1, 3, 4, 5, 63, 64, 65, 127, 128])
def test_only_the_bits_that_count_do(engine: Engine, bits: int) -> None:
    bases, exponents = below(2**128, 3, 1), below(2**128, 3, 2)
    modulus = 2**127 - 1
    out = engine.exponentiate(numbers(bases, 2), numbers(exponents, 2), numbers([modulus] * 3, 2), bits)
    assert integers(out) == [pow(b, e % 2**bits, modulus) for b, e in zip(bases, exponents, strict=True)]


@pytest.mark.parametrize("bits", [4096, 6144, 8192])
def test_squares_of_paillier_moduli(engine: Engine, bits: int) -> None:
    """n and n^2 for moduli of 2048, 3072 and 4096 bits; a short exponent keeps it quick."""
    n = below(2 ** (bits // 2), 1, bits)[0] | 1 | 1 << bits // 2 - 1
    modulus = n * n
    bases, exponents = [*below(modulus, 2, 3), n + 1, modulus - 1], below(2**64, 4, 4)
    words = bits // 64
    out = engine.exponentiate(numbers(bases, words), numbers(exponents, 1), numbers([modulus] * 4, words))
    assert integers(out) == [pow(b, e, modulus) for b, e in zip(bases, exponents, strict=True)]


def test_edge_values_of_powers(engine: Engine) -> None:
    """0, 1, n - 1, n, all ones; exponents 0, 1, all ones; moduli from 1, with and without a zero top word."""
    moduli = [1, 3, 2**64 - 1, 2**64 + 1, 2**127 - 1, 2**128 - 1, 2**128 - 159]
    cases = [
        (base % 2**128, exponent, n)
        for n in moduli
        for base in (0, 1, 2, n - 1, n, n + 1, 2**128 - 1)
        for exponent in (0, 1, 15, 16, 2**64 - 1)
    ]
    for chosen in (cases, [case for case in cases if case[2] >= 2**64]):
        bases, exponents, chosen_moduli = map(list, zip(*chosen, strict=True))
        out = engine.exponentiate(numbers(bases, 2), numbers(exponents, 1), numbers(chosen_moduli, 2))
        assert integers(out) == list(map(pow, bases, exponents, chosen_moduli))


def test_all_powers_modulo_tiny_odd_numbers(engine: Engine) -> None:
    cases = [(b, e, n) for n in range(1, 16, 2) for b in range(n + 1) for e in range(20)]
    bases, exponents, moduli = map(list, zip(*cases, strict=True))
    out = engine.exponentiate(numbers(bases, 1), numbers(exponents, 1), numbers(moduli, 1))
    assert integers(out) == list(map(pow, bases, exponents, moduli))


@given(st.data(), st.integers(1, 6), st.integers(1, 9), st.integers(1, 2))
def test_powers_of_any_numbers(engine: Engine, data: st.DataObject, words: int, count: int, long: int) -> None:
    def rows(length: int) -> list[int]:
        return data.draw(st.lists(st.integers(0, 2 ** (64 * length) - 1), min_size=count, max_size=count))

    bases, exponents, moduli = rows(words), rows(long), [n | 1 for n in rows(words)]
    out = engine.exponentiate(numbers(bases, words), numbers(exponents, long), numbers(moduli, words))
    assert integers(out) == list(map(pow, bases, exponents, moduli))


def test_more_powers_than_there_is_room_for_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "largest", 3 * 4 * limbs_for(2) * 22)
    bases, exponents, moduli = below(2**128, 21, 5), below(2**64, 21, 6), [n | 1 for n in below(2**128, 21, 7)]
    out = engine.exponentiate(numbers(bases, 2), numbers(exponents, 1), numbers(moduli, 2))
    assert integers(out) == list(map(pow, bases, exponents, moduli))
    assert engine.exponentiate(numbers([], 2).reshape(0, 2), numbers([], 1).reshape(0, 1), numbers([], 2)).size == 0


@pytest.mark.parametrize("montgomery", [False, True])
@pytest.mark.parametrize(("bits", "width"), [(1, 3), (64, 8), (65, 6), (130, 7)])
def test_powers_of_one_base_equal_the_processors(engine: Engine, bits: int, width: int, montgomery: bool) -> None:
    for modulus in (Modulus(3), Modulus(2**128 - 1), Modulus(2**521 - 1, limbs=11)):
        base = numbers(below(modulus.n, 1, bits), modulus.limbs)[0]
        powers = PowersOfBase(modulus, base, bits, width=width, montgomery=montgomery)
        exponents = numbers([0, 1, 2**bits - 1, *below(2 ** (64 * limbs_of(bits)), 4, bits)], limbs_of(bits))
        shift = 52 * lib.parley_bignum_digits(modulus.limbs) if montgomery else 0
        out = engine.power_of_base(powers.table, exponents, modulus.row[: modulus.limbs], bits, shift)
        assert (out == powers.power(exponents)).all()


def test_more_powers_of_one_base_than_there_is_room_for_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    modulus = Modulus(2**127 - 1)
    powers = PowersOfBase(modulus, numbers([3], 2)[0], 64)
    exponents = random_words((21, 1))
    monkeypatch.setattr(engine, "largest", 3 * 4 * (5 * limbs_for(2) + 11))
    out = engine.power_of_base(powers.table, exponents, modulus.row[:2], 64, 0)
    assert integers(out) == [pow(3, e, modulus.n) for e in integers(exponents)]
    assert engine.power_of_base(powers.table, exponents[:0], modulus.row[:2], 64, 0).shape == (0, 2)


@given(st.integers(1, 130), st.integers(1, 5))
def test_limbs_and_words_are_the_same_numbers(words: int, count: int) -> None:
    values = below(2 ** (64 * words), count, words)
    limbs = limbs_for(words)
    parts = split(numbers(values, words), limbs)
    assert parts.shape == (limbs, count)
    assert limbs % 8 == 0
    assert 64 * words + 2 <= LIMB_BITS * limbs
    assert [sum(int(limb) << LIMB_BITS * i for i, limb in enumerate(column)) for column in parts.T] == values
    assert (join(parts, words) == numbers(values, words)).all()


def test_no_column_of_a_product_can_overflow() -> None:
    largest = 2**LIMB_BITS - 1
    assert 2 * MOST_LIMBS * largest**2 + 2**38 < 2**64
    assert limbs_for(128) <= MOST_LIMBS


@pytest.mark.parametrize(
    ("bases", "exponents", "moduli", "code"),
    [
        (np.zeros((2, 0), np.uint64), np.ones(1, np.uint64), np.ones(0, np.uint64), "wrong-shape"),
        (np.zeros((2, 999), np.uint64), np.ones(1, np.uint64), np.ones(999, np.uint64), "wrong-shape"),
        (np.zeros(2, np.uint64), np.ones(1, np.uint64), np.ones(2, np.uint64), "wrong-shape"),
        (np.zeros((2, 3), np.uint64), np.ones((3, 1), np.uint64), np.ones(3, np.uint64), "wrong-shape"),
        (np.zeros((2, 3), np.uint64), np.ones(1, np.uint64), np.ones((2, 2), np.uint64), "wrong-shape"),
        (np.zeros((2, 3), np.int64), np.ones(1, np.uint64), np.ones(3, np.uint64), "wrong-dtype"),
        (np.zeros((2, 3), np.uint64), np.ones(1, np.uint64), np.full(3, 2, np.uint64), "even-modulus"),
    ],
)
def test_what_no_device_can_compute(device, bases, exponents, moduli, code) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LocalError) as caught:
        device.montgomery_exponentiate(bases, exponents, moduli)
    assert caught.value.code == code


def test_more_bits_than_the_words_have(device) -> None:  # type: ignore[no-untyped-def]
    ones = np.ones((1, 1), np.uint64)
    for bits in (-1, 65):
        with pytest.raises(LocalError, match=f"{bits} bits"):
            device.montgomery_exponentiate(ones, ones, ones, bits=bits)
    powers = device.montgomery_exponentiate(ones * np.uint64(3), ones * np.uint64(7), ones * np.uint64(11), bits=2)
    assert powers.tolist() == [[27 % 11]]
