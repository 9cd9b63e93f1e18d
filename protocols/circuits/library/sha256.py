"""The compression of SHA-256 (FIPS 180-4, section 6.2.2): one block of 512 bits into a state of 256."""

from __future__ import annotations

from functools import cache
from math import isqrt

from protocols.circuits.choosing import joined, sum_of
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, UInt
from protocols.circuits.shallow import is_wanted
from protocols.circuits.values import Number, Value


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % p for p in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root(x: int) -> int:
    root: int = round(x ** (1 / 3))
    while root**3 > x:
        root -= 1
    while (root + 1) ** 3 <= x:
        root += 1
    return root


INITIAL = sum((isqrt(p << 64) & 0xFFFFFFFF) << 32 * (7 - i) for i, p in enumerate(_primes(8)))
"""The state before the first block: 32 bits of the fractions of the first primes' square roots (section 5.3.3)."""
ROUND_CONSTANTS = [_cube_root(p << 96) & 0xFFFFFFFF for p in _primes(64)]
"""Those of the cube roots of the first 64 primes (section 4.2.2)."""


def sha256_block() -> Circuit:
    """Inputs `state` (256 bits) and `block` (512), output `result`, the next state; each read as hexadecimal is."""
    return _made(is_wanted())


@cache
def _made(is_shallow: bool) -> Circuit:
    return circuit(state=Bits(256), block=Bits(512))(sha256)


def sha256(state: Value, block: Value) -> Value:
    """The next state: 64 rounds over the block's message schedule, added to the state that came in."""
    before = _words(state)
    a, b, c, d, e, f, g, h = before
    for w, constant in zip(_schedule(_words(block)), ROUND_CONSTANTS, strict=True):
        t1: list[Number | int] = [h, _rotations(e, 6, 11, 25), g ^ e & (f ^ g), constant, w]
        t2 = [_rotations(a, 2, 13, 22), b ^ (a ^ b) & (b ^ c)]
        a, b, c, d, e, f, g, h = sum_of([*t1, *t2]), a, b, c, sum_of([*t1, d]), e, f, g
    after = [x + y for x, y in zip(before, (a, b, c, d, e, f, g, h), strict=True)]
    return joined(*reversed(after))


def _schedule(words: list[Number]) -> list[Number]:
    for i in range(16, 64):
        s0 = _rotations(words[i - 15], 7, 18) ^ words[i - 15] >> 3
        s1 = _rotations(words[i - 2], 17, 19) ^ words[i - 2] >> 10
        words.append(sum_of([words[i - 16], s0, words[i - 7], s1]))
    return words


def _words(x: Value) -> list[Number]:
    """The words of 32 bits, the most significant first."""
    words = [x[i : i + 32].to(UInt(32)) for i in range(len(x) - 32, -1, -32)]
    return [word for word in words if isinstance(word, Number)]


def _rotations(x: Number, *places: int) -> Number:
    """The XOR of rotations to the right."""
    first, *others = (x.rotated(-by) for by in places)
    for other in others:
        first = first ^ other
    return first
