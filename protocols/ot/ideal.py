"""Correlations that both parties draw from a seed they share: no secrecy at all, for tests of what uses them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.ot.correlated import bit_masks, padded


@dataclass(slots=True)
class _Insecure:
    peer: int
    start: Words = field(init=False, default_factory=lambda: np.zeros(2, np.uint64))
    made: int = field(default=0, init=False)

    @property
    def last_to_receiver(self) -> bool:
        """No."""
        return False

    def rounds(self, count: int) -> int:
        """None."""
        return 0

    def words(self, count: int) -> int:
        """None."""
        return 0

    def drawn(self, ctx: Context, count: int) -> tuple[Words, Words, Words]:
        """delta, choices and labels t that both parties know."""
        delta = ctx.session.agreement.common.prg("insecure delta").words((2,))
        stream = ctx.common_prg("insecure correlations")
        self.made += count
        return delta, padded(stream.words((words_for(count),)), count), stream.words((count, 2))


@dataclass(slots=True)
class InsecureSender(_Insecure):
    """`protocols.ot.correlated.CotSender` that hides nothing."""

    delta: Words = field(init=False, default_factory=lambda: np.zeros(2, np.uint64))

    async def extend(self, ctx: Context, count: int) -> Words:
        """The labels q."""
        self.delta, choices, labels = self.drawn(ctx, count)
        return labels ^ (bit_masks(choices, count)[:, None] & self.delta)


@dataclass(slots=True)
class InsecureReceiver(_Insecure):
    """`protocols.ot.correlated.CotReceiver` that hides nothing."""

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """Choices and the labels t."""
        _, choices, labels = self.drawn(ctx, count)
        return choices, labels
