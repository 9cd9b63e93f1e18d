"""ristretto255: every implementation has the vectors of RFC 9496 and equals the group in Python's integers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
import ristretto_reference as reference
from kernel_arrays import Words, p
from kernel_cases import with_kernels_of_their_own
from ristretto_reference import BASE, L, P

import native
from native import lib

GUARD = 0xDEADBEEF
POINT, NUMBER = 16, 4

MULTIPLES = [bytes.fromhex(text) for text in re.findall(r"\w+", """
0000000000000000000000000000000000000000000000000000000000000000
e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76
6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919
94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259
da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57
e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e
f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403
44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d
903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c
02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031
20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f
bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42
e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460
aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f
46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e
e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e
""")]  # fmt: skip
"""RFC 9496, A.1: 0 to 15 times the generator."""

NO_ENCODINGS = [bytes.fromhex(text) for text in re.findall(r"\w+", """
00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
0100000000000000000000000000000000000000000000000000000000000000
01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20
c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562
c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78
47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24
f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72
87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309
26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371
4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f
de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad87
bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042
2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08
f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22
8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731
2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b
3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e
a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220
d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e
8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32
32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b
227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165
5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e
445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b
ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
""")]  # fmt: skip
"""RFC 9496, A.3: not canonical, negative, no square, x y negative, y = 0."""


@pytest.fixture(params=with_kernels_of_their_own("curve"), autouse=True, scope="module")
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def words(data: bytes) -> Words:
    """One word past the alignment of a fresh array."""
    x = np.empty(len(data) // 8 + 1, np.uint64)[1:]
    x[:] = np.frombuffer(data, np.uint64)
    return x


def numbers(values: Sequence[int]) -> Words:
    return words(b"".join(value.to_bytes(32, "little") for value in values))


def guarded(entry: Callable[..., object], size: int, *arguments: object) -> Words:
    """What an entry writes, with guards around it."""
    whole = np.full(size + 9, GUARD, np.uint64)
    out = whole[1 : size + 1]
    entry(p(out), *(p(x) if isinstance(x, np.ndarray) else x for x in arguments))
    assert whole[0] == GUARD
    assert (whole[-8:] == GUARD).all()
    return out


def decode(encodings: Sequence[bytes]) -> tuple[Words, list[int]]:
    n = len(encodings)
    valid = np.full(n, 7, np.uint64)
    points = guarded(lib.parley_curve_decode, POINT * n, valid, words(b"".join(encodings)), n)
    return points, [int(v) for v in valid]


def points(encodings: Sequence[bytes]) -> Words:
    found, valid = decode(encodings)
    assert set(valid) <= {1}
    return found


def encode(x: Words) -> list[bytes]:
    n = x.size // POINT
    return [number.tobytes() for number in guarded(lib.parley_curve_encode, NUMBER * n, x, n).reshape(n, NUMBER)]


def from_uniform(data: bytes) -> Words:
    return guarded(lib.parley_curve_from_uniform, len(data) // 4, words(data), len(data) // 64)


def mul(x: Words, scalars: Sequence[int], bits: int = 254) -> list[bytes]:
    return encode(guarded(lib.parley_curve_mul, x.size, x, numbers(scalars), bits, len(scalars)))


def sum_of_products(
    entry: Callable[..., object], x: Words, scalars: Sequence[int], rows: int, bits: int = 254
) -> list[bytes]:
    terms = len(scalars) // rows
    workspace = np.full(lib.parley_curve_workspace(terms) + 1, GUARD, np.uint64)
    found = encode(guarded(entry, POINT * rows, x, numbers(scalars), bits, rows, terms, workspace[:-1]))
    assert workspace[-1] == GUARD
    return found


def multiples(factors: Sequence[int]) -> list[bytes]:
    """These times the generator, in Python's integers."""
    assert BASE is not None
    return [reference.encode(reference.mul(factor % L, BASE)) for factor in factors]


def test_the_reference_has_the_multiples_of_the_generator() -> None:
    assert multiples(range(16)) == MULTIPLES
    assert [reference.decode(data) for data in NO_ENCODINGS] == [None] * len(NO_ENCODINGS)


def test_multiples_of_the_generator() -> None:
    base = np.tile(points(MULTIPLES[1:2]), 16)
    assert mul(base, range(16)) == MULTIPLES
    assert encode(points(MULTIPLES)) == MULTIPLES


def test_what_is_no_encoding() -> None:
    """Between what is one, so that no lane takes another's word for it."""
    mixed = [data for pair in zip(NO_ENCODINGS, MULTIPLES * 2, strict=False) for data in pair]
    found, valid = decode(mixed)
    assert valid == [0, 1] * len(NO_ENCODINGS)
    assert encode(found)[::2] == [MULTIPLES[0]] * len(NO_ENCODINGS)


def test_random_bytes_decode_as_the_reference_does() -> None:
    generator = random.Random(1)
    data = [
        bytes([generator.randrange(256) & 0xFE, *generator.randbytes(30), generator.randrange(128)]) for _ in range(40)
    ]
    expected = [reference.decode(one) for one in data]
    found, valid = decode(data)
    assert valid == [int(point is not None) for point in expected]
    assert 0 < sum(valid) < 40
    assert encode(found) == [one if point else MULTIPLES[0] for one, point in zip(data, expected, strict=True)]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 17])
def test_from_uniform(count: int) -> None:
    edges = [bytes(64), b"\xff" * 64, P.to_bytes(32, "little") * 2, (1).to_bytes(32, "little") * 2]
    data = [*edges, *(random.Random(i).randbytes(64) for i in range(count))][-count:] if count else []
    assert encode(from_uniform(b"".join(data))) == [reference.encode(reference.from_uniform(one)) for one in data]


