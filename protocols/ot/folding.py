"""SoftSpokenOT's streams: AES-128 in counter mode under many keys, folded to labels; split over the cores.

What the kernels compute stands in native/ot/exports.h. Everything here is local.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from native import BYTES, WORDS, Pointer, ffi, lib
from protocols.ot.correlated import LABEL_BITS

ROUND_KEY_BYTES = 176
_TILE = 32
_SMALLEST = 256


def parts(k: int) -> list[int]:
    """How many bits of a label each part has: k, the last one what is left of 128."""
    if not 1 <= k <= 8:
        raise LocalError("wrong-parameter", f"SoftSpokenOT with k = {k}", "choose k from 1 to 8")
    return [min(k, LABEL_BITS - at) for at in range(0, LABEL_BITS, k)]


class Streams:
    """The streams of one end. Shows nothing of its keys."""

    __slots__ = ("_k", "_round_keys")

    def __init__(self, k: int, keys: bytes) -> None:
        """keys: of 16 bytes, 2^w of them for each part of w bits."""
        count = sum(1 << width for width in parts(k))
        self._k = k
        self._round_keys = np.empty((count, ROUND_KEY_BYTES), np.uint8)
        for i in range(count):
            lib.parley_aes_expand_key(_bytes(self._round_keys[i]), ffi.from_buffer(BYTES, keys[16 * i : 16 * i + 16]))

    def labels(self, labels: Words, first: int) -> tuple[Words, Words]:
        """Writes a receiver's batch of labels, (128 blocks, 2); returns its choices and corrections.

        choices (blocks, 2), corrections (parts - 1, blocks, 2).
        """
        blocks = len(labels) // LABEL_BITS
        choices, corrections = self._empty(blocks)

        def run(start: int, end: int) -> None:
            lib.parley_softspoken_receive(
                _words(labels[128 * start :]), _words(choices[start:]), _words(corrections, 2 * start), 2 * blocks,
                _bytes(self._round_keys), self._k, first + start, end - start,
            )  # fmt: skip

        in_parts(blocks, run, step=_TILE, smallest=_SMALLEST)
        return choices, corrections

    def rows(self, first: int, blocks: int) -> tuple[Words, Words, Words]:
        """A receiver's batch, but for its labels, which `summed_labels` makes of the rows that come first here."""
        choices, corrections = self._empty(blocks)
        rows = np.empty((-(-blocks // _TILE), lib.parley_softspoken_rows_size(1)), U64)

        def run(start: int, end: int) -> None:
            lib.parley_softspoken_rows(
                _words(rows[start // _TILE :]), _words(choices[start:]), _words(corrections, 2 * start), 2 * blocks,
                _bytes(self._round_keys), self._k, first + start, end - start,
            )  # fmt: skip

        in_parts(blocks, run, step=_TILE, smallest=_SMALLEST)
        return rows, choices, corrections

    def sender_labels(self, labels: Words, corrections: Words, delta: Words, first: int, powers: Words | None) -> Words:
        """Writes a sender's batch, (128 blocks, 2); returns the sums of its rows with the powers, zero without."""
        blocks = corrections.shape[1]
        sums: list[Words] = []

        def run(start: int, end: int) -> None:
            own = np.zeros((LABEL_BITS, 2), U64)
            lib.parley_softspoken_send(
                _words(labels[128 * start :]), _words(own), _words(corrections, 2 * start), 2 * blocks, _words(delta),
                _bytes(self._round_keys), self._k, first + start,
                ffi.NULL if powers is None else _words(powers[start:]), end - start,
            )  # fmt: skip
            sums.append(own)

        in_parts(blocks, run, step=_TILE, smallest=_SMALLEST)
        return _total(sums)

    def _empty(self, blocks: int) -> tuple[Words, Words]:
        return np.empty((blocks, 2), U64), np.empty((len(parts(self._k)) - 1, blocks, 2), U64)

    def __repr__(self) -> str:
        return "Streams(...)"


def summed_labels(labels: Words, rows: Words, powers: Words) -> Words:
    """Writes the labels of a receiver's rows, (128 blocks, 2); returns the sums of the rows with the powers."""
    sums: list[Words] = []

    def run(start: int, end: int) -> None:
        own = np.zeros((LABEL_BITS, 2), U64)
        lib.parley_softspoken_labels(
            _words(labels[128 * start :]), _words(own), _words(rows[start // _TILE :]), _words(powers[start:]),
            end - start,
        )  # fmt: skip
        sums.append(own)

    in_parts(len(powers), run, step=_TILE, smallest=_SMALLEST)
    return _total(sums)


def _total(sums: list[Words]) -> Words:
    total: Words = np.bitwise_xor.reduce(sums, axis=0)
    return total


def _words(array: Words, offset: int = 0) -> Pointer:
    return ffi.from_buffer(WORDS, array.reshape(-1)[offset:])


def _bytes(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Pointer:
    return ffi.from_buffer(BYTES, array)
