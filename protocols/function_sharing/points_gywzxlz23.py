"""Point functions in shares: of a point that neither party knows, whether it is at a place, or at most the place.

Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, "Half-Tree", EUROCRYPT 2023 (eprint 2022/1431), for the tree; leaves of many
places after Boyle, Gilboa, Ishai, "Function Secret Sharing: Improvements and Extensions", CCS 2016; comparison as the
parity of all leaves up to the place after Storrier, Vadapalli, Lyons, Henry, "Grotto", CCS 2023 (eprint 2023/108).
docs/algorithms/point_functions.md has the algorithm, native/function_sharing/exports.h the contract. All here is local.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.cores import in_parts
from mpc.algebra.words import U64, Words, contiguous
from mpc.errors import LocalError
from native import WORDS, Pointer, ffi, lib

LEAF_BITS = 7
"""A leaf is one label, of 128 places."""

MAX_WIDTH = 64
LABEL_WORDS = 2

WORK = 6
"""What an encryption takes, in the multiply-adds of `Context.off_loop`."""

_FEWEST_KEYS = 1 << 12


def labels_of_key(width: int) -> int:
    """Corrections of a key for points of so many bits: one a level, and the leaf's. As many encryptions take a walk."""
    return max(width - LEAF_BITS, 0) + 1


def corrections_shape(width: int, count: int) -> tuple[int, int, int]:
    """Of the corrections of so many keys, in words: of one level those of all keys beside each other."""
    return labels_of_key(width), count, LABEL_WORDS


def deal(points: Words, roots: tuple[Words, Words], start: Words, width: int) -> Words:
    """The corrections of keys for `points` (n,), of which the low `width` bits count, 0 <= width <= 64.

    roots: those of party 0 and of party 1, (n, 2) words each, uniformly random and each known to its party and the
    dealer alone; start (2,): uniformly random, for these keys alone, public. Whoever has one party's roots, start and
    the corrections learns nothing of the points. LocalError `wrong-shape` for arrays that do not fit, `wrong-parameter`
    for another width.
    """
    _check(width, len(points), *roots)
    corrections = np.empty(corrections_shape(width, len(points)), U64)

    def run(first: int, end: int) -> None:
        lib.parley_point_deal(
            _at(_rows(corrections), first), len(points), _at(points, first), _at(roots[0], first), _at(roots[1], first),
            _at(start, 0), first, width, end - first,
        )  # fmt: skip

    in_parts(len(points), run, step=_FEWEST_KEYS, smallest=_FEWEST_KEYS)
    return corrections


@dataclass(frozen=True, slots=True)
class PointKeys:
    """One party's keys of n points below 2^width; `party`, 0 or 1, and the arrays as `deal` has them.

    A key answers at any number of places: all answers follow from the key alone, and say no more than it does.
    """

    party: int
    width: int
    roots: Words = field(repr=False)
    start: Words = field(repr=False)
    corrections: Words = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.width, len(self.roots), self.roots)
        if self.corrections.shape != corrections_shape(self.width, len(self.roots)) or self.start.shape != (2,):
            raise LocalError(
                "wrong-shape",
                f"corrections of shape {self.corrections.shape} for {len(self.roots)} points of {self.width} bits",
                f"they are {corrections_shape(self.width, len(self.roots))}",
            )

    @property
    def work(self) -> int:
        """What one answer of all keys takes, for `Context.off_loop`."""
        return WORK * labels_of_key(self.width) * len(self.roots)

    def at_most(self, places: Words) -> Words:
        """A share of [point <= place] for each key and its place, places (..., n) of which `width` bits count: packed
        bits (..., words)."""
        return self._answers(places, same=False)

    def same(self, places: Words) -> Words:
        """A share of [point = place], as `at_most`."""
        return self._answers(places, same=True)

    def _answers(self, places: Words, *, same: bool) -> Words:
        n = len(self.roots)
        if places.shape[-1:] != (n,):
            raise LocalError("wrong-shape", f"places of shape {places.shape} for {n} keys", f"give (..., {n})")
        rows = contiguous(places).reshape(-1, n)
        packed = np.empty((len(rows), words_for(n)), U64)

        def run(first: int, end: int) -> None:
            for row, bits in zip(rows, packed, strict=True):
                out = _at(bits, first // 64)
                lib.parley_point_read(
                    ffi.NULL if same else out, out if same else ffi.NULL, _at(_rows(self.corrections), first), n,
                    _at(self.roots, first), self.party, _at(row, first), _at(self.start, 0), first, self.width,
                    end - first,
                )  # fmt: skip

        in_parts(n, run, step=_FEWEST_KEYS, smallest=_FEWEST_KEYS)
        return packed.reshape(*places.shape[:-1], words_for(n))


def _check(width: int, count: int, *roots: Words) -> None:
    if not 0 <= width <= MAX_WIDTH:
        raise LocalError("wrong-parameter", f"points of {width} bits", f"keys are for 0 to {MAX_WIDTH}")
    for labels in roots:
        if labels.shape != (count, LABEL_WORDS):
            raise LocalError("wrong-shape", f"roots of shape {labels.shape}", f"give {(count, LABEL_WORDS)}")


def _rows(corrections: Words) -> Words:
    """One label a row, level after level."""
    return corrections.reshape(-1, LABEL_WORDS)


def _at(array: Words, row: int) -> Pointer:
    return ffi.from_buffer(WORDS, contiguous(array)[row:])
