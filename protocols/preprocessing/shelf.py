"""Material that lies ready: kept in columns, cut into pieces as it is taken.

Of the pieces that are put there together, those of one kind are one array for each part. A piece of a few words then
costs its words and its place, not an array object for each part of it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material
from mpc.supply import Entry, Path


class Shelf:
    """Pieces by path. Each is taken once; a column goes when its last piece is taken."""

    def __init__(self) -> None:
        self._places: dict[Path, int] = {}
        self._lots: list[_Lot] = []
        self._starts: list[int] = []
        self._next = 0

    def __contains__(self, path: Path) -> bool:
        return path in self._places

    def put(self, entries: Sequence[Entry], materials: Iterable[Material]) -> None:
        """Pieces of these entries, in order, which may be made one by one as they are put there."""
        lot = _Lot(entries)
        for (path, kind), material in zip(entries, materials, strict=True):
            if path in self._places:
                self.drop(path)
            self._places[path] = self._next + lot.add(kind, material)
        if entries:
            self._lots.append(lot)
            self._starts.append(self._next)
            self._next += len(entries)

    def kind(self, path: Path) -> Correlation | None:
        """Of the piece that lies there; None if none does."""
        number = self._places.get(path)
        if number is None:
            return None
        at = bisect_right(self._starts, number) - 1
        return self._lots[at].kind(number - self._starts[at])

    def take(self, path: Path) -> Material:
        """The piece of a path that has one."""
        number = self._places.pop(path)
        at = bisect_right(self._starts, number) - 1
        lot = self._lots[at]
        material = lot.take(number - self._starts[at])
        if not lot.left:
            del self._lots[at], self._starts[at]
        return material

    def move(self, path: Path, to: Path) -> None:
        """Let the piece of a path that has one be that of another, which has none."""
        assert to not in self._places, "two pieces for one path"
        self._places[to] = self._places.pop(path)

    def drop(self, path: Path) -> None:
        """Throw a piece away."""
        self.take(path)


class _Lot:
    """What was put there together."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.left = len(entries)
        self._counts = Counter(kind for _, kind in entries)
        self._kinds: list[Correlation] = []
        self._columns: list[tuple[Words, ...]] = []
        self._numbers: dict[Correlation, int] = {}
        self._filled: list[int] = []
        self._kind_of, self._row_of = array("I"), array("I")

    def add(self, kind: Correlation, material: Material) -> int:
        """Copy a piece into its kind's columns, or keep it as it is if it is the only one; returns its number."""
        number = self._numbers.get(kind)
        if number is None:
            number = self._open(kind, material)
        row = self._filled[number]
        self._filled[number] += 1
        if self._counts[kind] > 1:
            for column, words in zip(self._columns[number], material, strict=True):
                column[row] = words
        self._kind_of.append(number)
        self._row_of.append(row)
        return len(self._row_of) - 1

    def kind(self, piece: int) -> Correlation:
        return self._kinds[self._kind_of[piece]]

    def take(self, piece: int) -> Material:
        self.left -= 1
        columns, row = self._columns[self._kind_of[piece]], self._row_of[piece]
        return tuple(column[row, ...] for column in columns)

    def _open(self, kind: Correlation, material: Material) -> int:
        count = self._counts[kind]
        if count == 1:
            columns = tuple(words[None] for words in material)
        else:
            columns = tuple(np.empty((count, *words.shape), words.dtype) for words in material)
        self._numbers[kind] = len(self._kinds)
        self._kinds.append(kind)
        self._columns.append(columns)
        self._filled.append(0)
        return len(self._kinds) - 1
