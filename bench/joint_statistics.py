"""Statistics on 10,000 records of several parties: means of ten groups, and a median, from shares to released figures.

All of a call is timed: what is computed of the records, joint noise, the four rounds of consent, and opening.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import mpc
from bench.workloads import Share, Workload
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols import statistics
from protocols.array.records import Origin, Source
from protocols.suite import suite_of

COUNT = 10_000
GROUPS = 10
TOP = 128
"""Values are whole numbers below."""

_ROUGH = 0.5
"""Noise of epsilon 1 moves a median of so many records, or the mean of a tenth of them, by less than so much of it."""


def _values(prg: Prg, size: int) -> list[Words]:
    return [prg.words(size) % np.uint64(TOP), np.arange(size, dtype=np.uint64) % np.uint64(GROUPS)]


def _columns(ctx: Context, shares: Sequence[Any]) -> list[mpc.SecretArray]:
    """Shares as columns of party 0, which has held them to their bounds."""
    bounds = (0, TOP - 1), (0, GROUPS - 1)
    found = [mpc.secret_from(ctx, share, kind="int", range=b) for share, b in zip(shares, bounds, strict=True)]
    for x in found:
        x.node.value.records = Origin(Source(0), bounded=True)
    return found


async def _mean_by(ctx: Context, shares: Sequence[Any], size: int) -> Share:
    x, keys = _columns(ctx, shares)
    found = await statistics.mean_by(ctx, x, keys, range(GROUPS), privacy=mpc.Laplace(epsilon=1))
    return _share(ctx, found and found.values)


async def _median(ctx: Context, shares: Sequence[Any], size: int) -> Share:
    x, _ = _columns(ctx, shares)
    found = await statistics.quantile(ctx, x, "1/2", range(TOP + 1), privacy=mpc.Laplace(epsilon=1))
    return _share(ctx, found and np.reshape(found.low, 1))


def _share(ctx: Context, figures: Any) -> Share:
    whole: Share = suite_of(ctx).constant(ctx, Z64.from_signed(np.rint(figures).astype(np.int64)))
    return whole


def _means(values: Sequence[Words], size: int) -> npt.NDArray[Any]:
    x, keys = (each.astype(np.float64) for each in values)
    return np.array([x[keys == key].mean() for key in range(GROUPS)])


def _middle(values: Sequence[Words], size: int) -> npt.NDArray[Any]:
    return np.array([np.median(values[0].astype(np.float64))])


def _decoded(words: Words) -> npt.NDArray[Any]:
    return Z64.to_signed(words).astype(np.float64)


def _workload(
    name: str,
    online: Callable[[Context, Sequence[Any], int], Awaitable[Share]],
    clear: Callable[[Sequence[Words], int], npt.NDArray[Any]],
) -> Workload:
    return Workload(name, COUNT, _values, online, clear, decoded=_decoded, precision=_ROUGH)


WORKLOADS = {
    workload.name: workload
    for workload in (
        _workload("statistics.mean_by_10k", _mean_by, _means),
        _workload("statistics.median_10k", _median, _middle),
    )
}
