"""What all tables have in common: repetitions that take turns, medians, rows, JSON, and the machine they came from."""

from __future__ import annotations

import json
import os
import platform
import ssl
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import trio

from native import implementations

FEATURES = (
    "avx2", "avx512f", "avx512ifma", "avx512_vbmi", "vaes", "vpclmulqdq", "gfni", "amx_int8", "sha_ni", "bmi2", "adx",
)  # fmt: skip
VENDORS = {"AuthenticAMD": "amd", "GenuineIntel": "intel"}
PARLEY = "parley"
BEAVER, REPLICATED3 = "beaver", "replicated3"
SUITES = {BEAVER: (2, 3), REPLICATED3: (3,)}
"""The suites of ours that a table of times measures on the same work, and by how many parties unless told."""
BANDWIDTH, LATENCY, EXCHANGE = "limit:bandwidth", "limit:latency", "limit:exchange"
LOAD = os.getloadavg()[0]
"""How many processes wanted a core, on average over the minute before this one began to measure."""

Name = TypeVar("Name")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Row:
    """One measured time, or a limit beside it.

    `seconds`: the median of the repetitions, None where there is no figure and `note` says why; `spread`: the slowest
    less the fastest of them. `bytes`: framed, before TLS, all parties together; None where a system does not count
    them. `rounds`: the longest chain of messages that wait for one another. `system`: `parley`, another system's name,
    or `limit:NAME`. `security`: what the figure is secure against, empty for a limit. `size`: how much work, in the
    workload's own measure. `network`: `loopback`, or what our own transport imitates. `version`: of a peer. `error`:
    the largest distance of the first result from numpy's, where it is not compared by words; `tolerance`: what that
    should be at most. `suite`: of ours, what the parties compute with. `offline`: the median of what it takes besides
    to have the material of a repetition, of ours; None where there is none.
    """

    table: str
    workload: str
    system: str
    parties: int
    tls: bool
    seconds: float | None
    spread: float | None
    bytes: int | None
    rounds: int | None
    security: str
    size: int
    network: str = "loopback"
    version: str = ""
    note: str = ""
    error: float | None = None
    tolerance: float | None = None
    suite: str = BEAVER
    offline: float | None = None

    @property
    def wrong(self) -> bool:
        """Whether the result was further off than it should be."""
        return self.error is not None and self.tolerance is not None and self.error > self.tolerance


@dataclass(frozen=True, slots=True)
class Throughput:
    """One measured rate, or a limit beside it.

    `per_second`: units of work a second at the median repetition, None where there is no figure and `note` says why;
    `spread`: the rate of the fastest repetition less that of the slowest. `system` as in `Row`. `implementation`: the
    table of kernels that ours used, empty for others.
    """

    table: str
    workload: str
    system: str
    unit: str
    per_second: float | None
    spread: float | None
    implementation: str = ""
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """How fast material is made, or how long work takes that makes its own, beside the limits of the machine.

    `seconds`: the median of the repetitions, each of which makes `size` units, None where there is no figure and `note`
    says why; `spread`: the slowest less the fastest of them; `per_second`: units a second at the median. `bytes_each`:
    framed, before TLS, all messages of all parties and the dealer. `rounds`: of a repetition, those of making it
    included. `setup`: seconds before the first repetition, in which nothing is made. `offline`: those seconds of a
    repetition in which no value was known yet, where it does more than make material. `memory`: the peak of the party
    that used most, in bytes above what it had before it began. `busy`: processor seconds of the busiest party in a
    repetition. `aes_limit`, `bandwidth_limit`: units a second if there were nothing but the blocks of AES that the
    busiest party needs, on one core; nothing but the bytes. `part_of_limit`: of the lower of the two. `supplier`: how
    material is made. `system`, `security`, `network` and `version` as in `Row`.
    """

    table: str
    workload: str
    system: str
    supplier: str
    parties: int
    tls: bool
    cores: int
    size: int
    unit: str
    seconds: float | None = None
    spread: float | None = None
    per_second: float | None = None
    bytes_each: float | None = None
    rounds: int | None = None
    setup: float | None = None
    offline: float | None = None
    memory: int | None = None
    busy: float | None = None
    aes_limit: float | None = None
    bandwidth_limit: float | None = None
    part_of_limit: float | None = None
    security: str = ""
    network: str = "loopback"
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """How long a plan takes, all parties in one process.

    `size`: how much work is planned, in the program's own measure; `operations`: how many calls of each party that is.
    `seconds`: processor time at the median repetition; `spread`: the slowest less the fastest. `memory`: the peak of
    the first plan, in bytes above what the process had with its inputs. `system` as in `Row`.
    """

    table: str
    workload: str
    system: str
    parties: int
    size: int
    operations: int
    seconds: float
    spread: float
    memory: int
    note: str = ""


