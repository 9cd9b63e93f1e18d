"""Triples for ANDs of packed bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod
from typing import ClassVar, Self

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape, broadcast
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.bilinear import bit_masks, bit_residue
from protocols.preprocessing.elementwise import Elementwise
from protocols.preprocessing.joining import joined, runs
from protocols.preprocessing.kind import Kind, Opening, own_draws
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers

_WORD_BITS = 64
_MOST_ROWS = 64
"""Of random ANDs that share an operand."""


@dataclass(frozen=True, slots=True)
class AndTriple(Kind):
    """<a>, <b>, <c> with c = a & b on packed words, a of shape `left` and b of shape `right`, broadcast like numpy."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "and_triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """a, b, c."""
        return Part(self.left, "xor"), Part(self.right, "xor"), Part(broadcast(self.left, self.right), "xor")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a & b."""
        return (bits.bit_and(*drawn),)

    @property
    def elements(self) -> int:
        """One for each AND of two bits."""
        return _WORD_BITS * prod(broadcast(self.left, self.right))

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Two parties draw a and b with the transfers, where these can give them."""
        forms = [Elementwise(kind.left, kind.right) for kind in kinds]
        drawn = [
            () if _may_be_random(ctx.n, form) else tuple(own_draws(ctx, kind))
            for kind, form in zip(kinds, forms, strict=True)
        ]
        made: list[Material] = [()] * len(kinds)

        def key(i: int) -> tuple[int, bool]:
            return forms[i].repeats, not drawn[i]

        for _, group in groupby(sorted(range(len(kinds)), key=key), key=key):
            for places in runs(list(group), [kind.elements for kind in kinds]):
                alike = [forms[i] for i in places], [drawn[i] for i in places]
                for i, material in zip(places, await _together(ctx, tools, *alike), strict=True):
                    made[i] = material
        return made

    def transfers(self, n: int) -> Transfers:
        """A choice for each bit of one operand; random ANDs of two parties are all in the transfers."""
        form = Elementwise(self.left, self.right)
        random = _may_be_random(n, form)
        return Transfers(((_WORD_BITS * form.choices, form.repeats),), chosen=not random, masked=not random)

    def spare(self) -> AndTriple:
        """Another one."""
        return self

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """rho = a ^ f and sigma = b ^ g."""
        return bit_masks(piece, spare)

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """c ^ h ^ sigma f ^ rho g ^ rho sigma."""
        return bit_residue(self, piece, spare, opened, first)


def _may_be_random(n: int, form: Elementwise) -> bool:
    return n == 2 and form.plain and form.repeats <= _MOST_ROWS


async def _together(
    ctx: Context, tools: Tools, forms: Sequence[Elementwise], drawn: Sequence[tuple[Words, ...]]
) -> list[Material]:
    """Triples of forms that repeat equally often, all with operands that were drawn, or all without."""
    few = many = None
    if drawn[0]:
        operands = [form.parted(*both) for form, both in zip(forms, drawn, strict=True)]
        few, many = joined([few for few, _ in operands]), joined([many for _, many in operands], axis=1)
    words = [form.choices for form in forms]
    crossed = await tools.cross_ands(ctx, few, many, forms[0].repeats, sum(words))
    cuts = [np.split(part, np.cumsum(words)[:-1], axis=-1) for part in crossed]
    made: list[Material] = []
    for form, both, a, b, cross in zip(forms, drawn, *cuts, strict=True):
        left, right = both or form.united(a, b)
        local = bits.bit_and(left, right).reshape(-1)
        made.append((left, right, bits.bit_xor(local, np.ascontiguousarray(cross).reshape(-1)).reshape(form.shape)))
    return made
