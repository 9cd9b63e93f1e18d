"""Long modular arithmetic: powers in batches and single, tables of one base, products; beside GMP.

The limit is the rate of the multiply-add of 52-bit digits, eight to an instruction; without that instruction, the rate
of mulx, a product of two words. What a unit needs of it is counted for schoolbook products: digits^2 products of
digits, two instructions each (one for words), for a product; half for the cross terms of a square; and as many as for a
product for its Montgomery reduction.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bench.kernels.workload import KernelWorkload
from mpc.algebra.bigint import Modulus, from_ints, to_ints
from mpc.algebra.cores import using_cores
from mpc.algebra.powers_of_base import PowersOfBase
from native import implementations, lib

MULTIPLIER = "mulx" if "adx" in implementations() and "avx512-ice" not in implementations() else "vpmadd52"
"""The instruction that bounds long products here."""

_LANES = 8
_WINDOW = 5
_POWERS = ((2048, 2048, 8), (2048, 2048, 1), (3072, 3072, 8), (4096, 2048, 8), (4096, 2048, 1), (8192, 4096, 8))
_SHORT_EXPONENT = 512


def product_instructions(bits: int) -> float:
    """Multiplications of a Montgomery product: of one of eight numbers side by side, or of one by words."""
    if MULTIPLIER == "mulx":
        return (2 * bits // 64 + 1) * bits // 64
    digits: int = lib.parley_bignum_digits(bits // 64)
    return (4 * digits + 1) * digits / _LANES


def square_instructions(bits: int) -> float:
    """The same for a square."""
    if MULTIPLIER == "mulx":
        return (3 * bits // 64 + 3) * bits // 64 / 2
    digits: int = lib.parley_bignum_digits(bits // 64)
    return (3 * digits + 2) * digits / _LANES


def power_instructions(bits: int, exponent_bits: int) -> float:
    """The same for a power with windows of five bits: its table, its squares, a product for each window."""
    squares, products = _steps(exponent_bits)
    return squares * square_instructions(bits) + products * product_instructions(bits)


def power_of_square_instructions(root_bits: int, exponent_bits: int) -> float:
    """The same modulo a square, in pairs modulo its root where the kernels compute so: by words.

    A product is three of half the length with two reductions, a square one square and one product with two.
    """
    if MULTIPLIER != "mulx":
        return power_instructions(2 * root_bits, exponent_bits)
    squares, products = _steps(exponent_bits)
    product = product_instructions(root_bits)
    multiplied = (root_bits // 64) ** 2
    return squares * (square_instructions(root_bits) + product) + products * (2 * product + multiplied)


def _steps(exponent_bits: int) -> tuple[int, int]:
    """Squares and products of a power with windows of five bits."""
    half_table = 1 << (_WINDOW - 1)
    return exponent_bits - _WINDOW + half_table - 1, -(-exponent_bits // _WINDOW) + half_table


def _modulus(bits: int) -> Modulus:
    return Modulus(random.Random(bits).getrandbits(bits) | 1 | 1 << (bits - 1))


def _numbers(count: int, bits: int, seed: int) -> list[int]:
    generator = random.Random(seed)
    return [generator.getrandbits(bits) for _ in range(count)]


def _power(bits: int, exponent_bits: int, count: int) -> KernelWorkload:
    modulus, x, e = _modulus(bits), _numbers(count, bits, 1), _numbers(count, exponent_bits, 2)
    bases, exponents = from_ints(x, bits // 64), from_ints(e, exponent_bits // 64)
    return KernelWorkload(
        f"bignum.power_{bits}_{exponent_bits}_x{count}",
        "powers",
        count,
        _on_one_core(lambda: modulus.power(bases, exponents)),
        MULTIPLIER,
        power_instructions(bits, exponent_bits),
        _gmp_powers(x, e, modulus.n),
    )


def _power_of_base(bits: int, count: int) -> KernelWorkload:
    modulus, e = _modulus(bits), _numbers(count, _SHORT_EXPONENT, 3)
    base = modulus.random(1)[0]
    table = PowersOfBase(modulus, base, _SHORT_EXPONENT)
    exponents = from_ints(e, _SHORT_EXPONENT // 64)
    x = to_ints(base[None]) * count
    return KernelWorkload(
        f"bignum.power_of_base_{bits}_{_SHORT_EXPONENT}_x{count}",
        "powers",
        count,
        _on_one_core(lambda: table.power(exponents)),
        MULTIPLIER,
        -(-_SHORT_EXPONENT // table.width) * product_instructions(bits),
        _gmp_powers(x, e, modulus.n),
    )


def _mul(bits: int, count: int) -> KernelWorkload:
    modulus, x, y = _modulus(bits), _numbers(count, bits, 4), _numbers(count, bits, 5)
    a, b = from_ints(x, bits // 64), from_ints(y, bits // 64)
    return KernelWorkload(
        f"bignum.mul_{bits}_x{count}",
        "products",
        count,
        _on_one_core(lambda: modulus.mul(a, b)),
        MULTIPLIER,
        2 * product_instructions(bits),
        _gmp_products(x, y, modulus.n),
    )


def _on_one_core(run: Callable[[], object]) -> Callable[[], object]:
    def alone() -> object:
        with using_cores(1):
            return run()

    return alone


def _gmp_powers(bases: Sequence[int], exponents: Sequence[int], n: int) -> dict[str, Callable[[], object]]:
    """Powers by GMP's constant-time function, where gmpy2 is installed."""
    try:
        from gmpy2 import mpz, powmod_sec
    except ImportError:
        return {}
    modulus, pairs = mpz(n), [(mpz(a), mpz(b)) for a, b in zip(bases, exponents, strict=True)]
    return {"gmpy2 powmod_sec": lambda: [powmod_sec(a, b, modulus) for a, b in pairs]}


def _gmp_products(x: Sequence[int], y: Sequence[int], n: int) -> dict[str, Callable[[], object]]:
    """Products by GMP, where gmpy2 is installed."""
    try:
        from gmpy2 import mpz
    except ImportError:
        return {}
    modulus, pairs = mpz(n), [(mpz(a), mpz(b)) for a, b in zip(x, y, strict=True)]
    return {"gmpy2": lambda: [a * b % modulus for a, b in pairs]}


def workloads() -> list[KernelWorkload]:
    """Powers of secret exponents, of one base with short exponents, and products of many numbers."""
    return [*(_power(*sizes) for sizes in _POWERS), _power_of_base(4096, 64), _mul(4096, 1024)]
