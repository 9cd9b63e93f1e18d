"""Commitments to data: what is hashed, and the circuit that hashes it block by block."""

from __future__ import annotations

from hashlib import sha256
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from proofs.committed_data import public_of

from mpc.algebra.bits import pack, unpack
from mpc.errors import LocalError
from protocols.circuits.kinds import Bits, Float32, Int, UInt
from protocols.circuits.plain import evaluate
from protocols.proofs.commitment import Committed, Opening, commit
from protocols.proofs.hashed_claim import PlacedClaim, bounds_of, hashed_bits, hashed_claim

Bytes = npt.NDArray[np.uint8]
SALT = bytes(range(32))


def data(*shape: int, width: int = 12) -> Opening:
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return commit(numbers * 37 % 2**width - 2 ** (width - 1), Int(width))


def test_the_digest_is_of_salt_description_and_packed_bits() -> None:
    """Numbers of 16 bits are little-endian; those of 3 stand without gaps."""
    x = np.array([[1, -2, 300]], np.int16)
    described = sha256(b"Parley, committed data: Int(16) (1, 3)").digest()
    assert commit(x, Int(16), salt=SALT).digest == sha256(SALT + described + x.astype("<i2").tobytes()).digest()
    described = sha256(b"Parley, committed data: UInt(3) (3,)").digest()
    assert commit([1, 2, 7], UInt(3), salt=SALT).digest == sha256(SALT + described + b"\xd1\x01").digest()


def test_another_kind_shape_salt_or_number_has_another_digest() -> None:
    made = [
        commit([1, 2], Int(8), salt=SALT), commit([1, 2], UInt(8), salt=SALT), commit([[1, 2]], Int(8), salt=SALT),
        commit([1, 3], Int(8), salt=SALT), commit([1, 2], Int(8), salt=SALT[::-1]), commit([1, 2], Int(8)),
        commit([1, 2], Int(8)),
    ]  # fmt: skip
    assert len({one.digest for one in made}) == len(made)
    assert "salt" not in repr(made[0])


@pytest.mark.parametrize(("values", "kind", "code"), [
    ([1.5], Int(8), "not-whole"), ([200], Int(8), "out-of-range"), ([1.0], Float32, "bad-width"),
    ([1], UInt(61), "bad-width"), ([1], 8, "bad-kind"), ([[1], [2, 3]], Int(8), "not-a-number"),
    (np.ma.array([1, 2], mask=[0, 1]), Int(8), "masked-array"),
])  # fmt: skip
def test_what_is_not_committed_to(values: Any, kind: Bits, code: str) -> None:
    with pytest.raises(LocalError, match=code):
        commit(values, kind)


@pytest.mark.parametrize("salt", [b"", bytes(31), "a" * 32, [[1], [2, 3]], np.zeros(32), list(bytes(32))])
def test_a_salt_has_32_bytes(salt: Any) -> None:
    with pytest.raises(LocalError, match="wrong-statement"):
        commit([1], Int(8), salt=salt)
    with pytest.raises(LocalError, match="wrong-statement"):
        Committed(salt, Int(8), ())


def holds(claim: PlacedClaim, tries: list[Bytes]) -> Bytes:
    """Whether the circuit gives 1 in each instance, with secret bits at their places: of each try."""
    inputs = np.concatenate([np.where(claim.places < 0, claim.public, bits[claim.places]) for bits in tries], axis=1)
    (planes,) = evaluate(claim.circuit, np.stack([pack(row) for row in inputs]))
    return unpack(planes, inputs.shape[1]).reshape(len(tries), -1).all(axis=1)


def test_the_circuit_gives_what_hashlib_gives_and_of_no_other_bit() -> None:
    """Data end anywhere in a block, of two or more. Bits of salts, data and states between blocks are changed."""
    openings = [data(count, width=width) for width, count in ((1, 1), (8, 55), (8, 56), (8, 64), (12, 3), (60, 17))]
    committed = [public_of(opening) for opening in openings]
    assert [one.blocks for one in committed] == [2, 2, 3, 3, 2, 4]
    claim, bits = hashed_claim(committed, 0), hashed_bits(committed, openings)
    assert claim.circuit.ands == 22_828
    edges = sorted({*chain(*([b.salt, b.data, b.states, b.stop - 1] for b in bounds_of(committed)))})
    places = np.array([*edges, *range(1, len(bits), 211)])
    tries = np.tile(bits, (len(places), 1))
    tries[np.arange(len(places)), places] ^= 1
    assert holds(claim, [bits, *tries]).tolist() == [True] + [False] * len(places)


def test_a_bit_has_one_place() -> None:
    claim = hashed_claim([public_of(data(2))], 3)
    for public, places in ((claim.public | (claim.places >= 0), claim.places), (claim.public, claim.places + 4)):
        with pytest.raises(LocalError, match="wrong-statement"):
            PlacedClaim(
                claim.circuit, claim.instances, claim.secret, public.astype(np.uint8), claim.claimed,
                places=places, count=claim.count,
            )  # fmt: skip
