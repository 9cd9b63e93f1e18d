"""The table of numpy's functions on secrets as users write them: sorting, choosing, solving, functions of many reals.

Beside its time every row has how far its first result was from numpy's on the same operands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import mpc
from bench.peers import catalogue
from bench.peers.functions import FUNCTIONS, Function
from bench.workloads import Share, Workload
from mpc.algebra.encoding import decode, encode
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.array.node import Kind
from protocols.shares import ArithmeticShare

TITLE = "Numpy's functions on secrets, online"
FRACTIONAL_BITS = 16
LEAST_EIGENVALUE = 1.0


def workload_of(
    name: str, function: Function, size: int, program: Callable[..., Any], operations: Callable[[int], int] = int
) -> Workload:
    """A function computed by a user's program on `SecretArray`."""
    exact = not function.precision
    kind: Kind = "int" if exact else "fixed"
    scale = 0 if exact else FRACTIONAL_BITS

    def values(prg: Prg, size: int) -> list[Words]:
        return [encode(operand, scale, Z64) for operand in function.at(size)]

    async def online(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
        given = zip(shares, function.bounds, strict=True)
        secrets = [mpc.secret_from(ctx, share, kind=kind, range=bounds, error=0) for share, bounds in given]
        share: Share = await mpc.share_of(ctx, program(*secrets))
        return share

    return Workload(
        name, size, values, online, lambda values, size: function.clear(*function.at(size)), operations,
        decoded=partial(decode, fractional_bits=scale, ring=Z64), precision=function.precision,
        tolerance=function.tolerance,
    )  # fmt: skip


def _workload(name: str, size: int, program: Callable[..., Any], operations: Callable[[int], int] = int) -> Workload:
    """A function of the peers' list."""
    return workload_of(name, FUNCTIONS[name], size, program, operations)


def _comparisons(size: int) -> int:
    """In proportion to those of a sort."""
    return size * max(size.bit_length() - 1, 1)


def _square(side: int) -> int:
    return side**2


def _cube(side: int) -> int:
    return side**3


PEERS = catalogue.FUNCTIONS
WORKLOADS = {
    workload.name: workload
    for workload in (
        _workload("sort_1k", 1000, np.sort, _comparisons),
        _workload("sort_10k", 10_000, np.sort, _comparisons),
        _workload("argmax_1000", 1000, np.argmax),
        _workload("softmax_128", 128, lambda x: mpc.softmax(x, -1), _square),
        _workload("solve_32", 32, partial(mpc.solve, least=LEAST_EIGENVALUE), _cube),
        _workload("sigmoid_10k", 10_000, mpc.sigmoid),
        _workload("exp_10k", 10_000, np.exp),
        _workload("reciprocal_10k", 10_000, lambda x: 1 / x),
        _workload("log_10k", 10_000, np.log),
        _workload("sqrt_10k", 10_000, np.sqrt),
        _workload("var_100k", 100_000, np.var),
    )
}
