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

from collections.abc import Iterator, Sequence
from itertools import islice
from math import prod
from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.walk import Bytes, Evaluator, Execution, Piece, Scheme
from protocols.preprocessing.kinds.labels import ODD, Labels

GARBLER, EVALUATOR = 0, 1
PIECES_AT_ONCE = 8
"""Messages of tables that a party computes in one go; the garbler has twice as many in memory."""
MANY_GATES = 100_000
"""The program of so many is written beside the event loop: it takes about a second a million."""
WORK_OF_AND = 50
"""An AND takes about as long as so many products."""


def _labels(circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """One for each bit of each input of each instance."""
    return int(own.shape[0]) * instances


def _words(circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """What both send together: the evaluator's corrections, and the tables."""
    return words_for(_labels(circuit, own, instances)) + table_words(circuit, instances, scheme)


def table_words(circuit: Circuit, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """The words of the tables of each piece that has ANDs."""
    pieces = Execution(circuit, instances, np.zeros(2, U64)).pieces()
    return sum(prod(scheme.shape(piece.ands)) for piece in pieces if piece.ands)


@cost(
    rounds=lambda circuit, *_: 2 if circuit.ands else 1, to_one=_words,
    labels=_labels, call_name="garbled", parties=2,
)  # fmt: skip
async def evaluate(ctx: Context, circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES) -> Words:
    """This party's share of the outputs from its share of the inputs: packed planes (bits, words) of so many instances.

    Between two parties, who garble by the same `scheme`; nobody learns anything. LocalError `wrong-shape` for another
    number of planes, `unfit-session` for more parties. PeerError `malformed-message` for tables that nobody garbles.
    """
    check_planes(ctx, circuit, own, instances)
    start = ctx.hash(scheme.domain).words(2)
    material = await ctx.take(Labels(cast(Z2k, ctx.ring), _labels(circuit, own, instances), GARBLER, EVALUATOR))
    execution = Execution(circuit, instances, start)
    if circuit.gates >= MANY_GATES:
        await ctx.in_thread(lambda: execution.program)
    if ctx.planning:
        return await _rehearse(ctx, scheme, execution, own)
    if ctx.me == GARBLER:
        return await _garble(ctx, scheme, execution, own, *material[:2])
    return await _evaluate(ctx, scheme, execution, own, *material[2:])


async def _garble(ctx: Context, scheme: Scheme, execution: Execution, own: Words, offset: Words, zeros: Words) -> Words:
    """The garbler's shares of the outputs."""
    delta = offset | ODD
    bits = _dense(own, execution.instances)
    corrections = await ctx.receive(EVALUATOR, Spec((words_for(bits.size),)))
    exchanged = (unpack(corrections, bits.size) ^ bits).reshape(-1, execution.instances)
    return _colours(await send_tables(ctx, scheme, execution, _wires(zeros, execution), delta, exchanged))


async def send_tables(
    ctx: Context, scheme: Scheme, execution: Execution, zeros: Words, delta: Words, exchanged: Bytes
) -> Words:
    """Garble, and send what is garbled; the labels of zero of the outputs, (bits, instances, 2).

    zeros: labels of the inputs (bits, instances, 2), those of one where `exchanged` (bits, instances) is 1.
    """
    garbler = scheme.garbler(execution, zeros, delta, ctx.prg("dice"), exchanged)
    for pieces in _several(execution):
        made = await ctx.off_loop(_work(pieces), lambda pieces=pieces: [garbler.tables(piece) for piece in pieces])
        await ctx.drained(EVALUATOR)
        for piece, tables in zip(pieces, made, strict=True):
            if piece.ands:
                ctx.send(EVALUATOR, tables)
    return garbler.outputs


async def _evaluate(
    ctx: Context, scheme: Scheme, execution: Execution, own: Words, bits: Words, labels: Words
) -> Words:
    """The evaluator's shares of the outputs."""
    ctx.send(GARBLER, pack(_dense(own, execution.instances)) ^ bits)
    return _colours(await receive_tables(ctx, scheme, execution, _wires(labels, execution)))


async def receive_tables(ctx: Context, scheme: Scheme, execution: Execution, labels: Words) -> Words:
    """Evaluate while tables come in, from one label of each input: the labels of the outputs, (bits, instances, 2)."""
    evaluator = scheme.evaluator(execution, labels)
    for pieces in _several(execution):
        tables = [await _tables(ctx, scheme, piece) for piece in pieces]
        await ctx.off_loop(_work(pieces), _take, evaluator, pieces, tables)
    return evaluator.outputs


def _take(evaluator: Evaluator, pieces: Sequence[Piece], tables: Sequence[Words]) -> None:
    for piece, table in zip(pieces, tables, strict=True):
        evaluator.take(piece, table)


def _several(execution: Execution) -> Iterator[list[Piece]]:
    """Pieces that are computed at a time, while the network has those before them."""
    pieces = execution.pieces()
    while some := list(islice(pieces, PIECES_AT_ONCE)):
        yield some


def _work(pieces: Sequence[Piece]) -> int:
    return WORK_OF_AND * sum(piece.ands for piece in pieces)


async def _rehearse(ctx: Context, scheme: Scheme, execution: Execution, own: Words) -> Words:
    """The messages of a plan, as large as the real ones; nothing is computed."""
    corrections = blank((words_for(own.shape[0] * execution.instances),))
    if ctx.me == EVALUATOR:
        ctx.send(GARBLER, corrections)
    else:
        await ctx.receive(EVALUATOR, Spec(corrections.shape))
    await rehearse_tables(ctx, scheme, execution)
    return blank((len(execution.circuit.ends), own.shape[1]))


async def rehearse_tables(ctx: Context, scheme: Scheme, execution: Execution) -> None:
    """The messages of a plan in place of tables."""
    for piece in execution.pieces():
        if ctx.me == EVALUATOR:
            await _tables(ctx, scheme, piece)
        elif piece.ands:
            ctx.send(EVALUATOR, blank(scheme.shape(piece.ands)))


async def _tables(ctx: Context, scheme: Scheme, piece: Piece) -> Words:
    shape = scheme.shape(piece.ands)
    if not piece.ands:
        return np.empty(shape, U64)
    tables: Words = await ctx.receive(GARBLER, Spec(shape))
    if not (ctx.planning or scheme.well_formed(tables, piece.ands)):
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


def _dense(planes: Words, instances: int) -> Bytes:
    """The bits of packed planes one after another, without padding: (bits x instances)."""
    rows = unpack(planes.reshape(-1), 64 * planes.size).reshape(planes.shape[0], 64 * planes.shape[1])
    return np.ascontiguousarray(rows[:, :instances]).reshape(-1)


def _wires(labels: Words, execution: Execution) -> Words:
    """One label for each bit of each instance: (bits, instances, 2)."""
    return labels.reshape(-1, execution.instances, 2)


def _colours(labels: Words) -> Words:
    """The lowest bits, packed for each output."""
    bits = (labels[..., 0] & np.uint64(1)).astype(np.uint8)
    return np.stack([pack(row) for row in bits])


def check_planes(ctx: Context, circuit: Circuit, own: Words, instances: int) -> None:
    """LocalError `wrong-shape`, `unfit-session` for what Yao's protocol does not compute."""
    expected = (circuit.first_gate - 1, words_for(instances))
    if own.shape != expected:
        what = f"planes of shape {own.shape} for `{circuit.name}`, which takes {expected}"
        raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
    if ctx.n != 2:
        raise LocalError("unfit-session", f"Yao's protocol among {ctx.n} parties", "it is for two")
