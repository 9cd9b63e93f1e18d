"""Gates of authenticated garbling on labels, and what is linear in labels: local work, in constant time.

Slots, gates and their numbers are those of `mpc.garbling`; docs/protocols/authenticated_garbling.md has the protocol. A
garbling may go on from part of a circuit to the next: slots go on in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words, contiguous, pointer
from mpc.errors import LocalError
from mpc.garbling import (
    Gates,
    block_of,
    instances_of,
    numbers_of,
    offset_of,
    place_of,
    start_of,
    work_for,
)
from native import BYTES, ffi, lib

Bytes = npt.NDArray[np.uint8]
ZERO: Words = np.zeros(2, U64)


def spread(slots: Words, gates: Gates, results: Words, places: tuple[Words, Words], offset: Words = ZERO) -> None:
    """Labels that are linear: XORs go on in the slots, the ANDs' results (ANDs x instances, 2) are given.

    places: where the labels of the ANDs' left and right operands go, as many, shifted by the offset where an operand is
    negated. LocalError `wrong-labels`.
    """
    instances = instances_of(slots, gates, 0)
    shape = gates.ands * instances, 2
    results = _labels(results, shape)
    left, right = (pointer(place_of(place, shape)) for place in places)
    given = pointer(slots), pointer(results), *numbers_of(gates), len(gates.groups)
    lib.parley_spread_labels(left, right, *given, pointer(contiguous(block_of("an offset", offset))), instances)


def garble(
    slots: Words, gates: Gates, shares: Sequence[Words], delta: Words, start: Words, first: int, tables: Words
) -> Bytes:
    """The labels of masked zero in the slots go on in place; `tables` (ANDs x instances, 2, 2) are written.

    shares: the garbler's own of left, right and product ^ result, times its offset, (ANDs x instances, 2) each. Gives
    the lowest bits, (ANDs x instances,), by which labels of results were made even. LocalError as of
    `mpc.garbling.garble`.
    """
    instances = instances_of(slots, gates, first)
    ands = gates.ands * instances
    left, right, sums = (pointer(_labels(share, (ands, 2))) for share in shares)
    lowest = np.empty(ands, np.uint8)
    labels = pointer(place_of(tables, (ands, 2, 2))), ffi.from_buffer(BYTES, lowest), pointer(slots)
    numbers = *numbers_of(gates), len(gates.groups)
    keys = offset_of(delta), start_of(start)
    held = work_for(gates, instances), left, right, sums
    lib.parley_garble_authenticated(*labels, *held, *numbers, *keys, first, instances)
    return lowest


def evaluate(slots: Words, gates: Gates, tables: Words, sums: Words, start: Words, first: int) -> Bytes:
    """The evaluator's labels in the slots go on in place, by the tables (ANDs x instances, 2, 2) with both parties'
    shares in them; `sums`, (ANDs x instances, 2), shift the results. Gives the masked bits of the ANDs, (ANDs x
    instances,). LocalError as `mpc.garbling.evaluate`.
    """
    instances = instances_of(slots, gates, first)
    ands = gates.ands * instances
    tables, sums = _labels(tables, (ands, 2, 2)), _labels(sums, (ands, 2))
    masked = np.empty(ands, np.uint8)
    labels = ffi.from_buffer(BYTES, masked), pointer(slots), work_for(gates, instances), pointer(tables), pointer(sums)
    numbers = *numbers_of(gates), len(gates.groups)
    lib.parley_evaluate_authenticated(*labels, *numbers, start_of(start), first, instances)
    return masked


def mark(labels: Words, bits: Words, offset: Words) -> None:
    """Labels (n, 2) in place: each with its lowest bit cleared, then shifted by the offset where its packed bit is 1.

    LocalError `wrong-labels`.
    """
    n = len(labels)
    if bits.shape != (words_for(n),) or bits.dtype != U64:
        raise LocalError("wrong-labels", f"bits of shape {bits.shape} for {n} labels", "give a packed bit for each")
    given = pointer(contiguous(bits)), pointer(contiguous(block_of("an offset", offset)))
    lib.parley_mark_labels(pointer(place_of(labels, (n, 2))), *given, n)


def merge(out: Words, tables: Words, first: Words, second: Words) -> None:
    """out = tables (n, 2, 2) with labels (n, 2) added to the first and to the second of each pair."""
    n = len(tables)
    pairs = pointer(place_of(out, (n, 2, 2))), pointer(_labels(tables, (n, 2, 2)))
    lib.parley_add_to_tables(*pairs, pointer(_labels(first, (n, 2))), pointer(_labels(second, (n, 2))), n)


def check_words(slots: Words, gates: Gates, results: Bytes, shares: Sequence[Words], delta: Words) -> Words:
    """Of each AND l m = n of masks, with masked bits p, q of its operands and r of its result, the lower word of this
    party's share of (p q ^ r) ^ p m ^ q l ^ (l m ^ n) times an offset: (ANDs x instances,).

    slots: (slots, 1, 2), whose lower words have a bit of each instance, 64 at most; they go on in place. results: the
    bits r, (ANDs, instances). shares: of l, m and l m ^ n, lower words, (ANDs x instances,) each; delta: what a 1 is
    shared as. LocalError `wrong-labels`.
    """
    instances_of(slots, gates, 0)
    ands, instances = results.shape
    fits = ands == gates.ands and slots.shape[1] == 1 and 0 < instances <= 64 and results.dtype == np.uint8
    if not fits:
        raise LocalError("wrong-labels", f"results of shape {results.shape}", "give a bit for each AND and instance")
    held = np.empty(ands * instances, U64)
    left, right, sums = (pointer(_labels(share, held.shape)) for share in shares)
    bits = pointer(held), pointer(slots), ffi.from_buffer(BYTES, np.ascontiguousarray(results))
    offset = pointer(contiguous(block_of("an offset", delta)))
    lib.parley_check_authenticated(*bits, left, right, sums, *numbers_of(gates), len(gates.groups), offset, instances)
    return held


def _labels(given: npt.NDArray[Any], shape: tuple[int, ...]) -> Words:
    if given.shape != shape or given.dtype != U64:
        raise LocalError("wrong-labels", f"labels {given.shape}, {given.dtype}, for {shape}", "give as many words")
    return contiguous(given)
