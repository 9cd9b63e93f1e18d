"""GF(2^64) and GF(2^128) in every implementation: against products by definition, published vectors, all bytes."""

from collections.abc import Iterator
from functools import cache, reduce
from operator import xor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_arrays import Words, guarded, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import lib

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67, 130, 200]
MODULUS = {64: 1 << 64 | 0x1B, 128: 1 << 128 | 0x87}


@pytest.fixture(params=with_kernels_of_their_own("binary_field"), autouse=True, scope="module")
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


@pytest.fixture(params=[64, 128], scope="module")
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def times(x: int, y: int, width: int) -> int:
    """x * y by definition: the sum of x's multiples by powers of the variable, then long division."""
    product = reduce(xor, (x << i for i in range(width) if y >> i & 1), 0)
    for i in range(2 * width - 2, width - 1, -1):
        if product >> i & 1:
            product ^= MODULUS[width] << (i - width)
    return product


def run(name: str, width: int, n: int, out_elements: int, *operands: Words) -> list[int]:
    out, whole = guarded(out_elements * width // 64)
    getattr(lib, f"parley_gf_{name}_{width}")(p(out), *map(p, operands), n)
    assert untouched(whole)
    return ints(out, width)


def ints(x: Words, width: int) -> list[int]:
    data = x.tobytes()
    return [int.from_bytes(data[i : i + width // 8], "little") for i in range(0, len(data), width // 8)]


def elements(values: list[int], width: int) -> Words:
    return np.frombuffer(b"".join(v.to_bytes(width // 8, "little") for v in values), np.uint64).copy()


def operands(n: int, width: int) -> tuple[Words, Words, Words]:
    per = width // 64
    return sample(n * per, 1), sample(n * per, 2, offset=2), sample(per, 3)


@at_every("n", SIZES)
def test_elementwise(n: int, width: int) -> None:
    x, y, s = operands(n, width)
    X, Y, (S,) = (ints(v, width) for v in (x, y, s))
    assert run("mul", width, n, n, x, y) == [times(a, b, width) for a, b in zip(X, Y, strict=True)]
    assert run("scale", width, n, n, x, s) == [times(a, S, width) for a in X]
    assert run("square", width, n, n, x) == [times(a, a, width) for a in X]
    inverses = run("invert", width, n, n, x)
    assert [times(a, b, width) for a, b in zip(X, inverses, strict=True)] == [int(a != 0) for a in X]


@at_every("n", SIZES)
def test_sums(n: int, width: int) -> None:
    x, y, s = operands(n, width)
    bits = sample((n + 63) // 64, 4)
    X, Y, (S,) = (ints(v, width) for v in (x, y, s))
    powers = [1]
    for _ in range(n):
        powers.append(times(powers[-1], S, width))
    assert run("powers", width, n, n, s) == powers[:n]
    assert run("inner", width, n, 1, x, y) == [reduce(xor, (times(a, b, width) for a, b in zip(X, Y, strict=True)), 0)]
    assert run("evaluate", width, n, 1, x, s) == [
        reduce(xor, (times(a, b, width) for a, b in zip(X, powers, strict=False)), 0)
    ]
    taken = [a for i, a in enumerate(X) if int(bits[i // 64]) >> i % 64 & 1]
    assert run("inner_bits", width, n, 1, x, bits) == [reduce(xor, taken, 0)]


@pytest.mark.parametrize("n", [1, 5, 64, 77])
def test_in_place(n: int, width: int) -> None:
    x, y, s = operands(n, width)
    for name, others in (("mul", [y]), ("scale", [s]), ("square", []), ("invert", [])):
        expected = run(name, width, n, n, x, *others)
        there = x.copy()
        getattr(lib, f"parley_gf_{name}_{width}")(p(there), p(there), *map(p, others), n)
        assert ints(there, width) == expected
    there = y.copy()
    getattr(lib, f"parley_gf_mul_{width}")(p(there), p(x), p(there), n)
    assert ints(there, width) == run("mul", width, n, n, x, y)


@cache
def products_of_bytes() -> list[int]:
    return [times(a, b, 64) for a in range(256) for b in range(256)]


def test_all_pairs_of_bytes(width: int) -> None:
    """At the bottom, at the top, and one at each end: reduction by nothing, by a word, by all."""
    top = width - 8
    for left, right in ((0, 0), (top, 0), (0, top), (top, top)):
        shifted = 1 << left + right if left + right < width else times(1 << left, 1 << right, width)
        x = elements([a << left for a in range(256) for _ in range(256)], width)
        y = elements([b << right for _ in range(256) for b in range(256)], width)
        product = run("mul", width, 65536, 65536, x, y)
        moved = run("scale", width, 65536, 65536, elements(products_of_bytes(), width), elements([shifted], width))
        assert product == moved


def test_every_single_bit_times_every_single_bit(width: int) -> None:
    bits = [1 << i for i in range(width)]
    x = elements([a for a in bits for _ in bits], width)
    y = elements(bits * width, width)
    power, expected = 1, []
    for _ in range(2 * width - 1):
        expected.append(power)
        power = times(power, 2, width)
    assert run("mul", width, width**2, width**2, x, y) == [expected[i + j] for i in range(width) for j in range(width)]


@given(st.data())
def test_axioms(width: int, data: st.DataObject) -> None:
    x, y, z = (data.draw(st.integers(0, 2**width - 1)) for _ in range(3))

    def mul(a: int, b: int) -> int:
        (product,) = run("mul", width, 1, 1, elements([a], width), elements([b], width))
        return product

    assert mul(x, y) == mul(y, x)
    assert mul(x, mul(y, z)) == mul(mul(x, y), z)
    assert mul(x, y ^ z) == mul(x, y) ^ mul(x, z)
    assert mul(x, 1) == x
    (inverse,) = run("invert", width, 1, 1, elements([x], width))
    assert mul(x, inverse) == int(x != 0)


def ghash(key: bytes, blocks: bytes) -> bytes:
    """GHASH (NIST SP 800-38D, 6.4) by Horner's rule: its blocks are elements with the bits in the other order."""

    def element(block: bytes) -> int:
        return int(f"{int.from_bytes(block, 'big'):0128b}"[::-1], 2)

    values = [element(blocks[i : i + 16]) for i in range(0, len(blocks), 16)]
    coefficients = elements([0, *reversed(values)], 128)
    (result,) = run("evaluate", 128, len(values) + 1, 1, coefficients, elements([element(key)], 128))
    return int(f"{result:0128b}"[::-1], 2).to_bytes(16, "big")


GHASH = {
    "test case 2": (
        "66e94bd4ef8a2c3b884cfa59ca342b2e",
        "0388dace60b6a392f328c2b971b2fe78" "00000000000000000000000000000080",
        "f38cbb1ad69223dcc3457ae5b6b0f885",
    ),
    "test case 3": (
        "b83b533708bf535d0aa6e52980d53b78",
        "42831ec2217774244b7221b784d0d49c" "e3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa05" "1ba30b396a0aac973d58e091473f5985"
        "00000000000000000000000000000200",
        "7f1b32b81b820d02614f8895ac1d4eac",
    ),
    "test case 4": (
        "b83b533708bf535d0aa6e52980d53b78",
        "feedfacedeadbeeffeedfacedeadbeef" "abaddad2000000000000000000000000"
        "42831ec2217774244b7221b784d0d49c" "e3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa05" "1ba30b396a0aac973d58e09100000000"
        "00000000000000a000000000000001e0",
        "698e57f70e6ecc7fd9463b7260a9ae5f",
    ),
}  # fmt: skip
"""McGrew and Viega, The Galois/Counter Mode of Operation, appendix B: H, the blocks, GHASH."""


@pytest.mark.parametrize("name", GHASH)
def test_ghash_of_the_gcm_submission(name: str) -> None:
    key, blocks, expected = (bytes.fromhex(text) for text in GHASH[name])
    assert ghash(key, blocks) == expected


def test_polyval_of_rfc_8452() -> None:
    """RFC 8452, appendix A, by the relation of its appendix A: POLYVAL(H, X) = rev(GHASH(x * rev(H), rev(X)))."""
    key = bytes.fromhex("25629347589242761d31f826ba4b757b")
    blocks = ["4f4f95668c83dfb6401762bb2d01a262", "d1a24ddd2721d006bbe45f20d3c9f362"]

    def doubled(block: bytes) -> bytes:
        value = int(f"{int.from_bytes(block, 'big'):0128b}"[::-1], 2)
        (moved,) = run("mul", 128, 1, 1, elements([value], 128), elements([2], 128))
        return int(f"{moved:0128b}"[::-1], 2).to_bytes(16, "big")

    reversed_blocks = b"".join(bytes.fromhex(block)[::-1] for block in blocks)
    assert ghash(doubled(key[::-1]), reversed_blocks)[::-1].hex() == "f7a3b47b846119fae5b7866cf5e5b77e"
