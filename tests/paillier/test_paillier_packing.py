"""Packed numbers: all slots compute at once as numpy does, and none runs into its neighbour."""

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paillier.paillier_keys import key, tiny_key

from mpc import paillier
from mpc.errors import LocalError, PeerError
from mpc.network.wire import pack as packed_bytes
from mpc.network.wire import unpack

RNG = np.random.default_rng(8)
X = RNG.integers(-1000, 1001, (4, 70))
STEPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "n": lambda x, _: -x}


@pytest.fixture(scope="module")
def x() -> paillier.Packed:
    return key().public.encrypt_packed(X, bound=1000)


def decrypted(x: paillier.Packed) -> np.ndarray:
    return key().decrypt(x)


def test_many_numbers_share_a_ciphertext(x: paillier.Packed) -> None:
    assert np.array_equal(decrypted(x), X)
    assert (x.layout.width, x.layout.slots) == (10 + 1 + 32, 2046 // 43)
    assert x.ciphertexts.shape == (4, 2)
    assert x.shape == (4, 70)
    reals = key().public.encrypt_packed([0.5, -1.25, 3], fractional_bits=4, bound=3)
    assert decrypted(reals).tolist() == [0.5, -1.25, 3]
    wide = RNG.integers(-(2**62), 2**62, 40)
    assert np.array_equal(decrypted(key().public.encrypt_packed(wide)), wide)
    assert decrypted(key().public.encrypt_packed(np.zeros((2, 0), np.int64))).shape == (2, 0)


def test_what_slots_compute(x: paillier.Packed) -> None:
    small = np.array([[3], [-2], [0], [7]], np.int8)
    assert np.array_equal(decrypted(x + x), 2 * X)
    assert np.array_equal(decrypted(x - x), 0 * X)
    assert np.array_equal(decrypted(-x), -X)
    for other in (np.int8(5), X[0].astype(np.int16), True):
        assert np.array_equal(decrypted(x + other), X + other)
        assert np.array_equal(decrypted(other - x), other - X.astype(np.int64))
        assert np.array_equal(decrypted(x - other), X - other)
    assert np.array_equal(decrypted(x.plus(X, bound=1000)), 2 * X)
    assert np.array_equal(decrypted(x + paillier.public(X)), 2 * X)
    for factor in (np.int8(-7), small):
        assert np.array_equal(decrypted(x * factor), X * factor)
        assert np.array_equal(decrypted(x * paillier.public(factor)), X * factor)
    assert np.array_equal(decrypted(x.sum(0)), X.sum(0))
    matrix = RNG.integers(-50, 50, (3, 4))
    assert np.array_equal(decrypted(paillier.public(matrix) @ x), matrix @ X)
    assert np.array_equal(decrypted(matrix.astype(np.int8) @ x), matrix @ X)
    assert np.array_equal(decrypted((x + x).rerandomised()), 2 * X)
    half = x * paillier.public(0.5)
    assert np.array_equal(decrypted(half), X / 2)
    assert np.array_equal(decrypted(half + paillier.public(1)), X / 2 + 1)


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(-3, 3), min_size=1, max_size=9),
    steps=st.lists(st.tuples(st.sampled_from("+-*n"), st.integers(-3, 3)), max_size=4),
)
def test_slots_keep_apart(values: list[int], steps: list[tuple[str, int]]) -> None:
    """Whatever is computed until the bound says no, every slot is right: with bounds as tight as can be."""
    private = tiny_key(3)
    c, clear = private.public.encrypt_packed(values, bound=3, guard_bits=5), np.array(values)
    bound = 3
    for step, number in steps:
        bound = bound if step == "n" else bound * abs(number) if step == "*" else bound + abs(number)
        if bound >= 1 << c.layout.width - 1:
            with pytest.raises(LocalError, match="paillier-overflow"):
                STEPS[step](c, paillier.public(number))
            break
        c, clear = STEPS[step](c, paillier.public(number)), STEPS[step](clear, number)
    assert np.array_equal(private.decrypt(c), clear)


def test_slots_full_to_the_last_bit() -> None:
    """The largest and smallest numbers side by side, in every order, with no guard bits at all."""
    private = tiny_key()
    ends = np.array([[a, b, c] for a in (-7, 0, 7) for b in (-7, 0, 7) for c in (-7, 0, 7)])
    c = private.public.encrypt_packed(ends, bound=7, guard_bits=0)
    assert np.array_equal(private.decrypt(c), ends)
    with pytest.raises(LocalError, match="paillier-overflow"):
        c + paillier.public(1)
    with pytest.raises(LocalError, match="paillier-overflow"):
        c * paillier.public(2)
    with pytest.raises(LocalError, match="paillier-overflow"):
        c.sum(0)
    one = private.public.encrypt_packed(ends, bound=7, guard_bits=1)
    assert np.array_equal(private.decrypt(one + one), 2 * ends)


