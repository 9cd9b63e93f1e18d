"""How the evaluator goes through a garbling: half-gates, with one more label added to the result of each AND.

Whose lowest bit is then the masked bit of the AND.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import Words
from mpc.algebra.words import aligned
from mpc.garbling_authenticated import evaluate
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.steps import blocks, steps_of

Bytes = npt.NDArray[np.uint8]


def evaluated(garbled: Garbled, labels: Words) -> Bytes:
    """The masked bits of all ANDs, in the order of steps, by one label of each input, (bits, instances, 2)."""
    assert garbled.tables is not None
    assert garbled.additions is not None
    task, steps = garbled.task, steps_of(garbled.task.circuit)
    found = np.empty(task.ands, np.uint8)
    for block in blocks(task.instances):
        width, begin = block.stop - block.start, steps.ands * block.start
        slots = aligned((steps.slots, width, 2))
        slots[0] = 0
        slots[steps.inputs] = labels[:, block]
        for run in steps.runs:
            here = run.places(begin, width)
            tables, additions = garbled.tables[here], garbled.additions[here]
            found[here] = evaluate(slots, run.gates, tables, additions, garbled.start, here.start)
    return found
