"""The table of plans: how long it takes to know what a program will cost, for all parties in this process.

Programs of many operations, of few that are large, and of many reveals. Time is the processor's: a plan waits for
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Planning, middle
from bench.memory import Peak
from mpc.context import Context

TITLE = "Plans, on shapes"
TABLE = "plans"
PARTIES = (2, 3)
BATCH = 128
UNITS = 1024

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A program of two owners' secrets x and y: how large by default, their shapes at a size, how large their elements
    are, what it computes."""

    size: int
    largest: float
    shapes: Callable[[int], tuple[Shape, Shape]]
    main: Callable[[Context, mpc.SecretArray, mpc.SecretArray, int], Awaitable[Any]]


async def _dense(ctx: Context, x: mpc.SecretArray, y: mpc.SecretArray, size: int) -> None:
    """Layers of a network, each a matrix product and the larger of it and zero."""
    for _ in range(size):
        x = np.maximum(x @ y, 0).within(-1, 1)
    await mpc.reveal(ctx, x, to=0)


async def _products(ctx: Context, x: mpc.SecretArray, y: mpc.SecretArray, size: int) -> None:
    for _ in range(size):
        x = (x * y).within(-1, 1)
    await mpc.reveal(ctx, x)


async def _reveals(ctx: Context, x: mpc.SecretArray, y: mpc.SecretArray, size: int) -> None:
    for _ in range(size):
        x = (x * y).within(-1, 1)
        await mpc.reveal(ctx, x)


async def _comparisons(ctx: Context, x: mpc.SecretArray, y: mpc.SecretArray, size: int) -> None:
    await mpc.reveal(ctx, x > y)


PROGRAMS = {
    "dense_60": Program(60, 1 / UNITS, lambda size: ((BATCH, UNITS), (UNITS, UNITS)), _dense),
    "products_1000": Program(1000, 1.0, lambda size: ((), ()), _products),
    "reveals_300": Program(300, 1.0, lambda size: ((), ()), _reveals),
    "cmp_1m": Program(1_000_000, 1.0, lambda size: ((size,), (size,)), _comparisons),
}


def measure(options: Options) -> Iterator[list[Planning]]:
    """The row of each chosen program, for each number of parties and size."""
    for name in options.chosen(PROGRAMS):
        program = PROGRAMS[name]
        for parties in options.parties or PARTIES:
            for size in options.sizes or (max(1, round(program.size * options.scale)),):
                yield [_row(name, program, parties, size, options.repeat)]


def _row(name: str, program: Program, parties: int, size: int, repeat: int) -> Planning:
    inputs: list[Any] = [np.zeros(shape) for shape in program.shapes(size)]
    work = partial(mpc.plan, partial(_main, program, size), inputs + [None] * (parties - 2))
    peak = Peak()
    planned = work()
    memory = peak.bytes()
    seconds, spread = middle([_timed(work) for _ in range(repeat)])
    return Planning(TABLE, name, PARLEY, parties, size, planned.calls, seconds, spread, memory)


async def _main(program: Program, size: int, ctx: Context, mine: Any) -> None:
    x, y = [await mpc.secret(ctx, owner, mine, range=(-program.largest, program.largest)) for owner in (0, 1)]
    await program.main(ctx, x, y, size)


def _timed(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
