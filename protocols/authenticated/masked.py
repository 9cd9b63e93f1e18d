"""The check of an evaluation: from the masked bits of all inputs and ANDs, that each AND is what it must be.

Of an AND with masked bits p, q of its operands and r of its result, (p ^ l)(q ^ m) = r ^ n for the masks l, m, n. So
p q ^ r ^ p m ^ q l ^ (l m ^ n) is 0, of which both parties have authenticated shares: words that must be alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack
from mpc.algebra.ring import U64, Words
from mpc.garbling_authenticated import check_words
from protocols.authenticated.equality import Zeros
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.side import Side
from protocols.authenticated.steps import Steps, blocks, steps_of

Bytes = npt.NDArray[np.uint8]


def check(side: Side, garbled: Garbled, inputs: Bytes, ands: Bytes, zeros: Zeros) -> Bytes:
    """The masked bits of the outputs, (bits, instances), from those of the inputs, as many, and of all ANDs; what both
    parties hold if each AND is right goes to `zeros`."""
    task, steps = garbled.task, steps_of(garbled.task.circuit)
    outputs = np.empty((len(steps.ends), task.instances), np.uint8)
    for block in blocks(task.instances):
        outputs[:, block] = _block(side, garbled, steps, inputs, ands, zeros, block)
    return outputs


def _block(side: Side, garbled: Garbled, steps: Steps, inputs: Bytes, ands: Bytes, zeros: Zeros, block: slice) -> Bytes:
    width = block.stop - block.start
    slots = np.zeros((steps.slots, 1, 2), U64)
    slots[steps.inputs, 0, 0] = words_of_bits(inputs[:, block])
    for run in steps.runs:
        here = run.places(steps.ands * block.start, width)
        held = [labels[here] for labels in garbled.checks]
        zeros.add(check_words(slots, run.gates, ands[here].reshape(-1, width), held, side.delta))
    return bits_of_words(slots[steps.ends >> 1, 0, 0], width).astype(np.uint8)


def words_of_bits(bits: Bytes) -> Words:
    """Rows of up to 64 bits, a word each."""
    full = np.zeros((len(bits), 64), np.uint8)
    full[:, : bits.shape[1]] = bits
    return pack(full)


def bits_of_words(words: Words, width: int) -> Words:
    """The lowest bits of words, (n, width)."""
    return words[:, None] >> np.arange(width, dtype=U64) & np.uint64(1)
