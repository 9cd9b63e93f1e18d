"""Inputs that are one value for all instances: masked once, labelled once, whatever the number of instances or batches.

Instances are copies of a circuit side by side, and such an input is one wire that goes to all copies. So nobody can
give one value to some and another to others: its mask has one MAC, and its masked value is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.authenticated.bits import CLEARED, ONE, Bits, add, directions, random_bits
from protocols.authenticated.ends import EVALUATOR, GARBLER, Ends
from protocols.authenticated.equality import failed

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


def _owned(owners: tuple[int, ...]) -> tuple[int, int]:
    return owners.count(GARBLER), owners.count(EVALUATOR)


def _rounds(ends: Ends, owners: tuple[int, ...]) -> int:
    return ends.rounds(directions(0, _owned(owners)))


def _words(ends: Ends, owners: tuple[int, ...]) -> int:
    return ends.words(directions(0, _owned(owners)))


@cost(rounds=_rounds, to_one=_words)
async def mask_common(ctx: Context, ends: Ends, owners: tuple[int, ...]) -> Common:
    """A mask that its owner alone knows, and labels, for each of so many bits. Abort as `extend`."""
    _, *owned = await random_bits(ctx, ends, 0, _owned(owners))
    count = len(owners)
    if ctx.planning:
        return Common(owners, Bits(blank((count, 2)), blank((count, 2))), _NONE, np.zeros(count, np.uint8))
    made = Common(owners, Bits(np.zeros((count, 2), U64), np.zeros((count, 2), U64)), _NONE)
    for owner, bits in enumerate(owned):
        places = made.of(owner)
        made.masks.first[places], made.masks.second[places] = bits.first, bits.second
    if ends.role == GARBLER:
        made.zeros = ctx.prg("authenticated labels").words((count, 2))
        made.zeros[:, 0] &= CLEARED
    return made


def _rounds_to_give(ends: Ends, common: Common, inputs: Bytes) -> int:
    return 1 + (EVALUATOR in common.owners)


def _words_to_give(ends: Ends, common: Common, inputs: Bytes) -> int:
    return words_for(common.owners.count(EVALUATOR)) + 2 * len(common.owners)


@cost(rounds=_rounds_to_give, to_one=_words_to_give)
async def give_common(ctx: Context, ends: Ends, common: Common, inputs: Bytes) -> None:
    """Fix such inputs for good: masked ones to the other, labels to the evaluator.

    inputs: (bits,), this party's own; the other's are ignored. Abort `authenticated-check-failed` at an evaluator that
    gets labels of other inputs than it told.
    """
    common.given = True
    masked, theirs = np.zeros(len(common.owners), np.uint8), common.of(EVALUATOR)
    if not ctx.planning:
        own = common.of(ends.role)
        masked[own] = inputs[own] ^ (common.masks.first[own, 0] & ONE).astype(np.uint8)
    if ends.role == EVALUATOR:
        await _take(ctx, common, masked)
        return
    if theirs:
        told = await ctx.receive(EVALUATOR, Spec((words_for(len(theirs)),)))
        if not ctx.planning:
            masked[theirs] = unpack(told, len(theirs))
    ctx.send(EVALUATOR, blank((len(masked), 2)) if ctx.planning else _labels(ends, common, masked))
    common.masked = masked


def _labels(ends: Ends, common: Common, masked: Bytes) -> Words:
    labels = common.zeros.copy()
    add(labels, np.uint64(0) - masked.astype(U64), ends.delta)
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
