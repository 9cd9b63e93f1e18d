"""Arrays of ciphertexts as messages, whatever the cryptosystem: a description, and ciphertexts as bytes of one width.

A message is msgpack: a format, a version, the key's fingerprint, shape, fractional bits, bound, a layout or nothing,
and the content. Shape, fractional bits and bound stand in it in the clear.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from mpc.network.wire import pack, unpack
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.encrypted_array import EncryptedArray
from protocols.homomorphic.refusals import SAME_PROGRAM, SAME_VERSION, Refusals, peer_sent
from protocols.homomorphic.scale import Scale

Head = dict[str, Any]

_FIELDS = {"format", "version", "key", "shape", "fractional_bits", "bound", "layout", "content"}
_MOST_AXES, _MOST_PLACES = 8, 1 << 48
"""Sides of 0 left out of the count: numpy makes no array of more, be it empty."""


@dataclass(frozen=True, slots=True)
class ArrayMessages:
    """Of one cryptosystem, under its codes."""

    format: str
    version: int
    refusals: Refusals

    def made(self, array: EncryptedArray[Any], content: bytes, layout: tuple[int, ...] = ()) -> bytes:
        """The message of an array that may leave as it is."""
        bound = array.scale.bound
        head = {
            "format": self.format,
            "version": self.version,
            "key": array.fingerprint,
            "shape": array.shape,
            "fractional_bits": array.fractional_bits,
            "bound": bound.to_bytes(-(-bound.bit_length() // 8), "little"),
            "layout": layout,
        }
        return pack({**head, "content": content})

    def head(self, data: bytes | memoryview, sender: str) -> Head:
        """The fields of any bytes whatever, each of its type; else `malformed`."""
        head: Any = None
        with suppress(ValueError):
            head = unpack(data)
        good = type(head) is dict and set(head) == _FIELDS
        if not good or head["format"] != self.format or head["version"] != self.version:
            raise self.refusals.as_malformed(sender, f"no ciphertexts of version {self.version}")
        kinds = {
            "key": bytes,
            "bound": bytes,
            "content": bytes,
            "fractional_bits": int,
            "shape": tuple,
            "layout": tuple,
        }
        good = all(type(head[name]) is kind for name, kind in kinds.items())
        shape = head["shape"]
        if not good or len(shape) > _MOST_AXES or not all(type(side) is int and 0 <= side < 2**32 for side in shape):
            raise self.refusals.as_malformed(sender, "ciphertexts whose description makes no sense")
        fields: Head = head
        return fields

    def words(self, head: Head, sender: str, *, key: bytes, shape: tuple[int, ...] | None, width: int) -> Words:
        """The content (*shape, width) of ciphertexts of so many words, of this key and this shape where one is given;
        else `other-key`, `shape`, `count` or `malformed`."""
        if head["key"] != key:
            raise peer_sent(
                self.refusals.other_key,
                sender,
                "ciphertexts under another key",
                "have it encrypt under the key you sent",
            )
        if shape is not None and head["shape"] != shape:
            raise peer_sent(
                self.refusals.shape, sender, f"ciphertexts of shape {head['shape']}, not {shape}", SAME_PROGRAM
            )
        if len(head["content"]) != 8 * width * prod(head["shape"]):
            raise peer_sent(
                self.refusals.count, sender, f"{len(head['content'])} bytes for shape {head['shape']}", SAME_VERSION
            )
        if prod(max(side, 1) for side in head["shape"]) > _MOST_PLACES:
            raise self.refusals.as_malformed(sender, f"no ciphertexts in shape {head['shape']}")
        return np.frombuffer(head["content"], U64).reshape(*head["shape"], width)

    def scale(
        self, head: Head, sender: str, checked: Callable[[Scale], Scale], most_bytes: int, bound: float | None
    ) -> Scale:
        """The scale, of a bound of so many bytes at most, if it is `checked`, and its bound is `bound` at most where
        that is given, in the values' own units; else `malformed`."""
        try:
            if head["fractional_bits"] < 0 or len(head["bound"]) > most_bytes:
                raise LocalError("out-of-range", "")
            scale = checked(Scale(head["fractional_bits"], int.from_bytes(head["bound"], "little")))
        except LocalError:
            raise self.refusals.as_malformed(sender, "ciphertexts with a scale that their key cannot hold") from None
        if (
            bound is not None
            and scale.bound > encode(0, fractional_bits=scale.fractional_bits, bound=bound).scale.bound
        ):
            what = f"numbers of up to {scale.largest}, by the bound that it declares, where {bound} is admitted"
            raise peer_sent(
                self.refusals.malformed, sender, what, "have it declare a closer `bound=`; else do not trust it"
            )
        return scale
