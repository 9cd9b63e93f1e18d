"""Encrypted arrays: what they compute is what numpy does, or is refused with an error that says why."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from elgamal.elgamal_keys import TINY, key, tiny_key
from hypothesis import given, settings
from hypothesis import strategies as st
from same_lines import same

from mpc import elgamal, paillier
from mpc.algebra.group import Points, Scalars
from mpc.errors import LocalError
from protocols.homomorphic.scale import Scale

RNG = np.random.default_rng(7)
X = RNG.integers(-100, 100, (3, 4)).astype(np.int8)
Y = RNG.standard_normal((3, 4))


def decrypted(x: elgamal.Ciphertexts) -> np.ndarray:
    return key().decrypt(x)


@pytest.fixture(scope="module")
def x() -> elgamal.Ciphertexts:
    return key().public.encrypt(X)


@pytest.fixture(scope="module")
def y() -> elgamal.Ciphertexts:
    return key().public.encrypt(Y, fractional_bits=8, bound=8)


def test_what_is_encrypted_comes_back(x: elgamal.Ciphertexts, y: elgamal.Ciphertexts) -> None:
    assert np.array_equal(decrypted(x), X)
    assert decrypted(x).dtype == np.int64
    assert np.abs(decrypted(y) - Y).max() <= 2.0**-9
    assert decrypted(key().encrypt(np.array([True, False]))).tolist() == [1, 0]
    whole, bits = key().decrypt_exact(y)
    assert (bits, np.array_equal(whole, np.rint(Y * 256))) == (8, True)


def test_sums_and_products(x: elgamal.Ciphertexts, y: elgamal.Ciphertexts) -> None:
    wide, few = X.astype(np.int64), np.array([1, -2, 3, 0], np.int8)
    for made, expected in (
        (x + x, 2 * wide), (-x, -wide), (x - x, 0 * wide), (x + X, 2 * wide), (X - x, 0 * wide), (x + few, wide + few),
        (few - x, few - wide), (x * few, wide * few), (few * x, wide * few), (x * elgamal.public(-3), -3 * wide),
        (x * np.uint8(200), 200 * wide), (x * elgamal.public(few), wide * few), (x + x[0], wide + wide[0]),
        (x * elgamal.public(0), 0 * wide),
    ):  # fmt: skip
        assert np.array_equal(decrypted(made), expected)
    assert np.abs(decrypted(x + y) - (X + Y)).max() <= 2.0**-9
    assert np.abs(decrypted(y - x[0]) - (Y - X[0])).max() <= 2.0**-9
    assert np.abs(decrypted(y * elgamal.public(-0.25)) + Y / 4).max() <= 2.0**-11
    assert np.abs(decrypted(y + elgamal.public(2.0**-10)) - Y).max() <= 2.0**-8


def test_shapes(x: elgamal.Ciphertexts) -> None:
    assert (x.shape, x.ndim, x.size, len(x)) == ((3, 4), 2, 12, 3)
    for index in (0, (1, 2), slice(1), (slice(None), -1), np.array([2, 0]), X > 0, (..., None)):
        assert np.array_equal(decrypted(x[index]), X[index])
    for axis in (None, 0, 1, -1, (0, 1)):
        assert np.array_equal(decrypted(x.sum(axis)), X.sum(axis))
    assert np.array_equal(decrypted(x.T.reshape(-1)), X.T.ravel())
    assert np.array_equal(decrypted(elgamal.concatenate([x, x], axis=-1)), np.concatenate([X, X], axis=1))
    empty = key().public.encrypt(np.zeros((0, 3), np.int8))
    assert decrypted(empty + np.int8(1)).shape == (0, 3)
    assert decrypted(empty.sum(0)).tolist() == [0, 0, 0]
    assert decrypted(key().public.encrypt(np.int8(7))).shape == ()


@pytest.mark.parametrize("rows", [0, 1, 5])
@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_matrices(x: elgamal.Ciphertexts, rows: int, dtype: str) -> None:
    matrix = RNG.integers(0 if dtype == "uint8" else -100, 100, (rows, 3)).astype(dtype)
    expected = matrix.astype(np.int64) @ X
    assert np.array_equal(decrypted(matrix @ x), expected)
    assert np.array_equal(decrypted(elgamal.public(matrix) @ x), expected)
    assert np.array_equal(decrypted(x.T @ matrix.T), expected.T)
    assert np.array_equal(decrypted(x.T[0] @ elgamal.public(matrix.T)), expected[:, 0])
    none = key().public.encrypt(np.zeros(0, np.int8))
    assert decrypted(np.zeros((2, 0), np.int8) @ none).tolist() == [0, 0]


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=5),
    steps=st.lists(st.tuples(st.sampled_from("+-*n"), st.integers(-9, 9)), max_size=4),
)
def test_any_sequence_of_operations(values: list[int], steps: list[tuple[str, int]]) -> None:
    c, clear = key().public.encrypt(values, bound=1000), np.array(values)
    for step, number in steps:
        factor = elgamal.public(number)
        if step == "n":
            c, clear = -c, -clear
        else:
            c = c + factor if step == "+" else c - factor if step == "-" else c * factor
            clear = clear + number if step == "+" else clear - number if step == "-" else clear * number
    assert np.array_equal(decrypted(c), clear)
    assert np.abs(clear).max() <= c.scale.bound


def test_every_key_and_message_of_a_tiny_group() -> None:
    """All sums, differences and products of plaintexts that fit, under all keys."""
    values = np.arange(-11, 12)
    for x in range(1, TINY.order.n):
        private = tiny_key(x)
        c = private.public.encrypt(values, bound=11)
        assert np.array_equal(private.decrypt(c), values)
        some, five = c[6:17].within(5), values[6:17]
        assert np.array_equal(private.decrypt(some[:, None] + some[None]), five[:, None] + five[None])
        assert np.array_equal(private.decrypt(some[:, None] - some[None]), five[:, None] - five[None])
        three = c[8:15].within(3)
        factors = np.arange(-3, 4)
        for known in (factors, elgamal.public(factors)):
            if known is not factors:
                assert np.array_equal(private.decrypt(three[:, None] * known), np.outer(values[8:15], factors))


def test_ciphertexts_of_a_tiny_group_are_uniform_whatever_the_message() -> None:
    """For every message each first element occurs, and with it exactly one second one."""
    private = tiny_key(7)
    order = TINY.order.n
    for m in range(-2, 3):
        r = Scalars.of(TINY.order, list(range(order)))
        g = Points(TINY, TINY.generator())
        pairs = {
            (int(a), int(b))
            for a, b in zip(
                (g * r).words.ravel(),
                (g * Scalars.of(TINY.order, [m] * order) + private.public.encryption.key * r).words.ravel(),
                strict=True,
            )
        }
        assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == order
        drawn = private.public.encrypt([m] * 60, bound=2)
        assert {(int(a), int(b)) for a, b in drawn.words.tolist()} <= pairs


def test_overflow_is_refused_before_it_can_be_out_of_reach(x: elgamal.Ciphertexts) -> None:
    most = key().public.encrypt([2**40, -(2**40)], bound=2**40)
    for attempt in (
        lambda: most + most, lambda: most - elgamal.public(1), lambda: most * elgamal.public(2), lambda: most.sum(),
        lambda: elgamal.public([1, 1]) @ most, lambda: x + 5, lambda: x * 5, lambda: x + 0.5,
        lambda: key().public.encrypt([1]), lambda: key().public.encrypt(0.5), lambda: most.within(2**41),
        lambda: tiny_key().public.encrypt(0, bound=12),
    ):  # fmt: skip
        with pytest.raises(LocalError, match="elgamal-overflow"):
            attempt()


def test_a_bound_that_does_not_hold_shows() -> None:
    lied = key().public.encrypt([5, 1], bound=100).within(4)
    for c in (lied, -lied):
        with pytest.raises(LocalError, match="elgamal-beyond-bound"):
            decrypted(c)
    assert decrypted(lied.within(5)).tolist() == [5, 1]


def test_keys_and_cryptosystems_do_not_mix(x: elgamal.Ciphertexts) -> None:
    other = elgamal.generate()
    of_paillier = paillier.PrivateKey.insecure_of(7, 11).public.encrypt([1], bound=1)
    for attempt in (
        lambda: x + other.encrypt(X), lambda: other.decrypt(x), lambda: x + of_paillier,
        lambda: elgamal.concatenate([x, other.encrypt(X)]),
    ):  # fmt: skip
        with pytest.raises(LocalError, match="elgamal-other-key"):
            attempt()
    with pytest.raises(LocalError, match="paillier-other-key"):
        of_paillier + x


def test_what_ciphertexts_are_not(x: elgamal.Ciphertexts) -> None:
    with pytest.raises(LocalError, match="elgamal-product"):
        x * x
    for compare in (lambda: bool(x), lambda: x == X, lambda: x < np.int8(1)):
        with pytest.raises(LocalError, match="secret-truth"):
            compare()
    with pytest.raises(LocalError, match="wrong-shape"):
        x + np.ones(5, np.int8)
    assert repr(x).startswith("Ciphertexts(shape (3, 4), 0 fractional bits, key ")
    assert repr(key()).endswith(", ...)")


def test_scales_are_tracked() -> None:
    c = key().public.encrypt([1.5], fractional_bits=10, bound=4)
    assert c.scale == Scale(10, 4096)
    assert (c * elgamal.public(0.25)).scale == Scale(12, 4096)
    assert (c + c).scale == Scale(10, 8192)
    assert key().public.encrypt([1.5], bound=4).scale == Scale(16, 4 * 2**16)


def test_threads_share_a_key() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda i: decrypted(key().encrypt(np.uint8(i)) * elgamal.public(i)), range(8)))
    assert [int(m) for m in made] == [i * i for i in range(8)]


EXTREMES = [np.array([0, 0, 0, 0], np.int16), np.array([1, -1, 2**15 - 1, -(2**15)], np.int16)]


def test_python_goes_through_the_same_lines_whatever_is_secret() -> None:
    public = key().public
    c = public.encrypt(np.arange(4, dtype=np.int8))
    assert same([lambda v=v: public.encrypt(v) for v in EXTREMES])
    assert same([lambda v=v: c + v for v in EXTREMES])
    assert same([lambda v=v: c * v for v in EXTREMES])
    assert same([lambda v=v: v @ c for v in EXTREMES])
    encrypted = [public.encrypt(v) for v in EXTREMES]
    assert same([lambda e=e: key()._opened(e) for e in encrypted])
