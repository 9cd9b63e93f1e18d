"""Encrypted arrays: what they compute is what numpy does, or is refused with an error that says why."""

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paillier.paillier_keys import key, tiny_key

from mpc import paillier
from mpc.errors import LocalError
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.paillier.plaintexts import from_messages, to_messages

RNG = np.random.default_rng(7)
X = RNG.integers(-(2**40), 2**40, (3, 4))
Y = RNG.standard_normal((3, 4)) * 100
CLOSE = 2.0**-31


def decrypted(x: paillier.Ciphertexts) -> np.ndarray:
    return key().decrypt(x)


@pytest.fixture(scope="module")
def x() -> paillier.Ciphertexts:
    return key().public.encrypt(X)


@pytest.fixture(scope="module")
def y() -> paillier.Ciphertexts:
    return key().public.encrypt(Y)


def test_what_is_encrypted_comes_back(x: paillier.Ciphertexts, y: paillier.Ciphertexts) -> None:
    assert np.array_equal(decrypted(x), X)
    assert decrypted(x).dtype == np.int64
    assert np.abs(decrypted(y) - Y).max() <= 2.0**-33
    assert np.array_equal(key().decrypt(key().encrypt(X)), X)
    assert np.array_equal(key().decrypt(key().encrypt(Y[0])), decrypted(y)[0])


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint32", "int64", "uint64"])
def test_every_whole_type_at_its_ends(dtype: str) -> None:
    ends = [False, True] if dtype == "bool" else [np.iinfo(dtype).min, np.iinfo(dtype).max, 0, 1]
    values = np.array(ends, dtype)
    encoded = encode(values)
    group = tiny_key(3).public.group
    assert from_messages(to_messages(encoded, group), encoded.scale, group).tolist() == [int(v) for v in ends]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_every_real_type(dtype: str) -> None:
    values = np.array([0.0, -0.0, 1.5, -2.25, 2.0**-20, 100.125], dtype)
    assert np.array_equal(decrypted(key().public.encrypt(values)), values.astype(np.float64))


def test_sums_and_differences(x: paillier.Ciphertexts, y: paillier.Ciphertexts) -> None:
    assert np.array_equal(decrypted(x + x), 2 * X)
    assert np.array_equal(decrypted(-x), -X)
    assert np.array_equal(decrypted(x - x), 0 * X)
    assert np.allclose(decrypted(x + y), X + Y, atol=1e-3)
    assert np.abs(decrypted(y - x[0]) - (Y - X[0])).max() < 2.0**-12
    for numbers in (5, -5, np.int8(-3), X, X[:1], X.astype(object), [[1], [2], [3]], True, 2**62):
        assert np.array_equal(decrypted(x + numbers), X + np.asarray(numbers))
        assert np.array_equal(decrypted(numbers - x), np.asarray(numbers) - X)
        assert np.array_equal(decrypted(x - numbers), X - np.asarray(numbers))
    for reals in (0.5, -2.25, np.float32(1.5), Y, np.float64(3)):
        assert np.abs(decrypted(y + reals) - (Y + reals)).max() < CLOSE
        assert np.abs(decrypted(reals - y) - (reals - Y)).max() < CLOSE
    assert decrypted(x[0] + 0.5).dtype == np.float64
    assert np.abs(decrypted(y + 7) - (Y + 7)).max() < CLOSE
    assert np.abs(decrypted(y - paillier.public(0.1)) - (Y - 0.1)).max() < CLOSE


def test_products(x: paillier.Ciphertexts, y: paillier.Ciphertexts) -> None:
    small = RNG.integers(-9, 9, (3, 4))
    for factors in (3, -3, 0, small, small.astype(np.int8), np.uint8(200), True):
        expected = X * np.asarray(factors).astype(np.int64)
        assert np.array_equal(decrypted(x * factors), expected)
        assert np.array_equal(decrypted(factors * x), expected)
        assert np.array_equal(decrypted(x * paillier.public(factors)), expected)
    for real in (0.5, -0.1, Y, np.float32(0.25)):
        assert np.allclose(decrypted(y * real), Y * real, rtol=1e-6, atol=1e-6)
        assert np.allclose(decrypted(y * paillier.public(real)), Y * real, rtol=1e-9, atol=1e-7)


