"""ristretto255: products by secret scalars, from tables too, and sums of many by public ones; beside libsodium.

The limit is the rate of the multiply-add of 52-bit digits, eight to an instruction. A product of two numbers of five
digits takes 50 of them, a square 30; a sum of points is 8 or 9 products, a doubling four and four squares.
"""

from __future__ import annotations

from collections.abc import Callable

from nacl import bindings as sodium

from bench.kernels.workload import KernelWorkload
from mpc.algebra.cores import using_cores
from mpc.algebra.group import Bases, Points, Scalars, dot_var
from mpc.algebra.ristretto import ORDER, generator

LANES = 8
SUM = 8 * 50 / LANES
DOUBLING = (4 * 50 + 4 * 30) / LANES
WINDOWS = 64
_MANY = 1024


def _on_one_core(run: Callable[[], object]) -> Callable[[], object]:
    def alone() -> object:
        with using_cores(1):
            return run()

    return alone


def _products(count: int) -> KernelWorkload:
    points, scalars = generator() * Scalars.random(ORDER, (count,)), Scalars.random(ORDER, (count,))
    return KernelWorkload(
        f"curve.mul_x{count}",
        "products",
        count,
        _on_one_core(lambda: points * scalars),
        "vpmadd52",
        WINDOWS * (SUM + 4 * DOUBLING),
        {"pynacl": _sodium_products(count)},
    )


def _from_tables(count: int) -> KernelWorkload:
    bases, scalars = Bases(generator().reshape(1)), Scalars.random(ORDER, (count, 1))
    return KernelWorkload(
        f"curve.mul_base_x{count}",
        "products",
        count,
        _on_one_core(lambda: bases.dot(scalars)),
        "vpmadd52",
        WINDOWS * SUM,
    )


def _public_sum(terms: int) -> KernelWorkload:
    points, scalars = generator() * Scalars.random(ORDER, (terms,)), Scalars.random(ORDER, (terms,))
    digits = 254 / 8
    return KernelWorkload(
        f"curve.sum_of_products_var_x{terms}",
        "terms",
        terms,
        _on_one_core(lambda: dot_var(points, scalars)),
        "vpmadd52",
        digits * SUM,
    )


def _decoding(count: int) -> KernelWorkload:
    points = generator() * Scalars.random(ORDER, (count,))
    data = points.to_bytes()
    return KernelWorkload(
        f"curve.decode_x{count}",
        "points",
        count,
        _on_one_core(lambda: Points.from_bytes(points.group, data)),
        "vpmadd52",
        (254 * 30 + 30 * 50) / LANES,
    )


def _sodium_products(count: int) -> Callable[[], object]:
    """The same on edwards25519, the curve below the group."""
    scalars = [row.tobytes() for row in Scalars.random(ORDER, (count,)).to_bytes()]
    point = sodium.crypto_scalarmult_ed25519_base_noclamp(scalars[0])
    return lambda: [sodium.crypto_scalarmult_ed25519_noclamp(scalar, point) for scalar in scalars]


def workloads() -> list[KernelWorkload]:
    """Products, products from a table, sums of many, and what comes from peers."""
    return [
        _products(64),
        _from_tables(64),
        _public_sum(128),
        _public_sum(_MANY),
        _public_sum(8 * _MANY),
        _decoding(64),
    ]
