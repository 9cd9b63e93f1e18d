"""The tools of kinds, with products under Paillier keys where that takes less, all else from oblivious transfers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.paillier.key_exchange import Keys
from protocols.preprocessing import paillier_products, products
from protocols.preprocessing.ot_tools import OtTools
from protocols.preprocessing.tools import Pair, Rows
from protocols.preprocessing.transfers import Products


@dataclass(frozen=True, slots=True, kw_only=True)
class PaillierTools(OtTools):
    """Bits come from transfers as they do there: a product of bits takes a ciphertext, a transfer some bytes.

    `always`: products are made under keys even where they take less by transfers, as single ones do.
    """

    keys: Keys
    always: bool = False

    def may_be_random(self, ctx: Context, ring: Z2k, length: int) -> bool:
        """No operand is: which way its products are made is only known with all of their shape."""
        return False

    async def cross_products(
        self, ctx: Context, ring: Z2k, a: Words | None, b: Rows, pairs: Collection[Pair] | None = None
    ) -> tuple[Words, Words]:
        """A ciphertext for several numbers of one operand, and one for several results; or a choice for each bit."""
        assert a is not None
        rows, terms, length = b.shape
        shapes = Products(ring.bits, rows, terms, length, b.each)
        if self.always or shapes.encrypted(self.keys.bits):
            return await paillier_products.cross_products(ctx, self.keys, ring, shapes, a, b, pairs)
        return await products.cross_products(ctx, self.ends, ring, a, b, pairs)