def test_public_factors_are_exact() -> None:
    one = key().public.encrypt(1)
    for value in (0.1, -1e-12, 2.0**-1074, 1e300, 3, 2**100, -(2**64) - 1, 1 / 3):
        whole, bits = key().decrypt_exact(one * paillier.public(value))
        assert Fraction(int(whole), 2**bits) == Fraction(value)
    assert float(key().decrypt(one * paillier.public(0.1))) == 0.1


def test_shapes(x: paillier.Ciphertexts) -> None:
    assert (x.shape, x.ndim, x.size, len(x)) == ((3, 4), 2, 12, 3)
    assert np.array_equal(decrypted(x.T), X.T)
    assert np.array_equal(decrypted(x.reshape(2, -1)), X.reshape(2, -1))
    assert np.array_equal(decrypted(x.reshape((12,))), X.ravel())
    for index in (0, (1, 2), slice(1), (slice(None), -1), np.array([2, 0]), X > 0, (..., None)):
        assert np.array_equal(decrypted(x[index]), X[index])
    assert [decrypted(row).tolist() for row in x] == X.tolist()
    assert np.array_equal(decrypted(paillier.concatenate([x, x[:1]])), np.concatenate([X, X[:1]]))
    assert np.array_equal(decrypted(paillier.concatenate([x, x], axis=-1)), np.concatenate([X, X], axis=1))
    for axis in (None, 0, 1, -1, (0, 1)):
        assert np.array_equal(decrypted(x.sum(axis)), X.sum(axis))
    empty = key().public.encrypt(np.zeros((0, 3), np.int64))
    assert decrypted(empty + 1).shape == (0, 3)
    assert decrypted(empty.sum(0)).tolist() == [0, 0, 0]
    assert decrypted(empty * 5).shape == (0, 3)
    assert decrypted(key().public.encrypt(7)).shape == ()


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=5),
    steps=st.lists(st.tuples(st.sampled_from("+-*n"), st.integers(-20, 20)), max_size=5),
)
def test_any_sequence_of_operations(values: list[int], steps: list[tuple[str, int]]) -> None:
    private = tiny_key(3)
    c, clear = private.public.encrypt(values, bound=1000), np.array(values)
    for step, number in steps:
        factor = paillier.public(number)
        if step == "n":
            c, clear = -c, -clear
        else:
            c = c + factor if step == "+" else c - factor if step == "-" else c * factor
            clear = clear + number if step == "+" else clear - number if step == "-" else clear * number
    assert np.array_equal(private.decrypt(c), clear)
    assert np.abs(clear).max() <= c.scale.bound


def test_every_message_of_a_tiny_key() -> None:
    """All plaintexts of a modulus of 77, and all sums and products of them that fit."""
    private = paillier.PrivateKey.insecure_of(7, 11)
    values = np.arange(-38, 39)
    c = private.public.drawing("textbook").encrypt(values, bound=38)
    assert np.array_equal(private.decrypt(c), values)
    some = c[19:58].within(19)
    assert np.array_equal(private.decrypt(some[:, None] + some[None]), values[19:58, None] + values[None, 19:58])
    six = c[32:45].within(6)
    assert np.array_equal(
        private.decrypt(six[:, None] * paillier.public(np.arange(-6, 7))), np.outer(values[32:45], np.arange(-6, 7))
    )


@pytest.mark.parametrize(
    "values",
    [np.nan, [1.0, np.inf], -np.inf, 1j, "7", ["a"], [None], {1: 2}, [[1], [2, 3]], np.array(["2020-01-01"], "M8[D]"),
     [2**70, 1.5], [Fraction(1, 2)], [2**53 + 1, 0.5], np.array([np.nan, 2**80], object)],
    ids=repr,
)  # fmt: skip
def test_what_is_no_number(values: object) -> None:
    for take in (key().public.encrypt, paillier.public, lambda v: key().public.encrypt(1) + v):
        with pytest.raises(LocalError, match="not-a-number"):
            take(values)  # type: ignore[operator]


