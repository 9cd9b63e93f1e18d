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
from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.algebra.words import aligned
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.walk import Bytes, Evaluator, Execution, Garbler, Piece, Scheme, Seeded, message_words, messages
from protocols.preprocessing.kinds.labels import ODD, Labels

GARBLER, EVALUATOR = 0, 1
MANY_GATES = 100_000
"""The program of so many is written beside the event loop: it takes about a second a million."""
WORK_OF_AND = 50
"""An AND takes about as long as so many products."""

OfGarbler = tuple[bool, ...]
"""For each bit of the inputs whether the garbler has all of it, the evaluator's share being zero; () if of none."""


def _labels(
    circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES, of_garbler: OfGarbler = ()
) -> int:
    """One for each bit of each input of each instance, but of what the garbler has."""
    return (int(own.shape[0]) - sum(_seeded(of_garbler))) * instances


def _words(
    circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES, of_garbler: OfGarbler = ()
) -> int:
    """What both send together: the evaluator's corrections, and the tables."""
    return words_for(_labels(circuit, own, instances, scheme, of_garbler)) + table_words(circuit, instances, scheme)


def _seeded(of_garbler: OfGarbler) -> OfGarbler:
    """Whose labels come from a stream. A garbler that has everything takes transfers: they bring the offset."""
    return () if all(of_garbler) else of_garbler


@cost(
    rounds=lambda circuit, *_: 2 if circuit.ands else 1, to_one=_words,
    labels=_labels, call_name="garbled", parties=2,
)  # fmt: skip
async def evaluate(
    ctx: Context, circuit: Circuit, own: Words, instances: int, scheme: Scheme = HALF_GATES, of_garbler: OfGarbler = ()
) -> Words:
    """This party's share of the outputs from its share of the inputs: packed planes (bits, words) of so many instances.

    Between two parties, who garble by the same `scheme`; nobody learns anything. Bits of inputs that are all
    `of_garbler` take no transfer and no byte. LocalError `wrong-shape` for another number of planes, `unfit-session`
    for more parties. PeerError `malformed-message` for tables that nobody garbles.
    """
    of_garbler = _seeded(of_garbler)
    check_planes(ctx, circuit, own, instances, of_garbler)
    start = ctx.hash(scheme.domain).words(2)
    count = _labels(circuit, own, instances, scheme, of_garbler)
    material = await ctx.take(Labels(cast(Z2k, ctx.ring), count, GARBLER, EVALUATOR))
    execution = Execution(circuit, instances, start)
    if circuit.gates >= MANY_GATES:
        await ctx.in_thread(lambda: execution.program)
    if ctx.planning:
        return await _rehearse(ctx, scheme, execution, own, count)
    seeded = None
    if of_garbler:
        seeded = Seeded(np.array(of_garbler), ctx.pairwise_prg(1 - ctx.me, "labels of what the garbler has"))
    if ctx.me == GARBLER:
        return await _garble(ctx, scheme, execution, own, seeded, *material[:2])
    return await _evaluate(ctx, scheme, execution, own, seeded, *material[2:])


async def _garble(
    ctx: Context, scheme: Scheme, execution: Execution, own: Words, seeded: Seeded | None, offset: Words, zeros: Words
) -> Words:
    """The garbler's shares of the outputs."""
    corrections = await ctx.receive(EVALUATOR, Spec((words_for(len(zeros)),)))
    exchanged = _bits(own, execution.instances)
    _correct(exchanged, unpack(corrections, len(zeros)).reshape(-1, execution.instances), seeded)
    return _colours(
        await send_tables(ctx, scheme, execution, _wires(zeros, execution), offset | ODD, exchanged, seeded)
    )


def _correct(exchanged: Bytes, corrections: Bytes, seeded: Seeded | None) -> None:
    for inputs, given in seeded.parts() if seeded else [(slice(None), slice(None))]:
        if given is not None:
            exchanged[inputs] ^= corrections[given]


async def send_tables(
    ctx: Context,
    scheme: Scheme,
    execution: Execution,
    zeros: Words,
    delta: Words,
    exchanged: Bytes,
    seeded: Seeded | None = None,
) -> Words:
    """Garble, and send what is garbled; the labels of zero of the outputs, (bits, instances, 2).

    zeros: labels of the inputs (bits, instances, 2) but the seeded ones; what is given or drawn is the label of one
    where `exchanged` (bits, instances) is 1. While a message is on its way the next is made.
    """
    garbler = scheme.garbler(execution, zeros, delta, ctx.prg("dice"), exchanged, seeded)
    for pieces in messages(execution):
        tables = await ctx.off_loop(_work(pieces), _made, scheme, garbler, pieces)
        await ctx.drained(EVALUATOR)
        if tables.size:
            ctx.send(EVALUATOR, tables)
    return garbler.outputs


def _made(scheme: Scheme, garbler: Garbler, pieces: Sequence[Piece]) -> Words:
    """The tables of pieces, one after the other."""
    tables = aligned((message_words(scheme, pieces),))
    for piece, place in zip(pieces, _places(scheme, pieces), strict=True):
        garbler.tables(piece, tables[place])
    return tables


