"""The check of an evaluation: from the masked bits of all inputs and ANDs, that each AND is what it must be.

Of an AND with masked bits p, q of its operands and r of its result, (p ^ l)(q ^ m) = r ^ n for the masks l, m, n. So
p q ^ r ^ p m ^ q l ^ (l m ^ n) is 0, of which both parties have authenticated shares: words that must be alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack
from mpc.algebra.ring import U64, Words
from protocols.authenticated.equality import Zeros
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.side import Side
from protocols.authenticated.steps import Steps, blocks, steps_of, xor

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
    slots[steps.inputs, 0, 0] = _words(inputs[:, block])
    for step in steps.steps:
        xor(slots, step)
        if step.ands:
            begin = steps.ands * block.start + step.first * width
            here = slice(begin, begin + step.ands * width)
            left, right = (slots[places, 0, 0] for places in (step.left, step.right))
            results = _words(ands[here].reshape(-1, width))
            zeros.add(_held(side, garbled, here, width, (left, right, results)))
            slots[step.results, 0, 0] = results
    return _bits(slots[steps.ends >> 1, 0, 0], width).astype(np.uint8)


def _held(side: Side, garbled: Garbled, here: slice, width: int, words: tuple[Words, Words, Words]) -> Words:
    """This party's words of what must be 0."""
    left, right, results = (np.uint64(0) - _bits(each, width).reshape(-1) for each in words)
    masks_left, masks_right, sums = (labels[here] for labels in garbled.checks)
    held: Words = sums ^ left & masks_right ^ right & masks_left ^ (left & right ^ results) & side.delta[0]
    return held


def _words(bits: Bytes) -> Words:
    """Rows of up to 64 bits, a word each."""
    full = np.zeros((len(bits), 64), np.uint8)
    full[:, : bits.shape[1]] = bits
    return pack(full)


def _bits(words: Words, width: int) -> Words:
    """The lowest bits of words, (n, width)."""
    return words[:, None] >> np.arange(width, dtype=U64) & np.uint64(1)
