"""The first practical OT extension: short, plain and semi-honest, to read before SoftSpokenOT and to test against.

Ishai, Kilian, Nissim, Petrank, CRYPTO 2003, section 3; with correlated outputs and random choices as in Asharov,
Lindell, Schneider, Zohner, CCS 2013, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import transpose, words_for
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.prg import Prg
from protocols.ot import base_co15
from protocols.ot.correlated import LABEL_BITS, bit_masks, pad_start, padded


def _setup_words(peer: int, delta: Words | None = None) -> int:
    return 4 * (1 + LABEL_BITS)


@cost(rounds=2, to_one=_setup_words, call_name="iknp_setup", parties=2)
async def send_setup(ctx: Context, peer: int, delta: Words | None = None) -> IknpSender:
    """The sender's end of an extension with `peer`, which calls `receive_setup`. `delta`: random and odd if not given.

    The roles of the base transfers are exchanged: delta's bits are choices. Semi-honest security only. Errors as in
    `base_co15`.
    """
    if delta is None:
        delta = ctx.prg("iknp delta").words((2,)) | np.array([1, 0], U64)
    choices = (bit_masks(delta, LABEL_BITS) & np.uint64(1)).astype(np.uint8)
    keys = await base_co15.receive(ctx, peer, choices)
    return IknpSender(peer, pad_start(ctx, ctx.me, peer), delta, [Prg(key.tobytes()) for key in keys])


@cost(rounds=2, to_one=_setup_words, call_name="iknp_setup", parties=2)
async def receive_setup(ctx: Context, peer: int) -> IknpReceiver:
    """The receiver's end of an extension with `peer`, which calls `send_setup`."""
    pairs = await base_co15.send(ctx, peer, LABEL_BITS)
    columns = [(Prg(zero.tobytes()), Prg(one.tobytes())) for zero, one in pairs]
    return IknpReceiver(peer, pad_start(ctx, peer, ctx.me), columns)


class _Cost:
    """What an extension costs."""

    __slots__ = ()

    @property
    def last_to_receiver(self) -> bool:
        """No."""
        return False

    def rounds(self, count: int) -> int:
        """One."""
        return 1

    def words(self, count: int) -> int:
        """The matrix u: 16 bytes for each correlation, of 64 together."""
        return LABEL_BITS * words_for(count)


@dataclass(slots=True)
class IknpSender(_Cost):
    """`protocols.ot.correlated.CotSender` by IKNP. Column j is stream delta_j of the receiver's pair j."""

    peer: int
    start: Words
    delta: Words = field(repr=False)
    columns: list[Prg]
    made: int = 0

    async def extend(self, ctx: Context, count: int) -> Words:
        """Fresh correlations: the labels q, (count, 2)."""
        return await _extend_sender(ctx, self, count)


@dataclass(slots=True)
class IknpReceiver(_Cost):
    """`protocols.ot.correlated.CotReceiver` by IKNP."""

    peer: int
    start: Words
    columns: list[tuple[Prg, Prg]]
    made: int = 0

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """Fresh correlations: random choices, packed, and the labels t, (count, 2)."""
        return await _extend_receiver(ctx, self, count)


@cost(rounds=1, to_one=lambda end, count: end.words(count), call_name="iknp_extend", parties=2)
async def _extend_sender(ctx: Context, end: IknpSender, count: int) -> Words:
    """q_j = G(k_{delta_j}) ^ delta_j u_j = t_j ^ delta_j c, for columns j."""
    u = await ctx.receive(end.peer, Spec((LABEL_BITS, words_for(count))))
    q = _streams(end.columns, count) ^ (bit_masks(end.delta, LABEL_BITS)[:, None] & u)
    end.made += count
    return transpose(q, count)


@cost(rounds=1, to_one=lambda end, count: end.words(count), call_name="iknp_extend", parties=2)
async def _extend_receiver(ctx: Context, end: IknpReceiver, count: int) -> tuple[Words, Words]:
    """u_j = t_j ^ G(k_1) ^ c with t_j = G(k_0), for columns j."""
    c = padded(ctx.prg("iknp choices").words((words_for(count),)), count)
    t = _streams([zero for zero, _ in end.columns], count)
    ctx.send(end.peer, t ^ _streams([one for _, one in end.columns], count) ^ c)
    end.made += count
    return c, transpose(t, count)


def _streams(columns: list[Prg], count: int) -> Words:
    return np.stack([column.words((words_for(count),)) for column in columns])
