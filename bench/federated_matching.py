"""Private set intersection in one process: all parties' work on all cores, beside the curve's products that it takes.

The limit is the kernel's products of as many points by secret scalars as the protocol asks for, in the same run and on
the same cores: hashing to the curve, encodings, proofs, hints and messages are what stands between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import mpc
from bench.harness import PARLEY, Options, Row, clocked, interleaved, middle
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context
from native import keep_memory
from protocols import matching

PRODUCTS = "limit:curve_products"


@dataclass(frozen=True, slots=True)
class Work:
    """What parties with so many identifiers each run, half of which all have; and the curve's products for each of one
    party's identifiers, all parties together."""

    parties: int
    count: int
    program: Callable[[Context, Any], Any]
    products: int
    security: str


async def _common(ctx: Context, mine: Any) -> int:
    found = await matching.common(ctx, mine)
    assert found is not None
    return len(found)


async def _count(ctx: Context, mine: Any) -> int | None:
    return await matching.common_count(ctx, mine)


WORKS = {
    "psi.two_100k": Work(2, 100_000, _common, 4, "either, malicious"),
    "psi.count_100k": Work(2, 100_000, _count, 4, "semi-honest"),
    "psi.three_20k": Work(3, 20_000, _common, 7, "semi-honest"),
}


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """Ours beside its limit, workload by workload."""
    keep_memory()
    for name in options.chosen(WORKS):
        work = WORKS[name]
        count = max(2, round(work.count * options.scale))
        report = _run(work, count).report
        works: dict[str, Callable[[], object]] = {PARLEY: partial(_run, work, count), PRODUCTS: _products(work, count)}
        timed = interleaved({system: clocked(each) for system, each in works.items()}, options.repeat, 1)
        for system, seconds in timed.items():
            assert isinstance(seconds, list)
            median, spread = middle(seconds)
            ours = system == PARLEY
            sent = sum(report.bytes_sent) if ours else 0
            note = f"{count / median:,.0f} identifiers a second" + (f", {sent / count:.0f} bytes each" if ours else "")
            security, rounds = (work.security, report.rounds) if ours else ("", 0)
            yield [
                Row(table, name, system, work.parties, False, median, spread, sent, rounds, security, count, note=note)
            ]


def _run(work: Work, count: int) -> Any:
    columns = [np.arange(count) + (0 if j == 0 else count // 2) for j in range(work.parties)]
    found = mpc.simulate(work.program, inputs=columns)
    assert set(found.results) == {count - count // 2}
    return found


def _products(work: Work, count: int) -> Callable[[], object]:
    base: Points = generator().broadcast((count,))
    scalars = Scalars.random(ORDER, (count,))
    return lambda: [base * scalars for _ in range(work.products)]
