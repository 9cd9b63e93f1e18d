"""The Beaver suite: N parties, additive shares of Z_2^k, XOR shares of bits, correlations made beforehand.

Semi-honest; any n - 1 parties may collude and learn nothing but outputs, as long as whoever supplied the correlations
does not help them. Beaver, CRYPTO 1991.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mpc.context import Context
from protocols.beaver import (
    arithmetic,
    boolean,
    by_bmr,
    by_garbling,
    by_pieces,
    by_points,
    convert,
    many_and,
    past,
    reached,
    share,
    shuffle,
    truncate,
    weights,
)
from protocols.derived import Derived
from protocols.one_array import check_ring
from protocols.suite import REVEALED, About


class BeaverSuite(Derived):
    """`protocols.suite.Suite` by Beaver's method. It keeps nothing: all that is opened is masked, and nobody cheats."""

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
    select = staticmethod(convert.select)
    truncate = staticmethod(truncate.truncate)
    shuffle: ClassVar[Any] = staticmethod(shuffle.shuffle)
    and_many: ClassVar[Any] = staticmethod(many_and.and_many)
    reached: ClassVar[Any] = staticmethod(reached.reached)
    compared_at_once: ClassVar[Any] = staticmethod(convert.compared_at_once)
    times_masked: ClassVar[Any] = staticmethod(weights.by_masked)
    keep_rows: ClassVar[Any] = staticmethod(past.keep_rows)
    times_past: ClassVar[Any] = staticmethod(past.times_past)
    garbled: ClassVar[Any] = staticmethod(by_garbling.evaluate)
    garblers_bits: ClassVar[Any] = staticmethod(by_garbling.garblers_bits)
    garbled_by_several: ClassVar[Any] = staticmethod(by_bmr.evaluate)
    garbled_numbers: ClassVar[Any] = staticmethod(by_garbling.of_numbers)
    by_pieces: ClassVar[Any] = staticmethod(by_pieces.by_pieces)
    look_up: ClassVar[Any] = staticmethod(by_points.look_up)


class Beaver:
    """The factory of the suite."""

    name = "beaver"
    simulation_only = False
    remembers = False
    about = About(
        colluding="all but one",
        material="made, dealt or stored",
        quick="products, with material ready",
    )

    async def start(self, ctx: Context) -> BeaverSuite:
        """A suite for any number of parties and any ring of up to 128 bits; sends nothing."""
        check_ring(ctx, self.name)
        return BeaverSuite()

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """The sentence that goes with every result."""
        others = "the other party learns" if n == 2 else f"up to {n - 1} of the {n} parties together learn"
        return (
            f"Semi-honest security with dishonest majority: {others} nothing beyond {learnt}, "
            "provided that everybody follows the protocol"
        )


SUITE = Beaver()
