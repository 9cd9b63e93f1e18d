"""The ideal suite: every party holds every value in the clear. For simulations only; it hides nothing.

Same files and functions as a real suite, no material: what a real one must agree with.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mpc.context import Context
from protocols.derived import Derived
from protocols.ideal import arithmetic, boolean, convert, share, shuffle, truncate
from protocols.one_array import check_ring
from protocols.suite import REVEALED, About


class IdealSuite(Derived):
    """`protocols.suite.Suite` in the clear."""

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
    select = staticmethod(convert.select)
    truncate = staticmethod(truncate.truncate)
    shuffle: ClassVar[Any] = staticmethod(shuffle.shuffle)
    garbled: ClassVar[Any] = staticmethod(boolean.garbled)
    garbled_by_several: ClassVar[Any] = staticmethod(boolean.garbled)


class Ideal:
    """The factory of the suite."""

    name = "ideal"
    simulation_only = True
    remembers = False
    about = About(colluding="nobody", material="", quick="everything: it computes in the clear")

    async def start(self, ctx: Context) -> IdealSuite:
        """A suite for any number of parties and any ring of up to 128 bits; sends nothing."""
        check_ring(ctx, self.name)
        return IdealSuite()

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """The sentence that goes with every result."""
        return "NO SECURITY: the ideal suite computes in the clear, for simulation only"


SUITE = Ideal()
