"""The claim that secret bits have known digests, as a circuit whose instances are the blocks of SHA-256.

The state after a block is an input of its instance and of the next one, which have the same labels for it: so the
circuit is one block's, whatever the length of what is hashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.circuits.arrays import bits_of, bits_of_bytes
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits
from protocols.circuits.library.sha256 import INITIAL, ROUND_CONSTANTS, sha256
from protocols.circuits.shallow import is_wanted
from protocols.circuits.values import Value
from protocols.proofs.claim import Claim
from protocols.proofs.commitment import BLOCK_BYTES, SALT_BYTES, Committed, Opening

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Schedule = npt.NDArray[np.uint32]
STATE_BITS, BLOCK_BITS = 256, 8 * BLOCK_BYTES
_ROWS = 2 * STATE_BITS + BLOCK_BITS
_SALT_BITS = 8 * SALT_BYTES
_NONE = -1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlacedClaim(Claim):
    """A claim whose secret bits stand wherever the same one is meant. Its `inputs` are these bits, (count,).

    places: (bits of input, instances), which of the secret bits stands there, -1 where a public one does. A bit that
    stands nowhere is authenticated like the others.
    """

    places: Places = field(repr=False)
    count: int

    def __post_init__(self) -> None:
        fits = self.places.shape == self.public.shape and bool((self.places < self.count).all())
        if not fits or self.public[self.places > _NONE].any():
            way = "give each bit of input one place, a public one or that of a secret bit"
            raise LocalError("wrong-statement", "bits of input do not fit their places", way)

    @property
    def secret_bits(self) -> int:
        """How many there are."""
        return self.count

    def secrets(self, inputs: Bytes) -> Bytes:
        """The secret bits are the inputs."""
        return inputs

    def place(self, rows: Words, labels: Words) -> None:
        """Put labels of secret bits, (count, 2), into those of all inputs, (bits, instances, 2)."""
        secret = self.places > _NONE
        rows[secret] = labels[self.places[secret]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the secret bits of one commitment stand among all: salt, data, and the states between its blocks."""

    salt: int
    data: int
    states: int
    stop: int


def bounds_of(committed: Sequence[Committed]) -> list[Bounds]:
    """One commitment after the other."""
    found, at = list[Bounds](), 0
    for one in committed:
        data = at + _SALT_BITS
        states = data + one.bits
        found.append(Bounds(at, data, states, stop := states + STATE_BITS * (one.blocks - 1)))
        at = stop
    return found


def hashed_claim(committed: Sequence[Committed], more: int) -> PlacedClaim:
    """That the prover knows salts and data with these digests; `more` secret bits, the last, are in no claim."""
    bounds = bounds_of(committed)
    laid = [_laid_out(one, own) for one, own in zip(committed, bounds, strict=True)]
    public, places = (np.concatenate(arrays, axis=1) for arrays in zip(*laid, strict=True))
    instances, secret = public.shape[1], np.any(places > _NONE, axis=1)
    return PlacedClaim(
        _block_circuit(is_wanted()), instances, secret, public, np.ones((1, instances), np.uint8), places=places,
        count=bounds[-1].stop + more,
    )  # fmt: skip


def hashed_bits(committed: Sequence[Committed], openings: Sequence[Opening]) -> Bytes:
    """The secret bits of the claim, but for those that are in none: (count - more,)."""
    parts = list[Bytes]()
    for one, opening in zip(committed, openings, strict=True):
        blocks = np.frombuffer(one.message(opening.salt, opening.bits), ">u4").reshape(-1, 16).astype(np.uint32)
        states = _states(blocks)[:-1].astype(">u4").tobytes()
        between = [bits_of_bytes(states[i : i + 32]) for i in range(0, len(states), 32)]
        parts += [_low_first(opening.salt), opening.bits.reshape(-1), *between]
    return np.concatenate(parts)


