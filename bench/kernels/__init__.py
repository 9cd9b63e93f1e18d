"""Throughput of the kernels in `native`, one module a family, each beside a ceiling of the machine and other libraries.

Every module here but those of NO_FAMILY is a family and has `workloads()`.
"""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from bench import launch
from bench.ceilings import ceiling
from bench.harness import PARLEY, Failed, Options, Throughput, interleaved, middle
from bench.kernels.workload import KernelWorkload
from bench.peers.catalogue import OUTSIDE, Outside, Peer
from native import keep_memory, selected, sources, using

TITLE = "Kernels on one core, units of work a second"
TABLE = "kernels"
NO_FAMILY = ("workload", "operands")
OF_TABLES = ("paillier",)
"""Families that have a table of their own (`bench.paillier`), whatever peers do of them."""

ELSEWHERE = ("opencl",)
"""Families whose work is done by a device or by other threads: they are timed by the clock on the wall. All others run
in this thread and are timed by the processor's time that it gets, which leaves out what other programs take."""

WARM_UP = 1
SECONDS = 0.03
"""A repetition calls its kernel again until all calls together have taken so long."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A row without a figure, and how it is measured: one repetition, in units a second."""

    row: Throughput
    rate: Callable[[], float]


def families() -> list[str]:
    """The modules of this folder that have workloads."""
    return [module.name for module in pkgutil.iter_modules(__path__) if module.name not in NO_FAMILY]


def workloads(family: str) -> list[KernelWorkload]:
    """A family's workloads, their operands made."""
    return cast("list[KernelWorkload]", importlib.import_module(f"bench.kernels.{family}").workloads())


def names() -> list[str]:
    """All workloads: ours, and those that only peers do so far."""
    ours = [workload.name for family in families() for workload in workloads(family)]
    return [*ours, *(name for name in OUTSIDE if name not in ours and name.partition(".")[0] not in OF_TABLES)]


def measure(options: Options) -> Iterator[list[Throughput]]:
    """The rows of one workload after the other: ours, its limit, libraries in this process, peers in theirs."""
    keep_memory()
    done = {name for name in OUTSIDE if name.partition(".")[0] in OF_TABLES}
    with using(options.implementation) if options.implementation else nullcontext():
        for family in families():
            if options.workloads and all(name.partition(".")[0] != family for name in options.workloads):
                continue
            of_family = {workload.name: workload for workload in workloads(family)}
            for name in options.chosen(of_family):
                yield contest_of(of_family[name], options)
            done |= set(of_family)
    if options.peers:
        for name in options.chosen(name for name in OUTSIDE if name not in done):
            yield _contest([], name, options)


def contest_of(workload: KernelWorkload, options: Options, table: str = TABLE) -> list[Throughput]:
    """The rows of one workload that runs in this process."""
    return _contest(list(_inside(workload, table)), workload.name, options, table)


def _contest(contenders: list[Contender], name: str, options: Options, table: str = TABLE) -> list[Throughput]:
    """All contenders in turns; those whose peer can't be had get a row that says so."""
    absent: list[Throughput] = []
    with ExitStack() as stack:
        outside = OUTSIDE.get(name)
        if options.peers and outside:
            for peer in outside.peers:
                row = Throughput(table, name, peer.system, outside.unit, None, None, note=peer.included)
                try:
                    contenders.append(_started(row, peer, outside, stack))
                except Failed as failure:
                    absent.append(replace(row, note=f"no figure: {failure}"))
        works = {place: contender.rate for place, contender in enumerate(contenders)}
        results = interleaved(works, options.repeat, WARM_UP)
    rows = [_measured(contenders[place].row, result) for place, result in results.items()]
    return [*rows, *absent]


def _inside(workload: KernelWorkload, table: str) -> Iterator[Contender]:
    """What runs in this process: ours, the ceiling in our units, other libraries."""
    family = workload.name.partition(".")[0]
    rate = partial(_rate, clock=time.perf_counter if family in ELSEWHERE else time.process_time)
    row = Throughput(table, workload.name, PARLEY, workload.unit, None, None)
    ours = replace(row, implementation=sources().get(family, selected()), note=workload.note)
    yield Contender(ours, partial(rate, workload.run, workload.count))
    limit = ceiling(workload.limit)
    bound = replace(row, system=f"limit:{workload.limit}")
    if limit is None:
        yield Contender(replace(bound, note=f"this processor has no {workload.limit}"), _nothing)
    else:
        yield Contender(bound, partial(rate, limit.run, limit.count / workload.limit_use))
    for library, run in workload.peers.items():
        yield Contender(replace(row, system=library, version=_version(library)), partial(rate, run, workload.count))


def _started(row: Throughput, peer: Peer, outside: Outside, stack: ExitStack) -> Contender:
    crew = stack.enter_context(launch.theirs(peer, row.workload, outside.size))
    line = crew.ready()
    return Contender(replace(row, version=line["version"]), lambda: outside.size / crew.repetition().busy)


def _nothing() -> float:
    raise Failed("")


def _rate(run: Callable[[], object], count: float, clock: Callable[[], float]) -> float:
    """Units a second, over as many calls as take about SECONDS."""
    calls, seconds = 0, 0.0
    while seconds < SECONDS:
        began = clock()
        run()
        seconds += clock() - began
        calls += 1
    return count * calls / seconds


def _measured(row: Throughput, rates: list[float] | Failed) -> Throughput:
    if isinstance(rates, Failed):
        return replace(row, note=row.note if not str(rates) else f"no figure: {rates}")
    per_second, spread = middle(rates)
    return replace(row, per_second=per_second, spread=spread)


def _version(library: str) -> str:
    try:
        return version(library.split()[0])
    except PackageNotFoundError:
        return ""
