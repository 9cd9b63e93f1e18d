"""ristretto255 in Python's integers, as RFC 9496 writes it: slow, obvious, for tests.

An element is a point (x, y) of the curve, one of the eight that stand for it.
"""

from __future__ import annotations

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def negative(x: int) -> bool:
    return x % P % 2 == 1


def absolute(x: int) -> int:
    return -x % P if negative(x) else x % P


def sqrt_ratio(u: int, v: int) -> tuple[bool, int]:
    """Section 4.2."""
    r = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    check = v * r * r % P
    if check in (-u % P, -u * SQRT_M1 % P):
        r = r * SQRT_M1 % P
    return check in (u % P, -u % P), absolute(r)


def decode(data: bytes) -> Point | None:
    """Section 4.3.1; None where there is no such element."""
    s = int.from_bytes(data, "little")
    if s >= P or negative(s):
        return None
    ss = s * s % P
    u1, u2 = 1 - ss, 1 + ss
    v = -D * u1 * u1 - u2 * u2
    square, root = sqrt_ratio(1, v * u2 * u2 % P)
    den_x = root * u2
    x, y = absolute(2 * s * den_x), u1 * root * den_x * v % P
    return None if not square or negative(x * y) or y == 0 else (x, y)


def encode(point: Point) -> bytes:
    """Section 4.3.2, with z = 1."""
    x, y = point
    u1, u2, t = (1 + y) * (1 - y), x * y, x * y
    root = sqrt_ratio(1, u1 * u2 * u2 % P)[1]
    den1, den2 = root * u1, root * u2
    z_inv = den1 * den2 * t
    if negative(t * z_inv):
        x, y, den_inv = y * SQRT_M1, x * SQRT_M1, den1 * INVSQRT_A_MINUS_D
    else:
        den_inv = den2
    if negative(x * z_inv):
        y = -y
    return absolute(den_inv * (1 - y)).to_bytes(32, "little")


def add(a: Point, b: Point) -> Point:
    """The law of the curve -x^2 + y^2 = 1 + d x^2 y^2."""
    product = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + product, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def mul(scalar: int, a: Point) -> Point:
    total = NEUTRAL
    for bit in bin(scalar)[2:]:
        total = add(total, total)
        total = add(total, a) if bit == "1" else total
    return total


def mapped(t: int) -> Point:
    """Section 4.3.4: MAP."""
    r = SQRT_M1 * t * t % P
    u, v = (r + 1) * (1 - D * D) % P, (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio(u, v)
    s, c = (s, -1) if square else (-absolute(s * t), r)
    n = c * (r - 1) * (D - 1) ** 2 - v
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * pow(w1, -1, P) % P, w2 * pow(w3, -1, P) % P


def from_uniform(data: bytes) -> Point:
    low, high = (int.from_bytes(data[i : i + 32], "little") % 2**255 for i in (0, 32))
    return add(mapped(low), mapped(high))


BASE = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
