"""What the parties can do together towards material, each with random shares of its own.

Kinds are made with these and nothing else, so that a kind knows neither transfers nor whatever else gives the products.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.correlation import Material
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.side import Side
from protocols.ot.groups import Group
from protocols.preprocessing.orders import Order

Pair = tuple[int, int]
"""Two different parties, in order: sender and receiver."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The operand whose elements are sent: b[q, s, :] = values[q // each, s, :]."""

    values: Words = field(repr=False)
    each: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """(q, s, l)."""
        return len(self.values) * self.each, self.values.shape[1], self.values.shape[2]

    def part(self, rows: slice, terms: slice, columns: slice) -> Words:
        """Some of them: (q s, l), and the words of an element if it has several."""
        if self.each == 1:
            some = self.values[rows, terms, columns]
        else:
            some = self.values[np.arange(rows.start, rows.stop) // self.each, terms, columns]
        return some.reshape(-1, *some.shape[2:])


class Tools(Protocol):
    """All parties call the same method with operands of the same shapes, one call after the other."""

    def may_be_random(self, ctx: Context, ring: Z2k, length: int) -> bool:
        """Whether `cross_products` can draw a itself, for rows of this length."""

    async def cross_products(
        self, ctx: Context, ring: Z2k, a: Words | None, b: Rows, pairs: Collection[Pair] | None = None
    ) -> tuple[Words, Words]:
        """a, and this party's share of the sum, over pairs of parties, of the receiver's a times the sender's b.

        a: (q, s), drawn at random if it is None (`may_be_random`), and b: (q, s, l); the products a[q, s] b[q, s, :]
        are summed over s: (q, l). `pairs`: all ordered ones.
        """

    async def cross_ands(
        self, ctx: Context, a: Words | None, b: Words | None, rows: int, words: int
    ) -> tuple[Words, Words, Words]:
        """a, b and this party's share of the XOR, over all ordered pairs, of the receiver's a and the sender's b.

        Packed bits: a (words,), b and the result (rows, words), each row with all of a. Two parties may have them drawn
        at random, a and b both None, with rows <= 64.
        """

    async def bits_to_ring(
        self, ctx: Context, planes: Words, groups: Sequence[Group], targets: int = 1, words: int = 1
    ) -> Words:
        """Shares of XOR-shared bits as additive shares: packed planes (p, w) become sums (targets, 64 w), of
        so many `words` an element.

        Plane i counts 2^shift times in its group's target, where it is right modulo 2^(width + shift); no two planes of
        a target have the same shift.
        """

    async def labels(self, ctx: Context, sender: int, receiver: int, count: int) -> Material:
        """The sender's odd offset (2,) and labels of zero (count, 2); the receiver's packed bits and their labels.

        Empty parts at who does not hold them.
        """

    async def own_labels(self, ctx: Context, sender: int, receiver: int, counts: Sequence[int]) -> list[Material]:
        """As `labels`, for each count, under a fresh offset of its own that nothing else has."""

    async def authenticated(self, ctx: Context, sizes: Sequence[Size], lot: int) -> tuple[Side, list[Independent]]:
        """Authenticated ANDs and bits between two parties, made together, under the offsets that stand for this lot.

        Secure against either party. Abort `authenticated-check-failed`, `ot-check-failed`, `wrong-coins`; offsets of a
        lot in which a check has failed are gone.
        """

    async def translated(
        self, ctx: Context, ring: Z2k, permuter: int, order: Order | None, records: Words
    ) -> Words:  # fmt: skip
        """This party's share of the parties' summed records (rows, count, width), each row in an order (rows, count)
        that `permuter` alone knows and passes."""

    async def tables(self, ctx: Context, sender: int, receiver: int, words: int, depth: int, width: int) -> Material:
        """Random tables at the sender; random places in them at the receiver, and the entries there.

        (2^depth, width, words), (depth, words) and (width, words), 64 tables a word as `mpc.algebra.bit_tables` has
        them; empty parts at who does not hold them.
        """
