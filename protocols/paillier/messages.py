"""Ciphertexts as messages: what a party sends shows nothing of how it was computed, what comes is checked in full.

A message is msgpack: a format, a version, the key's fingerprint, shape, fractional bits, bound, the layout of packed
numbers or nothing, and the ciphertexts as little-endian numbers below N^(s+1) of one width.
"""

from __future__ import annotations

import os
from math import gcd, prod
from typing import Any

import numpy as np

from mpc.algebra.bigint import RandomBytes, to_ints
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError, PeerError
from mpc.network.wire import pack, unpack
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encoding import Scale
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.packing import SPARE_BITS, Layout, Packed

_FORMAT, _VERSION = "parley paillier ciphertexts", 1
_FIELDS = {"format", "version", "key", "shape", "fractional_bits", "bound", "layout", "content"}
_MOST_AXES, _MOST_PLACES = 8, 1 << 48
"""Sides of 0 left out of the count: numpy makes no array of more, be it empty."""

_SAME_PROGRAM = "run the same program everywhere"
_SAME_VERSION = "the same version of Parley everywhere; else do not trust what it sends"


def to_bytes(array: Ciphertexts | Packed, source: RandomBytes = os.urandom) -> bytes:
    """The array for another party: rerandomised, unless it is fresh from encryption here and was not sent before.

    Shape, fractional bits and bound stand in it in the clear.
    """
    ciphertexts, layout = (array.ciphertexts, array.layout) if isinstance(array, Packed) else (array, None)
    sent = ciphertexts.leaving(source)
    group, bound = sent.group, sent.scale.bound
    head = {
        "format": _FORMAT,
        "version": _VERSION,
        "key": group.fingerprint,
        "shape": sent.shape,
        "fractional_bits": sent.fractional_bits,
        "bound": bound.to_bytes(-(-bound.bit_length() // 8), "little"),
        "layout": () if layout is None else (layout.width, layout.slots, layout.length),
    }
    return pack({**head, "content": group.form.out_of(sent.words).tobytes()})


def from_bytes(
    encryption: Encryption, data: bytes | memoryview, sender: str, *, shape: tuple[int, ...] | None = None
) -> Ciphertexts:
    """What `to_bytes` gave at a party named `sender`, under the key of `encryption`; of `shape`, where that is given.

    PeerError, which names the sender: `paillier-malformed` (no such message, another version, a scale that cannot be),
    `paillier-other-key`, `paillier-shape`, `paillier-count` (not as many ciphertexts as its shape says),
    `paillier-range` (a number of N^(s+1) or more), `paillier-not-unit` (a number that has a factor in common with N).
    """
    head = _head(data, sender)
    if head["layout"]:
        raise _refused("paillier-malformed", sender, "packed ciphertexts", "have it send an array that is not packed")
    return _ciphertexts(encryption, head, sender, shape)


def packed_from_bytes(
    encryption: Encryption, data: bytes | memoryview, sender: str, *, shape: tuple[int, ...] | None = None
) -> Packed:
    """The same for packed numbers of `shape`; a layout that cannot be is `paillier-malformed`."""
    head = _head(data, sender)
    layout = _layout(head, encryption.group, sender)
    inner = None if shape is None else (*shape[:-1], layout.groups)
    if shape is not None and (not shape or shape[-1] != layout.length):
        raise _refused("paillier-shape", sender, f"rows of {layout.length} packed numbers", _SAME_PROGRAM)
    return Packed(_ciphertexts(encryption, head, sender, inner), layout)


def _ciphertexts(
    encryption: Encryption, head: dict[str, Any], sender: str, shape: tuple[int, ...] | None
) -> Ciphertexts:
    group = encryption.group
    if head["key"] != group.fingerprint:
        raise _refused(
            "paillier-other-key", sender, "ciphertexts under another key", "have it encrypt under the key you sent"
        )
    if shape is not None and head["shape"] != shape:
        raise _refused(
            "paillier-shape",
            sender,
            f"ciphertexts of shape {head['shape']}, not {shape}",
            _SAME_PROGRAM,
        )
    limbs = group.ciphertexts.limbs
    if len(head["content"]) != 8 * limbs * prod(head["shape"]):
        raise _refused(
            "paillier-count", sender, f"{len(head['content'])} bytes for shape {head['shape']}", _SAME_VERSION
        )
    if prod(max(side, 1) for side in head["shape"]) > _MOST_PLACES:
        raise _refused("paillier-malformed", sender, f"no ciphertexts in shape {head['shape']}", _SAME_VERSION)
    scale = _scale(head, group, sender)
    numbers = np.frombuffer(head["content"], U64).reshape(*head["shape"], limbs)
    check_ciphertexts(group, numbers, sender)
    return Ciphertexts(encryption, group.form.into(numbers), scale, fresh=False)


def check_ciphertexts(group: Group, numbers: Words, sender: str) -> None:
    """PeerError unless all numbers (..., limbs) from a peer are units below N^(s+1)."""
    modulus = group.ciphertexts
    limit = modulus.row[: modulus.limbs]
    below, equal = np.zeros(numbers.shape[:-1], np.bool_), np.ones(numbers.shape[:-1], np.bool_)
    for word in range(modulus.limbs - 1, -1, -1):
        below |= equal & (numbers[..., word] < limit[word])
        equal &= numbers[..., word] == limit[word]
    if not below.all():
        raise _refused("paillier-range", sender, "a number that is not below N^(s+1)", "do not trust what it sends")
    product = modulus.product(numbers.reshape(-1, modulus.limbs))
    if gcd(to_ints(product)[0], group.n) != 1:
        raise _refused(
            "paillier-not-unit", sender, "a number that has a factor in common with N", "do not trust what it sends"
        )


def _head(data: bytes | memoryview, sender: str) -> dict[str, Any]:
    try:
        head = unpack(data)
    except ValueError:
        head = None
    if type(head) is not dict or set(head) != _FIELDS or head["format"] != _FORMAT or head["version"] != _VERSION:
        raise _refused("paillier-malformed", sender, f"no ciphertexts of version {_VERSION}", _SAME_VERSION)
    shape, kinds = (
        head["shape"],
        {"key": bytes, "bound": bytes, "content": bytes, "fractional_bits": int, "shape": tuple, "layout": tuple},
    )
    good = all(type(head[name]) is kind for name, kind in kinds.items())
    if not good or len(shape) > _MOST_AXES or not all(type(side) is int and 0 <= side < 2**32 for side in shape):
        raise _refused("paillier-malformed", sender, "ciphertexts whose description makes no sense", _SAME_VERSION)
    return head


def _layout(head: dict[str, Any], group: Group, sender: str) -> Layout:
    layout = head["layout"]
    good = len(layout) == 3 and all(type(part) is int and 0 < part < 2**32 for part in layout[:2])
    good = good and type(layout[2]) is int and 0 <= layout[2] < 2**32
    if good and layout[0] * layout[1] <= group.messages.bits - SPARE_BITS and head["shape"]:
        made = Layout(*layout)
        if made.groups == head["shape"][-1] and int.from_bytes(head["bound"], "little") < 1 << made.width - 1:
            return made
    raise _refused("paillier-malformed", sender, "packed numbers whose layout makes no sense", _SAME_VERSION)


def _scale(head: dict[str, Any], group: Group, sender: str) -> Scale:
    try:
        if head["fractional_bits"] < 0 or len(head["bound"]) > 8 * group.messages.limbs:
            raise LocalError("paillier-overflow", "")
        return Scale(head["fractional_bits"], int.from_bytes(head["bound"], "little")).checked(group)
    except LocalError:
        raise _refused(
            "paillier-malformed", sender, "ciphertexts with a scale that their key cannot hold", _SAME_VERSION
        ) from None


def _refused(code: str, sender: str, what: str, remedy: str) -> PeerError:
    return PeerError(code, f"{sender} sent {what}", remedy, party=sender)
