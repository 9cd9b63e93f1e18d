"""AES-128 in counter mode, into an array that the second-level cache holds: the random streams."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from bench.kernels.workload import KernelWorkload
from native import BYTES, ffi, lib

BYTES_OUT = 1 << 18
KEY = bytes(range(16))


def workloads() -> list[KernelWorkload]:
    """One long stream of one key."""
    out, round_keys = bytearray(BYTES_OUT), bytearray(176)
    keys = ffi.from_buffer(BYTES, round_keys)
    lib.parley_aes_expand_key(keys, ffi.from_buffer(BYTES, KEY))
    run = partial(lib.parley_aes_ctr, ffi.from_buffer(BYTES, out), keys, 0, 0, 0, BYTES_OUT)
    return [KernelWorkload("aes.ctr_128", "blocks", BYTES_OUT // 16, run, "aes", 1, _peers())]


def _peers() -> dict[str, Callable[[], object]]:
    zeros, out = bytes(BYTES_OUT), bytearray(BYTES_OUT + 16)
    stream = Cipher(AES(KEY), CTR(bytes(16))).encryptor()
    peers: dict[str, Callable[[], object]] = {"cryptography": lambda: stream.update_into(zeros, out)}
    try:
        from Crypto.Cipher import AES as Another
    except ImportError:
        return peers
    other = Another.new(KEY, Another.MODE_CTR, nonce=b"")
    return peers | {"pycryptodome": lambda: other.encrypt(zeros, memoryview(out)[:BYTES_OUT])}
