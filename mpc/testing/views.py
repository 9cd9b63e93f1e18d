"""What a coalition of parties sees of a run, lane by lane, and whether two views have the same distribution.

A protocol is run on arrays of many equal elements, the lanes. Everything that the observers hold or receive becomes
columns of one value for each lane: their inputs, the randomness they draw alone or with a peer, their material, the
messages they get. If lanes run through every combination of randomness, or sample it, the rows are the distribution
of the view.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any, cast
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.ring import Ring, Words
from mpc.context import Context
from mpc.correlation import Correlation, Material
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Message, Tag
from mpc.prg import Prg, Seed
from mpc.simulation import Setting, run_in_memory
from mpc.supply import Entry, Path, WorkedOut
from mpc.testing.pieces import pieces
from mpc.testing.wrapping import WrappedTransport

Protocol = Callable[[Context, list[Words], int], Awaitable[Any]]
"""What is examined: called with the context, this party's inputs as arrays of shape (lanes,), and the lanes."""

FALSE_ALARM = 1e-13
_BUCKET_BITS = 4
_FEW_COLUMNS = 14


class ViewsDiffer(AssertionError):
    """The observers can tell two runs apart that they must not be able to."""


@dataclass(slots=True)
class View:
    """Named columns of one word for each lane; `exact` if the lanes are all combinations of the randomness."""

    observers: tuple[int, ...]
    lanes: int
    ring: Ring
    exact: bool
    columns: dict[str, Words] = field(default_factory=dict)

    def note(self, name: str, array: npt.NDArray[Any]) -> None:
        """Take in an array whose elements, or packed bits, belong to the lanes one by one."""
        for i, column in enumerate(lane_columns(array, self.lanes)):
            self.columns[f"{name} [{i}]"] = column


@dataclass(frozen=True, slots=True)
class Randomness:
    """All seeds of a run: private ones, those of pairs (by both indices, lower first), the common one, the dealer's."""

    private: list[Seed]
    pairs: dict[tuple[int, int], Seed]
    common: Seed
    dealt: list[Seed]

    @staticmethod
    def of(n: int, seed: Callable[[str], Seed]) -> Randomness:
        """Seeds for n parties, each made by `seed` from a name of its own."""
        pairs = {(i, j): seed(f"pair {i} {j}") for i in range(n) for j in range(i + 1, n)}
        return Randomness(
            [seed(f"private {i}") for i in range(n)], pairs, seed("common"), [seed(f"dealt {i}") for i in range(n)]
        )


async def observe(
    protocol: Protocol,
    inputs: Sequence[Sequence[int]],
    view: View,
    randomness: Randomness,
    suite: Any,
    dealt: bool = True,
) -> View:
    """Run the protocol on inputs (a list of ring elements for each party) and write into `view` what is seen.

    `dealt`: whether it is told that a dealer makes the material.
    """
    n = len(inputs)
    arrays = [[np.full(view.lanes, value, np.uint64) for value in mine] for mine in inputs]
    for i in view.observers:
        for k, array in enumerate(arrays[i]):
            view.note(f"input {k} of {i}", array)

    async def main(ctx: Context, mine: list[Words]) -> Any:
        return await protocol(ctx, mine, view.lanes)

    supplies = [_Supply(i, randomness.dealt, view, dealt) for i in range(n)]
    transports = [_Transport(transport, view) for transport in memory_network(n)]
    setting = Setting(suite, ring=view.ring)
    await run_in_memory(
        main, arrays, supplies, setting, transports=transports, agreements=_agreements(n, view, randomness),
        private=[_seen(view, seed, f"private {i}", i) for i, seed in enumerate(randomness.private)],
    )  # fmt: skip
    return view


def assert_same_distribution(first: View, second: View) -> None:
    """Raise ViewsDiffer if the two views cannot have one distribution.

    Exact views: if the joint distribution of all columns differs at all. Sampled views: if a chi-square test of some
    column, or of some sum, difference or XOR of two or three, says so; with equal distributions that happens with a
    probability below FALSE_ALARM.
    """
    if first.columns.keys() != second.columns.keys():
        odd = sorted(first.columns.keys() ^ second.columns.keys())
        raise ViewsDiffer(f"parties {first.observers} see different things: {', '.join(odd[:4])}")
    if first.exact and second.exact:
        _compare_exactly(first, second)
    else:
        _compare_samples(first, second)