def _laid_out(one: Committed, bounds: Bounds) -> tuple[Bytes, Places]:
    """Of a commitment's blocks: the public bits, and which secret ones stand where; both (bits of input, blocks)."""
    public = np.zeros((_ROWS, one.blocks), np.uint8)
    places = np.full(public.shape, _NONE)
    state, block, after = (public[a:b] for a, b in _PARTS)
    state[:, 0], after[:, -1] = bits_of(Bits(STATE_BITS), INITIAL), bits_of_bytes(one.digest)
    content = one.message(bytes(SALT_BYTES), np.zeros((*one.shape, one.kind.width), np.uint8))
    block[:] = bits_of_bytes(np.frombuffer(content, np.uint8).reshape(one.blocks, -1)).T
    block_places = np.full((one.blocks, BLOCK_BYTES, 8), _NONE)
    flat = block_places.reshape(-1)
    flat[:_SALT_BITS] = np.arange(bounds.salt, bounds.data)
    flat[BLOCK_BITS : BLOCK_BITS + one.bits] = np.arange(bounds.data, bounds.states)
    places[slice(*_PARTS[1])] = block_places[:, ::-1].reshape(one.blocks, BLOCK_BITS).T
    between = np.arange(bounds.states, bounds.stop).reshape(one.blocks - 1, STATE_BITS).T
    places[slice(*_PARTS[0]), 1:] = places[slice(*_PARTS[2]), :-1] = between
    return public, places


_PARTS = ((0, STATE_BITS), (STATE_BITS, STATE_BITS + BLOCK_BITS), (STATE_BITS + BLOCK_BITS, _ROWS))
"""The rows of the circuit's inputs: the state before, the block, the state after."""


@cache
def _block_circuit(is_shallow: bool) -> Circuit:
    def hashed(state: Value, block: Value, after: Value) -> Value:
        return sha256(state, block) == after

    return circuit(state=Bits(STATE_BITS), block=Bits(BLOCK_BITS), after=Bits(STATE_BITS))(hashed)


def _low_first(data: bytes) -> Bytes:
    """The bits of bytes, the lowest of each first."""
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")


def _states(blocks: Schedule) -> Schedule:
    """The states after each block of 16 words, (blocks, 8): what `sha256` gives, in the clear."""
    state = np.array([INITIAL >> 32 * (7 - i) & 0xFFFFFFFF for i in range(8)], np.uint32)
    found = np.empty((len(blocks), 8), np.uint32)
    with np.errstate(over="ignore"):
        for i, w in enumerate(_schedules(blocks)):
            found[i] = state = state + _rounds(state, w)
    return found


def _schedules(blocks: Schedule) -> Schedule:
    """The words of each block's 64 rounds (FIPS 180-4, section 6.2.2), (blocks, 64)."""
    w = np.empty((64, len(blocks)), np.uint32)
    w[:16] = blocks.T
    for i in range(16, 64):
        s0 = _rotated(w[i - 15], 7) ^ _rotated(w[i - 15], 18) ^ w[i - 15] >> np.uint32(3)
        s1 = _rotated(w[i - 2], 17) ^ _rotated(w[i - 2], 19) ^ w[i - 2] >> np.uint32(10)
        w[i] = w[i - 16] + s0 + w[i - 7] + s1
    return w.T


def _rounds(state: Schedule, words: Schedule) -> Schedule:
    a, b, c, d, e, f, g, h = state
    for w, constant in zip(words, np.array(ROUND_CONSTANTS, np.uint32), strict=True):
        t1 = h + (_rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)) + (g ^ e & (f ^ g)) + constant + w
        t2 = (_rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)) + (b ^ (a ^ b) & (b ^ c))
        a, b, c, d, e, f, g, h = t1 + t2, a, b, c, d + t1, e, f, g
    return np.array([a, b, c, d, e, f, g, h])


def _rotated(x: Schedule, by: int) -> Schedule:
    return x >> np.uint32(by) | x << np.uint32(32 - by)
