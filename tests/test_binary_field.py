"""Binary fields: shapes and broadcasting, sums and polynomials against products one by one, what is refused."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.binary_field import GF2_64, GF2_128, BinaryField
from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Words
from mpc.errors import LocalError

FIELDS = {"64": GF2_64, "128": GF2_128}


@pytest.fixture(params=FIELDS)
def field(request: pytest.FixtureRequest) -> BinaryField:
    return FIELDS[request.param]


def some(field: BinaryField, shape: tuple[int, ...], seed: int = 0) -> Words:
    whole = shape if field.bits == 64 else (*shape, 2)
    return np.random.default_rng([seed, *shape]).integers(0, 2**64, whole, dtype=np.uint64, endpoint=False)


def test_elements_are_the_bits_of_integers(field: BinaryField) -> None:
    largest = 2**field.bits - 1
    for value in (0, 1, 2, 2**63, 2**64 - 1, largest):
        assert field.integers(field.element(value)) == [value]
    for value in (-1, largest + 1):
        with pytest.raises(LocalError, match="wrong-element"):
            field.element(value)


def test_the_modulus_is_as_stated() -> None:
    top64, top128 = GF2_64.element(1 << 63), GF2_128.element(1 << 127)
    assert GF2_64.integers(GF2_64.mul(top64, GF2_64.element(2))) == [0b11011]
    assert GF2_128.integers(GF2_128.mul(top128, GF2_128.element(2))) == [0b10000111]


@given(st.data())
def test_products_broadcast(data: st.DataObject) -> None:
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4))
    for field in FIELDS.values():
        x, y = (some(field, shape, i) for i, shape in enumerate(shapes.input_shapes))
        tail = x.shape[x.ndim - (field.bits == 128) :]
        X, Y = (np.broadcast_to(v, (*shapes.result_shape, *tail)) for v in (x, y))
        product = field.mul(x, y)
        assert product.shape == X.shape
        flat = [v.reshape(-1, *tail) for v in (X, Y, product)]
        assert all((field.mul(a, b) == c).all() for a, b, c in zip(*flat, strict=True))


@pytest.mark.parametrize("n", [0, 1, 3, 70, 1000])
def test_sums_are_those_of_single_products(field: BinaryField, n: int) -> None:
    x, y, s = some(field, (n,), 1), some(field, (n,), 2), some(field, (), 3)
    bits = np.random.default_rng(n).integers(0, 2, n, dtype=np.uint8)
    zero = np.zeros_like(s)

    def total(terms: Words) -> Words:
        return reduce(np.bitwise_xor, terms, zero)

    assert (field.inner(x, y) == total(field.mul(x, y))).all()
    assert (field.inner_bits(x, pack(bits)) == total(x[bits == 1])).all()
    powers = field.powers(s, n)
    assert (field.evaluate(x, s) == total(field.mul(x, powers))).all()
    if n > 1:
        assert (powers[1] == s).all()
        assert (powers[1:] == field.mul(powers[:-1], s)).all()


def test_a_consistency_check_of_oblivious_transfers(field: BinaryField) -> None:
    """q_i = t_i + r_i delta for all i implies the same of their random combinations."""
    n = 500
    t, delta, chi = some(field, (n,), 1), some(field, (), 2), field.powers(some(field, (), 3), n)
    choices = pack(np.random.default_rng(4).integers(0, 2, n, dtype=np.uint8))
    chosen = np.where(unpack(choices, n).reshape(-1, *[1] * (t.ndim - 1)) == 1, delta, np.zeros_like(delta))
    q = t ^ chosen.astype(np.uint64)
    assert (field.inner(q, chi) == field.inner(t, chi) ^ field.mul(field.inner_bits(chi, choices), delta)).all()


@given(st.data())
def test_inverse_and_square(data: st.DataObject) -> None:
    for field in FIELDS.values():
        x = field.element(data.draw(st.integers(0, 2**field.bits - 1)))
        assert field.integers(field.mul(x, field.inverse(x))) == [int(x.any())]
        assert (field.square(x) == field.mul(x, x)).all()


def test_any_layout(field: BinaryField) -> None:
    x = some(field, (6, 7))
    assert (field.square(x[::2, ::-1]) == field.square(x)[::2, ::-1]).all()
    misaligned = np.zeros(16 * 9 + 1, np.uint8)[1:].view(np.uint64).reshape(-1, 2)
    assert (field.square(misaligned) == 0).all()


def test_refusals(field: BinaryField) -> None:
    x, one = some(field, (5,)), some(field, ())
    with pytest.raises(LocalError, match="wrong-field"):
        BinaryField(8)
    with pytest.raises(LocalError, match="wrong-dtype"):
        field.square(np.zeros((3, 2), np.int64))  # type: ignore[arg-type]
    for call in (
        lambda: field.inner(x, x[1:]),
        lambda: field.inner_bits(x, np.zeros(2, np.uint64)),
        lambda: field.mul(x, x[:3]),
        lambda: field.powers(x, 3),
        lambda: field.powers(one, -1),
        lambda: field.evaluate(x, x),
    ):
        with pytest.raises(LocalError, match="wrong-shape"):
            call()


def test_elements_of_128_bits_have_two_words() -> None:
    for shape in ((), (3,), (2, 1)):
        with pytest.raises(LocalError, match="wrong-shape"):
            GF2_128.square(np.zeros(shape, np.uint64))
