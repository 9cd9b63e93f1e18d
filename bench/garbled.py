"""The table of garbled circuits: garbling and evaluating in memory, on one core; Yao's protocol, and several garblers.

In memory each AND stands beside the four blocks of AES that it needs, for which a key serves no other gate. Between two
processes tables travel while they are made, or were there before (`ahead`); the limits are blocks of AES on one core,
the garbler's or there the evaluator's, and all bytes over raw sockets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np

from bench import authenticated, divisions, garbled_ahead, garbled_by_several, kernels, launch, limits
from bench.contest import Contender, contest, with_figures
from bench.crew import Crew
from bench.harness import PARLEY, AnyRow, Making, Options
from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from bench.preprocessing import Bare, blocks_a_second, typical
from bench.suppliers import DEALER
from bench.workloads import Share, Workload
from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.planning import NETWORKS
from mpc.prg import Prg
from native import keep_memory, using
from protocols.circuits import UInt, circuit
from protocols.circuits.circuit import Circuit
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Execution, Scheme
from protocols.shares import BooleanShare, concatenate, concatenate_planes, stack_planes
from protocols.suite import suite_of

TITLE = "Garbled circuits: in memory on one core, and between parties over loopback, online"
TABLE = "garbled"
WARM_UP = 1
AES_OF_AND = {"half-gates": 4, "three-halves": 6}
"""By scheme, blocks of AES for each AND, at either party, under keys of the gate's own."""
IN_MEMORY = {
    "garble.aes": 256, "garble.aes_1": 1, "garble.three_halves": 256,
    "evaluate.aes": 256, "evaluate.aes_1": 1, "evaluate.three_halves": 256,
}  # fmt: skip
"""By workload, how many blocks of AES-128 as a circuit are computed side by side; by half-gates where none is named."""
TABLE_LIMIT = "aes_rekey"
AT_ONCE = 1 << 16
"""Instances of one call: the labels of their inputs are material, which a dealer makes in pieces."""


@circuit(x=UInt(64), y=UInt(64))
def below(x: UInt, y: UInt) -> object:
    """x < y."""
    return x < y  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Subject:
    """A circuit on many instances between parties; `unit` says what an instance is.

    parties: among how many, of those that were asked for; blocks: of AES for each AND, at the party with most of them.
    """

    workload: Workload
    made: Callable[[], Circuit]
    unit: str
    parties: Callable[[Sequence[int]], Sequence[int]]
    blocks: Callable[[int], int]


Run = Callable[[Context, Circuit, BooleanShare], Awaitable[BooleanShare]]


def _by_yao(
    name: str, size: int, made: Callable[[], Circuit], unit: str, scheme: Scheme = HALF_GATES, own: int = 0
) -> Subject:
    """`own`: how many bits of the input, its first, are the garbler's; then the others are the evaluator's."""

    async def run(ctx: Context, made: Circuit, share: BooleanShare) -> BooleanShare:
        of_garbler = tuple(i < own for i in range(made.first_gate - 1)) if own else ()
        outputs: BooleanShare = await suite_of(ctx).garbled(ctx, made, share, scheme, of_garbler)
        return outputs

    async def put_in(ctx: Context, planes: Words, count: int) -> BooleanShare:
        mine: BooleanShare = suite_of(ctx).garblers_bits(ctx, planes[:own], own, (count,))
        theirs = [
            await suite_of(ctx).input_bits(ctx, 1, row if ctx.me == 1 else None, (count,)) for row in planes[own:]
        ]
        joined: BooleanShare = concatenate_planes([mine, stack_planes(theirs)])
        return joined

    workload = replace(_workload(name, size, made, run), planes_in=put_in if own else None)
    return Subject(workload, made, unit, lambda wanted: (2,), lambda parties: AES_OF_AND[scheme.name])


def _ahead(name: str, size: int, made: Callable[[], Circuit], unit: str, scheme: Scheme = HALF_GATES) -> Subject:
    workload = _workload(name, size, made, partial(garbled_ahead.run, scheme))
    blocks = garbled_ahead.AES_OF_AND[scheme.name]
    return Subject(workload, made, unit, lambda wanted: (2,), lambda parties: blocks)


def _by_several(name: str, size: int, made: Callable[[], Circuit], unit: str) -> Subject:
    workload = _workload(name, size, made, garbled_by_several.run)
    parties = partial(garbled_by_several.parties_of, name)
    return Subject(workload, made, unit, parties, garbled_by_several.blocks_of_aes)


def _workload(name: str, size: int, made: Callable[[], Circuit], run: Run) -> Workload:
    def values(prg: Prg, size: int) -> list[Words]:
        return [prg.words((made().first_gate - 1, words_for(count))) for count in _blocks(size)]

    async def online(ctx: Context, shares: Sequence[BooleanShare], size: int) -> Share:
        outputs: Share = concatenate([await run(ctx, made(), share) for share in shares])
        return outputs

    def clear(values: Sequence[Words], size: int) -> Words:
        parts = [
            np.stack([bits.unpack(row, count) for row in evaluate(made(), planes)])
            for planes, count in zip(values, _blocks(size), strict=True)
        ]
        return np.stack([bits.pack(row) for row in np.concatenate(parts, axis=1)])

    return Workload(name, size, values, online, clear, instances=_blocks)