@pytest.mark.parametrize(
    "wrong",
    [lambda x: x / 2, lambda x: 2 // x, lambda x: x % 3, lambda x: x**2, lambda x: float(x), lambda x: int(x),
     lambda x: np.mean(x), lambda x: np.sum(x, dtype=np.int64), lambda x: x.sum(out=np.zeros(3)), lambda x: np.sort(x),
     pickle.dumps],
)  # fmt: skip
def test_what_ciphertexts_cannot_do_is_said(wrong: Callable[[object], object]) -> None:
    with pytest.raises(LocalError, match="unsupported-operation"):
        wrong(key().public.encrypt([1, 2, 3]))


def test_numpys_sum_is_theirs() -> None:
    x = key().public.encrypt([[1, 2, 3], [4, 5, 6]])
    assert key().decrypt(np.sum(x)) == 21
    assert key().decrypt(np.sum(x, axis=0)).tolist() == [5, 7, 9]


@pytest.mark.parametrize("other", [np.arange(3), b"ciphertexts", 5, None])
def test_what_is_no_array_of_ciphertexts(other: object) -> None:
    for take in (key().decrypt, key().decrypt_exact, paillier.to_bytes):
        with pytest.raises(LocalError, match="no-ciphertexts"):
            take(other)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("values", "most"),
    [(2.0**40, "2,147,483,648"), (2**70, "9,223,372,036,854,775,808"), (np.array([[2**80, 0]], object), "9,223")],
)
def test_the_bound_that_was_passed_is_said(values: object, most: str) -> None:
    with pytest.raises(LocalError, match=f"bound of {most}"):
        key().public.encrypt(values)


@pytest.mark.parametrize(
    ("values", "name"), [(None, "None is"), (Decimal("1.5"), "a Decimal is"), ([1, {}], "a dict among")]
)
def test_what_is_no_number_is_named_by_its_type(values: object, name: str) -> None:
    with pytest.raises(LocalError, match=name):
        key().public.encrypt(np.array(values, object))


def test_masked_arrays_are_refused() -> None:
    with pytest.raises(LocalError, match="masked-array"):
        key().public.encrypt(np.ma.masked_array([1, 2], [0, 1]))


@pytest.mark.parametrize(
    ("values", "options"),
    [(2**63 + 1, {}), ([2**64, -1], {}), (5, {"bound": 4}), (-5, {"bound": 4}), (2.0**31 + 1, {}), (1e300, {}),
     (-1.5, {"bound": 1}), (np.float64(2.0**63), {"fractional_bits": 0, "bound": 2**62})],
)  # fmt: skip
def test_values_beyond_their_bound(values: object, options: dict[str, int]) -> None:
    with pytest.raises(LocalError, match="out-of-range") as caught:
        key().public.encrypt(values, **options)
    assert str(values) not in str(caught.value)


@pytest.mark.parametrize("options", [{"bound": -1}, {"bound": np.nan}, {"bound": "3"}, {"bound": True},
                                     {"fractional_bits": -1}, {"fractional_bits": 1.5}])  # fmt: skip
def test_scales_that_cannot_be(options: dict[str, object]) -> None:
    with pytest.raises(LocalError, match="wrong-number"):
        key().public.encrypt(1, **options)  # type: ignore[arg-type]


def test_long_numbers() -> None:
    values = [2**1000 + 1, -(2**1000), 3, 0]
    c = key().public.encrypt(values, bound=2**1001)
    assert decrypted(c).tolist() == values
    assert decrypted(c + c).tolist() == [2 * v for v in values]
    assert decrypted(c * 5).tolist() == [5 * v for v in values]
    half = key().public.encrypt([0.1, -2.5e300], fractional_bits=60, bound=1e301)
    assert decrypted(half).tolist() == [pytest.approx(0.1, abs=2.0**-60), -2.5e300]
    with pytest.raises(LocalError, match="out-of-range"):
        decrypted(half * paillier.public(2**100))
    assert key().decrypt_exact(half * paillier.public(2**100))[0][1] == -(int(2.5e300) << 160)


def test_overflow_is_refused_before_it_can_wrap() -> None:
    private = tiny_key()
    half = private.public.group.n // 2
    most = private.public.encrypt([half, -half], bound=half)
    assert private.decrypt(most).tolist() == [half, -half]
    for attempt in (
        lambda: most + 1,
        lambda: most + most,
        lambda: most - paillier.public(1),
        lambda: most * paillier.public(2),
        lambda: most * 2,
        lambda: most.sum(),
        lambda: most + 0.5,
        lambda: paillier.public([1, 1]) @ most,
        lambda: private.public.encrypt(0, bound=half + 1),
        lambda: private.public.encrypt(0.5),
    ):
        with pytest.raises(LocalError, match="paillier-overflow"):
            attempt()
    assert private.decrypt(most * paillier.public(-1)).tolist() == [-half, half]


