"""What is online of circuits that were garbled before: labels of the inputs, and the evaluator's work."""

from __future__ import annotations

from dataclasses import replace

from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.garbled.walk import Scheme
from protocols.shares import BooleanShare
from protocols.suite import suite_of

AES_OF_AND = {"half-gates": 2, "three-halves": 3}
"""By scheme, blocks of AES for each AND at the evaluator; the garbler's were there before."""


async def run(scheme: Scheme, ctx: Context, made: Circuit, share: BooleanShare) -> BooleanShare:
    """What the suite garbles, as in a session that garbles ahead; plans take the material then, and runs find it."""
    ctx.session.ways = replace(ctx.session.ways, garbling="ahead")
    outputs: BooleanShare = await suite_of(ctx).garbled(ctx, made, share, scheme)
    return outputs
