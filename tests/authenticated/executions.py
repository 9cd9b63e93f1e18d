"""Authenticated garbling of two simulated parties, phase by phase, on transfers of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ot.pairs import run_pair

from mpc.algebra.bits import pack, unpack
from mpc.context import Context
from protocols.authenticated.ands import Independent
from protocols.authenticated.common import give_common
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate
from protocols.authenticated.task import Task
from protocols.circuits.circuit import Circuit
from protocols.circuits.plain import evaluate as plain

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Phases:
    """What a party had in between: its ends, the function-independent part, its garbling; and what it learnt."""

    ends: Ends
    made: Independent
    garbled: Garbled
    outputs: Bytes | None


def role(task: Task, inputs: Bytes, receivers: Sequence[int] = (0, 1)) -> Callable[[Context, int], Awaitable[Phases]]:
    """A party of all phases; what is the other's of the inputs it does not get."""

    async def run(ctx: Context, peer: int) -> Phases:
        mine = inputs.copy()
        mine[[row for row, owner in enumerate(task.owners) if owner == peer]] = 0
        ends = await set_up(ctx)
        shared = list(task.common)
        made = await independent(ctx, ends, task.size())
        garbled = await garble_circuit(ctx, ends, task, made)
        if garbled.common is not None:
            await give_common(ctx, ends, garbled.common, mine[shared, 0])
        return Phases(ends, made, garbled, await evaluate(ctx, ends, garbled, mine, receivers))

    return run


def both(task: Task, inputs: Bytes, receivers: Sequence[int] = (0, 1), **options: Any) -> tuple[Phases, Phases]:
    """Both parties' phases; costs are held against what is declared."""
    run = role(task, inputs, receivers)
    first, second = run_pair(run, run, audit=True, **options)
    return first.result, second.result


def clear(circuit: Circuit, inputs: Bytes) -> Bytes:
    """What the circuit gives of (bits, instances), in the clear."""
    outputs = plain(circuit, np.stack([pack(np.ascontiguousarray(row)) for row in inputs]))
    return np.stack([unpack(row, inputs.shape[1]) for row in outputs])


def opened(first: Any, second: Any) -> Bytes:
    """The values of authenticated bits, of both parties' parts."""
    shares: Bytes = ((first.first[..., 0] ^ second.first[..., 0]) & np.uint64(1)).astype(np.uint8)
    return shares
