"""The sponge of TurboSHAKE128: bytes in, bytes out, and both at once from one stream into another."""

from __future__ import annotations

from functools import partial

import numpy as np
from Crypto.Hash import TurboSHAKE128

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.words import U64, pointer
from native import BYTES, ffi, lib

BLOCKS, BEFORE = 1000, 50


def workloads() -> list[KernelWorkload]:
    """Of data in the second-level cache. A unit is a byte that comes out, or goes in; of a relay, does both."""
    count = BLOCKS * lib.PARLEY_SPONGE_RATE
    data = random_words((count + BEFORE) // 8 + 1, 1).view(np.uint8)
    one, other = np.zeros(lib.PARLEY_SPONGE_WORDS, U64), np.zeros(lib.PARLEY_SPONGE_WORDS, U64)
    four = pointer(np.zeros((4, lib.PARLEY_SPONGE_WORDS), U64))
    tape, states = ffi.from_buffer(BYTES, data), (pointer(one), pointer(other))
    message = data[:count].tobytes()
    runs = {
        "absorb": (partial(lib.parley_sponge_absorb, states[0], tape, BLOCKS), lambda: _hashed(message)),
        "squeeze": (partial(lib.parley_sponge_squeeze, states[0], tape, BLOCKS), lambda: _drawn(count)),
        "relay": (partial(lib.parley_sponge_relay, *states, tape, BEFORE, BLOCKS), lambda: _hashed(_drawn(count))),
    }
    each = [
        KernelWorkload(f"sponge.{name}", "bytes", count, run, "copy_l2", 1, {"pycryptodome": peer})
        for name, (run, peer) in runs.items()
    ]
    at_once = partial(lib.parley_sponge_absorb_four, four, tape, tape, tape, tape, BLOCKS)
    return [*each, KernelWorkload("sponge.absorb_four", "bytes", 4 * count, at_once, "copy_l2", 1, {})]


def _hashed(data: bytes) -> None:
    TurboSHAKE128.new(data=data, domain=1).read(32)


def _drawn(count: int) -> bytes:
    return bytes(TurboSHAKE128.new(domain=1).read(count))
