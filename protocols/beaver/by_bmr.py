"""Circuits on shared bits among any number of parties, of whom all but one garble: three rounds, whatever the depth."""

from __future__ import annotations

from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.garbled import bmr_blo16
from protocols.one_array import OneArrayBits


async def evaluate(ctx: Context, circuit: Circuit, inputs: OneArrayBits) -> OneArrayBits:
    """<outputs> of <inputs>, planes of all bits of as many instances as the share has elements."""
    return inputs.like(await bmr_blo16.evaluate(ctx, circuit, inputs.words, inputs.size))
