"""The suite replicated3: three parties, an honest majority, numbers in three summands of which each party holds two.

Semi-honest; each party alone learns nothing but outputs, any two together learn everything. No material is made
beforehand. Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016; conversions after Mohassel, Rindal, CCS 2018.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mpc.context import Context
from protocols.derived import Derived
from protocols.one_array import check_ring
from protocols.replicated3 import arithmetic, boolean, choose, convert, scaled, share, shuffle, summands, truncate
from protocols.suite import NO_TWO, REVEALED, About, check_parties


class Replicated3Suite(Derived):
    """`protocols.suite.Suite` by replicated sharing. It keeps nothing: nobody cheats."""

    constant = staticmethod(share.constant)
    constant_bits = staticmethod(share.constant_bits)
    input = staticmethod(share.input_)
    input_bits = staticmethod(share.input_bits)
    open = staticmethod(share.open_)
    open_bits = staticmethod(share.open_bits)
    open_to = staticmethod(share.open_to)
    open_bits_to = staticmethod(share.open_bits_to)
    random = staticmethod(share.random)
    random_bits = staticmethod(share.random_bits)
    mul = staticmethod(arithmetic.mul)
    square = staticmethod(arithmetic.square)
    matmul = staticmethod(arithmetic.matmul)
    inner = staticmethod(arithmetic.inner)
    and_ = staticmethod(boolean.and_)
    or_ = staticmethod(boolean.or_)
    not_ = staticmethod(boolean.not_)
    xor_public = staticmethod(boolean.xor_public)
    a2b = staticmethod(convert.a2b)
    b2a = staticmethod(convert.b2a)
    bits_to_ring = staticmethod(convert.bits_to_ring)
    msb = staticmethod(convert.msb)
    below = staticmethod(convert.below)
    is_zero = staticmethod(convert.is_zero)
    truncate = staticmethod(truncate.truncate)
    shuffle: ClassVar[Any] = staticmethod(shuffle.shuffle)
    choose: ClassVar[Any] = staticmethod(choose.choose)
    weighted_bits: ClassVar[Any] = staticmethod(convert.weighted_bits)
    mul_truncate: ClassVar[Any] = staticmethod(scaled.mul_truncate)
    matmul_truncate: ClassVar[Any] = staticmethod(scaled.matmul_truncate)
    by_summands: ClassVar[Any] = staticmethod(summands.by_summands)


class Replicated3:
    """The factory of the suite."""

    name = "replicated3"
    simulation_only = False
    remembers = False
    about = About(
        colluding=NO_TWO,
        material="",
        quick="all, without preparation",
        parties=share.PARTIES,
        because="each number is in three parts, of which a party holds two",
        garbles=False,
    )

    async def start(self, ctx: Context) -> Replicated3Suite:
        """A suite for three parties and any ring of up to 128 bits; sends nothing."""
        check_parties(self, ctx.n)
        check_ring(ctx, self.name)
        return Replicated3Suite()

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """The sentence that goes with every result."""
        return (
            f"Semi-honest security with honest majority: each of the {n} parties alone learns nothing beyond {learnt}, "
            "provided that everybody follows the protocol and no two of them collude: any two together learn everything"
        )


SUITE = Replicated3()
