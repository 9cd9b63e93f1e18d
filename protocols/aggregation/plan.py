"""What all agree on before a round: length, ring, degree of the graph, thresholds, and how probably each fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor, inf, log2
from operator import index

import numpy as np
import numpy.typing as npt

from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.aggregation.graphs_bbglr20 import cut_assigned, cut_chosen, exposed, lost
from protocols.aggregation.refusals import impossible, unfit_vector

FEWEST_CLIENTS = 3
MOST_CLIENTS = 1 << 16
MOST_ELEMENTS = 1 << 31
ELEMENT_BITS = range(8, 65)
_SIZES_TRIED, _SIZES_STATED = 33, 257
"""At how many numbers of clients a graph is tried while it is sought, and at how many its probabilities are stated."""
_MANY_CLIENTS = 4096
"""For which the sums take seconds: stated at as many sizes as tried."""


@dataclass(frozen=True, slots=True)
class StepOdds:
    """What can go wrong, in which step it shows, and log2 of the probability at most."""

    step: str
    event: str
    log2_probability: float

    def __str__(self) -> str:
        size = "never" if self.log2_probability == -inf else f"2^{self.log2_probability:.1f}"
        return f"{self.step}: {self.event}: {size}"


@dataclass(frozen=True, slots=True)
class AggregationPlan:
    """The terms of a round; the same at the server and all clients, who refuse messages under another `digest`.

    `clients` take part at most, `corrupted` of them may be the adversary's, who may be the server as well: it follows
    the protocol, or, where `malicious`, it need not. `dropouts` may vanish, at any steps. Vectors have `length`
    elements of Z_2^bits. Each client gives shares of its secrets to `degree` holders (0: to all others), of which
    `threshold` put them together; `quorum` clients must remain. `odds` has what may fail, step by step.
    """

    clients: int
    length: int
    bits: int
    corrupted: int
    dropouts: int
    malicious: bool
    degree: int
    threshold: int
    quorum: int
    odds: tuple[StepOdds, ...]

    @property
    def least(self) -> int:
        """As many clients are left if as many vanish as may."""
        return self.clients - self.dropouts

    @property
    def complete(self) -> bool:
        """Whether everybody holds shares for everybody."""
        return self.degree == 0

    @property
    def dtype(self) -> np.dtype[np.unsignedinteger]:
        """Of the vectors: the narrowest unsigned type with so many bits."""
        return np.dtype(next(f"u{size}" for size in (1, 2, 4, 8) if 8 * size >= self.bits))

    @property
    def modulus(self) -> int:
        """2^bits."""
        return 1 << self.bits

    def holders_among(self, n: int) -> int:
        """How many holders a client has where n advertised keys."""
        return n - 1 if self.complete else min(self.degree, n - 1)

    def check(self, vector: npt.NDArray[np.unsignedinteger]) -> None:
        """LocalError `aggregation-vector` unless it is an unsigned array (length,) of elements below 2^bits."""
        if not isinstance(vector, np.ndarray) or vector.dtype.kind != "u" or vector.shape != (self.length,):
            given = (
                f"{vector.dtype} of shape {vector.shape}" if isinstance(vector, np.ndarray) else type(vector).__name__
            )
            raise unfit_vector(f"a vector here is an unsigned array of shape ({self.length},), not {given}")
        if isinstance(vector, np.ma.MaskedArray):
            raise unfit_vector("a masked array has elements that count and others that do not, and a sum has them all")
        if vector.dtype.itemsize * 8 > self.bits and (vector >> vector.dtype.type(self.bits)).any():
            raise unfit_vector(f"some elements have more than the {self.bits} bits of this plan")

    def digest(self) -> bytes:
        """32 bytes that stand for all terms."""
        numbers = (
            self.clients, self.length, self.bits, self.corrupted, self.dropouts, int(self.malicious), self.degree,
            self.threshold, self.quorum,
        )  # fmt: skip
        return DomainHash("plan of aggregation", numbers).bytes(32)

    def __str__(self) -> str:
        against = "a malicious server" if self.malicious else "a semi-honest server"
        holders = "all others" if self.complete else f"{self.degree} others"
        lines = [
            f"{self.clients} clients, {self.dropouts} of whom may vanish, {self.corrupted} corrupted, with {against}",
            f"{self.length} elements of {self.bits} bits; shares with {holders}, {self.threshold} give them back; "
            f"{self.quorum} clients must remain",
        ]
        return "\n".join([*lines, *map(str, self.odds)])


def plan(
    clients: int,
    length: int,
    *,
    bits: int = 32,
    dropouts: float | Fraction = Fraction(1, 3),
    corrupted: float | Fraction = Fraction(1, 5),
    malicious: bool = False,
    failure: float = 2**-40,
    incorrect: float = 2**-30,
) -> AggregationPlan:
    """The plan with the fewest holders for which privacy fails with probability `failure` at most, and the sum of a
    round cannot be had with `incorrect` at most.

    `dropouts` and `corrupted` are parts of all clients, rounded down: so many may vanish in any steps, whoever they are
    (independently of the graph; a malicious server drops whom it likes), and so many work together, and with the
    server: at least one, unless `corrupted` is 0, which says that none does. Where no sparse graph is good enough,
    everybody holds shares for everybody, and nothing is left to chance.
    LocalError `aggregation-impossible` says which numbers do not fit, `aggregation-plan` what is no
    number of clients, elements or bits.

    Bell et al., CCS 2020, section 3 (semi-honest); against a malicious server their chosen holders (section 4) with the
    signed survivors of Bonawitz et al., CCS 2017, section 6.2: see docs/protocols/secure_aggregation.md.
    """
    clients, length, bits = _require(clients, length, bits, dropouts, corrupted, failure, incorrect)
    gone, bad = part_of(clients, dropouts), fewest_corrupted(clients, corrupted)
    least = clients - gone
    quorum = (clients + bad) // 2 + 1 if malicious else least
    _require_room(clients, gone, bad, quorum)
    degree, threshold, odds = _stated(clients, gone, bad, malicious, log2(float(failure)), log2(float(incorrect)))
    return AggregationPlan(clients, length, bits, bad, gone, bool(malicious), degree, threshold, quorum, odds)


def part_of(clients: int, part: float | Fraction) -> int:
    """How many of so many clients this part is, rounded down."""
    return floor(clients * Fraction(float(part)).limit_denominator(10**6))


def fewest_corrupted(clients: int, part: float | Fraction) -> int:
    """How many are taken for corrupted where this part of them is: one at least, unless the part is 0."""
    return max(part_of(clients, part), 1) if part else 0


def _require(
    clients: int, length: int, bits: int, dropouts: float | Fraction, corrupted: float | Fraction, *failures: float
) -> tuple[int, int, int]:
    """The whole numbers as Python's own."""
    try:
        whole = index(clients), index(length), index(bits)
        parts, odds = (float(dropouts), float(corrupted)), [float(f) for f in failures]
        good = (
            FEWEST_CLIENTS <= whole[0] <= MOST_CLIENTS and 1 <= whole[1] <= MOST_ELEMENTS and whole[2] in ELEMENT_BITS
        )
        good = good and all(0 <= part < 1 for part in parts) and all(0 < f < 1 for f in odds)
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise LocalError(
            "aggregation-plan",
            f"{clients!r} clients, {length!r} elements of {bits!r} bits, {dropouts} dropouts, {corrupted} corrupted",
            f"take {FEWEST_CLIENTS} to {MOST_CLIENTS} clients, 1 to 2^31 elements of 8 to 64 bits, and parts and "
            "probabilities below 1",
        )
    return whole


