"""A small circuit, and a program that computes it by either scheme on inputs of both parties."""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc.context import Context
from protocols.beaver import by_garbling
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.shares import stack_planes

SCHEMES = {scheme.name: scheme for scheme in (HALF_GATES, THREE_HALVES)}
INSTANCES = 5


@circuit(x=UInt(3), y=UInt(3))
def product(x, y):
    return x * y


def program(name: str) -> Any:
    async def main(ctx: Context, mine: Any) -> Any:
        planes = [
            await ctx.suite.input_bits(
                ctx, i % 2, np.array([i * 5], np.uint64) if ctx.me == i % 2 else None, (INSTANCES,)
            )
            for i in range(6)
        ]
        out = await by_garbling.evaluate(ctx, product, stack_planes(planes), SCHEMES[name])
        return await ctx.suite.open_bits(ctx, out)

    return main