def test_one_element_has_many_points_and_one_encoding() -> None:
    """Sums with the points of order four, which are the neutral element of the group."""
    order_four = [(0, 1), (0, P - 1), (reference.SQRT_M1, 0), (P - reference.SQRT_M1, 0)]
    torsion = numbers([v for x, y in order_four for v in (x, y, 1, x * y % P)])
    once = np.tile(points(MULTIPLES[3:4]), 4)
    shifted = guarded(lib.parley_curve_add, POINT * 4, once, torsion, 4)
    assert encode(shifted) == [MULTIPLES[3]] * 4
    assert guarded(lib.parley_curve_equal, 4, shifted, once, 4).tolist() == [1] * 4
    assert guarded(lib.parley_curve_equal, 4, torsion, points(MULTIPLES[:1] * 4), 4).tolist() == [1] * 4


def test_all_sums_and_differences_of_small_multiples() -> None:
    pairs = [(a, b) for a in range(8) for b in range(8)]
    x, y = (points([MULTIPLES[pair[side]] for pair in pairs]) for side in (0, 1))
    assert encode(guarded(lib.parley_curve_add, x.size, x, y, 64)) == [MULTIPLES[a + b] for a, b in pairs]
    negatives = multiples(range(-7, 8))
    assert encode(guarded(lib.parley_curve_sub, x.size, x, y, 64)) == [negatives[7 + a - b] for a, b in pairs]
    assert guarded(lib.parley_curve_equal, 64, x, y, 64).tolist() == [int(a == b) for a, b in pairs]


def test_sums_may_replace_operands() -> None:
    x, y = points(MULTIPLES[:9]), points(MULTIPLES[1:10])
    lib.parley_curve_add(p(x), p(x), p(y), 9)
    assert encode(x) == multiples(range(1, 18, 2))
    lib.parley_curve_sub(p(y), p(x), p(y), 9)
    assert encode(y) == MULTIPLES[:9]


SCALARS = [0, 1, L - 1, L, 2**254 - 1, 8, int("88" * 31, 16), int("77" * 31, 16), 2**253, 2**252 + 3]


@pytest.mark.parametrize("count", [1, 10])
def test_products_and_tables(count: int) -> None:
    scalars, factors = SCALARS[:count], [random.Random(i).randrange(L) for i in range(count)]
    x = points(multiples(factors))
    expected = [a * b for a, b in zip(scalars, factors, strict=True)]
    assert mul(x, scalars) == multiples(expected)
    tables = guarded(lib.parley_curve_tables, count * lib.parley_curve_table(254), x, 254, count)
    total = guarded(lib.parley_curve_sum_of_bases, POINT, tables, numbers(scalars), 254, 1, count)
    assert encode(total) == multiples([sum(expected)])
    rows = guarded(lib.parley_curve_sum_of_bases, POINT * count, tables, numbers(scalars), 254, count, 1)
    assert encode(rows) == multiples([scalar * factors[0] for scalar in scalars])


@pytest.mark.parametrize("entry", ["parley_curve_sum_of_products", "parley_curve_sum_of_products_var"])
@pytest.mark.parametrize(
    ("rows", "terms"), [(1, 0), (1, 1), (2, 5), (9, 3), (5, 9), (1, 95), (2, 96), (1, 130), (1, 400)]
)
def test_sums_of_products(entry: str, rows: int, terms: int) -> None:
    """Of small multiples of the generator: what comes out takes one product in Python's integers."""
    generator = random.Random(rows * 1000 + terms)
    factors = [generator.randrange(16) for _ in range(rows * terms)]
    scalars = [generator.choice(SCALARS) if i % 3 else generator.randrange(L) for i in range(rows * terms)]
    x = points([MULTIPLES[factor] for factor in factors])
    sums = [
        sum(a * b for a, b in zip(scalars[r * terms : r * terms + terms], factors[r * terms :], strict=False))
        for r in range(rows)
    ]
    assert sum_of_products(getattr(lib, entry), x, scalars or [], rows) == multiples(sums)


@pytest.mark.parametrize("bits", [0, 1, 3, 4, 5, 63, 64, 65, 128, 252])
def test_scalars_of_every_length(bits: int) -> None:
    scalars = [2**bits - 1, 0, 2**bits // 2, 2**bits // 3]
    x = points(MULTIPLES[1:5])
    expected = [scalar * (i + 1) for i, scalar in enumerate(scalars)]
    assert mul(x, scalars, bits) == multiples(expected)
    tables = guarded(lib.parley_curve_tables, 4 * lib.parley_curve_table(bits), x, bits, 4)
    sums = [guarded(lib.parley_curve_sum_of_bases, POINT, tables, numbers(scalars), bits, 1, 4)]
    assert [encode(one) for one in sums] == [multiples([sum(expected)])]
    for entry in (lib.parley_curve_sum_of_products, lib.parley_curve_sum_of_products_var):
        assert sum_of_products(entry, x, scalars, 1, bits) == multiples([sum(expected)])
    many = sum_of_products(lib.parley_curve_sum_of_products_var, np.tile(x, 25), scalars * 25, 1, bits)
    assert many == multiples([25 * sum(expected)])


def test_carries_through_runs_of_ones() -> None:
    """Coordinates whose digits are all ones pass a carry on."""
    edges = [P - 1, P - 2, 2**255 - 1, 2**51 - 1, 2**204 - 1, 2**255 - 2**51, P, 0]
    x = numbers([v for e in edges for v in (e, 1, 1, e)])
    y = numbers([v for e in edges for v in (e % P, 1, 1, e % P)])
    assert guarded(lib.parley_curve_equal, len(edges), x, y, len(edges)).tolist() == [1] * len(edges)