def lane_columns(array: npt.NDArray[Any], lanes: int) -> list[Words]:
    """An array as columns of one value a lane.

    Elements: shape (lanes, ...), (..., lanes) or flat, a multiple of the lanes. Packed bits: (..., words_for(lanes)),
    or several of that in the last axis, or flat. What has another shape is the same for all lanes and becomes one
    column of its checksum.
    """
    width = bits.words_for(lanes)
    if array.dtype == np.uint64 and array.size:
        if array.shape[:1] == (lanes,):
            return list(np.ascontiguousarray(array.reshape(lanes, -1).T))
        if array.size % lanes == 0 and not packed_by_lane(array.shape, lanes):
            return list(array.reshape(-1, lanes))
        if array.size % width == 0:
            return [bits.unpack(row, lanes).astype(np.uint64) for row in array.reshape(-1, width)]
    return [np.full(lanes, crc32(array.tobytes()), np.uint64)]


def packed_by_lane(shape: tuple[int, ...], lanes: int) -> bool:
    """Whether an array of this shape, of two axes or more, holds bits of the lanes, packed along its last axis."""
    return len(shape) > 1 and shape[-1] % bits.words_for(lanes) == 0 and shape[-1] % lanes != 0


def _compare_exactly(first: View, second: View) -> None:
    """Rows of both views get one number for each different row; the numbers must come equally often in both."""
    if _same_rows(first, second):
        return
    codes = np.zeros(first.lanes + second.lanes, np.int64)
    for name in first.columns:
        _, values = np.unique(np.concatenate([first.columns[name], second.columns[name]]), return_inverse=True)
        _, codes = np.unique(codes * (int(values.max(initial=0)) + 1) + values, return_inverse=True)
        kinds = int(codes.max(initial=0)) + 1
        in_first = np.bincount(codes[: first.lanes], minlength=kinds) * second.lanes
        in_second = np.bincount(codes[first.lanes :], minlength=kinds) * first.lanes
        if not np.array_equal(in_first, in_second):
            raise ViewsDiffer(
                f"parties {first.observers} can tell the runs apart: `{name}` has another distribution, "
                "given what they saw before it"
            )


def _same_rows(first: View, second: View) -> bool:
    """Whether both have the same rows, in any order; False where that takes more than a word a row to find out."""
    words = [np.zeros(view.lanes, np.uint64) for view in (first, second)]
    width = 0
    for name in first.columns:
        both = first.columns[name], second.columns[name]
        bits = max(int(column.max(initial=0)) for column in both).bit_length()
        width += bits
        if width > 64:
            return False
        words = [(word << np.uint64(bits)) | column for word, column in zip(words, both, strict=True)]
    return np.array_equal(np.sort(words[0]), np.sort(words[1]))


def _compare_samples(first: View, second: View) -> None:
    width = first.ring.bits
    names = [name for name in first.columns if not _same_constant(first.columns[name], second.columns[name])]
    features = _features(names)
    threshold = FALSE_ALARM / max(2 * len(features), 1)
    for feature in features:
        a, b = feature.of(first.columns), feature.of(second.columns)
        for shift in (0, max(width - _BUCKET_BITS, 0)):
            counts = [np.bincount(_bucket(column, shift), minlength=1 << _BUCKET_BITS) for column in (a, b)]
            if _chance(*counts) < threshold:
                raise ViewsDiffer(f"parties {first.observers} can tell the runs apart by {feature}")


def _same_constant(a: Words, b: Words) -> bool:
    return bool((a == a[:1]).all() and (b == a[:1]).all())


@dataclass(frozen=True, slots=True)
class _Feature:
    """A combination of columns: the first, and others added to it, subtracted or XORed."""

    names: tuple[str, ...]
    signs: tuple[str, ...]

    def of(self, columns: dict[str, Words]) -> Words:
        value = columns[self.names[0]]
        for sign, name in zip(self.signs, self.names[1:], strict=True):
            value = _SIGNS[sign](value, columns[name])
        return value

    def __str__(self) -> str:
        rest = "".join(f" {sign} `{name}`" for sign, name in zip(self.signs, self.names[1:], strict=True))
        return f"`{self.names[0]}`{rest}"


_SIGNS: dict[str, np.ufunc] = {"+": np.add, "-": np.subtract, "^": np.bitwise_xor}


