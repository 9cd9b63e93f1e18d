"""Secure aggregation on one core: a client's masking, rounds of 100 clients with dropouts, secrets in shares.

Rounds run in one process, by the code that a transport drives; a row of a client is the mean over the clients that
stayed, all steps, and one of the server all of its work. `client_1m_10` has ten neighbours for comparison with others
only: what a graph's failure probability demands is in the rounds. Of 1,000 clients with a million weights one client is
measured among as many others as it has neighbours, and the server's row is added up from what a secret, an agreement
and a stream take in the same run. The limit is the rate of AES: 14/10 of a block of AES-128 each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache, partial
from statistics import median

import numpy as np

from bench import launch
from bench.crew import Crew
from bench.harness import PARLEY, Failed, Options, Row, interleaved, middle
from bench.peers.catalogue import FLOWER
from mpc.algebra.cores import using_cores
from mpc.prg import Seed
from native import keep_memory
from protocols import aggregation
from protocols.aggregation import AggregationPlan, Simulated, Step
from protocols.aggregation import shares_shamir79 as shamir
from protocols.aggregation.agreement import KeyPair
from protocols.aggregation.masks import add_masks, in_blocks

SEMI_HONEST, MALICIOUS = "Semi-honest server and clients", "Malicious server and clients"
DROPOUTS = (0, 10, 30)
CLIENTS = 100
MOST_TIMES = 3
"""Rounds and large clients take seconds."""

_MASKING, _SPLIT, _JOIN = "secagg.client_1m_10", "secagg.shamir_split_51_100", "secagg.shamir_join_51_100"
_ROUNDS = {
    f"secagg.round_100_100k{'_malicious' if malicious else ''}{f'_{gone}' if gone else ''}": (malicious, gone)
    for malicious in (False, True)
    for gone in DROPOUTS
}
_LARGE = "secagg.round_1000_1m"
NAMES = (_MASKING, _SPLIT, _JOIN, *_ROUNDS, _LARGE)


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """The rows of one workload after the other; Flower's beside them with --peers."""
    keep_memory()
    with using_cores(1):
        for name in options.chosen(NAMES):
            if name in _ROUNDS:
                yield _round(table, name, options)
            elif name == _LARGE:
                yield _large(table, options)
            else:
                yield _beside_flower(table, name, options)


def _row(table: str, workload: str, seconds: list[float], size: int, security: str, note: str, sent: int = 0) -> Row:
    length, spread = middle(seconds)
    return Row(table, workload, PARLEY, 1, False, length, spread, sent or None, None, security, size, note=note)


def _beside_flower(table: str, name: str, options: Options) -> list[Row]:
    work, size, note = _single(name, options)
    with ExitStack() as stack:
        works: dict[str, Callable[[], float]] = {PARLEY: work}
        failure = ""
        if options.peers:
            try:
                crew = stack.enter_context(launch.theirs(FLOWER, name, size))
                crew.ready()
                works[FLOWER.system] = partial(_repetition, crew)
            except Failed as failed:
                failure = f"no figure: {failed}"
        timed = interleaved(works, options.repeat, 1)
    rows = [_row(table, name, _figures(timed[PARLEY]), size, SEMI_HONEST, note)]
    if options.peers:
        theirs = timed.get(FLOWER.system, Failed(failure))
        blank = Row(table, name, FLOWER.system, 1, False, None, None, None, None, FLOWER.security, size)
        rows.append(_theirs(blank, theirs))
    return rows


def _theirs(row: Row, timed: list[float] | Failed) -> Row:
    if isinstance(timed, Failed):
        return replace(row, note=str(timed))
    length, spread = middle(timed)
    return replace(row, seconds=length, spread=spread, note=FLOWER.included)


def _figures(timed: list[float] | Failed) -> list[float]:
    assert isinstance(timed, list)
    return timed


def _repetition(crew: Crew) -> float:
    return crew.repetition().seconds


def _single(name: str, options: Options) -> tuple[Callable[[], float], int, str]:
    """What is timed, how large, and what it holds."""
    if name == _MASKING:
        length = max(16, round(1_000_000 * options.scale))
        note = "masked input, whole step: 10 shares opened, 10 keys agreed on, 11 streams of AES-256, packed"
        return partial(_masking, length), length, note
    secrets, points, prg = [bytes(range(32))], range(1, 101), Seed.fresh().prg("benchmark")
    of_a_secret = "a secret of 32 bytes; holders met before"
    if name == _SPLIT:
        return partial(_timed, lambda: shamir.split(secrets, points, 51, prg)), 1, of_a_secret
    shares = shamir.split(secrets, points, 51, prg)[:51, 0]
    return partial(_timed, lambda: shamir.join(range(1, 52), shares)), 1, of_a_secret


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _masking(length: int) -> float:
    plan = replace(aggregation.plan(11, length, dropouts=0, corrupted=0), degree=0, threshold=6)
    done = aggregation.simulate(np.broadcast_to(np.arange(length, dtype=np.uint32), (11, length)), plan)
    return next(step.seconds_each for step in done.steps if step.step == Step.MASKED_INPUT)


