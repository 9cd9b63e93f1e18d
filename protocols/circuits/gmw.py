"""A circuit on shared bits: one AND of the suite for all gates of one depth, so as many rounds as the circuit is deep.

Goldreich, Micali, Wigderson, "How to play any mental game", STOC 1987, in the suite's own way of multiplying bits.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import U64, Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.circuits.circuit import Circuit, Literals
from protocols.circuits.levels import Batch, batches
from protocols.circuits.plain import ONES
from protocols.shares import B


async def evaluate(ctx: Context, circuit: Circuit, inputs: B) -> B:
    """<outputs> of <inputs>: planes of all inputs' bits, (bits, words), of as many instances as the share has elements.

    Nobody learns anything. Rounds: the circuit's AND depth. Of material, and of words to each peer, what the suite's
    `and_` takes for the circuit's ANDs. LocalError `wrong-shape` for another number of planes.
    """
    taken = circuit.first_gate - 1
    if inputs.lead != (taken,):
        what = f"{inputs.planes} planes of bits for `{circuit.name}`, which takes {taken}"
        raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
    wires = _empty(ctx, circuit.wires, inputs)
    wires.put(slice(1, taken + 1), inputs)
    for batch in batches(circuit):
        wires.put(batch.wires, await _computed(ctx, wires, batch))
    return _literals(ctx, wires, circuit.ends)


async def _computed(ctx: Context, wires: B, batch: Batch) -> B:
    if not batch.is_and:
        return wires.plane(batch.left >> 1) ^ wires.plane(batch.right >> 1)
    left, right = (_literals(ctx, wires, operand) for operand in (batch.left, batch.right))
    product: B = await ctx.suite.and_(ctx, left, right)
    return product


def _literals(ctx: Context, wires: B, literals: Literals) -> B:
    """<literals>, one plane each."""
    planes = wires.plane(literals >> 1)
    if not (literals & 1).any():
        return planes
    flips: Words = np.where(literals & 1, ONES, U64.type(0))[:, None]
    flipped: B = ctx.suite.xor_public(ctx, planes, flips)
    return flipped


def _empty(ctx: Context, planes: int, like: B) -> B:
    """<0> in as many planes, to be filled."""
    words = np.zeros((planes, -(-like.size // 64)), U64)
    zeros: B = ctx.suite.constant_bits(ctx, words, like.shape)
    return zeros.copy()