async def _evaluate(
    ctx: Context, scheme: Scheme, execution: Execution, own: Words, seeded: Seeded | None, bits: Words, labels: Words
) -> Words:
    """The evaluator's shares of the outputs."""
    shared = own if seeded is None else own[~seeded.which]
    ctx.send(GARBLER, _packed(shared, execution.instances) ^ bits)
    return _colours(await receive_tables(ctx, scheme, execution, _wires(labels, execution), seeded))


async def receive_tables(
    ctx: Context, scheme: Scheme, execution: Execution, labels: Words, seeded: Seeded | None = None
) -> Words:
    """Evaluate while tables come in, from one label of each input: the labels of the outputs, (bits, instances, 2).

    labels: those of the inputs but the seeded ones.
    """
    evaluator = scheme.evaluator(execution, labels, seeded)
    for pieces in messages(execution):
        words = message_words(scheme, pieces)
        tables = await ctx.receive(GARBLER, Spec((words,))) if words else np.empty(0, U64)
        if not await ctx.off_loop(_work(pieces), _taken, scheme, evaluator, pieces, tables):
            raise _malformed(ctx, scheme)
    return evaluator.outputs


def _taken(scheme: Scheme, evaluator: Evaluator, pieces: Sequence[Piece], tables: Words) -> bool:
    """Goes on by the tables of pieces; False where they are none."""
    for piece, place in zip(pieces, _places(scheme, pieces), strict=True):
        own = tables[place].reshape(scheme.shape(piece.ands))
        if not scheme.well_formed(own, piece.ands):
            return False
        evaluator.take(piece, own)
    return True


def _places(scheme: Scheme, pieces: Sequence[Piece]) -> Iterator[slice]:
    """Where the tables of each piece lie in a message."""
    begin = 0
    for piece in pieces:
        end = begin + scheme.words(piece)
        yield slice(begin, end)
        begin = end


def _work(pieces: Sequence[Piece]) -> int:
    return WORK_OF_AND * sum(piece.ands for piece in pieces)


async def _rehearse(ctx: Context, scheme: Scheme, execution: Execution, own: Words, count: int) -> Words:
    """The messages of a plan, as large as the real ones; nothing is computed."""
    corrections = blank((words_for(count),))
    if ctx.me == EVALUATOR:
        ctx.send(GARBLER, corrections)
    else:
        await ctx.receive(EVALUATOR, Spec(corrections.shape))
    await rehearse_tables(ctx, scheme, execution)
    return blank((len(execution.circuit.ends), own.shape[1]))


async def rehearse_tables(ctx: Context, scheme: Scheme, execution: Execution) -> None:
    """The messages of a plan in place of tables."""
    for pieces in messages(execution):
        words = message_words(scheme, pieces)
        if words and ctx.me == EVALUATOR:
            await ctx.receive(GARBLER, Spec((words,)))
        elif words:
            ctx.send(EVALUATOR, blank((words,)))


def table_words(circuit: Circuit, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """The words of all tables."""
    return sum(scheme.words(piece) for piece in Execution(circuit, instances, np.zeros(2, U64)).pieces())


def _malformed(ctx: Context, scheme: Scheme) -> PeerError:
    name = ctx.names[GARBLER]
    return PeerError(
        "malformed-message",
        f"{name} sent tables that no garbler of {scheme.name} makes ({ctx.name})",
        "see that both run the same version of Parley; otherwise that party is not to be trusted",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )


def _bits(planes: Words, instances: int) -> Bytes:
    """The bits of packed planes, (bits, instances)."""
    rows = unpack(planes.reshape(-1), 64 * planes.size).reshape(planes.shape[0], 64 * planes.shape[1])
    return np.ascontiguousarray(rows[:, :instances])


def _packed(planes: Words, instances: int) -> Words:
    """The bits of packed planes one after another, without padding between them, packed."""
    if instances % 64 == 0:
        return planes.reshape(-1)
    return pack(_bits(planes, instances).reshape(-1))


def _wires(labels: Words, execution: Execution) -> Words:
    """One label for each bit of each instance: (bits, instances, 2)."""
    return labels.reshape(-1, execution.instances, 2)


def _colours(labels: Words) -> Words:
    """The lowest bits, packed for each output."""
    bits = (labels[..., 0] & np.uint64(1)).astype(np.uint8)
    return np.stack([pack(row) for row in bits])


def check_planes(ctx: Context, circuit: Circuit, own: Words, instances: int, of_garbler: OfGarbler = ()) -> None:
    """LocalError `wrong-shape`, `unfit-session` for what Yao's protocol does not compute."""
    expected = (circuit.first_gate - 1, words_for(instances))
    if own.shape != expected or (of_garbler and len(of_garbler) != expected[0]):
        what = f"planes of shape {own.shape} for `{circuit.name}`, which takes {expected}"
        raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
    if ctx.n != 2:
        raise LocalError("unfit-session", f"Yao's protocol among {ctx.n} parties", "it is for two")
