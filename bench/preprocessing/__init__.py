"""The table of preprocessing: every kind of material by every supplier, correlations, work that makes its material.

Each row stands beside the limits that were measured in turns with it: blocks of AES on one core, bytes over loopback.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

from bench import launch, limits
from bench.ceilings import ceiling
from bench.contest import Contender, contest
from bench.crew import Crew, seconds_of
from bench.harness import PARLEY, Making, Options, middle
from bench.peers.catalogue import ARITHMETIC, NOBODY_TRUSTED, Peer
from bench.preprocessing.subjects import SUBJECTS, TOTALS, Subject
from mpc.planning import NETWORKS

TITLE = "Making material, two parties unless said"
TABLE = "preprocessing"
PROGRAM = "bench.preprocessing.party"
PARTIES = (2,)
WARM_UP = 1
AES_SECONDS = 0.02

Lines = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bare:
    """What the machine does without us: blocks of AES a second on one core, None without AES instructions; loopback."""

    aes: float | None
    loopback: limits.Limits


def names() -> list[str]:
    """All workloads."""
    return list(SUBJECTS)


def measure(options: Options, peers: Sequence[Peer] = ARITHMETIC) -> Iterator[list[Making]]:
    """The rows of each chosen workload at each size, as they come: by each supplier, and by peers that trust nobody.

    Raises RuntimeError where one of ours fails. A peer that fails has a row that says so.
    """
    for name in options.chosen(SUBJECTS):
        subject = SUBJECTS[name]
        for size in options.sizes or (subject.size(options.scale),):
            contenders = list(_ours(subject, size, options))
            if options.peers and contenders and name in TOTALS:
                contenders += _theirs(subject, size, peers)
            rows, bare = contest(contenders, Crew.lines, _measured, _bare, options.repeat, WARM_UP)
            if rows:
                yield [_beside(row, subject, typical(bare)) for row in rows]


def _ours(subject: Subject, size: int, options: Options) -> Iterator[Contender[Making]]:
    for parties in (subject.parties,) if subject.parties else options.parties or PARTIES:
        for supplier in subject.suppliers:
            if options.suppliers and supplier not in options.suppliers:
                continue
            setup = launch.Setup(
                TABLE, subject.name, size, parties, options.tls, options.network, PROGRAM, supplier, options.cores
            )
            row = Making(
                TABLE, subject.name, PARLEY, supplier, parties, options.tls, options.cores, size, subject.unit,
                network=options.network,
            )  # fmt: skip
            yield Contender(row, partial(launch.ours, setup))


def _theirs(subject: Subject, size: int, peers: Sequence[Peer]) -> Iterator[Contender[Making]]:
    workload = TOTALS[subject.name].name
    for peer in peers:
        if peer.security == NOBODY_TRUSTED:
            part = max(1, round(size * peer.shares.get(workload, 1)))
            row = Making(
                TABLE, subject.name, peer.system, "", peer.parties, False, 0, part, subject.unit,
                security=peer.security, note=peer.included,
            )  # fmt: skip
            yield Contender(row, partial(launch.theirs, peer, workload, part))


def _measured(row: Making, repetitions: list[Lines]) -> Making:
    """The medians of all repetitions. Bytes and rounds are those of all of them: silent transfer works ahead."""
    seconds, spread = middle([seconds_of(lines) for lines in repetitions])
    sent = [line["bytes"] for lines in repetitions for line in lines]
    return replace(
        row,
        seconds=seconds,
        spread=spread,
        per_second=row.size / seconds,
        bytes_each=None if None in sent else sum(sent) / (row.size * len(repetitions)),
        rounds=max((_rounds(lines) for lines in repetitions), default=None, key=lambda rounds: rounds or 0),
        setup=_largest("setup", repetitions[-1]),
        offline=median(known) if (known := _each("offline", repetitions)) else None,
        memory=int(largest) if (largest := _largest("memory", repetitions[-1])) is not None else None,
        busy=median(_each("busy", repetitions)),
    )


def _rounds(lines: Lines) -> int | None:
    """By how much the longest chain of messages that wait for one another has grown."""
    depths = [line.get("depths") for line in lines]
    if None in depths:
        return None
    before, after = zip(*depths, strict=True)
    return int(max(after) - max(before))


def _each(name: str, repetitions: list[Lines]) -> list[float]:
    """The largest of the parties' figures in each repetition that has them."""
    return [largest for lines in repetitions if (largest := _largest(name, lines)) is not None]


def _largest(name: str, lines: Lines) -> float | None:
    return max((line[name] for line in lines if line.get(name) is not None), default=None)


def _beside(row: Making, subject: Subject, bare: Bare) -> Making:
    """The row with its limits, if it is ours."""
    if row.system != PARLEY or not row.seconds or row.bytes_each is None:
        return row
    blocks = subject.blocks(row.size, row.supplier, row.parties) / row.size
    bandwidth = bare.loopback.bandwidth
    if row.network != "loopback":
        bandwidth = NETWORKS[row.network].bandwidth * row.parties
    aes = row.cores * bare.aes / blocks if bare.aes and blocks else None
    wire = bandwidth / row.bytes_each if row.bytes_each else None
    lowest = min((limit for limit in (aes, wire) if limit), default=None)
    part = row.size / row.seconds / lowest if lowest else None
    return replace(row, aes_limit=aes, bandwidth_limit=wire, part_of_limit=part)


def _bare() -> Bare:
    return Bare(blocks_a_second("aes"), limits.measure())


def blocks_a_second(name: str) -> float | None:
    """Blocks of AES a second of processor time, by the ceiling of this name; None without AES instructions."""
    loop = ceiling(name)
    if loop is None:
        return None
    calls, began = 0, time.process_time()
    while (seconds := time.process_time() - began) < AES_SECONDS:
        loop.run()
        calls += 1
    return loop.count * calls / seconds


def typical(several: Sequence[Bare]) -> Bare:
    """The median of each."""
    aes = [bare.aes for bare in several if bare.aes]
    return Bare(median(aes) if aes else None, limits.typical([bare.loopback for bare in several]))