def _features(names: list[str]) -> list[_Feature]:
    """Single columns, and every sum, difference and XOR of two, and of three if the columns are few."""
    features = [_Feature((name,), ()) for name in names]
    for count in (2, 3) if len(names) <= _FEW_COLUMNS else (2,):
        signs = [*product("+-", repeat=count - 1), ("^",) * (count - 1)]
        features += [_Feature(chosen, sign) for chosen in combinations(names, count) for sign in signs]
    return features


def _bucket(column: Words, shift: int) -> npt.NDArray[np.int64]:
    mask = np.uint64((1 << _BUCKET_BITS) - 1)
    return ((column >> np.uint64(shift)) & mask).astype(np.int64)


def _chance(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> float:
    """An upper bound of the chance that equal distributions give counts as different as these.

    The chi-square statistic of two samples, and Chernoff's bound of its tail: (x/m e^(1 - x/m))^(m/2).
    """
    total = a + b
    used = total > 0
    share = a.sum() / max(total.sum(), 1)
    expected = total[used] * share
    statistic = float((((a[used] - expected) ** 2) / (expected * (1 - share))).sum())
    freedom = int(used.sum()) - 1
    if freedom < 1 or statistic <= freedom:
        return 1.0
    ratio = statistic / freedom
    return float(np.exp(freedom / 2 * (np.log(ratio) + 1 - ratio)))


@dataclass(slots=True)
class _Supply:
    """Material straight from the seeds of all parties; an observer's is seen."""

    party: int
    seeds: list[Seed]
    view: View
    dealt: bool
    name: str = "insecure"
    received_bytes: int = 0

    @property
    def deals_standing(self) -> bool:
        """As a dealer does."""
        return self.dealt

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Nothing is needed beforehand."""

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """Nor before a part of the program."""

    def ready(self, path: Path, kind: Correlation) -> Material:
        """The material of this path."""
        material = pieces(kind, path, self.seeds)[self.party]
        if self.party in self.view.observers:
            for k, part in enumerate(material):
                self.view.note(f"{kind.name} part {k} of {self.party} at {path}", part)
        return material

    async def make(self, path: Path, kind: Correlation) -> Material:
        """The same as `ready`."""
        return self.ready(path, kind)

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Nothing lies ready here."""

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """The same: the context asks once."""
        return self.ready(path, kind)

    def bring(self, standing: Path, words: Words) -> None:
        """Not offered."""
        raise NotImplementedError

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """Left to the calls."""


class _Transport(WrappedTransport):
    def __init__(self, transport: Transport, view: View) -> None:
        super().__init__(transport)
        self._view = view

    async def receive(self, sender: int, tag: Tag) -> Message:
        message = await self.within.receive(sender, tag)
        if self.me in self._view.observers:
            self._view.note(f"message {tag} of {sender} to {self.me}", message.array)
        return message


@dataclass(frozen=True, slots=True)
class _SeenSeed:
    seed: Seed
    view: View
    name: str

    def prg(self, *domain: Any) -> _SeenPrg:
        return _SeenPrg(self.seed.prg(*domain), self.view, f"{self.name} {domain}")


@dataclass(slots=True)
class _SeenPrg:
    prg: Prg
    view: View
    name: str
    drawn: int = 0

    def words(self, shape: Any) -> Words:
        words = self.prg.words(shape)
        self.drawn += 1
        packed = words.shape[-1:] == (bits.words_for(self.view.lanes),) or packed_by_lane(words.shape, self.view.lanes)
        self.view.note(f"{self.name} draw {self.drawn}", words if packed else self.view.ring.reduce(words))
        return words


def _seen(view: View, seed: Seed, name: str, *holders: int) -> Seed:
    return cast(Seed, _SeenSeed(seed, view, name)) if set(holders) & set(view.observers) else seed


def _agreements(n: int, view: View, randomness: Randomness) -> list[Agreement]:
    pairs = {pair: _seen(view, seed, f"pair {pair}", *pair) for pair, seed in randomness.pairs.items()}
    common = _seen(view, randomness.common, "common", *range(n))
    return [
        replace(
            Agreement(bytes(32), (), common),
            pairwise=tuple(None if i == j else pairs[min(i, j), max(i, j)] for j in range(n)),
        )
        for i in range(n)
    ]


def coalition(observers: int | Collection[int]) -> tuple[int, ...]:
    """One party, or several that put together what they see."""
    return (observers,) if isinstance(observers, int) else tuple(sorted(observers))
