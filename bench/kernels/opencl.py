"""The kernels of the best OpenCL device that works, on operands that are there already and with their transfers.

The workloads' names end in the device's. Without pyopencl or a driver that works there are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np

from bench.device_ceilings import engine
from bench.kernels.workload import KernelWorkload
from mpc.algebra.accelerator import Product, Words
from mpc.algebra.bigint import Modulus
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.device.check import expanded, integers
from mpc.device.engine import Engine, key_planes
from mpc.device.limbs import limbs_for
from mpc.errors import LocalError

SIDE = 512
WORDS = 1 << 22
STREAM = 1 << 24
NUMBERS = {"CPU": 64}
MANY_NUMBERS = 16384
EXPONENT_WORDS = 4
MULTIPLIES_A_PRODUCT = 3
"""32-bit multiplications in one of 64-bit words modulo 2^64."""
LOGIC_A_ROUND = 115 + 8 * 19 + 8 * 9
"""Operations on words in a round for four blocks of AES: S-boxes, rows, columns and key."""


def workloads() -> list[KernelWorkload]:
    """Products, elementwise products, streams, exponentiations and powers of one base."""
    try:
        owner = engine()
    except LocalError:
        return []
    suffix = re.sub(r"\W+", "_", owner.place.name).strip("_")
    made = [_resident_product(owner), _sent_product(owner), _elementwise(owner), _stream(owner), *_powers(owner)]
    made.append(_powers_of_base(owner))
    return [
        KernelWorkload(f"opencl.{name}.{suffix}", unit, count, run, limit, use, peers)
        for name, unit, count, run, limit, use, peers in made
    ]


Made = tuple[str, str, int, Callable[[], object], str, float, dict[str, Callable[[], object]]]


def _random(*shape: int) -> Words:
    return np.random.default_rng(0).integers(0, 2**64, shape, np.uint64)


def _resident_product(owner: Engine) -> Made:
    x, product = _random(SIDE, SIDE), Product(1, 0, 0, SIDE, SIDE, SIDE)
    out, left = owner.memory.take(x.nbytes).handle, owner.memory.take(x.nbytes)
    owner.memory.send(left, x)

    def run() -> None:
        owner.run_matmul(out, left.handle, left.handle, product)
        owner.queue.finish()

    name = f"matmul_{SIDE}"
    return name, "products", product.work, run, "opencl_mul", MULTIPLIES_A_PRODUCT, {"numpy": partial(np.matmul, x, x)}


def _sent_product(owner: Engine) -> Made:
    x, product = _random(SIDE, SIDE), Product(1, 0, 0, SIDE, SIDE, SIDE)
    run = partial(owner.matmul, np.empty_like(x), x, x, product)
    return f"matmul_{SIDE}_sent", "products", product.work, run, "opencl_mul", MULTIPLIES_A_PRODUCT, {}


def _elementwise(owner: Engine) -> Made:
    x = _random(WORDS)
    out, left = owner.memory.take(x.nbytes).handle, owner.memory.take(x.nbytes)
    owner.memory.send(left, x)

    def run() -> None:
        owner.run_elementwise("mul", out, [left.handle, left.handle], (), WORDS)
        owner.queue.finish()

    return "mul", "words", WORDS, run, "opencl_copy", 8, {"numpy": partial(np.multiply, x, x, out=np.empty_like(x))}


def _stream(owner: Engine) -> Made:
    planes = key_planes(expanded(bytes(16)))
    keys, out = owner.memory.take(planes.nbytes), owner.memory.take(STREAM)
    owner.memory.send(keys, planes)

    def run() -> None:
        owner.run_aes_ctr(out.handle, keys.handle, 0, 0, STREAM // (64 * owner.lanes))
        owner.queue.finish()

    return "aes_ctr_128", "blocks", STREAM // 16, run, "opencl_logic", 10 * LOGIC_A_ROUND / 4, {}


def _powers(owner: Engine) -> list[Made]:
    """Moduli of 2048 and 4096 bits, exponents of 256; a longer exponent takes longer in proportion."""
    count = NUMBERS.get(owner.place.kind, MANY_NUMBERS)
    return [_power(owner, bits, count) for bits in (2048, 4096)]


def _power(owner: Engine, bits: int, count: int) -> Made:
    bases, exponents = _random(count, bits // 64), _random(count, EXPONENT_WORDS)
    moduli, limbs = bases | np.uint64(1), limbs_for(bits // 64)
    moduli[:, -1] |= np.uint64(2**63)
    windows = 16 * EXPONENT_WORDS
    squares, products = 4 * windows + 3, windows + 18
    peer = [integers(rows[:4]) for rows in (bases, exponents, moduli)]
    return (
        f"power_{bits}_256",
        "exponentiations",
        count,
        partial(owner.exponentiate, bases, exponents, moduli),
        "opencl_mul",
        (1.5 * squares + 2 * products) * limbs * limbs,
        {} if count > MANY_NUMBERS else {"python": lambda: [list(map(pow, *peer)) for _ in range(count // 4)]},
    )


def _powers_of_base(owner: Engine) -> Made:
    """Randomisers of Paillier's cryptosystem with 2048 bits, by exponents of half of them; the table is there."""
    bits, count = 1024, NUMBERS.get(owner.place.kind, MANY_NUMBERS)
    modulus = Modulus(integers(_random(1, 64) | np.uint64(1))[0])
    powers, exponents = PowersOfBase(modulus, _random(64), bits), _random(count, bits // 64)
    rows, limbs = powers.table.shape[0], limbs_for(modulus.limbs)
    return (
        f"power_of_base_4096_{bits}",
        "exponentiations",
        count,
        partial(owner.power_of_base, powers.table, exponents, modulus.row[: modulus.limbs], bits, 0),
        "opencl_mul",
        2 * rows * limbs * limbs,
        {},
    )
