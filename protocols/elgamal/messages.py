"""Ciphertexts as messages: what a party sends shows nothing of how it was computed, what comes is checked in full.

`protocols.homomorphic.array_messages` has the message; its content are the encodings of both elements of each
ciphertext, which are unique: 64 bytes over ristretto255.
"""

from __future__ import annotations

import os

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points
from protocols.elgamal.ciphertexts import Ciphertexts, ciphertexts_of
from protocols.elgamal.encryption import Encryption, joined
from protocols.elgamal.plaintexts import LARGEST, checked
from protocols.elgamal.refusals import REFUSALS
from protocols.homomorphic.array_messages import ArrayMessages
from protocols.homomorphic.expected import Expected
from protocols.homomorphic.refusals import DISTRUST, peer_sent

_MESSAGES = ArrayMessages("parley elgamal ciphertexts", REFUSALS)
_BYTES_OF_BOUND = LARGEST.bit_length() // 8 + 1


def to_bytes(array: Ciphertexts, source: RandomBytes = os.urandom) -> bytes:
    """The array for another party: rerandomised, unless it is fresh from encryption here and was not sent before.

    Shape, fractional bits and bound stand in it in the clear. LocalError `no-ciphertexts`.
    """
    sent = ciphertexts_of(array).leaving(source)
    first, second = (part.to_bytes() for part in sent.parts)
    return _MESSAGES.made(sent, np.concatenate([first, second], axis=-1).tobytes(), _BYTES_OF_BOUND)


def from_bytes(encryption: Encryption, data: bytes | memoryview, sender: str, expected: Expected) -> Ciphertexts:
    """What `to_bytes` gave at a party named `sender`, under the key of `encryption`, where it is as expected.

    PeerError, which names the sender: `elgamal-malformed` (no such message, another version, a scale that cannot be or
    is not expected), `elgamal-other-key`, `elgamal-shape`, `elgamal-count` (not as many ciphertexts as its shape says),
    `elgamal-element` (bytes that are the encoding of no element).
    """
    head, group = _MESSAGES.head(data, sender), encryption.group
    if head["layout"]:
        raise REFUSALS.as_malformed(sender, "packed ciphertexts, which this cryptosystem does not have")
    width = 2 * group.encoding_bytes // 8
    words = _MESSAGES.words(head, sender, key=encryption.fingerprint, shape=expected.shape, width=width)
    scale = _MESSAGES.scale(head, sender, lambda scale: checked(scale, group), _BYTES_OF_BOUND, expected)
    encodings = words.view(np.uint8).reshape(*words.shape[:-1], 2, group.encoding_bytes)
    elements, good = Points.from_bytes(group, encodings)
    if not good.all():
        what = f"bytes that are no element of {group.name}"
        raise peer_sent("elgamal-element", sender, what, DISTRUST)
    return Ciphertexts(encryption, joined(elements[..., 0], elements[..., 1]), scale, fresh=False)