def test_a_bound_that_does_not_hold_shows() -> None:
    private = tiny_key()
    lied = private.public.encrypt([5], bound=100).within(4)
    with pytest.raises(LocalError, match="paillier-beyond-bound"):
        private.decrypt(lied)
    with pytest.raises(LocalError, match="paillier-beyond-bound"):
        private.decrypt(-lied)
    assert private.decrypt(lied.within(5)).tolist() == [5]


def test_two_keys_do_not_mix(x: paillier.Ciphertexts) -> None:
    other = tiny_key().public.encrypt([1], bound=1)
    for attempt in (lambda: x + other, lambda: tiny_key().decrypt(x), lambda: paillier.concatenate([x[0], other])):
        with pytest.raises(LocalError, match="paillier-other-key"):
            attempt()


def test_what_ciphertexts_are_not(x: paillier.Ciphertexts) -> None:
    with pytest.raises(LocalError, match="paillier-product"):
        x * x
    with pytest.raises(LocalError, match="secret-truth"):
        bool(x)
    with pytest.raises(LocalError, match="no-length"):
        len(x[0, 0])
    for attempt in (lambda: x + np.ones(5), lambda: x * np.ones(5, np.int8), lambda: x + x[:, :3], lambda: x.sum(2),
                    lambda: np.ones((2, 2), np.int8) @ x, lambda: 3 @ x):  # fmt: skip
        with pytest.raises(LocalError, match="wrong-shape"):
            attempt()
    assert repr(x).startswith("Ciphertexts(shape (3, 4), 0 fractional bits, key ")


@pytest.mark.parametrize("rows", [1, 5, 14])
@pytest.mark.parametrize("wide", [False, True])
def test_matrices(rows: int, wide: bool) -> None:
    v = RNG.integers(-1000, 1000, 9)
    c = key().public.encrypt(v, bound=1000)
    matrix = RNG.integers(-(2**62) if wide else 0, 2**62 if wide else 9, (rows, 9))
    expected = matrix.astype(object) @ v.astype(object)
    assert decrypted(paillier.public(matrix) @ c).tolist() == expected.tolist()
    assert decrypted(matrix @ c).tolist() == expected.tolist()
    assert decrypted(c @ matrix.T).tolist() == expected.tolist()
    assert decrypted(c @ paillier.public(matrix).T).tolist() == expected.tolist()
    assert int(decrypted(paillier.public(matrix[0]) @ c)) == expected[0]


def test_matrices_of_other_shapes(x: paillier.Ciphertexts) -> None:
    real = RNG.standard_normal((5, 3))
    assert np.allclose(decrypted(paillier.public(real) @ x), real @ X)
    assert np.allclose(decrypted(real @ x), real @ X, atol=2.0**12)
    long = np.array([[2**100, -1, 0]], object)
    assert decrypted(paillier.public(long) @ x).tolist() == (long @ X.astype(object)).tolist()
    assert decrypted(paillier.public(np.zeros((2, 3), np.int64)) @ x).tolist() == [[0] * 4] * 2
    assert decrypted(paillier.public(np.zeros((0, 3), np.int64)) @ x).shape == (0, 4)
    none = key().public.encrypt(np.zeros(0, np.int64))
    assert decrypted(paillier.public(np.zeros((2, 0), np.int64)) @ none).tolist() == [0, 0]
    assert decrypted(np.zeros((2, 0), np.int64) @ none).tolist() == [0, 0]


