"""The table of ElGamal's cryptosystem: units a second on one core, over ristretto255, beside what curve kernels take.

The limit is the rate of the multiply-add of 52-bit digits, as in the table of kernels: what the sums and doublings of
points of each operation take of it. `elgamal.product` and `.base_product` are the kernels' own products of points by
scalars of 253 bits, measured in the same run: an encryption takes three of the latter, a part of a decryption one of
the former.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache

import numpy as np

from bench import kernels
from bench.harness import Options, Throughput
from bench.kernels.curve import DOUBLING, LANES, SUM, WINDOWS
from bench.kernels.workload import KernelWorkload
from mpc.algebra.cores import using_cores
from mpc.algebra.group import Bases, Points, Scalars
from mpc.algebra.ristretto import ORDER, generator
from native import keep_memory, using
from protocols import elgamal
from protocols.elgamal.joint_decryption_ped91 import combined, is_right, part_of
from protocols.elgamal.key_shares import KeyShare
from protocols.elgamal.plaintexts import from_points
from protocols.elgamal.sharing_shamir79 import shares_of
from protocols.proofs.proof import prove, verify
from protocols.proofs.transcript import Setting

TITLE = "ElGamal's cryptosystem on one core, over ristretto255, units of work a second"
TABLE = "elgamal"

PRODUCT, BASE_PRODUCT = WINDOWS * (SUM + 4 * DOUBLING), WINDOWS * SUM
_MARK = 8 * 50 / LANES
"""Of an element: two squares, three products and its part of an inversion, three more."""
_PARTIES, _THRESHOLD = 3, 1
_SETTING = Setting.outside("a party", "benchmark")


@cache
def _key() -> elgamal.PrivateKey:
    return elgamal.generate()


@cache
def _encrypted(count: int, bound: int) -> elgamal.Ciphertexts:
    values = np.random.default_rng(1).integers(-bound, bound + 1, count)
    return _key().encrypt(values, bound=bound)


@cache
def _shares() -> list[KeyShare]:
    f = Scalars.random(ORDER, (_THRESHOLD + 1,))
    s = shares_of(f, _PARTIES)
    public = elgamal.PublicKey.of(generator() * f[0])
    return [KeyShare(public, generator() * s, _THRESHOLD, j, s[j]) for j in range(_PARTIES)]


def _points(count: int) -> tuple[Points, Scalars]:
    return generator() * Scalars.random(ORDER, (count,)), Scalars.random(ORDER, (count,))


def _product(count: int) -> KernelWorkload:
    points, scalars = _points(count)
    return _workload("product", "products", count, lambda: points * scalars, PRODUCT)


def _base_product(count: int) -> KernelWorkload:
    base, scalars = Bases(generator().reshape(1)), Scalars.random(ORDER, (count, 1))
    return _workload("base_product", "products", count, lambda: base.dot(scalars), BASE_PRODUCT)


def _encryption(count: int) -> KernelWorkload:
    values = np.arange(count, dtype=np.int16)
    return _workload("encrypt", "values", count, lambda: _key().encrypt(values), 3 * BASE_PRODUCT)


def _addition(count: int) -> KernelWorkload:
    c = _encrypted(count, 1000)
    return _workload("add", "values", count, lambda: c + c, 2 * SUM)


def _scaling(count: int) -> KernelWorkload:
    c, factors = _encrypted(count, 100), np.random.default_rng(2).integers(0, 2**32, count, dtype=np.uint32)
    windows = (32 + 1) // 4 + 1
    note = "scale multiplies by secret numbers of 32 bits"
    return _workload("scale", "values", count, lambda: c * factors, 2 * windows * (SUM + 4 * DOUBLING), note)


def _decryption(bits: int, count: int) -> KernelWorkload:
    c, steps = _encrypted(count, 1 << bits), (count << bits) ** 0.5 / count
    note = f"decrypt_{bits} reads {count} numbers of up to {bits} bits and a sign at once"
    return _workload(
        f"decrypt_{bits}", "values", count, lambda: _key().decrypt(c), PRODUCT + steps * (SUM + _MARK), note
    )


def _part(count: int) -> KernelWorkload:
    share = _shares()[0]
    c = share.public.encrypt(np.arange(count, dtype=np.int16))
    note = "threshold_part is one party's part of a decryption with its proof"
    return _workload("threshold_part", "values", count, lambda: _proved(share, c), PRODUCT, note)


def _opening(count: int) -> KernelWorkload:
    c = _shares()[0].public.encrypt(np.arange(count, dtype=np.int16))
    parts = [_proved(share, c) for share in _shares()[: _THRESHOLD + 1]]

    def opened() -> object:
        for share, (part, proof) in zip(_shares(), parts, strict=False):
            verify(_SETTING, is_right(_SETTING, share.images[share.me], c.words, part), proof)
        points = combined(range(_THRESHOLD + 1), [part for part, _ in parts], c.words)
        return from_points(points, c.scale)

    note = "threshold_open verifies the parts of two parties, and reads numbers of 15 bits"
    return _workload("threshold_open", "values", count, opened, 2 * PRODUCT, note)


def _proved(share: KeyShare, c: elgamal.Ciphertexts) -> tuple[Points, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    part = part_of(share, c.words)
    statement = is_right(_SETTING, share.images[share.me], c.words, part)
    return part, prove(_SETTING, statement, share.secret_scalar.reshape(1))


def _workload(
    name: str, unit: str, count: int, run: Callable[[], object], limit_use: float, note: str = ""
) -> KernelWorkload:
    def alone() -> object:
        with using_cores(1):
            return run()

    return KernelWorkload(f"elgamal.{name}", unit, count, alone, "vpmadd52", limit_use, note=note)


WORKS: dict[str, Callable[[], KernelWorkload]] = {
    "elgamal.product": lambda: _product(64),
    "elgamal.base_product": lambda: _base_product(64),
    "elgamal.encrypt": lambda: _encryption(64),
    "elgamal.add": lambda: _addition(1024),
    "elgamal.scale": lambda: _scaling(64),
    "elgamal.decrypt_20": lambda: _decryption(20, 1024),
    "elgamal.decrypt_32": lambda: _decryption(32, 16),
    "elgamal.decrypt_40": lambda: _decryption(40, 1),
    "elgamal.threshold_part": lambda: _part(64),
    "elgamal.threshold_open": lambda: _opening(64),
}


def names() -> list[str]:
    """The workloads."""
    return list(WORKS)


def measure(options: Options) -> Iterator[list[Throughput]]:
    """The rows of one workload after the other."""
    keep_memory()
    with using(options.implementation) if options.implementation else nullcontext():
        for name in options.chosen(WORKS):
            yield kernels.contest_of(WORKS[name](), options, TABLE)
