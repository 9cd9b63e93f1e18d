"""Trees of scikit-learn's as tables: single ones, forests, and those of gradient boosting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from protocols.models.predictor import Floats, Trees
from protocols.models.refusals import unsupported

MOST_NODES = 1 << 12
"""Of one tree: what of it is secret is a table of nodes by leaves."""

_Table = tuple[npt.NDArray[np.int64], Floats, npt.NDArray[np.int8], npt.NDArray[np.int64], Floats]


def trees_of(estimators: Sequence[Any], values: Sequence[Floats], start: Floats, inputs: int) -> Trees:
    """Of fitted trees, and what each of their nodes adds: (nodes, outputs). LocalError `unsupported-model`."""
    tables = [_table(each.tree_, value) for each, value in zip(estimators, values, strict=True)]
    nodes, leaves = max(len(t[0]) for t in tables), max(len(t[3]) for t in tables)
    padded = [_padded(table, nodes, leaves) for table in tables]
    features, thresholds, paths, rights, outputs = (np.stack(part) for part in zip(*padded, strict=True))
    return Trees(features, thresholds, paths, rights, outputs, start, inputs)


def _table(tree: Any, values: Floats) -> _Table:
    """Inner nodes and leaves of a tree, numbered as they are met from the root on."""
    inner = np.flatnonzero(tree.children_left >= 0)
    if len(inner) > MOST_NODES:
        raise unsupported(
            "the estimator",
            f"a tree of {len(inner):,} inner nodes",
            f"trees of at most {MOST_NODES:,}: max_leaf_nodes=",
        )
    ends = np.flatnonzero(tree.children_left < 0)
    place = {int(node): i for i, node in enumerate(inner)}
    paths = np.zeros((max(len(inner), 1), len(ends)), np.int8)
    for number, above in enumerate(_above(tree, ends)):
        for node, side in above:
            paths[place[node], number] = side
    features = tree.feature[inner] if len(inner) else np.zeros(1, np.int64)
    thresholds = tree.threshold[inner] if len(inner) else np.zeros(1)
    return features.astype(np.int64), thresholds, paths, (paths > 0).sum(axis=0, dtype=np.int64), values[ends]


def _above(tree: Any, ends: npt.NDArray[np.int64]) -> list[list[tuple[int, int]]]:
    """Of each leaf the nodes above it, with the side it lies on: -1 left, 1 right."""
    parent = {int(child): (node, -1) for node, child in enumerate(tree.children_left) if child >= 0}
    parent |= {int(child): (node, 1) for node, child in enumerate(tree.children_right) if child >= 0}
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
