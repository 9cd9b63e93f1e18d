"""From the label of a bit to additive shares of a number times that bit: one ring element is sent for each.

The garbler has the labels W of zero and a number w, the evaluator the label of a bit b. Of the two labels that a wire
has, L_0 is the one of colour 0 and p the bit that it stands for. The garbler's share of b w is p w - H(L_0), and it
sends c = H(L_0) - H(L_1) + (1 - 2 p) w; the evaluator's share is H(L) of its label, and c more where that has colour 1.
Where L is L_0 the two sum to p w, and b is p; else to (1 - p) w, and b is 1 - p.

This is the projection gate of Ball, Malkin, Rosulek, "Garbling Gadgets for Boolean and Arithmetic Circuits", CCS 2016,
section 4, with its first row left out, from a wire of two values to one modulo 2^k; and, where the labels come from
correlated transfers, Gilboa's product, CRYPTO 1999. The hash has a key for each label (docs/algorithms/label_hash.md).
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.label_hash import hash_rekeyed

WORK_OF_LABEL = 60
"""To project one label takes about as long as so many products."""


def project_zeros(
    zeros: Words, delta: Words, weights: Words, ring: Z2k, start: Words, first: int
) -> tuple[Words, Words]:
    """The garbler's shares of b w, and what it sends: elements in the shape of the labels of zero (..., 2).

    delta: the odd offset. weights: ring elements w that broadcast to that shape, the garbler's own or public. Labels
    are numbered from `first`, each number once for one `start`.
    """
    colours = zeros[..., 0] & np.uint64(1)
    low = zeros ^ (np.uint64(0) - colours)[..., None] & delta
    pads = hash_rekeyed(np.stack([low, low ^ delta], -2).reshape(-1, 2, 2), start, first)
    shape = zeros.shape[:-1]
    h0, h1 = (_elements(pads[:, place], shape, ring) for place in (0, 1))
    worth = ring.mul(ring.from_bits(colours), weights)
    sent = ring.add(ring.sub(h0, h1), ring.sub(weights, ring.add(worth, worth)))
    return ring.sub(worth, h0), sent


def project(labels: Words, sent: Words, ring: Z2k, start: Words, first: int) -> Words:
    """The evaluator's shares of b w from its labels (..., 2) and from what the garbler sent."""
    pads = hash_rekeyed(labels.reshape(-1, 1, 2), start, first)
    colours = ring.from_bits(labels[..., 0] & np.uint64(1))
    return ring.add(_elements(pads[:, 0], labels.shape[:-1], ring), ring.mul(colours, ring.reduce(sent)))


def _elements(pads: Words, shape: tuple[int, ...], ring: Z2k) -> Words:
    """Ring elements of blocks (n, 2)."""
    if ring.words == 1:
        return ring.reduce(np.ascontiguousarray(pads[:, 0]).reshape(shape))
    return ring.reduce(np.ascontiguousarray(pads).reshape(*shape, 2))


def weights_of(bits: int, ring: Z2k, *, signed: bool) -> Words:
    """What each bit of a number is worth, (bits,): 2^i, that of the highest -2^i in two's complement."""
    worth = [1 << i for i in range(bits)]
    if signed:
        worth[-1] = -worth[-1]
    return ring.from_ints(worth)