def _require_room(clients: int, gone: int, bad: int, quorum: int) -> None:
    least = clients - gone
    if least - bad < 2:
        raise impossible(
            f"of {clients} clients {gone} may vanish and {bad} may be corrupted: a sum of {max(least - bad, 0)} honest "
            "ones hides nothing"
        )
    if quorum > least:
        raise impossible(
            f"against a malicious server {quorum} of {clients} clients must sign the same survivors, more than half of "
            f"all and the {bad} corrupted, and {least} are left when {gone} vanish"
        )


@lru_cache(maxsize=64)
def _stated(
    clients: int, gone: int, bad: int, malicious: bool, privacy: float, correctness: float
) -> tuple[int, int, tuple[StepOdds, ...]]:
    """Degree, threshold, and what fails how often at the worst of all numbers of clients; degree 0: all others."""
    tried = _stated_sizes(clients)
    most = clients - gone - 2

    def threshold_at(degree: int) -> int | None:
        return _threshold(clients, gone, bad, malicious, degree, privacy, correctness)

    degree = _smallest_even(most, lambda k: threshold_at(k) is not None)
    while 0 < degree <= most:
        threshold = threshold_at(degree)
        if threshold is not None:
            odds = _odds(clients, gone, bad, malicious, degree, threshold, tried)
            known, cut, short = (odds[i].log2_probability for i in (0, 1, -1))
            if np.logaddexp2(known, cut) <= privacy and short <= correctness:
                return degree, threshold, odds
        degree += 2
    return 0, clients - gone - 1, _odds(clients, gone, bad, malicious, 0, clients - gone - 1, tried)


