"""AES in counter mode, into arrays that the second-level cache holds: random streams and field elements."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.ring import U64, pointer
from mpc.prg import Prg
from native import BYTES, ffi, lib

BYTES_OUT = 1 << 18
KEY = bytes(range(16))
KEYS = 1 << 12
FIELD = 2**64 - 2**32 + 1
FIELD_128 = 2**66 * 4611686018427387897 + 1


def workloads() -> list[KernelWorkload]:
    """One long stream of one key; short streams of many keys; field elements as `Prg.elements` makes them."""
    return [
        KernelWorkload("aes.ctr_128", "blocks", BYTES_OUT // 16, _ctr(bytes(16)), "aes", 1, _peers(KEY)),
        KernelWorkload("aes.ctr_256", "blocks", BYTES_OUT // 16, _ctr(bytes(32)), "aes", 14 / 10, _peers(2 * KEY)),
        _masks(10, 32),
        _streams(1),
        _streams(2),
        _streams(8),
        _elements("aes.elements_64", FIELD, 1),
        _elements("aes.elements_128", FIELD_128, 2),
    ]


def _ctr(key: bytes) -> Callable[[], object]:
    out, prefix = bytearray(BYTES_OUT), "parley_aes" if len(key) == 16 else "parley_aes256"
    keys = ffi.from_buffer(BYTES, bytearray(176 if len(key) == 16 else 240))
    getattr(lib, f"{prefix}_expand_key")(keys, ffi.from_buffer(BYTES, key))
    return partial(getattr(lib, f"{prefix}_ctr"), ffi.from_buffer(BYTES, out), keys, 0, 0, 0, BYTES_OUT)


def _masks(count: int, bits: int) -> KernelWorkload:
    """Streams of AES-256 added to a vector that the second-level cache holds."""
    data, width = bytearray(BYTES_OUT), bits // 8
    schedules, signs = bytearray(240 * count), bytes(i % 2 for i in range(count))
    for i in range(count):
        place = memoryview(schedules)[240 * i : 240 * (i + 1)]
        lib.parley_aes256_expand_key(ffi.from_buffer(BYTES, place), ffi.from_buffer(BYTES, bytes([i] * 32)))
    blocks = BYTES_OUT // 16
    run = partial(
        lib.parley_aes256_add_streams,
        ffi.from_buffer(BYTES, data), ffi.from_buffer(BYTES, schedules), ffi.from_buffer(BYTES, signs), count, 0,
        blocks, width,
    )  # fmt: skip
    return KernelWorkload(f"aes.masks_{bits}", "blocks", count * blocks, run, "aes", 14 / 10)


def _streams(blocks: int) -> KernelWorkload:
    """The counters of every stream begin at 0. A ceiling's key serves two blocks; so many blocks need a key each."""
    keys, out = random_words((KEYS, 2)), np.empty((KEYS, 2 * blocks), U64)
    first = np.zeros(KEYS, U64)
    run = partial(
        lib.parley_aes_streams,
        ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, keys), pointer(first), KEYS, blocks,
    )  # fmt: skip
    secrets, zeros = [key.tobytes() for key in keys], bytes(16 * blocks)

    def one_by_one() -> None:
        for secret in secrets:
            Cipher(AES(secret), CTR(bytes(16))).encryptor().update(zeros)

    limit, use = ("aes_rekey", 2 / blocks) if blocks <= 2 else ("aes", 1.0)
    peers: dict[str, Callable[[], object]] = {"cryptography": one_by_one}
    return KernelWorkload(f"aes.streams_of_{blocks}", "blocks", KEYS * blocks, run, limit, use, peers)


def _elements(name: str, p: int, words: int) -> KernelWorkload:
    prg, count = Prg(KEY), BYTES_OUT // 8 // words
    return KernelWorkload(name, "elements", count, lambda: prg.elements(p, count), "aes", words / 2)


def _peers(key: bytes) -> dict[str, Callable[[], object]]:
    zeros, out = bytes(BYTES_OUT), bytearray(BYTES_OUT + 16)
    stream = Cipher(AES(key), CTR(bytes(16))).encryptor()
    peers: dict[str, Callable[[], object]] = {"cryptography": lambda: stream.update_into(zeros, out)}
    try:
        from Crypto.Cipher import AES as Another
    except ImportError:
        return peers
    other = Another.new(key, Another.MODE_CTR, nonce=b"")
    return peers | {"pycryptodome": lambda: other.encrypt(zeros, memoryview(out)[:BYTES_OUT])}
