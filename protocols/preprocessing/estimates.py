"""What making material will send, estimated from the demand before anything is made.

For material by oblivious transfer the sizes of the products are counted as `making` and `products` form them: a choice
for each bit of one operand, with it the significant bits of the other. Not counted are headers of messages and what a
check takes. For a dealer the count is that of its corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mpc.correlations import (
    AndTriple,
    Correlation,
    DaBit,
    EdaBit,
    InputMask,
    MatrixTriple,
    RandomValue,
    Shape,
    SquarePair,
    Triple,
    TruncationPair,
    broadcast,
)
from mpc.supply import Entry
from protocols.preprocessing.demand import correction_words

CHOICE_BITS = {"ot": 32.0, "silent": 2.0}
"""Bits that a choice takes, its correlation included."""

SETUP_BYTES = {"ot": 20e3, "silent": 1.0e6}
"""Bytes that each two parties exchange, both ways together, before the first piece is made."""

_WORD_BYTES = 8


def offline_bytes(demand: Sequence[Entry], n: int, maker: str) -> tuple[list[int], list[str]]:
    """About how many bytes each party receives, by index, and the kinds of material that are left out."""
    if maker not in CHOICE_BITS:
        kinds = [kind for _, kind in demand]
        return [_WORD_BYTES * sum(correction_words(kind, party, n) for kind in kinds) for party in range(n)], []
    total, unknown = 0.0, set()
    for _, kind in demand:
        bits = _bits_of_a_pair(kind, CHOICE_BITS[maker])
        if bits is None:
            unknown.add(kind.name)
        else:
            total += bits
    pairs = n * (n - 1) / 2
    each = pairs * (total / 8 + SETUP_BYTES[maker]) / n if demand else 0
    return [round(each)] * n, sorted(unknown)


def _bits_of_a_pair(kind: Correlation, choice: float) -> float | None:
    """What two parties send each other for one piece."""
    k = kind.ring.bits
    if isinstance(kind, InputMask | RandomValue):
        return 0
    if isinstance(kind, Triple):
        return _both_ways(kind.left, kind.right, k * choice, k * (k + 1) / 2)
    if isinstance(kind, AndTriple):
        return 64 * _both_ways(kind.left, kind.right, choice, 1)
    if isinstance(kind, MatrixTriple):
        batch = prod(broadcast(kind.left[:-2], kind.right[:-2]))
        shorter, longer = sorted((kind.left[-2], kind.right[-1]))
        return 2 * batch * shorter * kind.left[-1] * (k * choice + longer * k * (k + 1) / 2)
    if isinstance(kind, SquarePair):
        return prod(kind.shape) * ((k - 1) * choice + k * (k - 1) / 2)
    widths = _widths(kind)
    return None if widths is None else kind.elements * sum(choice + width - 1 for width in widths if width > 1)


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


def _widths(kind: Correlation) -> list[int] | None:
    """Modulo what each random bit of an element becomes a sum."""
    k = kind.ring.bits
    if isinstance(kind, DaBit):
        return [k]
    if isinstance(kind, EdaBit):
        return [k - i for i in range(k)]
    if isinstance(kind, TruncationPair):
        return [*(k - i if i < kind.shift else k - i + kind.shift for i in range(k - 1)), k]
    return None
