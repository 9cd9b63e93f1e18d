"""The tools of kinds, with products under Paillier keys and all else from oblivious transfers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.paillier.key_exchange import Keys
from protocols.preprocessing import paillier_products
from protocols.preprocessing.ot_tools import OtTools
from protocols.preprocessing.tools import Pair, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PaillierTools(OtTools):
    """Bits come from transfers as they do there: a product of bits takes a ciphertext, a transfer some bytes."""

    keys: Keys

    def may_be_random(self, ctx: Context, ring: Z2k, length: int) -> bool:
        """Nothing draws the operand but its holder."""
        return False

    async def cross_products(
        self, ctx: Context, ring: Z2k, a: Words | None, b: Rows, pairs: Collection[Pair] | None = None
    ) -> tuple[Words, Words]:
        """A ciphertext for several numbers of one operand, and one for several results."""
        assert a is not None
        return await paillier_products.cross_products(ctx, self.keys, ring, a, b, pairs)