AnyRow = Row | Throughput | Making | Planning


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about how to measure. Empty `workloads`, `suppliers`, `suites`, `parties` or `sizes`:
    the usual.

    A workload is named in full, or by what stands before its dot.
    """

    workloads: tuple[str, ...] = ()
    parties: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    repeat: int = 7
    scale: float = 1.0
    network: str = "loopback"
    implementation: str = ""
    peers: bool = False
    suppliers: tuple[str, ...] = ()
    cores: int = 1
    tls: bool = False
    suites: tuple[str, ...] = ()

    def chosen(self, names: Iterable[str]) -> list[str]:
        """Those of a table's workloads that are to be measured."""
        return [name for name in names if not self.workloads or {name, name.partition(".")[0]} & set(self.workloads)]


class Failed(Exception):
    """A contender gave no result; its rows say why, and the others go on."""


def interleaved(
    works: Mapping[Name, Callable[[], Result]], repeat: int, warm_up: int
) -> dict[Name, list[Result] | Failed]:
    """The results of `repeat` repetitions of each work, after `warm_up` that don't count.

    The works take turns, every other turn in the opposite order, so that a noisy minute hits all alike. One that
    raises Failed takes no further turn.
    """
    results: dict[Name, list[Result] | Failed] = {name: [] for name in works}
    for turn in range(warm_up + repeat):
        for name in list(works)[:: 1 if turn % 2 == 0 else -1]:
            kept = results[name]
            if isinstance(kept, Failed):
                continue
            try:
                result = works[name]()
            except Failed as failure:
                results[name] = failure
            else:
                if turn >= warm_up:
                    kept.append(result)
    return results


def clocked(work: Callable[[], object]) -> Callable[[], float]:
    """A work that gives how many seconds it took."""

    def seconds() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return seconds


def middle(seconds: Sequence[float]) -> tuple[float, float]:
    """The median of some repetitions, and their spread: the slowest less the fastest."""
    return median(seconds), max(seconds) - min(seconds)


def machine() -> dict[str, str]:
    """What the figures depend on, by feature and not by name: virtual machines lie about their model."""
    return {
        "label": label(),
        "cores": str(cores()),
        "load before": f"{LOAD:.1f}",
        "cpu": " ".join(_cpu_features()) or platform.machine(),
        "kernels": implementations()[0],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "trio": trio.__version__,
        "tls": ssl.OPENSSL_VERSION,
    }


def label() -> str:
    """A short name for machines like this one: who made the processor, its best kernels, its cores."""
    maker = next((VENDORS.get(line.split()[-1]) for line in _cpuinfo() if line.startswith("vendor_id")), None)
    return f"{maker or platform.machine()}-{implementations()[0]}-{cores()}core"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_features() -> list[str]:
    flags = next((set(line.split()) for line in _cpuinfo() if line.startswith("flags")), set())
    return [feature for feature in FEATURES if feature in flags]


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def write_json(rows: Iterable[AnyRow], file: str) -> None:
    """The rows as a JSON list; '-' is standard output."""
    text = json.dumps([asdict(row) for row in rows], indent=1)
    if file == "-":
        sys.stdout.write(text + "\n")
    else:
        Path(file).write_text(text + "\n")