def test_scales_are_tracked() -> None:
    assert Scale(3, 10).finer(5) == Scale(5, 40)
    assert Scale(3, 10).times(Scale(2, 7)) == Scale(5, 70)
    c = key().public.encrypt([1.5], fractional_bits=10, bound=4)
    assert c.scale == Scale(10, 4096)
    assert (c * paillier.public(0.25)).scale == Scale(12, 4096)
    assert (c + c).scale == Scale(10, 8192)
    assert (c + paillier.public(2.0**-12)).scale == Scale(12, 4 * 4096 + 1)
    assert (paillier.public([[1, -2], [3, 0]]) @ paillier.concatenate([c, c])).scale == Scale(10, 3 * 4096)
    for secret in (np.zeros((1, 2), np.int8), np.zeros((12, 2), np.int8), np.zeros(2, np.int8)):
        assert (secret @ paillier.concatenate([c, c])).scale == Scale(10, 2 * 128 * 4096)


def test_threads_share_a_key() -> None:
    public = paillier.PublicKey.from_bytes(key().public.to_bytes(), "bank")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda i: key().decrypt(public.encrypt(i) * paillier.public(i) + i), range(12)))
    assert [int(r) for r in results] == [i * i + i for i in range(12)]


@pytest.mark.parametrize(
    "bound", [2**1100, 2**2000, Fraction(2**1101, 3), np.uint64(2**64 - 1)], ids=["1100", "2000", "fraction", "uint64"]
)
def test_bounds_that_no_float_holds(bound: int) -> None:
    c = key().public.encrypt(7, bound=bound)
    assert c.scale.bound >= bound
    assert c.scale == key().public.encrypt(7).within(bound).scale
    assert decrypted(c) == 7


def test_numbers_keep_their_fraction_beside_coarser_ones() -> None:
    c = key().public.encrypt(1.5, fractional_bits=4, bound=2)
    for total in (c + 0.01, 0.01 + c, c - (-0.01)):
        assert abs(float(decrypted(total)) - 1.51) < CLOSE


def test_axes(x: paillier.Ciphertexts) -> None:
    assert np.array_equal(decrypted(x.sum(np.int64(1))), X.sum(1))
    for axis in ((0, 0), (0, -2), 0.0, "0", [0]):
        with pytest.raises(LocalError, match="wrong-shape"):
            x.sum(axis)  # type: ignore[arg-type]


def test_matrices_on_the_right_are_read_as_on_the_left(x: paillier.Ciphertexts) -> None:
    with pytest.raises(LocalError, match="masked-array"):
        x @ np.ma.masked_array([1, 2, 3, 4], [0, 1, 0, 0])
    with pytest.raises(LocalError, match="not-a-number"):
        x @ [[1], [2, 3], [4], [5]]  # type: ignore[list-item]
    with pytest.raises(LocalError, match="paillier-product"):
        x @ x.T
    assert decrypted(x[0] @ [2**62, 0, 0, 2**63]) == int(X[0, 0]) * 2**62 + int(X[0, 3]) * 2**63


def test_ciphertexts_do_not_compare(x: paillier.Ciphertexts) -> None:
    for compare in (
        lambda: x == X, lambda: np.equal(X, 1) == x, lambda: x != 1, lambda: x < 1, lambda: x >= 1, lambda: 1 in x[0],
        lambda: x == x.T, lambda: bool(key().public.encrypt_packed(X)), lambda: key().public.encrypt_packed(X) == X,
    ):  # fmt: skip
        with pytest.raises(LocalError, match="secret-truth"):
            compare()
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


def test_the_longer_exponents_of_two_stay() -> None:
    public = tiny_key().public
    half, textbook = public.encrypt([1], bound=2), public.drawing("textbook").encrypt([2], bound=2)
    for both in (half + textbook, textbook + half, half - textbook, paillier.concatenate([half, textbook])):
        assert both.encryption.randomisers.exponent == "textbook"
        assert (both + half).rerandomised().encryption.randomisers.exponent == "textbook"
    assert (half + half).encryption.randomisers.exponent == "half"


def test_the_lowest_number_of_int64_is_one() -> None:
    private, ends = tiny_key(3), np.array([-(2**63), 2**63 - 1])
    assert private.decrypt(private.public.encrypt(ends)).dtype == np.int64
    assert private.decrypt(private.public.encrypt(np.array([2**63], np.uint64))).dtype == object


def test_secrets_on_their_way_are_not_shown() -> None:
    assert "1234567" not in repr(encode([1234567])) + repr(encode([1234567.5]))
    assert repr(paillier.public(10**5000)) == "Public(shape (), 0 fractional bits)"
