"""Keccak-f[1600], the permutation of SHA-3 (FIPS 202, section 3): 38,400 ANDs, 24 deep."""

from __future__ import annotations

from functools import cache

from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits

Lane = list[int]
Lanes = dict[tuple[int, int], Lane]
"""The lane of 64 literals at each (x, y)."""


@cache
def keccak_f() -> Circuit:
    """Input `state`, output `result`, 1600 bits each: bit 64 (5 y + x) + z of the number is the bit (x, y, z)."""
    b = Builder()
    bits = b.input("state", Bits(1600))
    lanes = {(x, y): bits[64 * (5 * y + x) :][:64] for x in range(5) for y in range(5)}
    for constant in _round_constants():
        lanes = _chi(b, _moved(_theta(b, lanes)))
        lanes[0, 0] = [bit ^ (constant >> z & 1) for z, bit in enumerate(lanes[0, 0])]
    result = [bit for y in range(5) for x in range(5) for bit in lanes[x, y]]
    return b.circuit({Port("result", Bits(1600)): result}, "keccak_f")


def _theta(b: Builder, lanes: Lanes) -> Lanes:
    """Each bit plus the parities of two columns beside it."""
    columns = []
    for x in range(5):
        parity = lanes[x, 0]
        for y in range(1, 5):
            parity = _xor(b, parity, lanes[x, y])
        columns.append(parity)
    beside = [_xor(b, columns[x - 1], _rotated(columns[(x + 1) % 5], 1)) for x in range(5)]
    return {(x, y): _xor(b, lane, beside[x]) for (x, y), lane in lanes.items()}


def _moved(lanes: Lanes) -> Lanes:
    """rho and pi: each lane rotated by its offset, and put in its new place."""
    moved = {(0, 0): lanes[0, 0]}
    x, y = 1, 0
    for t in range(24):
        moved[y, (2 * x + 3 * y) % 5] = _rotated(lanes[x, y], (t + 1) * (t + 2) // 2)
        x, y = y, (2 * x + 3 * y) % 5
    return moved


def _chi(b: Builder, lanes: Lanes) -> Lanes:
    """Each bit plus the product of the next one negated and the one after it."""

    def lane(x: int, y: int) -> Lane:
        own, next_, after = lanes[x, y], lanes[(x + 1) % 5, y], lanes[(x + 2) % 5, y]
        return [b.xor(u, b.and_(v ^ 1, w)) for u, v, w in zip(own, next_, after, strict=True)]

    return {place: lane(*place) for place in lanes}


def _round_constants() -> list[int]:
    """iota: bits of a shift register over x^8 + x^6 + x^5 + x^4 + 1 at the places 2^j - 1 (section 3.2.5)."""
    register, found = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (register & 1) << (2**j - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return found


def _rotated(lane: Lane, by: int) -> Lane:
    by %= 64
    return lane[-by:] + lane[:-by] if by else lane


def _xor(b: Builder, x: Lane, y: Lane) -> Lane:
    return [b.xor(u, v) for u, v in zip(x, y, strict=True)]
