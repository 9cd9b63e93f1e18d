"""The self-test of a device: known answers and edge shapes against the processor's kernels and Python's integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mpc.algebra.accelerator import Product, Words, using
from mpc.algebra.bigint import from_ints
from mpc.algebra.ring import Z64
from mpc.device.engine import Engine
from native import BYTES, WORDS, Pointer, ffi, lib

SHAPES = ((1, 1, 1), (2, 0, 3), (1, 70, 33), (70, 33, 1), (5, 17, 66), (65, 64, 64), (130, 33, 3))
SIZES = (1, 255, 256, 1000)
STREAMS = ((0, 0, 16), (7, 3, 61), (2**32 - 2, 15, 4096))
FIPS197_KEY = bytes(range(16))
FIPS197_PLAINTEXT = int.from_bytes(bytes(17 * i for i in range(16)), "big")
FIPS197_CIPHERTEXT = bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a")

Case = tuple[str, bool]


def failure(engine: Engine) -> str | None:
    """What the device computes wrongly, the first of it; None if nothing. pyopencl's errors pass through."""
    return next((name for name, right in _cases(engine) if not right), None)


def processor_matmul(out: Words, x: Words, y: Words, p: Product) -> None:
    """The same product by the processor."""
    if not out.size:
        return
    left = x.reshape(p.batch if p.x_step else 1, p.rows, p.inner)
    right = y.reshape(p.batch if p.y_step else 1, p.inner, p.columns)
    with using(None):
        out.reshape(p.batch, p.rows, p.columns)[...] = Z64.matmul(left, right)


def processor_elementwise(name: str, out: Words, operands: tuple[Words, ...], scalars: tuple[int, ...]) -> None:
    """The same kernel by the processor."""
    kernel: Callable[..., None] = getattr(lib, f"parley_{name}")
    given = [_at(x) for x in operands]
    if name == "recombine":
        kernel(_at(out), *given, out.size, *scalars)
    else:
        kernel(_at(out), *given, *scalars, out.size)


def processor_stream(round_keys: bytearray, block: int, skip: int, length: int) -> bytes:
    """The same key stream by the processor."""
    out = bytearray(length)
    lib.parley_aes_ctr(ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, round_keys), 0, block, skip, length)
    return bytes(out)


def expanded(key: bytes) -> bytearray:
    """The round keys of AES-128."""
    round_keys = bytearray(176)
    lib.parley_aes_expand_key(ffi.from_buffer(BYTES, round_keys), ffi.from_buffer(BYTES, key))
    return round_keys


def some_words(*shape: int) -> Words:
    """Words whose bits look random but are the same every time; the first ones are the edge values."""
    count = int(np.prod(shape, dtype=np.int64))
    words = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    words ^= words >> np.uint64(29)
    words[:4] = np.array([2**64 - 1, 0, 2**63, 1], np.uint64)[: words[:4].size]
    return words.reshape(shape)


def _cases(engine: Engine) -> Iterator[Case]:
    for rows, inner, columns in SHAPES:
        for batch, x_step, y_step in ((1, 0, 0), (3, rows * inner, 0), (2, 0, inner * columns)):
            product = Product(batch, x_step, y_step, rows, inner, columns)
            yield f"matmul {rows} x {inner} x {columns}, batch {batch}", _matmul(engine, product)
    for name, count, scalars in OPERATIONS:
        for size in SIZES:
            yield f"{name} of {size} words", _elementwise(engine, name, count, scalars, size)
    yield "AES-128, the example of FIPS 197", _fips197(engine)
    for block, skip, length in STREAMS:
        yield f"a key stream of {length} bytes", _stream(engine, block, skip, length)
    for words in (1, 5, 32):
        yield f"exponentiation of {64 * words} bits", _exponentiation(engine, words)
        yield f"powers of one base of {64 * words} bits", _power_of_base(engine, words)


OPERATIONS = (
    ("add", 2, ()), ("sub", 2, ()), ("mul", 2, ()), ("neg", 1, ()), ("recombine", 5, (0,)), ("recombine", 5, (1,)),
    ("shift_right", 1, (12345, 13)), ("shift_left", 1, (63,)),
)  # fmt: skip


def _matmul(engine: Engine, p: Product) -> bool:
    x = some_words(p.batch if p.x_step else 1, p.rows, p.inner)
    y = some_words(p.batch if p.y_step else 1, p.inner, p.columns)
    out, expected = np.ones((2, p.batch, p.rows, p.columns), np.uint64)
    engine.matmul(out, x, y, p)
    processor_matmul(expected, x, y, p)
    return bool(np.array_equal(out, expected))


def _elementwise(engine: Engine, name: str, count: int, scalars: tuple[int, ...], size: int) -> bool:
    operands = tuple(some_words(count, size))
    out, expected = np.empty((2, size), np.uint64)
    engine.elementwise(name, out, operands, scalars)
    processor_elementwise(name, expected, operands, scalars)
    return bool(np.array_equal(out, expected))


def _fips197(engine: Engine) -> bool:
    """The example's plaintext is no counter that a stream reaches; so its two halves are given as they are."""
    high, low = divmod(FIPS197_PLAINTEXT, 2**64)
    return engine.aes_block(expanded(FIPS197_KEY), high, low) == FIPS197_CIPHERTEXT


def _stream(engine: Engine, block: int, skip: int, length: int) -> bool:
    keys, out = expanded(bytes(range(3, 19))), np.empty(length, np.uint8)
    engine.aes_ctr(out, keys, block, skip)
    return out.tobytes() == processor_stream(keys, block, skip, length)


def _exponentiation(engine: Engine, words: int) -> bool:
    bases, moduli, exponents = some_words(3, words), some_words(3, words) | np.uint64(1), some_words(3, 2)
    out = engine.exponentiate(bases, exponents, moduli)
    expected = map(pow, integers(bases), integers(exponents), integers(moduli))
    return integers(out) == list(expected)


def _power_of_base(engine: Engine, words: int) -> bool:
    """Rows of 5 bits, of which one lies across two words and the last one has fewer than 5 of the 68 that count."""
    base, modulus, exponents = integers(some_words(1, words))[0], some_words(1, words) | np.uint64(1), some_words(5, 2)
    n = integers(modulus)[0]
    powers = [pow(base, digit << 5 * row, n) for row in range(14) for digit in range(32)]
    table = from_ints(powers, words).reshape(14, 32, words).transpose(0, 2, 1)
    out = engine.power_of_base(np.ascontiguousarray(table), exponents, modulus[0], 68, 9)
    return integers(out) == [pow(base, e % 2**68, n) * 2**9 % n for e in integers(exponents)]


def integers(limbs: Words) -> list[int]:
    """The numbers that rows of little-endian words stand for."""
    return [int.from_bytes(row.astype("<u8").tobytes(), "little") for row in limbs]


def _at(words: Words) -> Pointer:
    return ffi.from_buffer(WORDS, words)
