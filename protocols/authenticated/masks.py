"""Wire masks: authenticated bits for inputs and results of ANDs; those of XORs follow. A value is told only masked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from protocols.authenticated.bits import Bits
from protocols.authenticated.side import GARBLER, Side
from protocols.authenticated.steps import Step, Steps, blocks, xor
from protocols.circuits.circuit import Literals


class Masks:
    """This party's part of the masks of all ANDs' operands and of the outputs, once walked through.

    inputs: (bits, instances, 2) of both sharings; results: (ANDs, 2) in the order of steps, of all blocks. `left`,
    `right`: as results; `outputs`: (bits, instances, 2). A negated literal has the mask of its wire, and 1 more.
    """

    def __init__(self, side: Side, steps: Steps, inputs: Bits, results: Bits, instances: int) -> None:
        self._side, self._steps, self._results = side, steps, results
        count = steps.ands * instances
        self.left, self.right = (Bits(np.empty((count, 2), U64), np.empty((count, 2), U64)) for _ in range(2))
        shape = (len(steps.ends), instances, 2)
        self.outputs = Bits(np.empty(shape, U64), np.empty(shape, U64))
        for block in blocks(instances):
            self._walk(inputs, block)

    def _walk(self, inputs: Bits, block: slice) -> None:
        steps, width = self._steps, block.stop - block.start
        slots = np.empty((steps.slots, 2, width, 2), U64)
        slots[0] = 0
        slots[steps.inputs, 0] = inputs.first[:, block]
        slots[steps.inputs, 1] = inputs.second[:, block]
        for step in steps.steps:
            xor(slots, step)
            if step.ands:
                self._ands(slots, step, steps.ands * block.start + step.first * width)
        ends = self._literals(slots, steps.ends >> 1, (steps.ends & 1) == 1)
        self.outputs.first[:, block], self.outputs.second[:, block] = ends[:, 0], ends[:, 1]

    def _ands(self, slots: Words, step: Step, begin: int) -> None:
        width = slots.shape[2]
        here = slice(begin, begin + step.ands * width)
        for kept, places, negated in (
            (self.left, step.left, step.left_negated), (self.right, step.right, step.right_negated),
        ):  # fmt: skip
            masks = self._literals(slots, places, negated)
            kept.first[here], kept.second[here] = masks[:, 0].reshape(-1, 2), masks[:, 1].reshape(-1, 2)
        slots[step.results, 0] = self._results.first[here].reshape(-1, width, 2)
        slots[step.results, 1] = self._results.second[here].reshape(-1, width, 2)

    def _literals(self, slots: Words, places: Literals, negated: npt.NDArray[np.bool_]) -> Words:
        masks: Words = slots[places]
        if negated.any():
            masks[negated, 0 if self._side.role == GARBLER else 1] ^= self._side.delta
        return masks