def _round(table: str, name: str, options: Options) -> list[Row]:
    malicious, percent = _ROUNDS[name]
    clients, length = CLIENTS, max(16, round(100_000 * options.scale))
    plan = _plan(clients, length, malicious)
    gone = range(clients * percent // 100)
    vectors = np.broadcast_to(np.arange(length, dtype=np.uint32), (clients, length))
    work = partial(aggregation.simulate, vectors, plan, vanish={Step.MASKED_INPUT: gone})
    done: list[Simulated] = [work() for _ in range(min(options.repeat, MOST_TIMES))]
    security = MALICIOUS if malicious else SEMI_HONEST
    holders = (
        f"{plan.degree or clients - 1} holders, {plan.threshold} of them needed; {len(gone)} vanish with their masks"
    )
    sent = round(done[0].client_bytes)
    through = sum(step.received + step.answered for step in done[0].steps)
    rows = [
        _row(table, f"{name}_client", [d.client_seconds for d in done], length, security, holders, sent),
        _row(table, f"{name}_server", [d.server_seconds for d in done], length, security, holders, through),
    ]
    if options.peers and not malicious:
        rows += [_flowers_part(table, f"{name}_{part}", length, options) for part in ("client", "server")]
    return rows


def _flowers_part(table: str, name: str, length: int, options: Options) -> Row:
    """One side of a round of Flower's, whose clients have ten neighbours."""
    row = Row(table, name, FLOWER.system, 1, False, None, None, None, None, FLOWER.security, length)
    try:
        with launch.theirs(FLOWER, name, length) as crew:
            crew.ready()
            seconds = [_repetition(crew) for _ in range(min(options.repeat, MOST_TIMES))]
    except Failed as failed:
        return replace(row, note=f"no figure: {failed}")
    note = "10 holders, 6 of them needed; its own workflow and mod, messages kept in memory"
    return replace(_theirs(row, seconds), note=note)


@lru_cache(maxsize=8)
def _plan(clients: int, length: int, malicious: bool) -> AggregationPlan:
    return aggregation.plan(clients, length, malicious=malicious)


def _large(table: str, options: Options) -> list[Row]:
    length = max(16, round(1_000_000 * options.scale))
    plan = _plan(1000, length, False)
    among = replace(plan, clients=plan.degree + 1, dropouts=0, corrupted=1, degree=0, quorum=plan.degree + 1)
    seconds, sent = _one_among(among, length)
    joins, agreements, streams = 1000, 300 * round(plan.degree * 0.7), 700 + 300 * round(plan.degree * 0.7)
    each = _unit_seconds(plan, length)
    total = joins * each[0] + agreements * each[1] + streams * each[2]
    note = f"{plan.degree} holders, {plan.threshold} of them needed"
    added = (
        f"added up: {joins} secrets, {agreements} agreements, {streams} streams, 30% vanish with their masks; {note}"
    )
    return [
        _row(
            table,
            f"{_LARGE}_client",
            [seconds],
            length,
            SEMI_HONEST,
            f"one client, all steps but the last; {note}",
            sent,
        ),
        _row(table, f"{_LARGE}_30_server", [total], length, SEMI_HONEST, added),
    ]


def _one_among(plan: AggregationPlan, length: int) -> tuple[float, int]:
    """Seconds and bytes of one client up to its masked vector, among others that do no more than share keys."""
    terms = aggregation.Terms(plan, "benchmark", 0)
    vector = np.arange(length, dtype=np.uint32)
    clients = {f"c{i}": aggregation.Client(terms, f"c{i}", vector) for i in range(plan.clients)}
    server, spent, sent = aggregation.Server(terms), 0.0, 0
    bodies: dict[str, bytes] = {}
    for step in (Step.ADVERTISE, Step.SHARE_KEYS, Step.MASKED_INPUT):
        began = time.perf_counter()
        mine = clients["c0"].advertise() if step == Step.ADVERTISE else clients["c0"].answer(bodies["c0"])
        spent += time.perf_counter() - began
        sent += len(mine) + len(bodies.get("c0", b""))
        if step == Step.MASKED_INPUT:
            break
        for name, client in clients.items():
            first = step == Step.ADVERTISE
            body = mine if name == "c0" else client.advertise() if first else client.answer(bodies[name])
            server.receive(name, step, body)
        bodies = server.advance()
    return spent, sent


def _unit_seconds(plan: AggregationPlan, length: int) -> tuple[float, float, float]:
    """Of a secret put together from shares, an agreement, and a stream of the vector's length."""
    secrets, prg = [bytes(range(32))], Seed.fresh().prg("benchmark")
    shares = shamir.split(secrets, range(1, plan.degree + 1), plan.threshold, prg)[:, 0]
    other, sum_, keys = (
        KeyPair(bytes([9] * 32)).public,
        in_blocks(length, plan.dtype),
        [bytes([i] * 32) for i in range(32)],
    )
    holders = [[*range(1 + skip, 1 + skip + plan.threshold)] for skip in range(5)]
    joins = [_timed(partial(shamir.join, points, shares[points[0] - 1 : points[-1]])) for points in holders]
    agreements = [_timed(partial(KeyPair(bytes([i] * 32)).agreed, other, "c1")) for i in range(1, 20)]
    streams = [_timed(partial(add_masks, sum_, keys, [True] * 32)) / 32 for _ in range(5)]
    return median(joins), median(agreements), median(streams)
