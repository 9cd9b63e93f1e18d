"""Whole numbers of thousands of bits in arrays of words, and proofs made of them as bytes that are read strictly.

Numbers are secret unless said otherwise; all of this takes a time that depends on their lengths alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.group import Group
from mpc.algebra.ring import U64, Words
from protocols.proofs.transcript import HEADER_BYTES, Bytes, Proof, Setting, Transcript

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def random_numbers(count: int, bits: int, source: RandomBytes) -> Words:
    """(count, words) uniform numbers below 2^bits."""
    limbs = limbs_for(bits)
    x = np.frombuffer(source(8 * limbs * count), U64).reshape(count, limbs).copy()
    x[:, -1] &= np.uint64((1 << bits - 64 * (limbs - 1)) - 1)
    return x


def resized(x: Words, limbs: int) -> Words:
    """The same numbers (..., words) in as many limbs, which hold them."""
    out = np.zeros((*x.shape[:-1], limbs), U64)
    kept = min(limbs, x.shape[-1])
    out[..., :kept] = x[..., :kept]
    return out


def masked(mask: Words, challenge: int, secret: Words) -> Words:
    """mask + challenge * secret, whole numbers (count, words) of any length, in as many words as the mask, which must
    hold it. challenge: public, 0 or more.

    In digits of 32 bits, whose products are taken apart before they are added up: no sum overflows a word.
    """
    total = _halves(mask)
    digits = _halves(resized(secret, mask.shape[-1]))
    for place, factor in enumerate(_halves(from_ints([challenge], limbs_for(challenge.bit_length())))[0]):
        products = digits[:, : digits.shape[1] - place] * factor
        total[:, place:] += products & _LOW
        total[:, place + 1 :] += products[:, :-1] >> _HALF
    for i in range(total.shape[1] - 1):
        total[:, i + 1] += total[:, i] >> _HALF
    return (total[:, ::2] & _LOW) | total[:, 1::2] << _HALF


def plus_product(x: Words, y: Words, z: Words) -> Words:
    """x + y z, whole numbers, in as many words as x, which must hold it with a bit to spare."""
    whole = _exact(x.shape[-1])
    return whole.add(x, whole.mul(resized(y, whole.limbs), resized(z, whole.limbs)))


def length_fits(x: Words, bits: int) -> bool:
    """Whether all of public numbers (..., words) are below 2^bits."""
    limbs = limbs_for(bits)
    top = x[..., limbs - 1] >> np.uint64(bits - 64 * (limbs - 1) - 1) >> np.uint64(1)
    return not (top.any() or x[..., limbs:].any())


def are_units(modulus: Modulus, x: Words) -> bool:
    """Whether all of public numbers (count, limbs) are below the modulus and have no factor in common with it."""
    if not np.array_equal(modulus.reduce(x), x):
        return False
    return gcd(to_ints(modulus.product(x))[0], modulus.n) == 1


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a proof: `count` numbers of at most so many bits, or units of a modulus, or elements of a group."""

    count: int
    bits: int
    modulus: Modulus | None = None
    group: Group | None = None

    @classmethod
    def points(cls, group: Group, count: int) -> Field:
        """Elements of a group, by their encodings."""
        return cls(count, 8 * group.encoding_bytes, None, group)

    @classmethod
    def units(cls, modulus: Modulus, count: int) -> Field:
        """Numbers below a modulus that have no factor in common with it."""
        return cls(count, modulus.bits, modulus)

    @property
    def limbs(self) -> int:
        """Words of each number."""
        return limbs_for(self.bits) if self.modulus is None else self.modulus.limbs

    def fits(self, x: Words) -> bool:
        """Whether numbers from a peer are what they should be."""
        if self.group is not None:
            return bool(self.group.decode(x.view(np.uint8).reshape(len(x), self.group.encoding_bytes))[1].all())
        return length_fits(x, self.bits) if self.modulus is None else are_units(self.modulus, x)


def proof_length(fields: Sequence[Field]) -> int:
    """Bytes of a proof of these parts."""
    return HEADER_BYTES + committed_length(fields)


def proof_of(header: bytes, parts: Sequence[Words]) -> Bytes:
    """A proof: its header, then all numbers, little-endian."""
    return np.concatenate([np.frombuffer(header, np.uint8), *(_as_bytes(part) for part in parts)])


def proof_parts(setting: Setting, statement: Transcript, proof: Proof, fields: Sequence[Field]) -> list[Words]:
    """The parts (count, limbs) of any bytes whatever.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`.
    """
    wanted = proof_length(fields)
    sent = setting.of_length(proof, wanted)
    setting.check_header(sent[:HEADER_BYTES].tobytes(), statement)
    parts, _ = committed_parts(setting, sent[HEADER_BYTES:], fields, wanted - HEADER_BYTES)
    return parts


def committed_length(fields: Sequence[Field]) -> int:
    """Bytes of what a prover commits to before the statement of a proof is complete."""
    return sum(8 * field.count * field.limbs for field in fields)


def committed_parts(setting: Setting, proof: Proof, fields: Sequence[Field], wanted: int) -> tuple[list[Words], Bytes]:
    """What stands before the proof, and the proof itself, of any bytes whatever, `wanted` altogether.

    PeerError `proof-length` or `malformed-proof`.
    """
    sent = setting.of_length(proof, wanted)
    size = committed_length(fields)
    parts = _split(sent[:size], fields)
    if not all(field.fits(part) for field, part in zip(fields, parts, strict=True)):
        raise setting.prover.malformed()
    return parts, sent[size:]


def with_committed(parts: Sequence[Words], proof: Bytes) -> Bytes:
    """The other way round."""
    return np.concatenate([*(_as_bytes(part) for part in parts), proof])


def absorb_numbers(transcript: Transcript, label: str, *numbers: Words) -> None:
    """Take in public numbers with their shapes."""
    for x in numbers:
        transcript.absorb(label, x.shape, _as_bytes(x).tobytes())


def absorb_modulus(transcript: Transcript, label: str, n: int) -> None:
    """Take in a public modulus."""
    transcript.absorb(label, n.to_bytes(-(-n.bit_length() // 8), "little"))


def _split(content: Bytes, fields: Sequence[Field]) -> list[Words]:
    words = np.frombuffer(content.tobytes(), "<u8").astype(U64)
    parts, start = [], 0
    for field in fields:
        size = field.count * field.limbs
        parts.append(words[start : start + size].reshape(field.count, field.limbs))
        start += size
    return parts


def _halves(x: Words) -> Words:
    """Numbers (count, words) as (count, 2 words) digits of 32 bits."""
    return np.ascontiguousarray(x, "<u8").view("<u4").astype(U64)


def _as_bytes(x: Words) -> Bytes:
    return np.frombuffer(np.ascontiguousarray(x, "<u8").tobytes(), np.uint8)


@lru_cache(maxsize=16)
def _exact(limbs: int) -> Modulus:
    return Modulus(2 ** (64 * limbs) - 1)
