"""How the evaluator goes through a garbling: the kernels of half-gates, with one more label for each AND.

An AND of authenticated garbling is a half-gate whose result is shifted by a label that the evaluator has. That label
stands in a slot of its own, to which the result is added, so that half-gates' program does it all; the sum stays there
until the run ends, and its lowest bit is the masked bit of the AND.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from mpc.garbling import Gates, evaluate
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.steps import blocks, steps_of
from protocols.circuits.circuit import Circuit

Bytes = npt.NDArray[np.uint8]


@lru_cache(maxsize=64)
def runs_of(circuit: Circuit) -> tuple[Gates, ...]:
    """The circuit's runs with two XORs after each AND: with its own slot, and from there to where it belongs."""
    steps = steps_of(circuit)
    return tuple(_with_additions(run, steps.slots) for run in steps.program.runs)


def _with_additions(run: Gates, first: int) -> Gates:
    gates: list[npt.NDArray[np.int32]] = []
    groups: list[tuple[int, int]] = []
    at = 0
    for count, is_and in run.groups.tolist():
        some = run.gates[at : at + count]
        gates.append(some)
        groups.append((count, is_and))
        at += count
        if is_and:
            own = np.arange(first, first + count, dtype=np.int32)
            results, zeros = some[:, 2], np.zeros(count, np.int32)
            to_own = np.stack([2 * results, 2 * own, own], axis=1)
            back = np.stack([2 * own, zeros, results], axis=1)
            gates += [to_own, back]
            groups.append((2 * count, 0))
            first += count
    return Gates(np.concatenate([*gates, np.empty((0, 3), np.int32)]), np.array(groups, np.int32).reshape(-1, 2))


def evaluated(garbled: Garbled, labels: Words) -> Bytes:
    """The masked bits of all ANDs, in the order of steps, by one label of each input, (bits, instances, 2)."""
    assert garbled.tables is not None
    assert garbled.additions is not None
    task, steps, runs = garbled.task, steps_of(garbled.task.circuit), runs_of(garbled.task.circuit)
    found = np.empty(task.ands, np.uint8)
    most = max((run.ands for run in runs), default=0)
    for block in blocks(task.instances):
        width, at = block.stop - block.start, steps.ands * block.start
        slots = np.empty((steps.slots + most, width, 2), U64)
        slots[0] = 0
        slots[steps.inputs] = labels[:, block]
        for run in runs:
            here = slice(at, at + run.ands * width)
            own = slots[steps.slots : steps.slots + run.ands]
            own[:] = garbled.additions[here].reshape(-1, width, 2)
            evaluate(slots, run, garbled.tables[here], garbled.start, at)
            found[here] = (own[..., 0] & np.uint64(1)).reshape(-1)
            at = here.stop
    return found
