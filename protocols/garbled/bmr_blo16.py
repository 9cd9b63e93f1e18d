"""Garbled circuits of any number of parties: all but one garble together, and one evaluates, in three rounds.

Beaver, Micali, Rogaway, STOC 1990, with free XOR, each garbler with an offset of its own: Ben-Efraim, Lindell, Omri,
"Optimizing Semi-Honest Secure Multiparty Computation for the Internet", CCS 2016. The last party evaluates and garbles
nothing: Wang, Ranellucci, Katz, "Global-Scale Secure Multiparty Computation", CCS 2017. Gates are half-gates: Yang,
Wang, Zhang, "More Efficient MPC from Improved Triple Generation and Authenticated Garbling", CCS 2020, section 5.

A wire's value is masked by a bit that the garblers share. Round 1: garblers open what gives them shares of the products
of operands' masks, and tell the evaluator their shares of the inputs, masked. Round 2: each binds its masks to the
offsets of the others, and the evaluator the masked inputs. Round 3: tables. Bits are XOR-shared before and after: an
output's shares are the garblers' of its mask, and its masked value, which the evaluator alone knows.

Semi-honest, any n - 1 parties. Two parties are Yao's protocol. The argument: docs/protocols/bmr.md.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.errors import LocalError
from protocols.circuits.circuit import Circuit
from protocols.garbled.bmr_evaluating import Evaluating
from protocols.garbled.bmr_garbling import Garbling
from protocols.garbled.bmr_levels import Piece
from protocols.garbled.bmr_masks import of_literals, spread
from protocols.garbled.bmr_messages import Call, rehearse

AHEAD = 3
"""Pieces whose masks are bound before the tables of the one in work: what is on its way is not waited for."""


async def evaluate(ctx: Context, circuit: Circuit, own: Words, instances: int) -> Words:
    """This party's share of the outputs from its share of the inputs: packed planes (bits, words) of so many instances.

    Among two parties or more; nobody learns anything. A circuit without ANDs takes no message. LocalError `wrong-shape`
    for another number of planes.
    """
    _check(circuit, own, instances)
    if not circuit.ands or not instances:
        return _without_ands(ctx, circuit, own)
    return await _evaluate(ctx, Call(circuit, instances, ctx.n), own)


@cost(
    rounds=3, to_one=lambda call, own: call.words(), labels=lambda call, own: call.material(),
    call_name="garbled by several",
)  # fmt: skip
async def _evaluate(ctx: Context, call: Call, own: Words) -> Words:
    if ctx.planning:
        return await rehearse(ctx, call)
    role = Evaluating(call, own) if ctx.me == call.evaluator else Garbling(call, own, ctx.me)
    return await _run(ctx, call, role)


class Role(Protocol):
    """A garbler or the evaluator."""

    async def first(self, ctx: Context) -> None:
        """Round 1, of all pieces."""

    async def bind(self, ctx: Context, piece: Piece) -> Any:
        """This party's messages of round 2; the material that they leave to be used."""

    async def finish(self, ctx: Context, piece: Piece, taken: Any) -> None:
        """Round 3, once the others' messages of round 2 are there."""

    def outputs(self) -> Words:
        """This party's shares of the outputs' bits, in packed planes."""


async def _run(ctx: Context, call: Call, role: Role) -> Words:
    """Round 1 for all, then rounds 2 and 3 piece by piece; each piece goes on from round 1."""
    await role.first(ctx)
    depth, waiting = ctx.depth, deque[tuple[Context, Piece, Any]]()

    async def finish() -> None:
        child, piece, taken = waiting.popleft()
        await role.finish(child, piece, taken)
        ctx.join(child)

    for piece in call.pieces():
        child = ctx.child("piece", depth=depth)
        waiting.append((child, piece, await role.bind(child, piece)))
        if len(waiting) > AHEAD:
            await finish()
    while waiting:
        await finish()
    return role.outputs()


def _without_ands(ctx: Context, circuit: Circuit, own: Words) -> Words:
    """XORs of shares; one party turns what is negated."""
    if ctx.planning:
        return blank((len(circuit.ends), own.shape[1]))
    planes = spread(circuit, own, np.zeros((circuit.ands, own.shape[1]), U64))
    return of_literals(planes, circuit.ends, flips=ctx.me == 0)


def _check(circuit: Circuit, own: Words, instances: int) -> None:
    expected = (circuit.first_gate - 1, words_for(instances))
    if own.shape != expected:
        what = f"planes of shape {own.shape} for `{circuit.name}`, which takes {expected}"
        raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
