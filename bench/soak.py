"""`python -m bench.soak`: garbled circuits until so many gates have been computed, every output against the clear.

Two parties in one process compute AES-128 on many blocks, by half-gates and in three halves, and circuits of random
gates on a few instances each, these also garbled ahead, by authenticated garbling, and among three parties by BMR. All
randomness is fresh. A wrong bit ends it with the seed of the circuit and its inputs.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import mpc
from mpc.algebra.bits import unpack
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.prg import Prg
from native import keep_memory
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE, Circuit, Port
from protocols.circuits.kinds import Bits
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.shares import stack_planes
from protocols.suite import suite_of

ANDS, RUNS = 10**9, 10**5
BLOCKS = 2000
"""Blocks of AES of one computation: 12.8 million ANDs."""
INPUTS, GATES, OUTPUTS = 12, 300, 20
INSTANCES = 100
"""At most so many runs of one random circuit, beside each other."""
SECONDS = 5.0


class Way(NamedTuple):
    """One way to compute a circuit, among so many parties: an attribute of the suite that takes shared bits, and the
    rest; without one, authenticated garbling. `garbling`: of the session, ahead or online."""

    name: str
    parties: int
    function: str
    rest: tuple[Any, ...] = ()
    garbling: str = "online"


STREAMS = (Way("half-gates", 2, "garbled", (HALF_GATES,)), Way("three halves", 2, "garbled", (THREE_HALVES,)))
"""Those whose tables are many."""
WAYS = (
    *STREAMS,
    Way("half-gates ahead", 2, "garbled", (HALF_GATES,), "ahead"),
    Way("three halves ahead", 2, "garbled", (THREE_HALVES,), "ahead"),
    Way("BMR, three parties", 3, "garbled_by_several"),
    Way("authenticated garbling", 2, ""),
)


class Tally:
    """How much was computed and compared, told now and then."""

    def __init__(self) -> None:
        self.ands = self.runs = 0
        self.began = self.told = time.monotonic()

    def add(self, made: Circuit, instances: int, *, small: bool) -> None:
        """A circuit was right for all instances."""
        self.ands += made.ands * instances
        self.runs += instances if small else 0
        if time.monotonic() - self.told > SECONDS:
            self.tell()

    def tell(self) -> None:
        """One line."""
        self.told = time.monotonic()
        print(f"{self.told - self.began:6.0f} s  {self.ands:13,} ANDs  {self.runs:9,} runs, none wrong", flush=True)


def check(way: Way, made: Circuit, planes: Words, instances: int) -> None:
    """One computation, inputs from all parties in turn. ArithmeticError where an output is not that in the clear."""

    async def shared(ctx: Context, mine: None) -> Any:
        suite, rows = suite_of(ctx), []
        for i, row in enumerate(planes):
            owner = i % ctx.n
            rows.append(await suite.input_bits(ctx, owner, row if ctx.me == owner else None, (instances,)))
        out = await getattr(suite, way.function)(ctx, made, stack_planes(rows), *way.rest)
        opened: Words = await suite.open_bits(ctx, out)
        return _bits(opened, instances)

    async def private(ctx: Context, mine: None) -> Any:
        bits, values, start = _bits(planes, instances), {}, 0
        for i, port in enumerate(made.inputs):
            values[port.name] = mpc.private(i % 2, bits[start : start + port.width].T == 1)
            start += port.width
        (port,) = made.outputs
        opened: Words = await mpc.authenticated(ctx, made, values, instances=instances)
        return opened.T

    run = mpc.simulate(shared if way.function else private, [None] * way.parties, garbling=way.garbling)
    expected = _bits(evaluate(made, planes), instances)
    if not all(np.array_equal(opened, expected) for opened in run.results):
        raise ArithmeticError(f"{way.name} gave a wrong output of {made!r} for {instances} instances")


def _bits(planes: Words, instances: int) -> Any:
    """One row of bits for each plane."""
    return np.stack([unpack(row, instances) for row in planes])


def random_circuit(prg: Prg) -> Circuit:
    """Gates of either kind on any wires before them and their negations; outputs are any wires."""
    builder = Builder()
    literals = [FALSE, TRUE, *builder.input("x", Bits(INPUTS)), *builder.input("y", Bits(INPUTS))]
    for drawn in prg.words((GATES, 3)).tolist():
        u, v = (literals[(each >> 1) % len(literals)] ^ each & 1 for each in drawn[:2])
        literals.append(builder.and_(u, v) if drawn[2] & 1 else builder.xor(u, v))
    ends = [literals[(each >> 1) % len(literals)] ^ each & 1 for each in prg.words((OUTPUTS,)).tolist()]
    return builder.circuit({Port("r", Bits(OUTPUTS)): ends}, "random gates")


def planes_of(prg: Prg, made: Circuit, instances: int) -> Words:
    """Random inputs."""
    return prg.packed(made.first_gate - 1, instances)


class Part(NamedTuple):
    """What is computed next: everything follows from the way and the seed."""

    way: Way
    seed: bytes
    small: bool

    def check(self, tally: Tally) -> None:
        """Compute it."""
        prg = Prg(self.seed)
        made = random_circuit(prg) if self.small else aes()
        instances = 1 + int(prg.words(())) % INSTANCES if self.small else BLOCKS
        check(self.way, made, planes_of(prg, made, instances), instances)
        tally.add(made, instances, small=self.small)


def parts(ands: int, runs: int, tally: Tally) -> Iterator[Part]:
    """Large circuits until there are so many ANDs, then small ones until there are so many runs."""
    while tally.ands < ands:
        yield from (Part(way, secrets.token_bytes(16), False) for way in STREAMS)
    while tally.runs < runs:
        yield from (Part(way, secrets.token_bytes(16), True) for way in WAYS)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--ands", type=int, default=ANDS, help="ANDs of large circuits")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of small circuits")
    chosen = parser.parse_args(arguments)
    keep_memory()
    tally = Tally()
    for part in parts(chosen.ands, chosen.runs, tally):
        try:
            part.check(tally)
        except Exception as error:
            sys.exit(f"{error or type(error).__name__}; {part}")
    tally.tell()


if __name__ == "__main__":
    main()
