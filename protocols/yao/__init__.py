"""The suite yao: two parties, additive shares of Z_2^k, XOR shares of bits, and whatever is not linear garbled.

Each operation takes two rounds, one of them at party 0, which garbles; material is correlated transfers alone.
Semi-honest. Yao, FOCS 1986; Demmler, Schneider, Zohner, "ABY", NDSS 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from mpc.accounts.ledger import LineCost
from mpc.context import Context
from protocols.beaver import by_garbling
from protocols.derived import Derived
from protocols.one_array import check_ring
from protocols.suite import NO_TWO, REVEALED, About, check_parties
from protocols.yao import arithmetic, boolean, convert, share, truncate


class YaoSuite(Derived):
    """`protocols.suite.Suite` by garbled circuits. It keeps nothing: nobody cheats."""

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
    not_ = staticmethod(boolean.not_)
    xor_public = staticmethod(boolean.xor_public)
    a2b = staticmethod(convert.a2b)
    b2a = staticmethod(convert.b2a)
    bits_to_ring = staticmethod(convert.bits_to_ring)
    msb = staticmethod(convert.msb)
    is_zero = staticmethod(convert.is_zero)
    truncate = staticmethod(truncate.truncate)
    garbled: ClassVar[Any] = staticmethod(by_garbling.evaluate)
    garbled_numbers: ClassVar[Any] = staticmethod(by_garbling.of_numbers)


DEAR_BYTES = 1 << 24
"""Bytes of one line of a program from which plans and reports warn."""


class Yao:
    """The factory of the suite."""

    name = "yao"
    simulation_only = False
    remembers = False
    about = About(
        colluding=NO_TWO,
        material="made, dealt or stored",
        quick="comparisons, on slow networks",
        parties=2,
        because="one garbles and the other evaluates",
    )

    async def start(self, ctx: Context) -> YaoSuite:
        """A suite for two parties and any ring of up to 128 bits; sends nothing."""
        check_parties(self, ctx.n)
        check_ring(ctx, self.name)
        return YaoSuite()

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """The sentence that goes with every result."""
        return (
            "Semi-honest security between two parties by garbled circuits: the other party learns nothing beyond "
            f"{learnt}, provided that both follow the protocol"
        )

    def warnings(self, lines: Sequence[LineCost]) -> list[str]:
        """What to say of lines that are dear here, at the party that sends most, the garbler."""
        return [
            f"{cost.line} sends {cost.bytes:,} bytes: in the suite yao each product of two numbers is sent bit by bit, "
            "those of matrices too; the suite beaver has triples for them"
            for cost in lines
            if cost.bytes >= DEAR_BYTES
        ]


SUITE = Yao()
