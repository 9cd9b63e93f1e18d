"""The table of Paillier's cryptosystem: units a second on one core, a modulus of 2048 bits, beside other libraries.

The limit is the rate of the multiply-add of 52-bit digits, or of mulx on processors without it, as in the table of
kernels: what the products of each operation take of it. Powers modulo p^2, q^2 and N^2 are counted in pairs modulo the
roots where the kernels compute so (docs/algorithms/squares.md), which is fewer than modulo any number. Keys stand
beside the tests that the expected candidates take.
The exponent's length stands with every figure of encryption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from math import exp, log
from os import urandom

import numpy as np

from bench import joint_keys, joint_keys_two_parties, kernels
from bench.harness import Options, Throughput
from bench.joint_decryption import PARTIES, JointDecryption
from bench.kernels.bignum import (
    MULTIPLIER,
    power_instructions,
    power_of_square_instructions,
    product_instructions,
    square_instructions,
)
from bench.kernels.workload import KernelWorkload
from mpc.algebra.cores import using_cores
from mpc.algebra.ring import Z64
from native import keep_memory, using
from protocols import paillier
from protocols.encrypted.masking import masking_for, slack
from protocols.homomorphic.scale import Scale
from protocols.paillier.matrices import best_way
from protocols.paillier.prime_search import BLUM_SIEVE, ROUNDS
from protocols.paillier.randomisers import TABLE_WIDTH
from protocols.paillier.slots import SPARE_BITS

TITLE = "Paillier's cryptosystem on one core, a modulus of 2048 bits, units of work a second"
TABLE = "paillier"

BITS = 2048
SIDE = 1000
BATCH_SIDE, VECTORS = 100, 46
_EULER = 0.5772156649
_BATCH, _SUMS, _SCALED, _JOINT = 64, 1024, 64, 16


@dataclass(frozen=True, slots=True)
class _Work:
    """An operation on the data: how many units it does, of what, and the multiplications that each takes."""

    unit: str
    count: int
    run: Callable[[_Data], object]
    limit_use: float
    note: str = ""


class _Data:
    """A key and what is encrypted under it, made when it is first needed."""

    @cached_property
    def key(self) -> paillier.PrivateKey:
        return paillier.generate(BITS)

    @cached_property
    def values(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.random.default_rng(1).integers(0, 2**30, _BATCH)

    @cached_property
    def short(self) -> paillier.PublicKey:
        return self.key.public.drawing("short")

    @cached_property
    def textbook(self) -> paillier.PublicKey:
        return self.key.public.drawing("textbook")

    @cached_property
    def encrypted(self) -> paillier.Ciphertexts:
        return self.key.public.encrypt(self.values)

    @cached_property
    def many(self) -> paillier.Ciphertexts:
        return paillier.concatenate([self.encrypted] * (_SUMS // _BATCH))

    @cached_property
    def factors(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
        return np.random.default_rng(2).integers(2**63, 2**64, _SCALED, dtype=np.uint64)

    @cached_property
    def vector(self) -> paillier.Ciphertexts:
        return self.many[:SIDE]

    @cached_property
    def matrix(self) -> paillier.Public:
        return paillier.public(np.random.default_rng(3).integers(-(2**63), 2**63, (SIDE, SIDE)))

    @cached_property
    def packed(self) -> paillier.Packed:
        numbers = np.random.default_rng(4).integers(-1000, 1000, (BATCH_SIDE, VECTORS))
        return self.key.public.encrypt_packed(numbers, bound=1000)

    @cached_property
    def _joint(self) -> dict[int, JointDecryption]:
        key = paillier.generate(BITS, safe=True)
        encrypted = key.public.encrypt(self.values[:_JOINT])
        return {parties: JointDecryption(key, parties, encrypted) for parties in PARTIES}

    def jointly(self, parties: int, *, proved: bool) -> object:
        """What one of so many parties does to decrypt."""
        work = self._joint[parties]
        return work.decrypt_proved() if proved else work.decrypt()

    @cached_property
    def small_matrix(self) -> paillier.Public:
        return paillier.public(np.random.default_rng(5).integers(-128, 128, (BATCH_SIDE, BATCH_SIDE)))


def _shared(data: _Data) -> object:
    """Both ends of a masked decryption: what the holder computes, then the owner of the key."""
    held, key = data.many, data.key
    how = masking_for(held.scale, held.shape, None, held.group)
    masks = how.draw(urandom)
    hidden = paillier.Ciphertexts(held.encryption, how.hide(held, masks, urandom), Scale(0, 0), fresh=False)
    return how.mask_part(Z64, masks, 0), how.masked_part(Z64, key.decrypt_words(hidden), held.group, 0)


def _sharing() -> float:
    """Of a number of 63 bits and a sign: its slot's squares, and its part of the random power and of the decryption."""
    width = 64 + slack(_SUMS) + 2
    slots = (BITS - SPARE_BITS) // width
    return width * square_instructions(2 * BITS) + PRODUCT + (POWER + HALVES + 3 * PRODUCT) / slots


