"""Random oblivious transfers of 128-bit keys from public-key operations: the "simplest OT".

Chou, Orlandi, LATINCRYPT 2015, figure 1 (eprint 2015/267), in ristretto255 (RFC 9496). The letters are the paper's: B
the generator, S = y B, T = y S, R = x B or x B + S. All transfers are computed side by side, as arrays.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.group import Bases, Points, Scalars
from mpc.algebra.ring import Words
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.context import Array, Context, Spec
from mpc.errors import LocalError, PeerError

Bits = npt.NDArray[np.uint8]

POINT_BYTES = 32
KEY_BYTES = 16


def _words(points: int) -> int:
    return points * POINT_BYTES // 8


@cost(rounds=2, to_one=lambda peer, count: _words(1 + count), call_name="base_ot", parties=2)
async def send(ctx: Context, peer: int, count: int) -> Words:
    """Two fresh 128-bit keys for each of `count` transfers: (count, 2, 2) words. `peer` calls `receive`.

    Random keys that neither party chooses alone only while both are honest: a dishonest receiver can influence its
    own key, a dishonest sender both ("endemic" security, Masny, Rindal, CCS 2019). PeerError `bad-point` for anything
    but an element of the group, and for the neutral one.
    """
    scalar = _scalars(ctx, 1)[0]
    point = generator() * scalar
    encoded = point.to_bytes()
    ctx.send(peer, encoded)
    answers = await ctx.receive(peer, Spec((count, POINT_BYTES), np.uint8))
    points = _checked(ctx, peer, answers)
    keys = _Keys(ctx, ctx.me, peer, encoded.tobytes())
    return await ctx.in_thread(_sender_keys, keys, scalar, point, points, answers)


@cost(rounds=2, to_one=lambda peer, choices: _words(1 + len(choices)), call_name="base_ot", parties=2)
async def receive(ctx: Context, peer: int, choices: Bits) -> Words:
    """The key that each choice, 0 or 1 in an array of bytes, stands for: (count, 2) words. `peer` calls `send`.

    The sender learns nothing of the choices: R is uniform either way. Errors as in `send`.
    """
    if choices.ndim != 1 or choices.dtype != np.uint8:
        raise LocalError("wrong-choices", "choices are a flat array of bytes 0 or 1", "use choices.astype(np.uint8)")
    scalars = _scalars(ctx, len(choices))
    encoded = await ctx.receive(peer, Spec((POINT_BYTES,), np.uint8))
    point = _checked(ctx, peer, encoded)
    answers = await ctx.in_thread(_answers, scalars, point, choices)
    ctx.send(peer, answers)
    keys = _Keys(ctx, peer, ctx.me, encoded.tobytes())
    return await ctx.in_thread(_receiver_keys, keys, scalars, point, answers)


@cache
def _base() -> Bases:
    """B, with the tables of its multiples."""
    return Bases(generator().reshape(1))


def _scalars(ctx: Context, count: int) -> Scalars:
    """Scalars modulo the group's order, within 2^-128 of uniform."""
    return Scalars.random(ORDER, (count,), ctx.prg("base ot scalars").bytes)


def _checked(ctx: Context, peer: int, encodings: Array) -> Points:
    """The points that a peer sent. PeerError `bad-point` unless all are encodings of elements, and none is neutral."""
    points, valid = Points.from_bytes(RISTRETTO, encodings)
    if not (valid & ~points.is_neutral()).all():
        raise _bad_point(ctx, peer)
    return points


def _bad_point(ctx: Context, peer: int) -> PeerError:
    """A peer's bytes are no encoding of an element, or that of the neutral one."""
    name = ctx.names[peer]
    return PeerError(
        "bad-point",
        f"{name} sent something that is no element of the group of the base transfers ({ctx.name})",
        "see that both run the same version of Parley; otherwise that party is not to be trusted",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )


def _answers(scalars: Scalars, point: Points, choices: Bits) -> Array:
    """R = x B + c S for each transfer. Both candidates are computed, and a mask takes one."""
    zero = _base().dot(scalars.reshape(-1, 1))
    if0, if1 = zero.to_bytes(), (zero + point).to_bytes()
    mask = (np.uint8(0) - (choices & np.uint8(1)))[:, None]
    return if0 ^ (mask & (if0 ^ if1))


class _Keys:
    """The hash that makes keys of shared points, apart for each session, call, direction, transfer and transcript."""

    def __init__(self, ctx: Context, sender: int, receiver: int, point: bytes) -> None:
        self._hash = ctx.hash("base ot", sender, receiver, point)

    def of(self, index: int, answer: bytes, shared: bytes) -> bytes:
        """H(S, i, R_i, shared point)."""
        return self._hash.copy().absorb_fixed(index.to_bytes(8, "little") + answer + shared).bytes(KEY_BYTES)


def _sender_keys(keys: _Keys, scalar: Scalars, point: Points, points: Points, answers: Array) -> Words:
    """H(y R) and H(y R - T)."""
    shared = points * scalar
    zero, one = _hashed(keys, answers, shared), _hashed(keys, answers, shared - point * scalar)
    return np.stack([zero, one], axis=1)


def _receiver_keys(keys: _Keys, scalars: Scalars, point: Points, answers: Array) -> Words:
    """H(x S)."""
    return _hashed(keys, answers, Bases(point.reshape(1)).dot(scalars.reshape(-1, 1)))


def _hashed(keys: _Keys, answers: Array, shared: Points) -> Words:
    """The key of each transfer: (count, 2) words."""
    pairs = zip(answers, shared.to_bytes(), strict=True)
    made = [keys.of(i, answer.tobytes(), point.tobytes()) for i, (answer, point) in enumerate(pairs)]
    return np.frombuffer(b"".join(made), np.uint64).reshape(-1, 2)
