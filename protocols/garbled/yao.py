"""Yao's protocol on shared bits: one circuit between two parties in two rounds, however deep it is.

Party 0 garbles, party 1 evaluates. Bits are XOR-shared before and after, so that whatever a suite holds as bits goes in
and comes out as it is. Of a wire the evaluator's share x is bound to its label by one correlated transfer: it tells
d = c ^ x of the transfer's random bit c, and the label of c that it has is that of x once the garbler has shifted the
label of zero by d; the garbler's own share shifts it once more, which takes no message. An output is shared already:
the lowest bit of the label of zero at the garbler, that of its own label at the evaluator.

A scheme says how gates are garbled: half-gates, or three halves of a label, which send less and compute more.

Semi-honest: what the evaluator sees is labels and tables that the hash makes look random (Zahur, Rosulek, Evans,
section 5; for three halves Rosulek, Roy, CRYPTO 2021), what the garbler sees is d, which c hides. Yao, "How to generate
and exchange secrets", FOCS 1986; Lindell, Pinkas, "A Proof of Security of Yao's Protocol for Two-Party Computation",
Journal of Cryptology 2009.
"""

from __future__ import annotations

from math import prod
from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.walk import Execution, Piece, Scheme
from protocols.preprocessing.kinds.labels import ODD, Labels

GARBLER, EVALUATOR = 0, 1


def _words(circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """What both send together: the evaluator's corrections, and the tables of each piece that has ANDs."""
    pieces = Execution(circuit, instances, np.zeros(2, U64)).pieces()
    return own.size + sum(prod(scheme.shape(piece.ands)) for piece in pieces if piece.ands)


@cost(
    rounds=lambda circuit, *_: 2 if circuit.ands else 1, to_one=_words,
    labels=lambda circuit, own, *_: 64 * own.size, call_name="garbled", parties=2,
)  # fmt: skip
async def evaluate(ctx: Context, circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> Words:
    """This party's share of the outputs from its share of the inputs: packed planes (bits, words) of so many instances.

    Between two parties, who garble by the same `scheme`; nobody learns anything. LocalError `wrong-shape` for another
    number of planes, `unfit-session` for more parties. PeerError `malformed-message` for tables that nobody garbles.
    """
    _check(ctx, circuit, own, instances)
    start = ctx.hash(scheme.domain).words(2)
    material = await ctx.take(Labels(cast(Z2k, ctx.ring), 64 * own.size, GARBLER, EVALUATOR))
    execution = Execution(circuit, instances, start)
    if ctx.me == GARBLER:
        return await _garble(ctx, scheme, execution, own, *material[:2])
    return await _evaluate(ctx, scheme, execution, own, *material[2:])


async def _garble(ctx: Context, scheme: Scheme, execution: Execution, own: Words, offset: Words, zeros: Words) -> Words:
    """The garbler's shares of the outputs."""
    delta = offset | ODD
    corrections = await ctx.receive(EVALUATOR, Spec(own.shape))
    shifts = np.uint64(0) - unpack((corrections ^ own).reshape(-1), 64 * own.size).astype(U64)
    labels = _wires(zeros ^ (shifts[:, None] & delta), execution, own)
    garbler = scheme.garbler(execution, labels, delta, ctx.prg("dice"))
    for piece in execution.pieces():
        tables = garbler.tables(piece)
        if piece.ands:
            ctx.send(EVALUATOR, tables)
    return _colours(garbler.outputs)


async def _evaluate(
    ctx: Context, scheme: Scheme, execution: Execution, own: Words, bits: Words, labels: Words
) -> Words:
    """The evaluator's shares of the outputs."""
    ctx.send(GARBLER, own ^ bits.reshape(own.shape))
    evaluator = scheme.evaluator(execution, _wires(labels, execution, own))
    for piece in execution.pieces():
        evaluator.take(piece, await _tables(ctx, scheme, piece))
    return _colours(evaluator.outputs)


async def _tables(ctx: Context, scheme: Scheme, piece: Piece) -> Words:
    shape = scheme.shape(piece.ands)
    if not piece.ands:
        return np.empty(shape, U64)
    tables: Words = await ctx.receive(GARBLER, Spec(shape))
    if not scheme.well_formed(tables, piece.ands):
        name = ctx.names[GARBLER]
        raise PeerError(
            "malformed-message",
            f"{name} sent tables that no garbler of {scheme.name} makes ({ctx.name})",
            "see that both run the same version of Parley; otherwise that party is not to be trusted",
            party=name,
            path=ctx.path,
            line=ctx.line or None,
        )
    return tables


def _wires(labels: Words, execution: Execution, planes: Words) -> Words:
    """One label for each bit of packed planes, without those of padding: (bits, instances, 2)."""
    return labels.reshape(planes.shape[0], 64 * planes.shape[1], 2)[:, : execution.instances]


def _colours(labels: Words) -> Words:
    """The lowest bits, packed for each output."""
    bits = (labels[..., 0] & np.uint64(1)).astype(np.uint8)
    return np.stack([pack(row) for row in bits])


def _check(ctx: Context, circuit: Circuit, own: Words, instances: int) -> None:
    expected = (circuit.first_gate - 1, words_for(instances))
    if own.shape != expected:
        what = f"planes of shape {own.shape} for `{circuit.name}`, which takes {expected}"
        raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
    if ctx.n != 2:
        raise LocalError("unfit-session", f"Yao's protocol among {ctx.n} parties", "it is for two")
