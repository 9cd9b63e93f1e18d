"""Random oblivious transfers of 128-bit keys from public-key operations: the "simplest OT".

Chou, Orlandi, LATINCRYPT 2015, figure 1 (eprint 2015/267), in the prime-order subgroup of edwards25519 as libsodium has
it. The letters are the paper's: B the base point, S = y B, T = y S, R = x B or x B + S.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as NoPoint

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Array, Context, Spec
from mpc.errors import LocalError, PeerError

Bits = npt.NDArray[np.uint8]

POINT_BYTES = 32
KEY_BYTES = 16
_WIDE_SCALAR_BYTES = 64
"""Bytes that are reduced to one scalar: 64 leave a bias below 2^-250."""


def _words(points: int) -> int:
    return points * POINT_BYTES // 8


@cost(rounds=2, to_one=lambda peer, count: _words(1 + count), call_name="base_ot", parties=2)
async def send(ctx: Context, peer: int, count: int) -> Words:
    """Two fresh 128-bit keys for each of `count` transfers: (count, 2, 2) words. `peer` calls `receive`.

    Random keys that neither party chooses alone only while both are honest: a dishonest receiver can influence its
    own key, a dishonest sender both ("endemic" security, Masny, Rindal, CCS 2019). PeerError `bad-point` for anything
    but an element of the prime-order group.
    """
    scalar = _scalars(ctx, 1)[0]
    point = sodium.crypto_scalarmult_ed25519_base_noclamp(scalar)
    ctx.send(peer, np.frombuffer(point, np.uint8))
    answers = await ctx.receive(peer, Spec((count, POINT_BYTES), np.uint8))
    keys = _Keys(ctx, ctx.me, peer, point)
    try:
        return await ctx.in_thread(_sender_keys, keys, scalar, answers)
    except NoPoint:
        raise _bad_point(ctx, peer) from None


@cost(rounds=2, to_one=lambda peer, choices: _words(1 + len(choices)), call_name="base_ot", parties=2)
async def receive(ctx: Context, peer: int, choices: Bits) -> Words:
    """The key that each choice, 0 or 1 in an array of bytes, stands for: (count, 2) words. `peer` calls `send`.

    The sender learns nothing of the choices: R is uniform either way. Errors as in `send`.
    """
    if choices.ndim != 1 or choices.dtype != np.uint8:
        raise LocalError("wrong-choices", "choices are a flat array of bytes 0 or 1", "use choices.astype(np.uint8)")
    scalars = _scalars(ctx, len(choices))
    point = (await ctx.receive(peer, Spec((POINT_BYTES,), np.uint8))).tobytes()
    if not sodium.crypto_core_ed25519_is_valid_point(point):
        raise _bad_point(ctx, peer)
    answers = await ctx.in_thread(_answers, scalars, point, choices)
    ctx.send(peer, answers)
    keys = _Keys(ctx, peer, ctx.me, point)
    return await ctx.in_thread(_receiver_keys, keys, scalars, point, answers)


def _scalars(ctx: Context, count: int) -> list[bytes]:
    """Uniform scalars modulo the group's order."""
    stream = ctx.prg("base ot scalars")
    return [sodium.crypto_core_ed25519_scalar_reduce(stream.bytes(_WIDE_SCALAR_BYTES)) for _ in range(count)]


def _bad_point(ctx: Context, peer: int) -> PeerError:
    """A peer's point is no element of the prime-order subgroup, the neutral one, or not canonically encoded."""
    name = ctx.names[peer]
    return PeerError(
        "bad-point",
        f"{name} sent something that is no element of the group of the base transfers ({ctx.name})",
        "see that both run the same version of Parley; otherwise that party is not to be trusted",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )


def _answers(scalars: list[bytes], point: bytes, choices: Bits) -> Array:
    """R = x B + c S for each transfer. Both candidates are computed, and a mask takes one."""
    zero = [sodium.crypto_scalarmult_ed25519_base_noclamp(x) for x in scalars]
    one = [sodium.crypto_core_ed25519_add(r, point) for r in zero]
    if0, if1 = (np.frombuffer(b"".join(rs), np.uint8).reshape(-1, POINT_BYTES) for rs in (zero, one))
    mask = (np.uint8(0) - (choices & np.uint8(1)))[:, None]
    return if0 ^ (mask & (if0 ^ if1))


class _Keys:
    """The hash that makes keys of shared points, apart for each session, call, direction, transfer and transcript."""

    def __init__(self, ctx: Context, sender: int, receiver: int, point: bytes) -> None:
        self._hash = ctx.hash("base ot", sender, receiver, point)

    def of(self, index: int, answer: bytes, shared: bytes) -> bytes:
        """H(S, i, R_i, shared point)."""
        return self._hash.copy().absorb_fixed(index.to_bytes(8, "little") + answer + shared).bytes(KEY_BYTES)


def _sender_keys(keys: _Keys, scalar: bytes, answers: Array) -> Words:
    """H(y R) and H(y R - T). NoPoint for an R that is none: libsodium looks at each that it multiplies
    (https://doc.libsodium.org/advanced/point-arithmetic, crypto_scalarmult_ed25519)."""
    square = sodium.crypto_scalarmult_ed25519_noclamp(scalar, sodium.crypto_scalarmult_ed25519_base_noclamp(scalar))
    made = []
    for i, answer in enumerate(row.tobytes() for row in answers):
        shared = sodium.crypto_scalarmult_ed25519_noclamp(scalar, answer)
        made += [keys.of(i, answer, shared), keys.of(i, answer, sodium.crypto_core_ed25519_sub(shared, square))]
    return np.frombuffer(b"".join(made), np.uint64).reshape(-1, 2, 2)


def _receiver_keys(keys: _Keys, scalars: list[bytes], point: bytes, answers: Array) -> Words:
    """H(x S)."""
    made = [
        keys.of(i, answer.tobytes(), sodium.crypto_scalarmult_ed25519_noclamp(x, point))
        for i, (x, answer) in enumerate(zip(scalars, answers, strict=True))
    ]
    return np.frombuffer(b"".join(made), np.uint64).reshape(-1, 2)
