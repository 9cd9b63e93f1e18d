"""How many blocks of AES-128 the busiest party needs for material: a limit that no kernel passes.

What is counted: the streams and trees that correlations are made of, and the pads that hide messages; where nothing is
transferred, the streams that random parts are. What is not: base transfers, random parts of what is transferred, which
can come with the correlations, and all work without AES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from bench.suppliers import DEALER
from mpc.correlation import (
    AndTriple,
    Correlation,
    DaBit,
    EdaBit,
    InputMask,
    MatrixTriple,
    OneOfMany,
    RandomValue,
    Shape,
    SquarePair,
    Triple,
    TruncationPair,
    broadcast,
)
from mpc.supply import corrected
from protocols.ot import silent_ferret_ywlzw20 as ferret
from protocols.ot.correlated import LABEL_BITS
from protocols.ot.extension_softspoken_roy22 import DEFAULT_K
from protocols.ot.folding import parts
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN

BLOCK_BITS = 128
BLOCK_WORDS = 2
_MATRIX_BLOCKS = 2
"""Blocks from which a row of Ferret's sparse matrix is made: ten numbers below 2^17 to 2^19."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of AES for one correlation, at each end."""

    sender: float
    receiver: float


def softspoken(k: int) -> Blocks:
    """A part of w bits has 2^w streams, whose blocks are of 128 correlations; the sender has all of them but one."""
    streams = [1 << width for width in parts(k)]
    return Blocks(sum(count - 1 for count in streams) / LABEL_BITS, sum(streams) / LABEL_BITS)


def silent(parameters: ferret.Parameters) -> Blocks:
    """A block for each node of a tree that has children, but for its root, and the rows of the matrix."""
    iteration = parameters.trees * ((1 << parameters.depth) - 2) + _MATRIX_BLOCKS * parameters.made
    return Blocks(iteration / parameters.fresh, iteration / parameters.fresh)


BLOCKS = {SOFTSPOKEN.name: softspoken(DEFAULT_K), SILENT.name: silent(ferret.SMALL)}


@dataclass(frozen=True, slots=True)
class Transfers:
    """What parties transfer: `groups` are (how many, bits of a message that must be hidden).

    `between`: "all", each two parties in both directions; "rising", from every party to all with a higher index;
    "one", from one party to one other.
    """

    groups: tuple[tuple[int, int], ...] = ()
    between: Literal["all", "rising", "one"] = "all"

    @property
    def count(self) -> int:
        """Transfers in one direction."""
        return sum(count for count, _ in self.groups)

    @property
    def pads(self) -> int:
        """Blocks of one pad for each: pi(pi(x) ^ i) ^ pi(x) for each 128 bits, and pi(x) once."""
        return sum(count * (1 + -(-bits // BLOCK_BITS)) for count, bits in self.groups)

    def blocks(self, extension: Blocks, n: int) -> float:
        """Of the busiest of n parties. A sender makes two pads, a receiver one."""
        send = self.count * extension.sender + 2 * self.pads
        receive = self.count * extension.receiver + self.pads
        if self.between == "all":
            return (n - 1) * (send + receive)
        if self.between == "one":
            return max(send, receive)
        return max((n - 1 - i) * send + i * receive for i in range(n))


def _gilboa(bits: int, choices: int, length: int) -> Transfers:
    """Products modulo 2^bits of words, one of them given bit by bit: of the i-th, bits - i bits matter."""
    return Transfers(tuple((choices, length * (bits - i)) for i in range(bits)))


def _triple(kind: Triple) -> Transfers:
    return _gilboa(kind.ring.bits, *_choices(kind.left, kind.right))


def _and_triple(kind: AndTriple) -> Transfers:
    choices, length = _choices(kind.left, kind.right)
    return Transfers(((64 * choices, length),))


def _choices(left: Shape, right: Shape) -> tuple[int, int]:
    """How many words choose, and how many words each of them is multiplied by."""
    full = broadcast(left, right)
    small, large = sorted((left, right), key=prod)
    while small and small[0] == 1:
        small = small[1:]
    if prod(large) == prod(full) and full[len(full) - len(small) :] == small:
        return prod(small), prod(full) // max(1, prod(small))
    return prod(full), 1


def _matrix_triple(kind: MatrixTriple) -> Transfers:
    """A choice for each bit of the matrix with the shorter outer side; a message is a row of the other."""
    (rows, inner), columns = kind.left[-2:], kind.right[-1]
    batch = prod(broadcast(kind.left[:-2], kind.right[:-2]))
    return _gilboa(kind.ring.bits, batch * inner * min(rows, columns), max(rows, columns))


def _square_pair(kind: SquarePair) -> Transfers:
    return Transfers(_gilboa(kind.ring.bits - 1, prod(kind.shape), 1).groups, between="rising")


def _bits(count: int, widths: list[int]) -> Transfers:
    """Bits moved to sharings modulo 2^width: a product with twice the bit, one bit narrower."""
    return Transfers(tuple((count, width - 1) for width in widths if width > 1), between="rising")


def _truncation_pair(kind: TruncationPair) -> Transfers:
    """Bit i counts 2^i in r, 2^(i - shift) in the middle, and the top bit counts 1 by itself."""
    k = kind.ring.bits
    widths = [k - i if i < kind.shift else k - i + kind.shift for i in range(k - 1)]
    return _bits(prod(kind.shape), [*widths, k])


def _one_of_many(kind: OneOfMany) -> Transfers:
    """A label for each bit of a place, whose pad has a part of every entry."""
    return Transfers(((64 * kind.words * kind.depth, kind.width << kind.depth),), between="one")


TRANSFERS: dict[type[Correlation], Callable[[Any], Transfers]] = {
    Triple: _triple,
    MatrixTriple: _matrix_triple,
    SquarePair: _square_pair,
    AndTriple: _and_triple,
    DaBit: lambda kind: _bits(kind.count, [kind.ring.bits]),
    EdaBit: lambda kind: _bits(kind.count, [kind.ring.bits - i for i in range(kind.ring.bits)]),
    TruncationPair: _truncation_pair,
    InputMask: lambda kind: Transfers(),
    RandomValue: lambda kind: Transfers(),
    OneOfMany: _one_of_many,
}
"""What parties transfer for one piece of a kind."""


def blocks(kind: Correlation, supplier: str, n: int) -> float:
    """Blocks of the busiest of n parties, or of the dealer, for one piece of a kind."""
    drawn = sum(prod(part.shape) for part in kind.parts()[: kind.drawn])
    if supplier == DEALER:
        return max(_dealt_words(kind, n), drawn) / BLOCK_WORDS
    transfers = TRANSFERS[type(kind)](kind)
    if transfers.count:
        return transfers.blocks(BLOCKS[supplier], n)
    return drawn * (n if isinstance(kind, InputMask) else 1) / BLOCK_WORDS


def _dealt_words(kind: Correlation, n: int) -> int:
    """What a dealer expands if it corrects something: all shares, but for the one of each derived part."""
    if not any(corrected(kind, party, n) for party in range(n)):
        return 0
    words = 0
    for i, part in enumerate(kind.parts()):
        holders = 1 if part.sharing == "clear" else n
        words += prod(part.shape) * (holders - (i >= kind.drawn))
    return words
