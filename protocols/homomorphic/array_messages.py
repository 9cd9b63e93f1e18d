"""Arrays of ciphertexts as messages, whatever the cryptosystem: a description, and ciphertexts as bytes of one width.

A message is msgpack: a format, a version, the key's fingerprint, shape, fractional bits, bound, a layout or nothing,
and the content. Shape, fractional bits and bound stand in it in the clear, the last two in as many bytes whatever they
are: arrays of one key, shape and layout have messages of one length.
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
from protocols.arguments import message_bytes
from protocols.homomorphic.encrypted_array import EncryptedArray
from protocols.homomorphic.expected import Expected
from protocols.homomorphic.refusals import SAME_PROGRAM, SAME_VERSION, Refusals, peer_sent
from protocols.homomorphic.scale import Scale

Head = dict[str, Any]

VERSION = 2

_TYPES = {"key": bytes, "shape": tuple, "fractional_bits": bytes, "bound": bytes, "layout": tuple, "content": bytes}
_BYTES_OF_FRACTIONAL_BITS = 2
_MOST_AXES, _MOST_PLACES = 8, 1 << 48
"""Sides of 0 left out of the count: numpy makes no array of more, be it empty."""


@dataclass(frozen=True, slots=True)
class ArrayMessages:
    """Of one cryptosystem, under its codes."""

    format: str
    refusals: Refusals

    def made(
        self, array: EncryptedArray[Any], content: bytes, bytes_of_bound: int, layout: tuple[int, ...] = ()
    ) -> bytes:
        """The message of an array that may leave as it is, whose key has bounds of so many bytes."""
        head = {
            "format": self.format,
            "version": VERSION,
            "key": array.fingerprint,
            "shape": array.shape,
            "fractional_bits": array.fractional_bits.to_bytes(_BYTES_OF_FRACTIONAL_BITS, "little"),
            "bound": array.scale.bound.to_bytes(bytes_of_bound, "little"),
            "layout": layout,
        }
        return pack({**head, "content": content})

    def head(self, data: bytes | memoryview, sender: str) -> Head:
        """The fields of any bytes whatever, each of its type; else `malformed`."""
        head: Any = None
        given = message_bytes(data, "data")
        with suppress(ValueError):
            head = unpack(given)
        good = type(head) is dict and set(head) == {"format", "version", *_TYPES}
        if not good or head["format"] != self.format or head["version"] != VERSION:
            raise self.refusals.as_malformed(sender, f"no ciphertexts of version {VERSION}")
        good = all(type(head[name]) is kind for name, kind in _TYPES.items())
        shape = head["shape"]
        if not good or len(shape) > _MOST_AXES or not all(type(side) is int and 0 <= side < 2**32 for side in shape):
            raise self.refusals.as_malformed(sender, "ciphertexts whose description makes no sense")
        fields: Head = head
        return fields

    def words(self, head: Head, sender: str, *, key: bytes, shape: tuple[int, ...] | None, width: int) -> Words:
        """The content (*shape, width) of ciphertexts of so many words, of this key and this shape where one is given;
        else `other_key`, `shape`, `count` or `malformed`."""
        refusals, told, content = self.refusals, head["shape"], head["content"]
        if head["key"] != key:
            what, remedy = "ciphertexts under another key", "have it encrypt under the key you sent"
            raise peer_sent(refusals.other_key, sender, what, remedy)
        if shape is not None and told != shape:
            raise peer_sent(refusals.shape, sender, f"ciphertexts of shape {told}, not {shape}", SAME_PROGRAM)
        if len(content) != 8 * width * prod(told):
            raise peer_sent(refusals.count, sender, f"{len(content)} bytes for shape {told}", SAME_VERSION)
        if prod(max(side, 1) for side in told) > _MOST_PLACES:
            raise refusals.as_malformed(sender, f"no ciphertexts in shape {told}")
        return np.frombuffer(content, U64).reshape(*told, width)

    def scale(
        self, head: Head, sender: str, checked: Callable[[Scale], Scale], bytes_of_bound: int, expected: Expected
    ) -> Scale:
        """The scale, if it is `checked` and as expected; else `malformed`."""
        wrong = self.refusals.as_malformed(sender, "ciphertexts with a scale that their key cannot hold")
        if len(head["fractional_bits"]) != _BYTES_OF_FRACTIONAL_BITS or len(head["bound"]) != bytes_of_bound:
            raise wrong
        told = Scale(*(int.from_bytes(head[name], "little") for name in ("fractional_bits", "bound")))
        try:
            scale = checked(told)
        except LocalError:
            raise wrong from None
        expected.require(scale, sender, self.refusals)
        return scale
