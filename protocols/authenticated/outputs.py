"""Outputs from masked ones, in one step: nobody learns a part while anybody can still choose what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.authenticated.bits import Bits, add
from protocols.authenticated.equality import Zeros, failed
from protocols.authenticated.side import GARBLER, Side

Bytes = npt.NDArray[np.uint8]
_DIGEST = 4
_WORK = 100


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """A party's part of outputs: the masked bits (bits, instances), which both have, and their masks, as many and 2."""

    values: Bytes
    masks: Bits

    def __repr__(self) -> str:
        return f"<{self.values.shape} masked outputs>"


def joined(parts: Sequence[Masked]) -> Masked:
    """The outputs of several batches of instances, in order."""
    if len(parts) == 1:
        return parts[0]
    first, second = (np.concatenate([getattr(part.masks, name) for part in parts], axis=1) for name in Bits.__slots__)
    return Masked(np.concatenate([part.values for part in parts], axis=1), Bits(first, second))


def planned_outputs(bits: int, instances: int) -> Masked:
    """What a plan has of so many."""
    labels = blank((bits, 0, 2))
    return Masked(np.zeros((bits, instances), np.uint8), Bits(labels, labels))


def _rounds(side: Side, masked: Masked, receivers: Sequence[int]) -> int:
    return 1 if len(receivers) else 0


def _to_one(side: Side, masked: Masked, receivers: Sequence[int]) -> int:
    return len(set(receivers)) * (words_for(masked.values.size) + _DIGEST)


@cost(rounds=_rounds, to_one=_to_one)
async def open_outputs(ctx: Context, side: Side, masked: Masked, receivers: Sequence[int]) -> Bytes | None:
    """The outputs, (bits, instances), at the `receivers`, None at others: each gets the other's shares of their masks,
    with a digest of their MACs.

    Abort `authenticated-check-failed` at a receiver that was told another mask; the other may have learnt its outputs
    already: no protocol of two parties is fair.
    """
    size = masked.values.size
    shape = (words_for(size) + _DIGEST,)
    if side.peer in receivers:
        told = blank(shape) if ctx.planning else await ctx.off_loop(_WORK * size, _shares, side, masked)
        ctx.send(side.peer, told)
    if side.role not in receivers:
        return None
    told = await ctx.receive(side.peer, Spec(shape))
    if ctx.planning:
        return masked.values
    values = await ctx.off_loop(_WORK * size, _unmasked, side, masked, told)
    if values is None:
        raise failed(ctx, side.peer, "masks of outputs")
    return values


def _sharings(side: Side, masked: Masked) -> tuple[Words, Words]:
    """Of the masks: the MACs of this party's shares, and the keys of the other's, (n, 2) each."""
    first, second = masked.masks.first.reshape(-1, 2), masked.masks.second.reshape(-1, 2)
    return (second, first) if side.role == GARBLER else (first, second)


def _own(masked: Masked) -> Words:
    """This party's shares of the masks, packed."""
    return pack((masked.masks.first.reshape(-1, 2)[:, 0] & np.uint64(1)).astype(np.uint8))


def _shares(side: Side, masked: Masked) -> Words:
    return np.concatenate([_own(masked), _digest(_sharings(side, masked)[0])])


def _unmasked(side: Side, masked: Masked, told: Words) -> Bytes | None:
    """The outputs; None where the digest is not that of the shares' MACs."""
    size = masked.values.size
    values = unpack(told[:-_DIGEST] ^ _own(masked), size)
    expected = _sharings(side, masked)[1].copy()
    add(expected, np.uint64(0) - values.astype(U64), side.delta)
    if not np.array_equal(_digest(expected), told[-_DIGEST:]):
        return None
    outputs: Bytes = values.reshape(masked.values.shape) ^ masked.values
    return outputs


def _digest(labels: Words) -> Words:
    zeros = Zeros()
    zeros.add(labels)
    return zeros.digest()
