"""Pads of labels, and the products that they hide: the kernels of native/products on arrays, split over the cores.

A label's pad is its hash, TCCR of Guo, Katz, Wang, Yu, IEEE S&P 2020, with a tweak for each correlation and block. Keys
are made of the `start` of an extension's ends, public, and of the correlations' numbers; one serves 256 blocks of pads
at most, so that there is no more to hold an encryption against (Guo, Katz, Wang, Weng, Yu, CRYPTO 2020).
The rule stands in native/products/keys.h. Everything here is local.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words, pointer
from mpc.errors import LocalError
from native import BYTES, Pointer, ffi, lib
from protocols.ot.groups import Group

MAX_LENGTH = 1 << 17
"""Words of the longest pad."""

_STEP = 2048
_FEWEST_WORDS = 1 << 14
_NO_OFFSET = np.zeros(2, U64)


def check_groups(groups: Sequence[Group], targets: int, words: int = 1) -> None:
    """LocalError `wrong-parameter` for what elements of so many words don't hold."""
    for group in groups:
        fits = group.width >= 1 and group.shift >= 0 and group.width + group.shift <= 64 * words
        if not fits or not 0 <= group.target < min(targets, 256):
            raise LocalError(
                "wrong-parameter", f"products of {group}", f"width and shift make up at most {64 * words} bits"
            )


def plane_words(groups: Sequence[Group], size: int) -> int:
    """Words of the corrections, where each group has `size` words."""
    return sum(group.width for group in groups) * words_for(size)


def pads(
    labels: Words, offset: Words | None, start: Words, first: int, words: int, part: tuple[int, int, int]
) -> Words:
    """Parts of the pads of labels ^ offset: (count, length).

    They are rows `row` and following of a run of pads of `words` words whose first number is `first`; part: row, column
    (even) and length.
    """
    row, column, length = part
    out = np.empty((len(labels), length), U64)
    lib.parley_pads(
        pointer(out), pointer(labels), pointer(_NO_OFFSET if offset is None else offset), pointer(start), first, words,
        row, len(labels), column, length,
    )  # fmt: skip
    return out


def sender_products(
    labels: Words, turns: Words | None, delta: Words, x: Words, start: Words, first: int, groups: Sequence[Group],
    shares: Words,
) -> Words:  # fmt: skip
    """Adds the sender's shares to `shares`, (targets, count, length); returns the corrections, flat.

    labels: (groups * count, 2), group after group; turns: a packed bit for each, or none. x: (count, length), or
    (groups, count, length) with words of its own for each group.
    """
    count, length = shares.shape[1:]
    corrections = np.empty(plane_words(groups, count * length), U64)
    step, shapes = 0 if x.ndim == 2 else count * length, _shapes(groups)

    def run(begin: int, end: int) -> None:
        lib.parley_products_send(
            pointer(corrections), pointer(shares), pointer(labels), ffi.NULL if turns is None else pointer(turns),
            pointer(delta), pointer(x), step, pointer(start), first, shapes, len(groups), count, length, begin, end,
        )  # fmt: skip

    in_parts(count, run, step=64, smallest=_smallest(groups, length))
    return corrections


def receiver_products(
    labels: Words, choices: Words, corrections: Words, start: Words, first: int, groups: Sequence[Group], shares: Words
) -> None:
    """Adds the receiver's shares to `shares`, (targets, count, length); the rest as the sender's."""
    count, length = shares.shape[1:]
    shapes = _shapes(groups)

    def run(begin: int, end: int) -> None:
        lib.parley_products_receive(
            pointer(shares), pointer(labels), pointer(choices), pointer(corrections), pointer(start), first, shapes,
            len(groups), count, length, begin, end,
        )  # fmt: skip

    in_parts(count, run, step=64, smallest=_smallest(groups, length))


def pad_planes(labels: Words, offset: Words | None, start: Words, first: int, planes: int) -> Words:
    """Bits 0 to `planes` <= 64 of the pads of labels ^ offset, packed: (planes, words_for(count))."""
    count = len(labels)
    out = np.empty((planes, words_for(count)), U64)

    def run(begin: int, end: int) -> None:
        lib.parley_pad_planes(
            pointer(out.reshape(-1)[begin // 64 :]), out.shape[1], pointer(labels[begin:]),
            pointer(_NO_OFFSET if offset is None else offset), pointer(start), first, begin, end - begin, planes,
        )  # fmt: skip

    in_parts(count, run, step=_STEP, smallest=_FEWEST_WORDS)
    return out


def _smallest(groups: Sequence[Group], length: int) -> int:
    return max(64, _FEWEST_WORDS // max(1, len(groups) * length))


def _shapes(groups: Sequence[Group]) -> Pointer:
    flat = bytes(number for group in groups for number in (group.width, group.shift, group.target))
    return ffi.from_buffer(BYTES, flat)
