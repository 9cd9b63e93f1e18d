"""Every implementation equals Python's integers, at sizes around every lane count, aligned or not, and in place."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

import native
from native import BYTES, WORDS, ffi, lib

Words = npt.NDArray[np.uint64]

SIZES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512, 513, 1000, 4097]
EDGES = [0, 1, 2, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
M = 2**64


@pytest.fixture(params=native.implementations(), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def sample(n: int, seed: int = 0, *, offset: int = 1) -> Words:
    """n words with the edge values among them, `offset` words past the alignment of a fresh array."""
    generator = np.random.default_rng([n, seed])
    x = np.empty(n + offset, np.uint64)[offset:]
    x[:] = generator.integers(0, M, n, dtype=np.uint64, endpoint=False)
    places = generator.integers(0, max(n, 1), min(n, 4 * len(EDGES)))
    x[places] = generator.choice(np.array(EDGES, np.uint64), len(places))
    return x


def p(x: npt.NDArray[np.generic]) -> native.Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def ints(x: Words) -> list[int]:
    return [int(v) for v in x]


def guarded(n: int) -> tuple[Words, Words]:
    """An output array inside a larger one whose last words must stay as they are."""
    whole = np.full(n + 9, 0xDEADBEEF, np.uint64)
    return whole[1 : n + 1], whole


def untouched(whole: Words) -> bool:
    return bool(whole[0] == 0xDEADBEEF and (whole[-8:] == 0xDEADBEEF).all())


def test_the_last_implementation_is_the_reference() -> None:
    assert native.implementations()[-1] == "portable"


def test_selection_is_undone_and_checked(implementation: str) -> None:
    assert native.selected() == implementation
    with native.using("portable"):
        assert native.selected() == "portable"
    assert native.selected() == implementation
    with pytest.raises(ValueError, match="not in tuple"), native.using("abacus"):
        pass


BINARY: dict[str, Callable[[int, int], int]] = {
    "bit_and": lambda x, y: x & y,
    "bit_xor": lambda x, y: x ^ y,
    "bit_or": lambda x, y: x | y,
}
UNARY: dict[str, Callable[[int], int]] = {"bit_not": lambda x: M - 1 - x}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, n: int) -> None:
    kernel, x, y = getattr(lib, f"parley_{name}"), sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    out, whole = guarded(n)
    kernel(p(out), p(x), p(y), n)
    assert ints(out) == expected
    assert untouched(whole)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name: str, n: int) -> None:
    x = sample(n, 3)
    out, whole = guarded(n)
    getattr(lib, f"parley_{name}")(p(out), p(x), n)
    assert ints(out) == [UNARY[name](a) for a in ints(x)]
    assert untouched(whole)


@pytest.mark.parametrize("name", BINARY)
def test_every_pair_of_edge_values(name: str) -> None:
    x = np.repeat(np.array(EDGES, np.uint64), len(EDGES))
    y = np.tile(np.array(EDGES, np.uint64), len(EDGES))
    out = np.empty_like(x)
    getattr(lib, f"parley_{name}")(p(out), p(x), p(y), x.size)
    assert ints(out) == [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]


@pytest.mark.parametrize("n", [1, 9, 65, 1000])
@pytest.mark.parametrize("name", BINARY)
def test_output_may_be_an_input(name: str, n: int) -> None:
    kernel = getattr(lib, f"parley_{name}")
    x, y = sample(n, 1), sample(n, 2)
    expected = [BINARY[name](a, b) for a, b in zip(ints(x), ints(y), strict=True)]
    first, second = x.copy(), y.copy()
    kernel(p(first), p(first), p(y), n)
    kernel(p(second), p(x), p(second), n)
    assert ints(first) == ints(second) == expected


@pytest.mark.parametrize("n", SIZES)
def test_popcount(n: int) -> None:
    x = sample(n, 9)
    assert lib.parley_popcount(p(x), n) == sum(v.bit_count() for v in ints(x))


@pytest.mark.parametrize("n", SIZES)
def test_pack_and_unpack(n: int) -> None:
    bits = np.random.default_rng(n).integers(0, 256, n + 1, dtype=np.uint8)[1:]
    out, whole = guarded((n + 63) // 64)
    lib.parley_pack(p(out), p(bits), n)
    packed = sum(int(v & 1) << i for i, v in enumerate(bits))
    assert ints(out) == [packed >> 64 * i & M - 1 for i in range(len(out))]
    assert untouched(whole)
    back = np.full(n + 70, 7, np.uint8)
    lib.parley_unpack(p(back), p(out), n)
    assert (back[:n] == bits & 1).all()
    assert (back[n:] == 7).all()


@pytest.mark.parametrize("n", SIZES)
def test_unpack_ignores_padding(n: int) -> None:
    ones, out = np.full((n + 63) // 64, M - 1, np.uint64), np.full(n + 1, 7, np.uint8)
    lib.parley_unpack(p(out), p(ones), n)
    assert out.tolist() == [1] * n + [7]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("bits", [0, 1, 5, 8, 33, 64])
def test_planes_and_back(n: int, bits: int) -> None:
    x, width = sample(n, 10), (n + 63) // 64
    out, whole = guarded(bits * width)
    lib.parley_planes(p(out), p(x), n, bits)
    rows = ints(out)
    for i in range(bits):
        row = sum(v << 64 * w for w, v in enumerate(rows[i * width : (i + 1) * width]))
        assert row == sum((v >> i & 1) << e for e, v in enumerate(ints(x)))
    assert untouched(whole)
    back, whole = guarded(n)
    lib.parley_from_planes(p(back), p(out), n, bits)
    assert ints(back) == [v % 2**bits for v in ints(x)]
    assert untouched(whole)


@pytest.mark.parametrize("n", [1, 63, 65, 1000])
def test_from_planes_ignores_padding(n: int) -> None:
    rows, out = np.full((3, (n + 63) // 64), M - 1, np.uint64), np.empty(n, np.uint64)
    lib.parley_from_planes(p(out), p(rows), n, 3)
    assert ints(out) == [7] * n
