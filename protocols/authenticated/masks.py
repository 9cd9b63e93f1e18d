"""Wire masks: authenticated bits for inputs and results of ANDs; those of XORs follow. A value is told only masked."""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.algebra.words import aligned
from mpc.garbling_authenticated import ZERO, spread
from protocols.authenticated.bits import Bits
from protocols.authenticated.side import GARBLER, Side
from protocols.authenticated.steps import Steps, blocks


class Masks:
    """This party's part of the masks of all ANDs' operands and of the outputs, once walked through.

    inputs: (bits, instances, 2) of both sharings; results: (ANDs, 2) in the order of steps, of all blocks. `left`,
    `right`: as results; `outputs`: (bits, instances, 2). A negated literal has the mask of its wire, and 1 more.
    """

    def __init__(self, side: Side, steps: Steps, inputs: Bits, results: Bits, instances: int) -> None:
        count = steps.ands * instances
        self.left, self.right = (Bits(np.empty((count, 2), U64), np.empty((count, 2), U64)) for _ in range(2))
        shape = (len(steps.ends), instances, 2)
        self.outputs = Bits(np.empty(shape, U64), np.empty(shape, U64))
        offsets = (side.delta, ZERO) if side.role == GARBLER else (ZERO, side.delta)
        for block in blocks(instances):
            for name, offset in zip(("first", "second"), offsets, strict=True):
                kept = [getattr(bits, name) for bits in (inputs, results, self.left, self.right, self.outputs)]
                _walk(steps, block, offset, *kept)


def _walk(
    steps: Steps, block: slice, offset: Words, inputs: Words, results: Words, left: Words, right: Words, outputs: Words
) -> None:
    """One sharing through a block; a public 1 is shared as `offset`."""
    width = block.stop - block.start
    slots = aligned((steps.slots, width, 2))
    slots[0] = 0
    slots[steps.inputs] = inputs[:, block]
    for run in steps.runs:
        here = run.places(steps.ands * block.start, width)
        spread(slots, run.gates, results[here], (left[here], right[here]), offset)
    ends = slots[steps.ends >> 1]
    ends[(steps.ends & 1) == 1] ^= offset
    outputs[:, block] = ends
