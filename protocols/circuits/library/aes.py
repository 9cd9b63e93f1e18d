"""AES of one block (FIPS 197): 32 ANDs an S-box, 6,400 for AES-128 with its key schedule.

The S-box is the straight-line program of Boyar and Peralta, "A New Combinational Logic Minimization Technique with
Applications to Cryptology" (SEA 2010, eprint 2009/191), 115 gates: the top is linear, the middle inverts in a tower of
fields, the bottom is linear again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits

Byte = list[int]
"""Eight literals, the least significant first."""

_TOP = """
y14=x3^x5 y13=x0^x6 y9=x0^x3 y8=x0^x5 t0=x1^x2 y1=t0^x7 y4=y1^x3 y12=y13^y14 y2=y1^x0 y5=y1^x6 y3=y5^y8 t1=x4^y12
y15=t1^x5 y20=t1^x1 y6=y15^x7 y10=y15^t0 y11=y20^y9 y7=x7^y11 y17=y10^y11 y19=y10^y8 y16=t0^y11 y21=y13^y16 y18=x0^y16
"""
_MIDDLE = """
t2=y12&y15 t3=y3&y6 t4=t3^t2 t5=y4&x7 t6=t5^t2 t7=y13&y16 t8=y5&y1 t9=t8^t7 t10=y2&y7 t11=t10^t7 t12=y9&y11 t13=y14&y17
t14=t13^t12 t15=y8&y10 t16=t15^t12 t17=t4^t14 t18=t6^t16 t19=t9^t14 t20=t11^t16 t21=t17^y20 t22=t18^y19 t23=t19^y21
t24=t20^y18 t25=t21^t22 t26=t21&t23 t27=t24^t26 t28=t25&t27 t29=t28^t22 t30=t23^t24 t31=t22^t26 t32=t31&t30 t33=t32^t24
t34=t23^t33 t35=t27^t33 t36=t24&t35 t37=t36^t34 t38=t27^t36 t39=t29&t38 t40=t25^t39 t41=t40^t37 t42=t29^t33 t43=t29^t40
t44=t33^t37 t45=t42^t41 z0=t44&y15 z1=t37&y6 z2=t33&x7 z3=t43&y16 z4=t40&y1 z5=t29&y7 z6=t42&y11 z7=t45&y17 z8=t41&y10
z9=t44&y12 z10=t37&y3 z11=t33&y4 z12=t43&y13 z13=t40&y5 z14=t29&y2 z15=t42&y9 z16=t45&y14 z17=t41&y8
"""
_BOTTOM = """
t46=z15^z16 t47=z10^z11 t48=z5^z13 t49=z9^z10 t50=z2^z12 t51=z2^z5 t52=z7^z8 t53=z0^z3 t54=z6^z7 t55=z16^z17 t56=z12^t48
t57=t50^t53 t58=z4^t46 t59=z3^t54 t60=t46^t57 t61=z14^t57 t62=t52^t58 t63=t49^t58 t64=z4^t59 t65=t61^t62 t66=z1^t63
s0=t59^t63 s6=t56~t62 s7=t48~t60 t67=t64^t65 s3=t53^t66 s4=t51^t66 s5=t47^t65 s1=t64~s3 s2=t55~t67
"""
_PROGRAM = [line.replace("=", " ") for part in (_TOP, _MIDDLE, _BOTTOM) for line in part.split()]
"""x0 and s0 are the most significant bits; ^ is XOR, & is AND, ~ is the negated XOR."""


def aes(key_bits: int = 128) -> Circuit:
    """AES-128, -192 or -256 encryption: inputs `key` and `block`, output `result`, each read as hexadecimal is."""
    return _aes(key_bits)


@cache
def _aes(key_bits: int) -> Circuit:
    b = Builder()
    key = _bytes(b.input("key", Bits(key_bits)))
    state = _bytes(b.input("block", Bits(128)))
    round_keys = _schedule(b, key)
    state = _added(b, state, round_keys[0])
    for number, round_key in enumerate(round_keys[1:], 1):
        state = _rows_shifted([_sbox(b, x) for x in state])
        if number + 1 < len(round_keys):
            state = [x for i in range(0, 16, 4) for x in _column_mixed(b, state[i : i + 4])]
        state = _added(b, state, round_key)
    result = [bit for byte in reversed(state) for bit in byte]
    return b.circuit({Port("result", Bits(128)): result}, f"aes{key_bits}")


def _bytes(literals: list[int]) -> list[Byte]:
    """The bytes of a number, the most significant first."""
    return [literals[i : i + 8] for i in range(len(literals) - 8, -1, -8)]


def _sbox(b: Builder, x: Byte) -> Byte:
    """SubBytes of one byte."""
    values = {f"x{i}": bit for i, bit in enumerate(reversed(x))}
    for line in _PROGRAM:
        name, right = line.split()
        symbol = next(symbol for symbol in "^&~" if symbol in right)
        u, v = (values[operand] for operand in right.split(symbol))
        values[name] = b.and_(u, v) if symbol == "&" else b.xor(u, v) ^ (symbol == "~")
    return [values[f"s{i}"] for i in range(7, -1, -1)]


def _rows_shifted(state: Sequence[Byte]) -> list[Byte]:
    """ShiftRows: row r, the bytes r, r + 4, ..., moves r columns to the left."""
    return [state[(4 * (column + row) + row) % 16] for column in range(4) for row in range(4)]


def _column_mixed(b: Builder, column: Sequence[Byte]) -> list[Byte]:
    """MixColumns: each byte becomes a0 + 2 (a0 + a1) + (a0 + a1 + a2 + a3)."""
    whole = column[0]
    for byte in column[1:]:
        whole = _xor(b, whole, byte)
    pairs = [_xor(b, column[i], column[(i + 1) % 4]) for i in range(4)]
    return [_xor(b, _xor(b, column[i], _doubled(b, pairs[i])), whole) for i in range(4)]


def _doubled(b: Builder, x: Byte) -> Byte:
    """Times x modulo x^8 + x^4 + x^3 + x + 1."""
    top = x[7]
    return [b.xor(low, top) if i in (1, 3, 4) else low for i, low in enumerate([top, *x[:7]])]


def _schedule(b: Builder, key: Sequence[Byte]) -> list[list[Byte]]:
    """The round keys, 16 bytes each."""
    words = [list(key[i : i + 4]) for i in range(0, len(key), 4)]
    n, constant = len(words), 1
    for i in range(n, 4 * (n + 7)):
        word = words[-1]
        if i % n == 0:
            word = [_sbox(b, x) for x in word[1:] + word[:1]]
            word[0] = [bit ^ (constant >> j & 1) for j, bit in enumerate(word[0])]
            constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
        elif n > 6 and i % n == 4:
            word = [_sbox(b, x) for x in word]
        words.append(_added(b, words[i - n], word))
    return [[byte for word in words[i : i + 4] for byte in word] for i in range(0, len(words), 4)]


def _added(b: Builder, state: Sequence[Byte], other: Sequence[Byte]) -> list[Byte]:
    return [_xor(b, x, y) for x, y in zip(state, other, strict=True)]


def _xor(b: Builder, x: Byte, y: Byte) -> Byte:
    return [b.xor(u, v) for u, v in zip(x, y, strict=True)]
