"""Ends of linear evaluations on tiny codes, and what must hold of what they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ot.pairs import Role

from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.vole.ends import FIELD
from protocols.vole.lpn_parameters import Ladder, Parameters
from protocols.vole.silent_wykw21 import receive_setup, send_setup

TINY = Ladder((Parameters(2, 10, 2), Parameters(3, 16, 3), Parameters(4, 20, 5)))
"""Of no security: codes of 4, 8 and 16 secrets."""


def roles(counts: Sequence[int], ladder: Ladder = TINY) -> tuple[Role, Role]:
    """A setup and extensions by these counts: what sender and receiver end with."""

    async def send(ctx: Context, peer: int) -> Any:
        end = await send_setup(ctx, await softspoken.send_setup(ctx, peer, malicious=True), ladder)
        return end, [await end.extend(ctx, count) for count in counts]

    async def receive(ctx: Context, peer: int) -> Any:
        end = await receive_setup(ctx, await softspoken.receive_setup(ctx, peer, malicious=True), ladder)
        return end, [await end.extend(ctx, count) for count in counts]

    return send, receive


def check_evaluations(delta: Words, k: Words, pairs: Words) -> None:
    """M = K + x Delta for all of them."""
    x, m = pairs[:, 0], pairs[:, 1]
    assert k.shape == x.shape
    assert (FIELD.mul_add(k, x, delta) == FIELD.check(m)).all()
