"""The message with which a server opens a round: the terms, the weights, a seed. It goes once to all clients.

    magic (16 bytes), kind (1), number of the round (4), seed (32), bytes of the terms (4), the terms, the weights

Numbers are little-endian. Weights travel as 32-bit floats where the model has no wider ones, else as doubles. Whatever
bytes a server sends give an opening or a PeerError that names it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mpc.errors import PeerError
from mpc.prg import SEED_BYTES, Seed
from protocols.federated.layout import Layout, Vector, first_difference
from protocols.federated.terms import Terms

MAGIC = b"parley training1"
_FRONT = struct.Struct("<16sBI32sI")
_SHOWN = 300
"""Characters of what a server sent, in an error."""


class Kind(IntEnum):
    """What a round is for: an update, or how good the weights are; or the end, which asks for nothing."""

    TRAIN = 0
    EVALUATE = 1
    END = 2


@dataclass(frozen=True, slots=True)
class Opening:
    """A round as it begins: the common weights, and the seed that all clients of it have."""

    kind: Kind
    number: int
    seed: Seed
    weights: Vector


def sent_weights(layout: Layout, weights: Vector) -> Vector:
    """What clients have of these weights: they travel as exactly as the model holds them."""
    return weights.astype(_dtype(layout)).astype(np.float64)


def opening_bytes(terms: Terms, opening: Opening) -> bytes:
    """The message."""
    text = terms.text.encode()
    front = _FRONT.pack(MAGIC, opening.kind, opening.number, opening.seed.secret, len(text))
    return front + text + opening.weights.astype(_dtype(terms.layout)).tobytes()


def read_opening(terms: Terms, server: str, number: int, content: bytes) -> Opening:
    """The opening of the round of this number. PeerError `training-message`; `different-training`, `different-model`
    with the first difference; `weights-not-finite`."""
    if len(content) < _FRONT.size:
        raise wrong_message(server, f"an opening of {len(content)} bytes")
    magic, kind, told, seed, size = _FRONT.unpack_from(content)
    if magic != MAGIC or kind not in set(Kind) or told != number:
        raise wrong_message(server, "what opens no round of a training")
    view = memoryview(content)[_FRONT.size :]
    if size > len(view):
        raise wrong_message(server, "an opening that ends early")
    _compare(terms, server, bytes(view[:size]))
    dtype = _dtype(terms.layout)
    if len(view) - size != terms.layout.size * dtype.itemsize:
        raise wrong_message(server, f"{len(view) - size:,} bytes in the place of {terms.layout.size:,} weights")
    weights = np.frombuffer(view[size:], dtype).astype(np.float64)
    if not np.isfinite(weights).all():
        raise PeerError(
            "weights-not-finite", f"{server} sent weights that are NaN or infinite", "see to the model there",
            party=server,
        )  # fmt: skip
    return Opening(Kind(kind), number, Seed(seed[:SEED_BYTES]), weights)


def wrong_message(server: str, what: str) -> PeerError:
    """Bytes that are no message of a training, or one that is not due."""
    remedy = "see that all run the same version and program; else that server does not follow the protocol"
    return PeerError("training-message", f"{server} sent {what}", remedy, party=server)


def _compare(terms: Terms, server: str, told: bytes) -> None:
    mine, theirs = terms.text, told.decode(errors="replace")
    if mine.encode() == told:
        return
    of_model = not theirs.endswith("\n" + terms.layout.text)
    what = first_difference(mine, theirs)[:_SHOWN]
    shown = "".join(letter if letter.isprintable() else "?" for letter in what)
    raise PeerError(
        "different-model" if of_model else "different-training",
        f"{server} has another {'model' if of_model else 'federation'} than this client: it {shown}",
        "the server and all clients have the same Federation and the same model",
        party=server,
    )


def _dtype(layout: Layout) -> np.dtype[np.floating[npt.NBitBase]]:
    narrow = all(np.dtype(place.dtype).itemsize <= 4 for place in layout.places)
    return np.dtype("<f4" if narrow else "<f8")
