"""Inputs that are one value for all instances: masked once, labelled once, whatever the number of instances or batches.

Instances are copies of a circuit side by side, and such an input is one wire that goes to all copies. So nobody can
give one value to some and another to others: its mask has one MAC, and its masked value is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.authenticated.bits import CLEARED, ONE, Bits, add
from protocols.authenticated.equality import failed
from protocols.authenticated.side import EVALUATOR, GARBLER, Side

Bytes = npt.NDArray[np.uint8]
_NONE = np.empty((0, 2), U64)


@dataclass(slots=True, eq=False)
class Common:
    """A party's part of such inputs, of whose bits `owners` are the owners, 0 or 1.

    masks: (bits, 2) of both sharings; zeros: the garbler's labels of masked zero. Once `given`: `masked`, the masked
    bits, and the evaluator's `labels` (bits, 2).
    """

    owners: tuple[int, ...]
    masks: Bits
    zeros: Words
    masked: Bytes = field(default_factory=lambda: np.empty(0, np.uint8))
    labels: Words = field(default_factory=lambda: _NONE)
    given: bool = False

    def __repr__(self) -> str:
        return f"<{len(self.owners)} bits that all instances share>"

    def of(self, owner: int) -> list[int]:
        """The places of this owner's bits."""
        return [place for place, each in enumerate(self.owners) if each == owner]


def common_inputs(ctx: Context, side: Side, owners: tuple[int, ...], owned: Sequence[Bits]) -> Common:
    """Such inputs of these owners: `owned` are bits that party 0 alone knows, and those of party 1, for their masks."""
    count = len(owners)
    if ctx.planning:
        return Common(owners, Bits(blank((count, 2)), blank((count, 2))), _NONE, np.zeros(count, np.uint8))
    made = Common(owners, Bits(np.zeros((count, 2), U64), np.zeros((count, 2), U64)), _NONE)
    for owner, bits in enumerate(owned):
        places = made.of(owner)
        made.masks.first[places], made.masks.second[places] = bits.first, bits.second
    if side.role == GARBLER:
        made.zeros = ctx.prg("authenticated labels").words((count, 2))
        made.zeros[:, 0] &= CLEARED
    return made


def _rounds_to_give(side: Side, common: Common, inputs: Bytes) -> int:
    return 1 + (EVALUATOR in common.owners)


def _words_to_give(side: Side, common: Common, inputs: Bytes) -> int:
    return words_for(common.owners.count(EVALUATOR)) + 2 * len(common.owners)


@cost(rounds=_rounds_to_give, to_one=_words_to_give)
async def give_common(ctx: Context, side: Side, common: Common, inputs: Bytes) -> None:
    """Fix such inputs for good: masked ones to the other, labels to the evaluator.

    inputs: (bits,), this party's own; the other's are ignored. Abort `authenticated-check-failed` at an evaluator that
    gets labels of other inputs than it told.
    """
    common.given = True
    masked, theirs = np.zeros(len(common.owners), np.uint8), common.of(EVALUATOR)
    if not ctx.planning:
        own = common.of(side.role)
        masked[own] = inputs[own] ^ (common.masks.first[own, 0] & ONE).astype(np.uint8)
    if side.role == EVALUATOR:
        await _take(ctx, common, masked)
        return
    if theirs:
        told = await ctx.receive(EVALUATOR, Spec((words_for(len(theirs)),)))
        if not ctx.planning:
            masked[theirs] = unpack(told, len(theirs))
    ctx.send(EVALUATOR, blank((len(masked), 2)) if ctx.planning else _labels(side, common, masked))
    common.masked = masked


def _labels(side: Side, common: Common, masked: Bytes) -> Words:
    labels = common.zeros.copy()
    add(labels, np.uint64(0) - masked.astype(U64), side.delta)
    return labels


async def _take(ctx: Context, common: Common, masked: Bytes) -> None:
    own = common.of(EVALUATOR)
    if own:
        ctx.send(GARBLER, blank((words_for(len(own)),)) if ctx.planning else pack(masked[own]))
    labels = await ctx.receive(GARBLER, Spec((len(masked), 2)))
    if ctx.planning:
        return
    common.labels, common.masked = labels, (labels[:, 0] & ONE).astype(np.uint8)
    if not np.array_equal(common.masked[own], masked[own]):
        raise failed(ctx, GARBLER, "labels of inputs")
