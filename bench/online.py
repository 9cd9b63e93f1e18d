"""Tables of times: a workload by our parties, and by peers, each a crew of processes; all crews take turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import Any

from bench import launch, limits
from bench.crew import Crew, Repetition
from bench.harness import BANDWIDTH, LATENCY, PARLEY, Failed, Options, Row, interleaved, middle
from bench.peers.catalogue import Peer
from bench.workloads import Workload
from mpc.planning import NETWORKS

WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Contender:
    """A system that shall do a workload: its row without figures, and how its crew is started."""

    row: Row
    start: Callable[[], AbstractContextManager[Crew]]


def measure(
    table: str, workloads: Mapping[str, Workload], peers: Sequence[Peer], options: Options
) -> Iterator[list[Row]]:
    """The rows of each chosen workload at each size, as they come; with the limits' rows after each of ours.

    Raises RuntimeError where one of ours fails. A peer that fails has a row that says so.
    """
    for name in options.chosen(workloads):
        for size in options.sizes or (workloads[name].scaled(options.scale),):
            contenders = list(_ours(table, name, size, options))
            if options.peers:
                contenders += _theirs(table, name, size, peers)
            rows, loopback = _contest(contenders, options.repeat)
            yield [each for row in rows for each in (row, *(_limits(row, loopback) if row.system == PARLEY else ()))]


def _ours(table: str, workload: str, size: int, options: Options) -> Iterator[Contender]:
    for parties in options.parties:
        for tls in (False, True):
            setup = launch.Setup(table, workload, size, parties, tls, options.network)
            row = Row(table, workload, PARLEY, parties, tls, None, None, None, None, "", size, options.network)
            yield Contender(replace(row, note="online"), lambda setup=setup: launch.ours(setup))  # type: ignore[misc]


def _theirs(table: str, workload: str, size: int, peers: Sequence[Peer]) -> Iterator[Contender]:
    for peer in peers:
        part = max(1, round(size * peer.shares.get(workload, 1)))
        row = Row(table, workload, peer.system, peer.parties, False, None, None, None, None, peer.security, part)
        start = lambda peer=peer, part=part: launch.theirs(peer, workload, part)  # noqa: E731
        yield Contender(replace(row, note=peer.included), start)


def _contest(contenders: Sequence[Contender], repeat: int) -> tuple[list[Row], limits.Limits]:
    """All contenders' crews at once, each repetition by one of them while the others wait. A failure is a row too.

    The machine's limits take their turn like a contender.
    """
    rows: dict[int, Row] = {}
    crews: dict[int, Crew] = {}
    bare: list[limits.Limits] = []
    with ExitStack() as stack:
        for place, contender in enumerate(contenders):
            try:
                crews[place] = stack.enter_context(contender.start())
                rows[place] = _introduced(contender.row, crews[place].ready())
            except Failed as failure:
                crews.pop(place, None)
                rows[place] = _failed(contender.row, failure)
        works: dict[int, Callable[[], Repetition | None]] = {-1: lambda: bare.append(limits.measure())}
        works |= {place: crew.repetition for place, crew in crews.items()}
        results = interleaved(works, repeat, WARM_UP)
    for place, result in results.items():
        if place in rows:
            rows[place] = _failed(rows[place], result) if isinstance(result, Failed) else _measured(rows[place], result)
    return [rows[place] for place in sorted(rows)], limits.typical(bare[WARM_UP:])


def _introduced(row: Row, line: Mapping[str, Any]) -> Row:
    return replace(row, security=line["security"] or row.security, version=line["version"])


def _failed(row: Row, failure: Failed) -> Row:
    """A row that says why there is no figure. Ours must give one: its failure ends the run."""
    if row.system == PARLEY:
        raise RuntimeError(f"{row.workload} of {row.parties} parties failed:\n{failure}")
    return replace(row, note=f"no figure: {failure}")


def _measured(row: Row, results: Sequence[Repetition | None]) -> Row:
    repetitions = [result for result in results if result]
    seconds, spread = middle([repetition.seconds for repetition in repetitions])
    last = repetitions[-1]
    return replace(row, seconds=seconds, spread=spread, bytes=last.bytes, rounds=last.rounds)


def _limits(row: Row, loopback: limits.Limits) -> Iterator[Row]:
    """What the bytes and the rounds of a row of ours would take alone."""
    bandwidth, of_a_round = loopback.bandwidth, loopback.round_trip
    if row.network != "loopback":
        network = NETWORKS[row.network]
        bandwidth, of_a_round = network.bandwidth * row.parties, network.delay
    bare = replace(row, security="", spread=0.0, note="")
    yield replace(bare, system=BANDWIDTH, seconds=(row.bytes or 0) / bandwidth)
    yield replace(bare, system=LATENCY, seconds=(row.rounds or 0) * of_a_round)
