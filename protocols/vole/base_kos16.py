"""The first linear evaluations, from one base transfer for each bit of Delta.

Keller, Orsini, Scholl, MASCOT, CCS 2016 (eprint 2016/505), figure 3, "correlated oblivious product evaluation with
errors"; Weng, Yang, Katz, Wang, Wolverine, IEEE S&P 2021 (eprint 2020/925), for the check that makes it hold against a
dishonest receiver. The letters are the second paper's, but for tau, the first one's: 61 elements for each evaluation.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.ot import base_co15
from protocols.ot.base_co15 import POINT_BYTES
from protocols.vole.ends import FIELD, check_failed, receive_elements

BITS = FIELD.bits
ROUNDS = 5
_POINT = POINT_BYTES // 8
_PLACES = np.arange(BITS, dtype=U64)


def words(peer: int, count: int, delta: Words | None = None) -> int:
    """Points of base transfers; tau of evaluations and mask; a challenge and what answers it."""
    return _POINT * (1 + BITS) + BITS * (count + 1) + 3


@cost(rounds=ROUNDS, to_one=words, call_name="base_vole", parties=2)
async def send(ctx: Context, peer: int, count: int, delta: Words) -> Words:
    """K of `count` evaluations, (count,), with this delta; `peer` calls `receive`.

    A dishonest receiver may bet on bits of delta: a bet that holds with a chance q leaves q p values of delta, and is
    found out with the chance 1 - q. PeerError `bad-point`, `vole-malformed`; Abort `vole-check-failed`.
    """
    bits = delta >> _PLACES & np.uint64(1)
    keys = await base_co15.receive(ctx, peer, bits.astype(np.uint8))
    own = await ctx.in_thread(_streams, keys, count + 1)
    tau = await receive_elements(ctx, peer, (BITS, count + 1))
    k = _weighed(FIELD.add(own, tau & (np.uint64(0) - bits)[:, None]))
    challenge = FIELD.draw(ctx.prg("vole base challenge"), ())
    ctx.send(peer, challenge.reshape(1))
    x, m = await receive_elements(ctx, peer, (2,))
    if _combined(k, challenge) != FIELD.sub(m, FIELD.mul(x, delta)):
        raise check_failed(ctx, peer)
    return k[1:]


@cost(rounds=ROUNDS, to_one=words, call_name="base_vole", parties=2)
async def receive(ctx: Context, peer: int, count: int) -> Words:
    """x and M of `count` evaluations: (count, 2). `peer` calls `send`, and learns nothing of them."""
    keys = await base_co15.send(ctx, peer, BITS)
    zero, one = await ctx.in_thread(_both_streams, keys, count + 1)
    x = FIELD.draw(ctx.prg("vole base"), count + 1)
    ctx.send(peer, FIELD.sub(FIELD.sub(zero, one), x))
    m = _weighed(zero)
    (challenge,) = await receive_elements(ctx, peer, (1,))
    ctx.send(peer, np.stack([_combined(x, challenge), _combined(m, challenge)]))
    return np.stack([x[1:], m[1:]], axis=1)


def _both_streams(keys: Words, count: int) -> tuple[Words, Words]:
    return _streams(keys[:, 0], count), _streams(keys[:, 1], count)


def _streams(keys: Words, count: int) -> Words:
    """Elements of each key: (keys, count)."""
    return np.stack([Prg(key.tobytes()).elements(FIELD.p, count) for key in keys])


def _weighed(rows: Words) -> Words:
    """The sum of 2^i times row i."""
    return FIELD.matmul(np.uint64(1) << _PLACES, rows)


def _combined(values: Words, challenge: Words) -> Words:
    """The sum of values times powers of the challenge: the first one, the mask of all others, as it is."""
    return FIELD.evaluate(values, np.asarray(challenge))
