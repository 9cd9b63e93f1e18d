"""From what size of work a device beats the processor: measured once, kept in the user's cache.

Work is multiply-adds of a matrix product, words of an elementwise operation, bytes of a key stream, and word products
of powers (`exponentiation_work`, `power_of_base_work`). A time on the device includes sending operands and fetching
results.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from mpc.algebra.accelerator import Product, Words, using
from mpc.algebra.bigint import Modulus, montgomery_exponentiate
from mpc.algebra.cores import cores
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import Z64
from mpc.device.check import expanded, integers, some_words
from mpc.device.engine import Engine
from mpc.device.memory import NoRoom
from mpc.device.platforms import Place
from mpc.device.program import digest
from mpc.prg import Prg
from native import selected

OPERATIONS = ("matmul", "elementwise", "aes_ctr", "exponentiate", "power_of_base")
ENOUGH_SECONDS = 0.1
HOPELESS = 4
FILE_BYTES = 65536

Step = tuple[int, Callable[[], object], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least work of each operation that goes to the device; None is never."""

    least: Mapping[str, int | None]

    @staticmethod
    def always(work: int) -> Thresholds:
        """The same for every operation, chosen by hand."""
        return Thresholds(dict.fromkeys(OPERATIONS, work))

    def wins(self, operation: str, work: int) -> bool:
        """Whether the device is to do it."""
        least = self.least[operation]
        return least is not None and work >= least

    def wins_matmul(self, work: int, moved_words: int) -> bool:
        """The same for a product, which must also move no more words for its work than the smallest cube that won."""
        least = self.least["matmul"]
        return least is not None and work >= least and work * 3 >= moved_words * round(least ** (1 / 3))


def exponentiation_work(size: int, words: int, bits: int) -> int:
    """Products of two words in powers of `size` words of bases, of `words` each, to exponents of `bits` bits; up to a
    constant."""
    return size * words * bits


def power_of_base_work(table: Words, count: int) -> int:
    """The same in `count` powers from a table (rows, words, entries)."""
    rows, words = table.shape[:2]
    return count * int(rows) * int(words) ** 2


def kept_or_measured(engine: Engine) -> Thresholds:
    """The thresholds of this device, driver, kernels and processor: from the cache, else measured now and kept.

    A file that cannot be read, or that is of other things, is as none. Of several processes one measures, the others
    wait.
    """
    who = identity(engine.place)
    path = cache_file(who)
    with _locked(path):
        least = _read(path, who)
        if least is None:
            least = measured(engine)
            _write(path, {"identity": who, "least": least})
    return Thresholds(least)


def identity(place: Place) -> dict[str, str]:
    """All that a threshold depends on."""
    return {
        "device": place.name,
        "platform": place.platform_name,
        "driver": place.driver,
        "kernels": digest(),
        "processor": f"{selected()}, {cores()} cores",
        "parley": version("parley-mpc"),
    }


def cache_file(who: Mapping[str, str]) -> Path:
    """Where the thresholds of an identity are kept: below XDG_CACHE_HOME, or ~/.cache."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    folder = Path(given) if given.startswith("/") else Path.home() / ".cache"
    name = hashlib.sha256(json.dumps(dict(who), sort_keys=True).encode()).hexdigest()[:16]
    return folder / "parley" / f"device-{name}.json"


def measured(engine: Engine) -> dict[str, int | None]:
    """The thresholds, by doing the work of growing sizes on both sides."""
    with using(None):
        return {name: _first_win(steps(engine)) for name, steps in STEPS.items()}


def _first_win(steps: Iterator[Step]) -> int | None:
    """The work from which on the device wins at every size tried; sizes grow until the processor takes long."""
    least = None
    with contextlib.suppress(NoRoom):
        for work, processor, device in steps:
            theirs, ours = _seconds(processor), _seconds(device)
            least = None if ours >= theirs else work if least is None else least
            if theirs > ENOUGH_SECONDS or ours > max(HOPELESS * theirs, ENOUGH_SECONDS):
                break
    return least


def _seconds(call: Callable[[], object]) -> float:
    """The best of three, after one to warm up; of one where it takes long."""
    call()
    taken: list[float] = []
    while len(taken) < 3 and sum(taken) < ENOUGH_SECONDS:
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _matmul_steps(engine: Engine) -> Iterator[Step]:
    for size in (32, 64, 128, 256, 512, 1024, 2048):
        x, out, product = some_words(size, size), np.empty((size, size), np.uint64), Product(1, 0, 0, size, size, size)
        yield product.work, partial(Z64.matmul, x, x), partial(engine.matmul, out, x, x, product)


def _elementwise_steps(engine: Engine) -> Iterator[Step]:
    for size in (2**13, 2**16, 2**19, 2**22):
        x, out = some_words(size), np.empty(size, np.uint64)
        yield size, partial(Z64.mul, x, x), partial(engine.elementwise, "mul", out, (x, x), ())


def _stream_steps(engine: Engine) -> Iterator[Step]:
    prg, keys = Prg(bytes(16)), expanded(bytes(16))
    for size in (2**14, 2**17, 2**20, 2**23, 2**26):
        out = np.empty(size, np.uint8)
        yield size, partial(prg.bytes, size), partial(engine.aes_ctr, out, keys, 0, 0)


def _exponentiation_steps(engine: Engine) -> Iterator[Step]:
    for count in (8, 32, 128, 512, 2048, 8192):
        bases, exponents = some_words(count, 32), some_words(count, 1)
        modulus = Modulus(integers(some_words(1, 32) | np.uint64(1))[0])
        moduli = np.broadcast_to(modulus.row[:32], bases.shape)
        yield (
            exponentiation_work(bases.size, 32, 64),
            partial(montgomery_exponentiate, bases, exponents, modulus),
            partial(engine.exponentiate, bases, exponents, moduli),
        )


def _power_of_base_steps(engine: Engine) -> Iterator[Step]:
    """The table is sent each time, as one that serves a single call."""
    modulus = Modulus(integers(some_words(1, 32) | np.uint64(1))[0])
    powers = PowersOfBase(modulus, some_words(32), 256)
    table = powers.table.copy()
    for count in (8, 32, 128, 512, 2048, 8192):
        exponents = some_words(count, 4)
        yield (
            power_of_base_work(table, count),
            partial(powers.power, exponents),
            partial(engine.power_of_base, table, exponents, modulus.row[:32], 256, 0),
        )


STEPS: dict[str, Callable[[Engine], Iterator[Step]]] = {
    "matmul": _matmul_steps,
    "elementwise": _elementwise_steps,
    "aes_ctr": _stream_steps,
    "exponentiate": _exponentiation_steps,
    "power_of_base": _power_of_base_steps,
}


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; where the folder cannot be written to, no lock, for nothing will be kept either."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.with_suffix(".lock").open("w")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path, who: Mapping[str, str]) -> dict[str, int | None] | None:
    """The thresholds in a file; None unless it is ours, whole and of this identity."""
    try:
        with path.open("rb") as file:
            kept = json.loads(file.read(FILE_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    least = kept.get("least") if isinstance(kept, dict) and kept.get("identity") == dict(who) else None
    if not isinstance(least, dict) or set(least) != set(OPERATIONS):
        return None
    return least if all(work is None or (type(work) is int and work >= 0) for work in least.values()) else None


def _write(path: Path, content: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
        os.replace(temporary, path)