def _table_products(exponent_bits: int) -> int:
    """Of a power from a table: one a row, with one to make up for the form; one each for the message and for both."""
    return -(-exponent_bits // TABLE_WIDTH) + 2


def _scaling() -> float:
    """A power of 64 bits with windows of 3, and into the form and out of it."""
    squares, products = 63 + 3, 22 + 3 + 4
    return squares * square_instructions(2 * BITS) + products * product_instructions(2 * BITS)


def _tests_of_a_key() -> float:
    """Candidates for both primes until one of those that small primes leave over is prime, and their last rounds."""
    half = BITS // 2
    candidates = half * log(2) * exp(-_EULER) / log(BLUM_SIEVE)
    return 2 * (candidates + ROUNDS) * power_instructions(half, half)


def _entries(side: int, bits: int) -> float:
    """Of one entry of a square matrix: positive and negative entries are rows of their own, half of each empty."""
    way = best_way(2 * side, side, bits)
    doubled = 2 * side * bits * side / (way.width + 1)
    return (way.products - doubled / 2) / side**2 * product_instructions(2 * BITS)


PRODUCT, POWER = product_instructions(2 * BITS), power_of_square_instructions(BITS, BITS)
WHOLE_POWER = power_of_square_instructions(BITS, 2 * BITS)
HALVES = 2 * power_of_square_instructions(BITS // 2, BITS // 2) + PRODUCT
WORKS = {
    "paillier.keygen_2048": _Work("keys", 1, lambda data: paillier.generate(BITS), _tests_of_a_key()),
    "paillier.encrypt_2048": _Work(
        "values", _BATCH, lambda data: data.key.public.encrypt(data.values), _table_products(BITS // 2) * PRODUCT,
        "encrypt_2048 draws exponents of 1024 bits",
    ),
    "paillier.encrypt_2048_448": _Work(
        "values", _BATCH, lambda data: data.short.encrypt(data.values), _table_products(448) * PRODUCT,
        "encrypt_2048_448 draws exponents of 448 bits, a further assumption",
    ),
    "paillier.encrypt_2048_textbook": _Work(
        "values", _BATCH, lambda data: data.textbook.encrypt(data.values), POWER + 2 * PRODUCT,
        "encrypt_2048_textbook raises to N, 2048 bits",
    ),
    "paillier.encrypt_2048_owner": _Work(
        "values", _BATCH, lambda data: data.key.encrypt(data.values), HALVES + 2 * PRODUCT,
        "encrypt_2048_owner raises to 1024 bits modulo each half",
    ),
    "paillier.decrypt_2048": _Work("values", _BATCH, lambda data: data.key.decrypt(data.encrypted), HALVES),
    "paillier.add_2048": _Work("values", _SUMS, lambda data: data.many + data.many, PRODUCT),
    "paillier.scale_2048": _Work("values", _SCALED, lambda data: data.encrypted * data.factors, _scaling()),
    "paillier.matvec_2048_1000": _Work(
        "entries", SIDE * SIDE, lambda data: data.matrix @ data.vector, _entries(SIDE, 63),
        "matvec_2048_1000 has 1000 x 1000 public entries of 63 bits and a sign",
    ),
    "paillier.matvec_2048_packed": _Work(
        "entries", BATCH_SIDE**2 * VECTORS, lambda data: data.small_matrix @ data.packed,
        _entries(BATCH_SIDE, 7) / VECTORS,
        "matvec_2048_packed has 100 x 100 public entries of 8 bits, for 46 vectors in the slots of 100 ciphertexts",
    ),
    **{
        f"paillier.threshold_decrypt_2048_{parties}{'_proved' if proved else ''}": _Work(
            "values", _JOINT, partial(_Data.jointly, parties=parties, proved=proved), WHOLE_POWER,
        )
        for parties in PARTIES
        for proved in (False, True)
    },
    "paillier.to_shares_2048": _Work(
        "values", _SUMS, _shared, _sharing(), "to_shares_2048 is of numbers of 64 bits, the work of both parties",
    ),
}  # fmt: skip


def names() -> list[str]:
    """The workloads."""
    return [*WORKS, *joint_keys.WORKS, joint_keys_two_parties.NAME]


def measure(options: Options) -> Iterator[list[Throughput]]:
    """The rows of one workload after the other."""
    keep_memory()
    data = _Data()
    with using(options.implementation) if options.implementation else nullcontext():
        for name in options.chosen(WORKS):
            yield kernels.contest_of(_workload(name, data), options, TABLE)
        for row in joint_keys.measure(options):
            yield [row]
        if options.chosen([joint_keys_two_parties.NAME]):
            yield [joint_keys_two_parties.row(options)]


def _workload(name: str, data: _Data) -> KernelWorkload:
    work = WORKS[name]

    def run() -> object:
        with using_cores(1):
            return work.run(data)

    return KernelWorkload(name, work.unit, work.count, run, MULTIPLIER, work.limit_use, note=work.note)
