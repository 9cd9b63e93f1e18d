"""What is public of encrypted numbers, as their holder tells it to the others: msgpack of five fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.packing import Layout, Packed
from protocols.shares import Shape

MOST_BYTES = 1400
_FINGERPRINT, _MOST_AXES, _MOST_SIDE, _MOST_FRACTIONAL_BITS, _MOST_BOUND = 32, 8, 1 << 32, 1 << 14, 1024


@dataclass(frozen=True, slots=True)
class Description:
    """The key's fingerprint, shape and scale of the numbers, and their layout where several share a ciphertext."""

    key: bytes
    shape: Shape
    scale: Scale
    layout: Layout | None

    @classmethod
    def of(cls, held: Ciphertexts | Packed) -> Description:
        """That of ciphertexts."""
        if isinstance(held, Packed):
            return cls(held.ciphertexts.group.fingerprint, held.shape, held.scale, held.layout)
        return cls(held.group.fingerprint, held.shape, held.scale, None)

    @classmethod
    def parsed(cls, data: bytes) -> Description:
        """What `message` gave. ValueError where it describes nothing."""
        try:
            key, shape, fractional_bits, bound, layout = msgpack.unpackb(data)
        except (TypeError, msgpack.UnpackException) as error:
            raise ValueError("no description") from error
        if type(key) is not bytes or len(key) != _FINGERPRINT or type(bound) is not bytes or len(bound) > _MOST_BOUND:
            raise ValueError("key or bound")
        if not _whole_numbers(shape, _MOST_SIDE) or len(shape) > _MOST_AXES or _volume(shape) >= _MOST_SIDE:
            raise ValueError("shape")
        if not _whole_numbers([fractional_bits], _MOST_FRACTIONAL_BITS):
            raise ValueError("fractional bits")
        scale = Scale(fractional_bits, int.from_bytes(bound, "little"))
        return cls(key, tuple(shape), scale, _layout(layout, shape))

    @property
    def message(self) -> npt.NDArray[np.uint8]:
        """As it travels."""
        bound, layout = self.scale.bound, self.layout
        slots = [] if layout is None else [layout.width, layout.slots]
        fields = (
            self.key, list(self.shape), self.scale.fractional_bits,
            bound.to_bytes(-(-bound.bit_length() // 8), "little"), slots,
        )  # fmt: skip
        return np.frombuffer(msgpack.packb(fields), np.uint8)


async def described(ctx: Context, holder: int, held: Ciphertexts | Packed | None) -> Description:
    """The holder tells all others what is public of its ciphertexts: one message to each.

    PeerError `paillier-malformed`, which names the holder.
    """
    if ctx.me == holder:
        assert held is not None
        description = Description.of(held)
        for j in ctx.others:
            ctx.send(j, description.message)
        return description
    data = await ctx.receive(holder, Spec(None, np.uint8, MOST_BYTES))
    try:
        return Description.parsed(data.tobytes())
    except ValueError:
        raise PeerError(
            "paillier-malformed",
            f"{ctx.names[holder]} sent a description of its ciphertexts that makes no sense",
            "the same version of Parley everywhere; else do not trust what it sends",
            party=ctx.names[holder],
            path=ctx.path,
            line=ctx.line or None,
        ) from None


def _layout(slots: Any, shape: Sequence[int]) -> Layout | None:
    if slots == []:
        return None
    if not _whole_numbers(slots, 1 << 16) or len(slots) != 2 or 0 in slots or not shape:
        raise ValueError("layout")
    return Layout(slots[0], slots[1], shape[-1])


def _volume(shape: Sequence[int]) -> int:
    """Of the sides that are not empty: numpy has no array of which it is too large, not even an empty one."""
    return prod(max(side, 1) for side in shape)


def _whole_numbers(values: Any, limit: int) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < limit for value in values)
