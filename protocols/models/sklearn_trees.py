"""Trees of scikit-learn's as tables: single ones, forests, and those of gradient boosting, by histograms as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from protocols.models.predictor import Floats, Trees
from protocols.models.refusals import unsupported

MOST_NODES = 1 << 12
"""Of one tree: what of it is secret is a table of nodes by leaves."""

_Table = tuple[npt.NDArray[np.int64], Floats, npt.NDArray[np.int8], npt.NDArray[np.int64], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """A tree as arrays over its nodes, the root first: children, -1 at leaves; what is asked; (nodes, outputs)."""

    left: npt.NDArray[np.int64] = field(repr=False)
    right: npt.NDArray[np.int64] = field(repr=False)
    features: npt.NDArray[np.int64] = field(repr=False)
    thresholds: Floats = field(repr=False)
    values: Floats = field(repr=False)


def nodes_of(estimator: Any, values: Floats) -> Nodes:
    """Of a fitted tree, and what each of its nodes says."""
    tree = estimator.tree_
    return Nodes(tree.children_left, tree.children_right, tree.feature, tree.threshold, values)


def nodes_of_histograms(predictor: Any, output: int, outputs: int) -> Nodes:
    """Of a tree of histogram-based boosting, which adds to one of the outputs. LocalError `unsupported-model`."""
    nodes = predictor.nodes
    if nodes["is_categorical"].any():
        raise unsupported("the estimator", "categories that trees ask about", "columns of 0 and 1 for them")
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    values = np.zeros((len(nodes), outputs))
    values[:, output] = nodes["value"]
    return Nodes(left, right, nodes["feature_idx"].astype(np.int64), nodes["num_threshold"].astype(np.float64), values)


def trees_of(trees: Sequence[Nodes], start: Floats, inputs: int) -> Trees:
    """Of trees, whose leaves' numbers are added. LocalError `unsupported-model`."""
    tables = [_table(each) for each in trees]
    nodes, leaves = max(len(t[0]) for t in tables), max(len(t[3]) for t in tables)
    padded = [_padded(table, nodes, leaves) for table in tables]
    features, thresholds, paths, rights, outputs = (np.stack(part) for part in zip(*padded, strict=True))
    return Trees(features, thresholds, paths, rights, outputs, start, inputs)


def _table(tree: Nodes) -> _Table:
    """Inner nodes and leaves of a tree, in the order of its nodes."""
    inner, ends = np.flatnonzero(tree.left >= 0), np.flatnonzero(tree.left < 0)
    if len(inner) > MOST_NODES:
        raise unsupported(
            "the estimator",
            f"a tree of {len(inner):,} inner nodes",
            f"trees of at most {MOST_NODES:,}: max_leaf_nodes=",
        )
    place = {int(node): i for i, node in enumerate(inner)}
    paths = np.zeros((max(len(inner), 1), len(ends)), np.int8)
    for number, above in enumerate(_above(tree, ends)):
        for node, side in above:
            paths[place[node], number] = side
    features = tree.features[inner] if len(inner) else np.zeros(1, np.int64)
    thresholds = tree.thresholds[inner] if len(inner) else np.zeros(1)
    return features.astype(np.int64), thresholds, paths, (paths > 0).sum(axis=0, dtype=np.int64), tree.values[ends]


def _above(tree: Nodes, ends: npt.NDArray[np.int64]) -> list[list[tuple[int, int]]]:
    """Of each leaf the nodes above it, with the side it lies on: -1 left, 1 right."""
    parent = {int(child): (node, -1) for node, child in enumerate(tree.left) if child >= 0}
    parent |= {int(child): (node, 1) for node, child in enumerate(tree.right) if child >= 0}
    found = []
    for end in ends:
        node, above = int(end), []
        while node in parent:
            node, side = parent[node]
            above.append((node, side))
        found.append(above)
    return found


def _padded(table: _Table, nodes: int, leaves: int) -> _Table:
    """With nodes that no path leads by and leaves that nothing reaches."""
    features, thresholds, paths, rights, outputs = table
    more, ends = nodes - len(features), leaves - len(rights)
    return (
        np.pad(features, (0, more)),
        np.pad(thresholds, (0, more)),
        np.pad(paths, ((0, more), (0, ends))),
        np.pad(rights, (0, ends), constant_values=1),
        np.pad(outputs, ((0, ends), (0, 0))),
    )
