"""Tables of times: a workload by our parties, and by peers, each a crew of processes; all crews take turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from statistics import median

from bench import exchanges, launch, limits
from bench.contest import Contender, contest
from bench.crew import Crew, Repetition
from bench.harness import BANDWIDTH, BEAVER, EXCHANGE, LATENCY, PARLEY, SUITES, Options, Row, middle
from bench.peers.catalogue import Peer
from bench.peers.functions import FUNCTIONS, tolerance
from bench.peers.numbers import CLEAR
from bench.suppliers import DEALER, NOBODY
from bench.workloads import Workload
from mpc.planning import NETWORKS

WARM_UP = 2
PARTIES = (2, 3)


@dataclass(frozen=True, slots=True)
class Bare:
    """The machine's limits: of two processes, and seconds of a round by the number of parties."""

    loopback: limits.Limits
    rounds: dict[int, float]


def measure(
    table: str,
    workloads: Mapping[str, Workload],
    peers: Sequence[Peer],
    options: Options,
    with_tls: Sequence[bool] = (False, True),
    suites: Sequence[str] = tuple(SUITES),
) -> Iterator[list[Row]]:
    """The rows of each chosen workload at each size, as they come; with the limits' rows after each of ours.

    `with_tls`: whether ours are measured with TLS, without, or both. `suites`: with what ours compute, where the
    options do not say.

    Raises RuntimeError where one of ours fails. A peer that fails has a row that says so.
    """
    for name in options.chosen(workloads):
        for size in options.sizes or (workloads[name].scaled(options.scale),):
            contenders = list(_ours(table, workloads[name], size, options, with_tls, options.suites or suites))
            if options.peers:
                contenders += _theirs(table, name, size, peers)
            measure_bare = partial(_bare, options.parties or PARTIES, workloads[name].ring)
            rows, several = contest(contenders, Crew.repetition, _measured, measure_bare, options.repeat, WARM_UP)
            bare = _typical(several)
            yield [each for row in rows for each in (row, *(_limits(row, bare) if row.system == PARLEY else ()))]


def _ours(
    table: str, workload: Workload, size: int, options: Options, with_tls: Sequence[bool], suites: Sequence[str]
) -> Iterator[Contender[Row]]:
    """Each suite by all numbers of parties that it is for, plain and over TLS; a dealer only where one is of use."""
    among, name = options.parties or PARTIES, workload.name
    most_off = workload.tolerance(size) if workload.tolerance else None
    for suite, parties, tls in product(suites, among, with_tls):
        if suite == BEAVER or parties in SUITES[suite]:
            supplier = DEALER if suite == BEAVER else NOBODY[0]
            setup = launch.Setup(table, name, size, parties, tls, options.network, supplier=supplier, suite=suite)
            row = Row(table, name, PARLEY, parties, tls, None, None, None, None, "", size, options.network)
            row = replace(row, note="online", tolerance=most_off, suite=suite)
            yield Contender(row, lambda setup=setup: launch.ours(setup))  # type: ignore[misc]


def _theirs(table: str, workload: str, size: int, peers: Sequence[Peer]) -> Iterator[Contender[Row]]:
    for peer in peers if workload in CLEAR or workload in FUNCTIONS else ():
        part = max(1, round(size * peer.shares.get(workload, 1)))
        row = Row(table, workload, peer.system, peer.parties, False, None, None, None, None, peer.security, part)
        start = lambda peer=peer, part=part: launch.theirs(peer, workload, part)  # noqa: E731
        most_off = tolerance(workload, part) if workload in FUNCTIONS else None
        yield Contender(replace(row, note=peer.included, tolerance=most_off), start)


def _bare(parties: Sequence[int], ring: bool) -> Bare:
    return Bare(limits.measure(), {n: exchanges.seconds_of_a_round(n, ring=ring) for n in parties})


def _typical(several: Sequence[Bare]) -> Bare:
    """The median of each."""
    loopback = limits.typical([bare.loopback for bare in several])
    return Bare(loopback, {n: median(bare.rounds[n] for bare in several) for n in several[0].rounds})


def _measured(row: Row, repetitions: list[Repetition]) -> Row:
    seconds, spread = middle([repetition.seconds for repetition in repetitions])
    last, offline = repetitions[-1], [r.offline for r in repetitions if r.offline is not None]
    row = replace(row, offline=median(offline) if offline else None)
    return replace(row, seconds=seconds, spread=spread, bytes=last.bytes, rounds=last.rounds, error=last.error)


def _limits(row: Row, bare: Bare) -> Iterator[Row]:
    """What the bytes and the rounds of a row of ours would take alone."""
    bandwidth, of_a_round = bare.loopback.bandwidth, bare.loopback.round_trip
    if row.network != "loopback":
        network = NETWORKS[row.network]
        bandwidth, of_a_round = network.bandwidth * row.parties, network.delay
    alone = replace(row, security="", spread=0.0, note="", error=None, tolerance=None)
    yield replace(alone, system=BANDWIDTH, seconds=(row.bytes or 0) / bandwidth)
    yield replace(alone, system=LATENCY, seconds=(row.rounds or 0) * of_a_round)
    if row.network == "loopback":
        yield replace(alone, system=EXCHANGE, seconds=(row.rounds or 0) * bare.rounds[row.parties])
