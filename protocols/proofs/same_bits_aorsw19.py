"""Bits that are authenticated in GF(2^128) and modulo p, and the check that they are the same bits.

Aly, Orsini, Rotaru, Smart, Wood, Zaphod, WAHC 2019 (eprint 2019/974), make daBits so: the parities of random sums of
all bits are compared. Here one party knows the bits, as in Baum, Braun, Munch-Hansen, Razet, Scholl, CCS 2021 (eprint
2021/750): it tells a sum's parity alone, masked by a bit, and proves that the sum less the parity is even. So nothing
shows, where Zaphod opens the sum under a long mask. docs/protocols/circuit_proofs.md has the argument.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import MERSENNE61, PrimeField
from mpc.algebra.ring import U64, Words
from mpc.domain_hash import DomainHash
from protocols.proofs.elements import Elements, Side
from protocols.proofs.relation import Counting, Part

Bytes = npt.NDArray[np.uint8]
SUMS = 64
"""Of random subsets: other bits have the same parities in all of them with a chance of 2^-64. A mask for each."""
SEED_WORDS = 2
_HALF = -(MERSENNE61.p // 2)
"""1 / 2 modulo p."""
_AT_ONCE = 1 << 14


def subsets(seed: Words, count: int) -> Words:
    """For each of so many bits a word: in which of the 64 sums it is."""
    return DomainHash("subsets of bits that are the same").absorb(seed).stream("subsets").words((count,))


def sums_of_labels(subsets: Words, labels: Words, masks: Words) -> Words:
    """The labels (64, 2) of the sums modulo 2, each with its mask's.

    Eight sums at a time: labels that are in the same of them are added up first, 256 kinds at most.
    """
    sums = masks.copy()
    for first in range(0, SUMS, 8):
        kinds = (subsets >> np.uint64(first)).astype(np.uint8)
        order = np.argsort(kinds, kind="stable")
        found, starts = np.unique(kinds[order], return_index=True)
        of_kinds = np.bitwise_xor.reduceat(labels[order], starts, axis=0)
        for number in range(8):
            sums[first + number] ^= np.bitwise_xor.reduce(of_kinds[found >> number & 1 == 1], axis=0)
    return sums


def claim_parities(subsets: Words, bits: Elements, masks: Elements, parities: Bytes) -> None:
    """Claim that the sums of bits (count,), each with its mask (64,), as whole numbers have these parities (64,).

    All are 0 or 1, which is claimed elsewhere, so that no sum reaches p: half of what a sum is above its parity is a
    whole number of few bits only where that is even.
    """
    sums = Elements(bits.side, tuple(_sums(bits.side.prime, subsets, part) for part in bits.parts))
    halves = (sums + masks - parities.astype(np.int64)) * _HALF
    halves.bits(width_of(len(subsets)))


def width_of(count: int) -> int:
    """Bits of half a sum of so many and a mask, at most."""
    return max(1, ((count + 1) // 2).bit_length())


def part_of(count: int) -> Part:
    """What `claim_parities` takes of so many bits."""
    return _counted(count, lambda side: claim_parities(*_blank(side, count)))


def _blank(side: Side, count: int) -> tuple[Words, Elements, Elements, Bytes]:
    bits, masks = (Elements(side, (np.zeros((1, size), U64),)) for size in (count, SUMS))
    return np.zeros(count, U64), bits, masks, np.zeros(SUMS, np.uint8)


def _counted(count: int, claim: Callable[[Side], None]) -> Part:
    side = Counting(MERSENNE61)
    claim(side)
    return Part(0, 1, sum(side.counted.fresh), sum(side.counted.terms), 0, first=False, last=True)


def _sums(prime: PrimeField, subsets: Words, part: Words) -> Words:
    """(1, count) elements as (1, 64) sums; without content in a plan."""
    total = prime.zeros(SUMS)
    for at in range(0, len(subsets), _AT_ONCE):
        here = subsets[at : at + _AT_ONCE]
        chosen = np.stack([_chosen(here, number) for number in range(SUMS)])
        total = prime.add(total, prime.matmul(chosen, part[0, at : at + _AT_ONCE]))
    return total[None]


def _chosen(subsets: Words, number: int) -> Words:
    return subsets >> np.uint64(number) & np.uint64(1)
