"""What making material will send, estimated from the demand before anything is made.

For material by oblivious transfer the sizes of the products are counted as `making` and `products` form them: a choice
for each bit of one operand, with it the significant bits of the other. Not counted are headers of messages and what a
check takes. For a dealer the count is that of its corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mpc.correlation import (
    AndTriple,
    Correlation,
    DaBit,
    EdaBit,
    MatrixTriple,
    OneOfMany,
    Shape,
    SquarePair,
    Triple,
    TruncationPair,
    broadcast,
)
from mpc.supply import Entry
from protocols.preprocessing.demand import correction_words

CORRELATION_BITS = {"ot": 31.0, "silent": 0.75}
"""What a correlated transfer takes."""

SETUP_BYTES = {"ot": 20e3, "silent": 1.0e6}
"""Bytes that each two parties exchange, both ways together, before the first piece is made."""

_WORD_BYTES = 8


def offline_bytes(demand: Sequence[Entry], n: int, maker: str) -> list[int]:
    """About how many bytes each party receives, by index."""
    kinds = [kind for _, kind in demand]
    if maker not in CORRELATION_BITS:
        return [_WORD_BYTES * sum(correction_words(kind, party, n) for kind in kinds) for party in range(n)]
    pairs = n * (n - 1) / 2
    bits = sum(_bits(kind, CORRELATION_BITS[maker], n) for kind in kinds)
    return [round((bits / 8 + pairs * SETUP_BYTES[maker]) / n) if kinds else 0] * n


def _bits(kind: Correlation, correlation: float, n: int) -> float:
    """What all parties send each other for one piece."""
    if isinstance(kind, OneOfMany):
        return kind.elements * kind.depth * correlation
    return n * (n - 1) / 2 * _bits_of_a_pair(kind, correlation, two=n == 2)


def _bits_of_a_pair(kind: Correlation, correlation: float, *, two: bool) -> float:
    """What two parties send each other for one piece. Are they the only ones, factors may be random choices."""
    k, given = kind.ring.bits, correlation + 1
    choice = correlation if two else given
    if isinstance(kind, Triple):
        return _both_ways(kind.left, kind.right, k * choice, k * (k + 1) / 2)
    if isinstance(kind, AndTriple):
        return 64 * _both_ways(kind.left, kind.right, choice, 0 if two else 1)
    if isinstance(kind, MatrixTriple):
        batch = prod(broadcast(kind.left[:-2], kind.right[:-2]))
        shorter, longer = sorted((kind.left[-2], kind.right[-1]))
        return 2 * batch * shorter * kind.left[-1] * (k * choice + longer * k * (k + 1) / 2)
    if isinstance(kind, SquarePair):
        return prod(kind.shape) * ((k - 1) * given + k * (k - 1) / 2)
    return kind.elements * sum(given + width - 1 for width in _widths(kind) if width > 1)


def _both_ways(left: Shape, right: Shape, choices: float, corrections: float) -> float:
    """Products elementwise: choices for the operand that is repeated along leading axes, if one is."""
    shape = broadcast(left, right)
    full = chosen = prod(shape)
    small, large = sorted((left, right), key=prod)
    core = _stripped(small)
    if prod(large) == full and shape[len(shape) - len(core) :] == core:
        chosen = prod(core)
    return 2 * (chosen * choices + full * corrections)


def _stripped(shape: Shape) -> Shape:
    """Without the leading axes of length 1."""
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def _widths(kind: Correlation) -> list[int]:
    """Modulo what each random bit of an element becomes a sum: of other kinds none does."""
    k = kind.ring.bits
    if isinstance(kind, DaBit):
        return [k]
    if isinstance(kind, EdaBit):
        return [k - i for i in range(k)]
    if isinstance(kind, TruncationPair):
        return [*(k - i if i < kind.shift else k - i + kind.shift for i in range(k - 1)), k]
    return []
