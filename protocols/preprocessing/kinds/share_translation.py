"""Random records, shared twice: as they are, and in an order that one party knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.kind import Kind, own_draws
from protocols.preprocessing.orders import distances, order_of, reordered, wires
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers


@dataclass(frozen=True, slots=True)
class ShareTranslation(Kind):
    """[a] and [pi(a)] for `rows` lists of `count` records of `width` random elements that nobody knows, and for each
    list a random order pi of its own, which `permuter` knows.

    Chase, Ghosh, Poburinnaya, "Secret-Shared Shuffle", ASIACRYPT 2020, section 3: Delta of their definition is what the
    permuter has of [pi(a)] less its own [a] in that order.
    """

    rows: int
    count: int
    width: int
    permuter: int
    name: ClassVar[str] = "share_translation"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """The keys that sort into the order, two words for each record; a; pi(a)."""
        records = self.of_ring((self.rows, self.count, self.width))
        return Part((self.rows, self.count, 2), "clear", self.permuter), records, records

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """pi(a)."""
        keys, a = drawn
        order = order_of(keys)
        return (self.ring.moved(lambda records: reordered(records, order), a),)

    @property
    def elements(self) -> int:
        """One for each record."""
        return self.rows * self.count

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """A permutation network between the permuter and every other party. All of one form are made together."""
        made: list[Material] = [()] * len(kinds)
        for form in dict.fromkeys(replace(kind, rows=0) for kind in kinds):
            places = [i for i, kind in enumerate(kinds) if replace(kind, rows=0) == form]
            whole = replace(form, rows=sum(kinds[i].rows for i in places))
            keys, a = own_draws(ctx, whole)
            order = order_of(keys) if ctx.me == form.permuter else None
            translated = await tools.translated(ctx, form.ring, form.permuter, order, a)
            ends = np.cumsum([kinds[i].rows for i in places])[:-1]
            own_keys = np.split(keys, ends) if order is not None else [keys] * len(places)
            for i, *parts in zip(places, own_keys, np.split(a, ends), np.split(translated, ends), strict=True):
                made[i] = tuple(parts)
        return made

    def transfers(self, n: int) -> Transfers:
        """A choice for each switch, layer by layer, which hides what its two records differ by."""
        layer = self.rows * wires(self.count) // 2, self.width * self.ring.bits
        groups = (layer,) * len(distances(self.count)) if self.width else ()
        return Transfers(groups, between="others", length=self.width, receiver=self.permuter)
