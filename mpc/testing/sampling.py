"""A party's view sampled: one run on many equal elements gives that many independent samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import trio

from mpc.algebra.ring import Z64, Ring
from mpc.prg import Seed
from mpc.testing.views import Protocol, Randomness, View, coalition, observe

LANES = 20_032


def sampled_view(
    protocol: Protocol,
    inputs: Sequence[Sequence[int]],
    *,
    suite: Any,
    observers: int | Collection[int],
    ring: Ring = Z64,
    lanes: int = LANES,
    dealt: bool = True,
) -> View:
    """What the observers see of `protocol(ctx, mine, lanes)` under fresh randomness.

    `inputs[i]` lists party i's ring elements; `mine` holds them as arrays of shape (lanes,). The protocol must work
    elementwise: lanes must not mix. Compare two with `assert_same_distribution`.
    """
    randomness = Randomness.of(len(inputs), lambda name: Seed.fresh())
    view = View(coalition(observers), lanes, ring, exact=False)

    async def run() -> View:
        return await observe(protocol, inputs, view, randomness, suite, dealt)

    return trio.run(run)