def _blocks(size: int) -> list[int]:
    """How many instances are computed at once."""
    return [min(AT_ONCE, size - begin) for begin in range(0, size, AT_ONCE)]


SUBJECTS = {
    subject.workload.name: subject
    for subject in (
        _by_yao("half_gates.aes_10k", 10_000, aes, "blocks of AES-128"),
        _by_yao("three_halves.aes_10k", 10_000, aes, "blocks of AES-128", THREE_HALVES),
        _ahead("half_gates.ahead.aes_1k", 1_000, aes, "blocks of AES-128"),
        _by_yao("half_gates.cmp_1m", 1_000_000, lambda: below, "comparisons of 64 bits", own=64),
        *(_by_several(name, size, aes, "blocks of AES-128") for name, size in garbled_by_several.SIZES.items()),
    )
}
WORKLOADS = {name: subject.workload for name, subject in SUBJECTS.items()}


def names() -> list[str]:
    """All workloads."""
    return [*IN_MEMORY, *SUBJECTS, *authenticated.SIZES, *divisions.WAYS]


def measure(options: Options) -> Iterator[Sequence[AnyRow]]:
    """The rows of each chosen workload, as they come. Raises RuntimeError where one of ours fails."""
    keep_memory()
    with using(options.implementation) if options.implementation else nullcontext():
        for name in options.chosen(IN_MEMORY):
            yield kernels.contest_of(_in_memory(name, options.scale), options, TABLE)
    for name in options.chosen(SUBJECTS):
        subject = SUBJECTS[name]
        for size in options.sizes or (subject.workload.scaled(options.scale),):
            rows, bare = contest(
                list(contenders(subject, size, options)), Crew.lines, with_figures, _bare, options.repeat, WARM_UP
            )
            yield [_beside(row, subject, typical(bare)) for row in rows]
    for name in options.chosen(authenticated.SIZES):
        yield from authenticated.rows(name, options)
    for name in options.chosen(divisions.WAYS):
        yield from divisions.rows(name, options)


def _in_memory(name: str, scale: float) -> KernelWorkload:
    """All pieces of an execution, garbled or evaluated; tables of evaluation are made before."""
    execution = Execution(aes(), max(1, round(IN_MEMORY[name] * scale)), random_words((2,), 0))
    zeros = random_words((execution.circuit.first_gate - 1, execution.instances, 2), 1)
    delta = random_words((2,), 2) | np.array([1, 0], U64)

    scheme = THREE_HALVES if name.endswith("three_halves") else HALF_GATES

    def garble() -> list[Words]:
        garbler = scheme.garbler(execution, zeros, delta, Prg(bytes(16)), None)
        return [garbler.tables(piece) for piece in execution.pieces()]

    tables = garble() if name.startswith("evaluate") else []

    def go_on() -> None:
        evaluator = scheme.evaluator(execution, zeros)
        for piece, table in zip(execution.pieces(), tables, strict=True):
            evaluator.take(piece, table)

    run = go_on if tables else garble
    ands = execution.circuit.ands * execution.instances
    return KernelWorkload(name, "ANDs", ands, run, TABLE_LIMIT, AES_OF_AND[scheme.name])


def contenders(subject: Subject, size: int, options: Options) -> Iterator[Contender[Making]]:
    """What is measured of a subject: by each number of parties, plain and over TLS."""
    for parties, tls in product(subject.parties(options.parties), (True,) if options.tls else (False, True)):
        name = subject.workload.name
        setup = launch.Setup(TABLE, name, size, parties, tls, options.network, supplier=DEALER)
        row = Making(
            TABLE, name, PARLEY, DEALER, parties, tls, 0, size, subject.unit, network=options.network,
            note="online",
        )  # fmt: skip
        yield Contender(row, partial(launch.ours, setup))


def _beside(row: Making, subject: Subject, bare: Bare) -> Making:
    """The row with its limits."""
    if not row.per_second or row.bytes_each is None:
        return row
    bandwidth = bare.loopback.bandwidth if row.network == "loopback" else 2 * NETWORKS[row.network].bandwidth
    aes_limit = bare.aes / (subject.blocks(row.parties) * subject.made().ands) if bare.aes else None
    wire = bandwidth / row.bytes_each
    part = row.per_second / min(limit for limit in (aes_limit, wire) if limit)
    return replace(row, aes_limit=aes_limit, bandwidth_limit=wire, part_of_limit=part)


def _bare() -> Bare:
    return Bare(blocks_a_second(TABLE_LIMIT), limits.measure())
