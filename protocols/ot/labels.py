"""Arrays of 128-bit labels: transposed bit matrices, trees of seeds, sums in GF(2^128)."""

from __future__ import annotations

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from mpc.ring import Words


def transpose(rows: Words, count: int) -> Words:
    """128 rows of `count` packed bits as `count` labels: bit r of label i is bit i of row r."""
    bits = np.unpackbits(rows.view(np.uint8).reshape(128, -1), axis=1, bitorder="little")[:, :count]
    return np.packbits(np.ascontiguousarray(bits.T), axis=1, bitorder="little").view(np.uint64)


def tree_level(seeds: Words, keys: tuple[bytes, bytes]) -> Words:
    """Two seeds of each seed: (..., 2) becomes (..., 2, 2). keys: two AES-128 keys."""
    low, high = seeds[..., 0], seeds[..., 1]
    sigma = np.stack([high, high ^ low], axis=-1)
    children = [_encrypted(sigma, key) ^ sigma for key in keys]
    return np.stack(children, axis=-2)


def hash_tccr(x: Words, first: int, key: bytes) -> Words:
    """pi(pi(x) ^ i) ^ pi(x) for label i = first, first + 1, ..."""
    inner = _encrypted(x, key)
    tweaked = inner.copy()
    tweaked[:, 0] ^= np.arange(first, first + len(x), dtype=np.uint64)
    return _encrypted(tweaked, key) ^ inner


def _encrypted(x: Words, key: bytes) -> Words:
    encryptor = Cipher(AES(key), ECB()).encryptor()
    return np.frombuffer(encryptor.update(np.ascontiguousarray(x).tobytes()), np.uint64).reshape(x.shape)


def powers(s: Words, count: int) -> Words:
    """s^0, s^1, ..., s^(count - 1) in GF(2^128): (count, 2)."""
    value, power, made = int(s[0]) | int(s[1]) << 64, 1, []
    for _ in range(count):
        made.append(power)
        power = _product(power, value)
    return np.array([[p % 2**64, p >> 64] for p in made], np.uint64).reshape(count, 2)


def inner(x: Words, y: Words) -> Words:
    """The sum of x_i y_i in GF(2^128): (2,)."""
    total = 0
    for a, b in zip(x, y, strict=True):
        total ^= _product(int(a[0]) | int(a[1]) << 64, int(b[0]) | int(b[1]) << 64)
    return np.array([total % 2**64, total >> 64], np.uint64)


def _product(a: int, b: int) -> int:
    total = 0
    for i in range(128):
        if b >> i & 1:
            total ^= a << i
    for i in range(254, 127, -1):
        if total >> i & 1:
            total ^= (1 << 128 | 0x87) << i - 128
    return total


def evaluate(x: Words, s: Words) -> Words:
    """The sum of x_i s^i in GF(2^128): (2,)."""
    return inner(x, powers(s, len(x)))


def mul(x: Words, y: Words) -> Words:
    """x_i y_i in GF(2^128): (n, 2)."""
    y = np.broadcast_to(y, x.shape)
    return np.stack([inner(x[i : i + 1], y[i : i + 1]) for i in range(len(x))])
