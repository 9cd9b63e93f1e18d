"""Keys for SoftSpokenOT: of each part of delta one party has all keys of a tree, its peer all but number delta_i.

Roy, CRYPTO 2022: puncturable pseudorandom functions from base transfers, and the check that holds a
dishonest receiver to one tree. The extension's receiver grows the trees and is the sender of the base transfers.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from protocols.ot import base_co15
from protocols.ot.correlated import LABEL_BITS, bit_masks, check_failed, take
from protocols.ot.folding import Streams, parts
from protocols.ot.puncturable import grow, regrow, untwisted

_KEY_WORDS = 2
_CHECK_WORDS = 8
"""512 bits, where 256 are enough for no two leaves to have the same check value."""

_DIGEST_WORDS = 4


def _declared(peer: int, k: int, malicious: bool, delta: Words | None = None) -> int:
    told = len(parts(k)) * (_CHECK_WORDS + _DIGEST_WORDS) if malicious else 0
    return 4 * (1 + LABEL_BITS) + 4 * LABEL_BITS + told


@cost(rounds=3, to_one=_declared, call_name="softspoken_seeds", parties=2)
async def receive_seeds(ctx: Context, peer: int, k: int, malicious: bool) -> Streams:
    """The extension receiver's streams, of all keys. `peer` calls `send_seeds`."""
    pads = await base_co15.send(ctx, peer, LABEL_BITS)
    sums, told, keys = await ctx.in_thread(_grown, ctx, k)
    ctx.send(peer, sums ^ pads)
    if malicious:
        ctx.send(peer, told)
    return Streams(k, keys)


@cost(rounds=3, to_one=_declared, call_name="softspoken_seeds", parties=2)
async def send_seeds(ctx: Context, peer: int, k: int, malicious: bool, delta: Words) -> Streams:
    """The extension sender's streams: place x of part i is the receiver's x ^ delta_i, and place 0 is void.

    Abort `ot-check-failed` where the receiver's trees are inconsistent. A dishonest receiver can make that depend on
    bits of delta that it guesses, and is found out with the probability that it guesses wrong.
    """
    paths = _paths(delta, k)
    choices = (~paths & np.uint64(1)).astype(np.uint8)
    pads = await base_co15.receive(ctx, peer, choices)
    masked = await ctx.receive(peer, Spec((LABEL_BITS, 2, 2)))
    sums = take(~paths, masked[:, 1], masked[:, 0]) ^ pads
    told = await ctx.receive(peer, Spec((len(parts(k)), _CHECK_WORDS + _DIGEST_WORDS))) if malicious else None
    keys, agree = await ctx.in_thread(_regrown, ctx, k, paths, sums, told)
    if not agree:
        raise check_failed(ctx, peer, "the trees of keys")
    return Streams(k, keys)


class _Group(NamedTuple):
    """Trees of one depth: their numbers, and the bits of delta that are their paths."""

    depth: int
    trees: slice
    bits: slice


def _groups(k: int) -> list[_Group]:
    """All parts have k bits, but the last one where k does not divide 128."""
    whole, rest = sum(width == k for width in parts(k)), LABEL_BITS % k
    groups = [_Group(k, slice(0, whole), slice(0, whole * k))]
    return [*groups, _Group(rest, slice(whole, whole + 1), slice(whole * k, LABEL_BITS))] if rest else groups


def _paths(delta: Words, k: int) -> Words:
    """The bits of delta as masks in the order of the trees' levels: of each part the highest bit first."""
    masks = bit_masks(delta, LABEL_BITS)
    return np.concatenate([masks[g.bits].reshape(-1, g.depth)[:, ::-1].reshape(-1) for g in _groups(k)])


def _grown(ctx: Context, k: int) -> tuple[Words, Words, bytes]:
    """The sums of each level, what the check tells of each tree, and all keys."""
    roots = ctx.prg("softspoken roots").words((len(parts(k)), 2))
    sums, told, keys = [], [], []
    for group in _groups(k):
        leaves, of_levels = grow(roots[group.trees], group.depth, _tree_keys(ctx))
        places = np.broadcast_to(np.arange(1 << group.depth, dtype=U64), leaves.shape[:2])
        made, checks = _expanded(ctx, group, places, leaves)
        sums.append(of_levels.reshape(-1, 2, 2))
        told.append(np.concatenate([np.bitwise_xor.reduce(checks, axis=1), _digests(checks)], axis=1))
        keys.append(made)
    return np.concatenate(sums), np.concatenate(told), b"".join(keys)


def _regrown(ctx: Context, k: int, paths: Words, sums: Words, told: Words | None) -> tuple[bytes, bool]:
    """All keys but one of each part, and whether the trees are what the check tells of them."""
    keys, differences = [], np.uint64(0)
    for group in _groups(k):
        own_paths = paths[group.bits].reshape(-1, group.depth)
        leaves = regrow(own_paths, sums[group.bits].reshape(-1, group.depth, 2), _tree_keys(ctx))
        weights = np.uint64(1) << np.arange(group.depth, dtype=U64)[::-1]
        numbers = ((own_paths & np.uint64(1)) * weights).sum(axis=1, dtype=U64)
        places = np.arange(1 << group.depth, dtype=U64) ^ numbers[:, None]
        made, checks = _expanded(ctx, group, places, leaves)
        keys.append(made)
        if told is not None:
            totals, digests = np.split(told[group.trees], [_CHECK_WORDS], axis=1)
            checks[:, 0] = totals ^ np.bitwise_xor.reduce(checks[:, 1:], axis=1)
            differences |= np.bitwise_or.reduce(digests ^ _digests(untwisted(own_paths, checks)), axis=None)
    return b"".join(keys), not differences


def _tree_keys(ctx: Context) -> tuple[bytes, bytes]:
    """Two public keys of this call."""
    made = ctx.hash("softspoken trees").bytes(32)
    return made[:16], made[16:]


def _expanded(ctx: Context, group: _Group, places: Words, leaves: Words) -> tuple[bytes, Words]:
    """Of each leaf an AES key and a check value: SHAKE-256 of call, tree, place and leaf."""
    state = ctx.hash("softspoken leaves")
    trees = np.arange(group.trees.start, group.trees.stop, dtype=U64)[:, None]
    labelled = np.stack([np.broadcast_to(trees, places.shape), places, leaves[..., 0], leaves[..., 1]], axis=-1)
    flat, size = labelled.tobytes(), 32
    made = []
    for at in range(0, len(flat), size):
        leaf = state.copy().absorb_fixed(flat[at : at + size])
        made.append(leaf.bytes(8 * (_KEY_WORDS + _CHECK_WORDS)))
    words = np.frombuffer(b"".join(made), U64).reshape(*places.shape, -1)
    return words[..., :_KEY_WORDS].tobytes(), words[..., _KEY_WORDS:].copy()


def _digests(checks: Words) -> Words:
    """SHA-256 of the check values of each tree: (trees, 4)."""
    digests: list[npt.NDArray[np.uint64]] = [np.frombuffer(sha256(tree.tobytes()).digest(), U64) for tree in checks]
    return np.stack(digests)