def _stated_sizes(clients: int) -> int:
    return _SIZES_TRIED if clients > _MANY_CLIENTS else _SIZES_STATED


def _smallest_even(most: int, good: Callable[[int], bool]) -> int:
    """The smallest even number up to `most` that is good: doubled until one is, then halved back; 0 if none is."""
    high = 4
    while high <= most and not good(high):
        high *= 2
    if high > most:
        high = most - most % 2
        if high < 4 or not good(high):
            return 0
    low = high // 4 * 2
    while high - low > 2:
        middle = (low + high) // 4 * 2
        low, high = (low, middle) if good(middle) else (middle, high)
    while high > 4 and good(high - 2):
        high -= 2
    return high


def _threshold(
    clients: int, gone: int, bad: int, malicious: bool, degree: int, privacy: float, correctness: float
) -> int | None:
    """The largest threshold that loses no round too often, if that keeps secrets well enough."""

    def fine(threshold: int) -> bool:
        return max(_each(clients, gone, lambda n, g: lost(n, g, degree, threshold))) <= correctness

    low, high = 1, degree
    if not fine(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fine(middle) else (low, middle - 1)
    return low if _private(clients, gone, bad, malicious, degree, low, privacy) else None


def _private(clients: int, gone: int, bad: int, malicious: bool, degree: int, threshold: int, privacy: float) -> bool:
    """Whether anything shows as seldom as asked for; the cheaper question first."""
    if max(_each(clients, gone, lambda n, g: exposed(n, bad, degree, threshold))) > privacy:
        return False
    return bool(np.logaddexp2(*_exposures(clients, gone, bad, malicious, degree, threshold, 3)) <= privacy)


def log2_exposed(clients: int, gone: int, bad: int, malicious: bool, degree: int, threshold: int) -> float:
    """log2 of the probability, at most, that a round shows more than its sum; -inf where everybody holds shares. The
    worst of as many numbers of clients as a plan states it for."""
    if not degree:
        return -inf
    return float(np.logaddexp2(*_exposures(clients, gone, bad, malicious, degree, threshold, _stated_sizes(clients))))


def _exposures(
    clients: int, gone: int, bad: int, malicious: bool, degree: int, threshold: int, tried: int
) -> tuple[float, float]:
    known = max(_each(clients, gone, lambda n, g: exposed(n, bad, degree, threshold), tried))
    if malicious:
        return known, max(_each(clients, gone, lambda n, g: cut_chosen(n, bad, degree, threshold), tried))
    return known, max(_each(clients, gone, lambda n, g: cut_assigned(n, bad, g, degree), tried))


def _each(clients: int, gone: int, of: Callable[[int, int], float], tried: int = _SIZES_TRIED) -> list[float]:
    """The value for numbers of clients that may have advertised, with how many of these may still vanish.

    Each with the one before it: half of an odd number is another thing than half of an even one.
    """
    least = clients - gone
    chosen = {least + round(i * gone / (tried - 1)) for i in range(tried)}
    sizes = chosen | {max(n - 1, least) for n in chosen}
    return [of(n, n - least) for n in sorted(sizes)]


def _odds(
    clients: int, gone: int, bad: int, malicious: bool, degree: int, threshold: int, tried: int
) -> tuple[StepOdds, ...]:
    holders = degree or clients - 1
    known = cut = short = -inf
    if degree:
        known, cut = _exposures(clients, gone, bad, malicious, degree, threshold, tried)
        short = max(_each(clients, gone, lambda n, g: lost(n, g, degree, threshold), tried))
    views = (StepOdds("consistency", "two sets of survivors are both signed by a quorum", -inf),) if malicious else ()
    return (
        StepOdds("share keys", f"a client's secrets: {threshold} of its {holders} holders are corrupted", known),
        StepOdds("masked input", "the honest that stay fall apart, and the sum of a part shows", cut),
        *views,
        StepOdds("unmask", f"a client has fewer than {threshold} holders left: no sum in this round", short),
    )
