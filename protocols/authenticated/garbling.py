"""What a party has of a garbling, and how its tables are made: locally, block by block, by labels and shares of masks.

Steps 3 and 4 of the function-dependent phase in docs/protocols/authenticated_garbling.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.words import aligned
from mpc.context import Context
from mpc.garbling_authenticated import garble, merge
from protocols.authenticated.bits import CLEARED, Bits
from protocols.authenticated.common import Common
from protocols.authenticated.side import Side
from protocols.authenticated.steps import Steps
from protocols.authenticated.task import Task

Bytes = npt.NDArray[np.uint8]


@dataclass(slots=True, eq=False)
class Garbled:
    """What a party has of a garbling, used once, whatever comes of it.

    inputs: masks of this party's bits of input, (bits, instances), 0 for others; outputs: masks (bits, instances, 2).
    checks: what belongs to each AND's check, the words of left, right and product ^ result. start: of the gates' keys.
    The garbler has the labels of masked zero of the inputs, (bits, instances, 2); the evaluator the tables (ANDs, 2, 2)
    and one more label of each AND.
    """

    task: Task
    start: Words
    inputs: Bytes
    outputs: Bits
    checks: tuple[Words, Words, Words]
    zeros: Words | None = None
    tables: Words | None = None
    additions: Words | None = None
    common: Common | None = None
    used: bool = False

    def __repr__(self) -> str:
        return f"<garbling of {self.task.circuit.name}, {self.task.instances} instances>"


def zero_labels(ctx: Context, made: Garbled) -> Words:
    """Labels of masked zero of the inputs, even: the colour of a label is the masked bit."""
    task = made.task
    labels = ctx.prg("authenticated labels").words((len(task.owners), task.instances, 2))
    labels[..., 0] &= CLEARED
    if made.common is not None:
        labels[list(task.common)] = made.common.zeros[:, None]
    return labels


def garbled_block(
    side: Side, made: Garbled, steps: Steps, additions: tuple[Words, Words, Words], block: slice
) -> Words:
    """The tables of a block, and the lowest bit of each result's label of zero, by which it is made even."""
    assert made.zeros is not None
    width = block.stop - block.start
    begin, count = steps.ands * block.start, steps.ands * width
    message = np.empty(4 * count + words_for(count), U64)
    tables, colours = message[: 4 * count].reshape(count, 2, 2), np.empty(count, np.uint8)
    slots = aligned((steps.slots, width, 2))
    slots[0] = 0
    slots[steps.inputs] = made.zeros[:, block]
    for run in steps.runs:
        here, there = run.places(0, width), run.places(begin, width)
        shares = [labels[there] for labels in additions]
        colours[here] = garble(slots, run.gates, shares, side.delta, made.start, there.start, tables[here])
    message[4 * count :] = pack(colours)
    return message


def merged_block(made: Garbled, additions: tuple[Words, Words, Words], here: slice, message: Words) -> None:
    """Tables with the evaluator's shares in them; what is added to each result."""
    assert made.tables is not None
    assert made.additions is not None
    count = here.stop - here.start
    tables = message[: 4 * count].reshape(count, 2, 2)
    merge(made.tables[here], tables, additions[1][here], additions[0][here])
    made.additions[here, 0] ^= unpack(message[4 * count :], count)