def test_ciphertexts_are_packed_without_decrypting() -> None:
    values = RNG.integers(-100, 101, (2, 5))
    c = key().public.encrypt(values, bound=100)
    packed = paillier.pack(c, guard_bits=3)
    assert packed.ciphertexts.shape == (2, 1)
    assert np.array_equal(decrypted(packed), values)
    assert np.array_equal(decrypted(packed + packed), 2 * values)
    private = tiny_key()
    many = private.public.encrypt(np.arange(-7, 8), bound=7)
    assert np.array_equal(private.decrypt(paillier.pack(many)), np.arange(-7, 8))


def test_what_is_refused(x: paillier.Packed) -> None:
    public = key().public
    for attempt in (
        lambda: public.encrypt_packed(5),
        lambda: x * np.ones(70, np.int8),
        lambda: x.sum(1),
        lambda: x.sum(-1),
        lambda: x + public.encrypt_packed(X, bound=2000),
        lambda: x + X[:, :3].astype(np.int8),
        lambda: paillier.pack(public.encrypt(3)),
    ):
        with pytest.raises(LocalError, match="wrong-shape"):
            attempt()
    for guard_bits in (-1, 2048):
        with pytest.raises(LocalError, match="wrong-number"):
            public.encrypt_packed([1], guard_bits=guard_bits)
    with pytest.raises(LocalError, match="wrong-number"):
        x + paillier.public(0.5)
    with pytest.raises(LocalError, match="paillier-overflow"):
        public.encrypt_packed([1], guard_bits=2040)
    with pytest.raises(LocalError, match="out-of-range"):
        public.encrypt_packed([1001], bound=1000)
    with pytest.raises(LocalError, match="paillier-overflow"):
        x + X  # an int64 may have any of 64 bits


def test_messages_of_packed_numbers(x: paillier.Packed) -> None:
    data = paillier.to_bytes(x)
    arrived = key().public.packed_from(data, "bank", shape=(4, 70), bound=x.scale.bound)
    assert np.array_equal(decrypted(arrived), X)
    assert arrived.layout == x.layout
    computed = key().public.packed_from(paillier.to_bytes(x + x), "bank")
    assert computed.ciphertexts.integers() != (x + x).ciphertexts.integers()
    for layout in ((), (43, 47), (43, 47, 10), (43, 48, 70), (0, 47, 70), (43, -1, 70), (43, 47, "70"), (9, 200, 70)):
        wrong = packed_bytes(unpack(data) | {"layout": layout})
        with pytest.raises(PeerError, match="paillier-malformed"):
            key().public.packed_from(wrong, "bank")
    with pytest.raises(PeerError, match="paillier-shape"):
        key().public.packed_from(data, "bank", shape=(4, 71))
    with pytest.raises(PeerError, match="paillier-malformed"):
        key().public.packed_from(data, "bank", bound=x.scale.bound - 1)
    with pytest.raises(PeerError, match="paillier-malformed"):
        key().public.ciphertexts_from(data, "bank")


def test_a_bound_that_does_not_hold_shows() -> None:
    private = tiny_key()
    c = private.public.encrypt_packed([5, 1], bound=5)
    c.ciphertexts.scale = c.ciphertexts.within(4).scale
    with pytest.raises(LocalError, match="paillier-beyond-bound"):
        private.decrypt(c)


def test_a_matrix_never_adds_up_what_lies_in_one_ciphertext() -> None:
    row = key().public.encrypt_packed(X[0], bound=1000)
    groups = row.layout.groups
    for matrix in (np.ones((groups, groups), np.int8), np.ones(groups, np.int8), paillier.public([[1] * groups])):
        with pytest.raises(LocalError, match="wrong-shape"):
            matrix @ row
    for axis in (5, -3, 1, -1, 0.0):
        with pytest.raises(LocalError, match="wrong-shape"):
            key().public.encrypt_packed(X, bound=1000).sum(axis)  # type: ignore[arg-type]


def test_whole_numbers_do_not_swallow_a_fraction() -> None:
    whole, fine = (key().public.encrypt_packed([1, 2], bound=5, fractional_bits=f) for f in (0, 8))
    with pytest.raises(LocalError, match="wrong-number"):
        whole + 0.5
    assert decrypted(fine + 0.5).tolist() == [1.5, 2.5]


def test_packed_numbers_are_decrypted_exactly() -> None:
    wholes, bits = key().decrypt_exact(key().public.encrypt_packed([0.5, -1.25], fractional_bits=4, bound=3))
    assert (wholes.tolist(), bits) == ([8, -20], 4)
    for guard_bits in (1.5, True, "2"):
        with pytest.raises(LocalError, match="wrong-number"):
            key().public.encrypt_packed([1], guard_bits=guard_bits)  # type: ignore[arg-type]


@pytest.mark.parametrize("s", [1, 2, 3, 4])
def test_slots_never_reach_the_modulus(s: int) -> None:
    """Whatever their width, also one that divides the plaintext's bits: all at their largest, or at their smallest."""
    private = tiny_key(s)
    for width in range(2, private.public.group.messages.bits - 1):
        bound = 2 ** (width - 1) - 1
        for values in ([bound] * 24, [-bound] * 24):
            packed = private.public.encrypt_packed(values, bound=bound, guard_bits=0)
            assert packed.layout.width == width
            assert private.decrypt(packed).tolist() == values
