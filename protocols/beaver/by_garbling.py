"""Circuits on shared bits by Yao's protocol, between two parties: two rounds, whatever the depth."""

from __future__ import annotations

from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.garbled import yao
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.walk import Scheme
from protocols.one_array import OneArrayBits


async def evaluate(ctx: Context, circuit: Circuit, inputs: OneArrayBits, scheme: Scheme = HALF_GATES) -> OneArrayBits:
    """<outputs> of <inputs>, planes of all bits of as many instances as the share has elements: `yao.evaluate`."""
    return inputs.like(await yao.evaluate(ctx, circuit, inputs.words, inputs.size, scheme))
