"""Ciphertexts as messages: what a party sends shows nothing of how it was computed, what comes is checked in full.

`array_messages` has the message; its content are the ciphertexts as little-endian numbers below N^(s+1) of one width.
"""

from __future__ import annotations

import os
from dataclasses import replace
from math import gcd

import numpy as np

from mpc.algebra.bigint import RandomBytes, to_ints
from mpc.algebra.ring import Words
from protocols.homomorphic.array_messages import ArrayMessages, Head
from protocols.homomorphic.expected import Expected
from protocols.homomorphic.refusals import DISTRUST, SAME_PROGRAM, peer_sent
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.packing import Layout, Packed, ciphertexts_of
from protocols.paillier.plaintexts import checked
from protocols.paillier.refusals import REFUSALS
from protocols.paillier.slots import SPARE_BITS

_MESSAGES = ArrayMessages("parley paillier ciphertexts", REFUSALS)


def to_bytes(array: Ciphertexts | Packed, source: RandomBytes = os.urandom) -> bytes:
    """The array for another party: rerandomised, unless it is fresh from encryption here and was not sent before.

    Shape, fractional bits and bound stand in it in the clear. LocalError `no-ciphertexts`.
    """
    sent = ciphertexts_of(array).leaving(source)
    layout = array.layout if isinstance(array, Packed) else None
    content = sent.group.form.out_of(sent.words).tobytes()
    parts = () if layout is None else (layout.width, layout.slots, layout.length)
    return _MESSAGES.made(sent, content, _bytes_of_bound(sent.group), parts)


def from_bytes(encryption: Encryption, data: bytes | memoryview, sender: str, expected: Expected) -> Ciphertexts:
    """What `to_bytes` gave at a party named `sender`, under the key of `encryption`, where it is as expected.

    PeerError, which names the sender: `paillier-malformed` (no such message, another version, a scale that cannot be or
    is not expected), `paillier-other-key`, `paillier-shape`, `paillier-count` (not as many ciphertexts as its shape
    says), `paillier-range` (a number of N^(s+1) or more), `paillier-not-unit` (one that has a factor in common with N).
    """
    head = _MESSAGES.head(data, sender)
    if head["layout"]:
        raise REFUSALS.as_malformed(sender, "packed ciphertexts", "have it send an array that is not packed")
    return _ciphertexts(encryption, head, sender, expected)


def packed_from_bytes(encryption: Encryption, data: bytes | memoryview, sender: str, expected: Expected) -> Packed:
    """The same for packed numbers, whose shape it is; a layout that cannot be is `paillier-malformed`."""
    head, shape = _MESSAGES.head(data, sender), expected.shape
    layout = _layout(head, encryption.group, sender)
    inner = None if shape is None else (*shape[:-1], layout.groups)
    if shape is not None and (not shape or shape[-1] != layout.length):
        raise peer_sent(REFUSALS.shape, sender, f"rows of {layout.length} packed numbers", SAME_PROGRAM)
    return Packed(_ciphertexts(encryption, head, sender, replace(expected, shape=inner)), layout)


def _ciphertexts(encryption: Encryption, head: Head, sender: str, expected: Expected) -> Ciphertexts:
    group, shape = encryption.group, expected.shape
    numbers = _MESSAGES.words(head, sender, key=group.fingerprint, shape=shape, width=group.ciphertexts.limbs)
    scale = _MESSAGES.scale(head, sender, lambda scale: checked(scale, group), _bytes_of_bound(group), expected)
    check_ciphertexts(group, numbers, sender)
    return Ciphertexts(encryption, group.form.into(numbers), scale, fresh=False)


def _bytes_of_bound(group: Group) -> int:
    return 8 * group.messages.limbs


def check_ciphertexts(group: Group, numbers: Words, sender: str) -> None:
    """PeerError unless all numbers (..., limbs) from a peer are units below N^(s+1)."""
    modulus = group.ciphertexts
    limit = modulus.row[: modulus.limbs]
    below, equal = np.zeros(numbers.shape[:-1], np.bool_), np.ones(numbers.shape[:-1], np.bool_)
    for word in range(modulus.limbs - 1, -1, -1):
        below |= equal & (numbers[..., word] < limit[word])
        equal &= numbers[..., word] == limit[word]
    if not below.all():
        raise peer_sent("paillier-range", sender, "a number that is not below N^(s+1)", DISTRUST)
    product = modulus.product(numbers.reshape(-1, modulus.limbs))
    if gcd(to_ints(product)[0], group.n) != 1:
        raise peer_sent("paillier-not-unit", sender, "a number that has a factor in common with N", DISTRUST)


def _layout(head: Head, group: Group, sender: str) -> Layout:
    layout = head["layout"]
    good = len(layout) == 3 and all(type(part) is int and 0 < part < 2**32 for part in layout[:2])
    good = good and type(layout[2]) is int and 0 <= layout[2] < 2**32
    if good and layout[0] * layout[1] <= group.messages.bits - SPARE_BITS and head["shape"]:
        made = Layout(*layout)
        if made.groups == head["shape"][-1] and int.from_bytes(head["bound"], "little") < 1 << made.width - 1:
            return made
    raise REFUSALS.as_malformed(sender, "packed numbers whose layout makes no sense")
