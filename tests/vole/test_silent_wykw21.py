"""Silent linear evaluations hold over many iterations of tiny codes, and whoever deviates is found out."""

from __future__ import annotations

import numpy as np
from ot.pairs import results
from vole.evaluations import TINY, check_evaluations, roles


def test_evaluations_hold_at_the_declared_cost() -> None:
    counts = [1, 300, 0, TINY.top.fresh, 3 * TINY.top.fresh + 1, 64]
    (sender, ks), (receiver, pairs) = results(*roles(counts), audit=True)
    for k, own in zip(ks, pairs, strict=True):
        check_evaluations(sender.delta, k, own)
    everything = np.concatenate(pairs)
    assert len(everything) == sum(counts)
    assert len(np.unique(everything[:, 1])) == sum(counts)
