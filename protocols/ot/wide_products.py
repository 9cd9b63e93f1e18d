"""Products of bits and elements of two words, hidden by pads: what native/products does for one word, on arrays.

The same correlations, pads, messages and shares as `pads.sender_products` and `receiver_products`, with 128 bits for a
word of 64, in a last axis of 2. Everything here is local.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.wide_ring import Z128
from protocols.ot.correlated import bit_masks, take
from protocols.ot.groups import Group
from protocols.ot.pads import pads


def wide_sender_products(
    labels: Words, turns: Words | None, delta: Words, x: Words, start: Words, first: int, groups: Sequence[Group],
    shares: Words,
) -> Words:  # fmt: skip
    """Adds the sender's shares to `shares`, (targets, count, length, 2); returns the corrections, flat.

    labels: (groups * count, 2), group after group; turns: a packed bit for each, or none. x: (count, length, 2), or
    (groups, count, length, 2). With a label's pads p and q for choices 0 and 1 the correction is x + p - q, of which
    `width` bits travel, and the share is -p.
    """
    form = (len(groups), *shares.shape[1:])
    own, other = (_pads(labels, offset, start, first, form) for offset in (None, delta))
    if turns is not None:
        masks = bit_masks(turns, len(labels)).reshape(form[:2])
        own, other = take(masks, other, own), take(masks, own, other)
    corrections = Z128.add(np.broadcast_to(x, form), Z128.sub(own, other))
    for group, pad in zip(groups, own, strict=True):
        shares[group.target] = Z128.sub(shares[group.target], Z128.shift_left(pad, group.shift))
    planes = [Z128.planes(words, group.width) for group, words in zip(groups, corrections, strict=True)]
    return np.concatenate([np.empty(0, U64), *(each.reshape(-1) for each in planes)])


def wide_receiver_products(
    labels: Words, choices: Words, corrections: Words, start: Words, first: int, groups: Sequence[Group], shares: Words
) -> None:
    """Adds the receiver's shares to `shares`: its pad, and the correction where it chose 1."""
    form = (len(groups), *shares.shape[1:])
    own = _pads(labels, None, start, first, form)
    masks = bit_masks(choices, len(labels)).reshape(*form[:2], 1, 1)
    size, at = form[1] * form[2], 0
    for place, group in enumerate(groups):
        end = at + group.width * words_for(size)
        sent = Z128.from_planes(corrections[at:end].reshape(group.width, -1), size).reshape(form[1:])
        value = Z128.shift_left(Z128.add(own[place], sent & masks[place]), group.shift)
        shares[group.target] = Z128.add(shares[group.target], value)
        at = end


def _pads(labels: Words, offset: Words | None, start: Words, first: int, form: tuple[int, ...]) -> Words:
    """The pads of all labels ^ offset as elements, (groups, count, length, 2)."""
    length = 2 * form[2]
    return pads(labels, offset, start, first, length, (0, 0, length)).reshape(form)
