"""Punctured trees of seeds: one party knows all leaves of a tree, its peer all but one that only the peer can name.

Goldreich, Goldwasser, Micali, Journal of the ACM 1986 (the tree); Boyle, Couteau, Gilboa, Ishai, Kohl, Rindal, Scholl,
CCS 2019, and Schoppmann, Gascon, Reichert, Raykova, CCS 2019 (the transfer of the sums of each level). Everything here
is local, and works on many trees of one depth side by side.

The path to the missing leaf has one bit for each level, the root's first. The peer numbers nodes by how they differ
from that path, so that the node it does not know is number 0 on every level: no address depends on the path.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import Words
from mpc.label_hash import tree_level
from protocols.ot.correlated import take


def grow(roots: Words, depth: int, keys: tuple[bytes, bytes]) -> tuple[Words, Words]:
    """All leaves of trees with these roots, and for each level the sums of all left and of all right children.

    roots (trees, 2); the results have the shapes (trees, 2^depth, 2) and (trees, depth, 2, 2). keys: two AES-128 keys,
    public.
    """
    nodes = roots[:, None]
    sums = np.empty((len(roots), depth, 2, 2), np.uint64)
    for level in range(depth):
        children = tree_level(nodes, keys)
        sums[:, level] = np.bitwise_xor.reduce(children, axis=1)
        nodes = children.reshape(len(roots), -1, 2)
    return nodes, sums


def regrow(paths: Words, sums: Words, keys: tuple[bytes, bytes]) -> Words:
    """All leaves but one of each tree, by their distance from the missing leaf: (trees, 2^depth, 2), row 0 zero.

    Leaf x stands at place x ^ path, where the path's first bit is the highest. paths (trees, depth) masks of ones and
    zeros, sums (trees, depth, 2): of each level, the sum of the children on the side that the path does not take.
    """
    trees, depth = paths.shape
    nodes = np.zeros((trees, 1, 2), np.uint64)
    for level in range(depth):
        children = tree_level(nodes, keys)
        turned = take(paths[:, level], children[:, :, ::-1], children)
        turned[:, 0] = 0
        turned[:, 0, 1] = sums[:, level] ^ np.bitwise_xor.reduce(turned[:, :, 1], axis=1)
        nodes = turned.reshape(trees, -1, 2)
    return nodes


def untwisted(paths: Words, leaves: Words) -> Words:
    """What stands at place x ^ path of each tree, at place x: (trees, 2^depth, ...). No address depends on the path."""
    trees, depth = paths.shape
    for level in range(depth):
        halves = leaves.reshape(trees, 1 << level, 2, -1)
        leaves = take(paths[:, level], halves[:, :, ::-1], halves).reshape(leaves.shape)
    return leaves
