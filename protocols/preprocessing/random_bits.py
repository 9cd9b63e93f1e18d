"""Random shared bits as numbers: what is made and checked alike for daBits and their relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra import bits
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from protocols.ot.groups import Group
from protocols.preprocessing.joining import joined, runs
from protocols.preprocessing.tools import Tools


@dataclass(frozen=True, slots=True)
class RandomBits:
    """Bit planes for each of `count` elements, and the sums that they are wanted in, of so many words an element."""

    planes: Words = field(repr=False)
    groups: tuple[Group, ...]
    targets: int
    count: int
    words: int = 1


async def in_ring(ctx: Context, tools: Tools, wanted: Sequence[RandomBits]) -> list[Words]:
    """The sums of each as additive shares, `count` elements for each target; those of one form are moved together."""
    results: list[Words] = [np.zeros(0, U64)] * len(wanted)
    forms = [(w.groups, w.targets, w.words) for w in wanted]
    for form in dict.fromkeys(forms):
        places = [i for i, own_form in enumerate(forms) if own_form == form]
        for run in runs(places, [64 * w.planes.size for w in wanted]):
            planes = joined([wanted[i].planes for i in run], axis=1)
            sums = await tools.bits_to_ring(ctx, planes, *form)
            start = 0
            for i in run:
                results[i] = sums[:, start : start + wanted[i].count]
                start += 64 * wanted[i].planes.shape[1]
    return results


def own(ring: Z2k, x: Words, shape: tuple[int, ...] | None = None) -> Words:
    """x in the ring, contiguous, and if told so in this shape."""
    reduced = ring.reduce(np.ascontiguousarray(x))
    return reduced if shape is None else ring.moved(lambda elements: elements.reshape(shape), reduced)


def moved(ring: Z2k, opened: Words, dabits: Words, first: bool) -> Words:
    """Shares in the ring of b' = b ^ e, from those of b and an opened e: [b'] = e + (1 - 2 e) [b]."""
    e = ring.from_bits(bits.unpack(opened, ring.shape(dabits)[0]))
    turned = ring.mul(ring.sub(ring.from_ints([1]), ring.add(e, e)), dabits)
    return ring.add(turned, e) if first else turned
