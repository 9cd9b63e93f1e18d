"""Arrays of long numbers in Python: products, powers, inverses, tables of one base and halves of a product."""

import math
import random
from hashlib import shake_256

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.algebra.bigint import Modulus, from_ints, jacobi_var, limbs_for, montgomery_exponentiate, to_ints
from mpc.algebra.cores import using_cores
from mpc.algebra.crt import CrtModulus
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.errors import LocalError

P521 = 2**521 - 1
P = 2**255 - 19
Q = 2**251 - 9
MODULUS = Modulus(P521)
SMALL = Modulus(45)


def source(seed: str):
    """Deterministic random bytes: each call continues."""
    calls = iter(range(1000))
    return lambda n: shake_256(f"{seed} {next(calls)}".encode()).digest(n)


def random_ints(count: int, below: int, seed: object = 0) -> list[int]:
    generator = random.Random(f"{seed}")
    return [generator.randrange(below) for _ in range(count)]


def test_integers_and_back() -> None:
    values = [0, 1, 2**64, 2**128 - 1]
    x = from_ints(values, 2)
    assert x.shape == (4, 2)
    assert to_ints(x) == values
    assert to_ints(x.reshape(2, 2, 2)) == values
    assert to_ints(x[::2]) == values[::2]
    assert x[3].tobytes() == (2**128 - 1).to_bytes(16, "little")
    assert from_ints([], 3).shape == (0, 3)
    assert [limbs_for(bits) for bits in (0, 1, 64, 65, 8192)] == [1, 1, 1, 2, 128]


@pytest.mark.parametrize("values", [[2**128], [-1], [0, 1, 2**200]])
def test_integers_that_do_not_fit(values: list[int]) -> None:
    with pytest.raises(LocalError, match="wrong-number"):
        from_ints(values, 2)
    with pytest.raises(LocalError, match="wrong-number"):
        MODULUS.from_ints([P521])


@pytest.mark.parametrize("n", [0, 1, 2, 4, -3, 2**512, 2**8192 + 1])
def test_what_is_no_modulus(n: int) -> None:
    with pytest.raises(LocalError, match="wrong-modulus"):
        Modulus(n)


@pytest.mark.parametrize(("n", "limbs"), [(2**64 + 1, 1), (3, 129), (3, 0)])
def test_limbs_that_a_modulus_cannot_have(n: int, limbs: int) -> None:
    with pytest.raises(LocalError, match="wrong-modulus"):
        Modulus(n, limbs=limbs)


def test_a_modulus_shows_nothing_of_itself() -> None:
    assert repr(MODULUS) == "Modulus(... of 521 bits)"
    assert repr(CrtModulus(P, Q)) == "CrtModulus(... of 506 bits)"


def test_elementwise_operations() -> None:
    x, y = random_ints(12, P521, 1), random_ints(12, P521, 2)
    a, b = MODULUS.from_ints(x), MODULUS.from_ints(y)
    assert to_ints(MODULUS.mul(a, b)) == [v * w % P521 for v, w in zip(x, y, strict=True)]
    assert to_ints(MODULUS.add(a, b)) == [(v + w) % P521 for v, w in zip(x, y, strict=True)]
    assert to_ints(MODULUS.sub(a, b)) == [(v - w) % P521 for v, w in zip(x, y, strict=True)]
    assert to_ints(MODULUS.square(a)) == [v * v % P521 for v in x]


def test_shapes_broadcast() -> None:
    x, y = random_ints(6, P521, 3), random_ints(3, P521, 4)
    a, b = MODULUS.from_ints(x).reshape(2, 3, 9), MODULUS.from_ints(y)
    expected = [v * y[i % 3] % P521 for i, v in enumerate(x)]
    assert MODULUS.mul(a, b).shape == (2, 3, 9)
    assert to_ints(MODULUS.mul(a, b)) == expected
    assert to_ints(MODULUS.mul(a[..., ::1].transpose(1, 0, 2), b[:, None])) == [
        x[3 * j + i] * y[i] % P521 for i in range(3) for j in range(2)
    ]
    assert MODULUS.mul(a[0, 0], b[0]).shape == (9,)
    assert MODULUS.mul(a[:0], b).shape == (0, 3, 9)


@pytest.mark.parametrize("words", [0, 1, 8, 9, 10, 17, 18, 19, 40])
def test_reducing_numbers_of_any_width(words: int) -> None:
    values = [0, 2 ** (64 * words) - 1, *random_ints(3, 2 ** (64 * words), words)]
    x = from_ints(values, words)
    assert to_ints(MODULUS.reduce(x)) == [v % P521 for v in values]
    assert to_ints(SMALL.reduce(x)) == [v % 45 for v in values]


@pytest.mark.parametrize("count", range(10))
def test_products_of_many(count: int) -> None:
    values = random_ints(2 * count, P521, count)
    x = from_ints(values, 9).reshape(count, 2, 9)
    expected = [math.prod(values[i::2]) % P521 for i in range(2)]
    assert to_ints(MODULUS.product(x)) == expected
    assert to_ints(MODULUS.product(x[:, 0])[None]) == expected[:1]


def test_powers_broadcast_and_take_lengths() -> None:
    x, e = random_ints(4, P521, 5), random_ints(3, 2**100, 6)
    bases, exponents = MODULUS.from_ints(x), from_ints(e, 2)
    out = MODULUS.power(bases[:, None], exponents, bits=100)
    assert out.shape == (4, 3, 9)
    assert to_ints(out) == [pow(v, w, P521) for v in x for w in e]
    assert to_ints(MODULUS.power(bases, exponents[0])) == [pow(v, e[0], P521) for v in x]
    assert to_ints(MODULUS.power(bases, np.empty(0, np.uint64))) == [1] * 4
    assert MODULUS.power(bases[:0], exponents[0]).shape == (0, 9)


@pytest.mark.parametrize("count", [1, 8, 9, 31, 40])
@pytest.mark.parametrize("cores", [1, 2, 3])
def test_any_number_of_cores_gives_the_same(count: int, cores: int) -> None:
    x, e = random_ints(count, P521, count), random_ints(count, 2**70, 7)
    with using_cores(cores):
        check_powers(x, e)


def check_powers(x: list[int], e: list[int]) -> None:
    bases, exponents = MODULUS.from_ints(x), from_ints(e, 2)
    assert to_ints(MODULUS.power(bases, exponents)) == [pow(*v, P521) for v in zip(x, e, strict=True)]
    assert to_ints(MODULUS.power_var(bases, 65537)) == [pow(v, 65537, P521) for v in x]
    table = PowersOfBase(MODULUS, bases[0], 70, width=3)
    assert to_ints(table.power(exponents)) == [pow(x[0], v, P521) for v in e]
    moduli = [MODULUS if i % 2 else Modulus(45, limbs=9) for i in range(len(x))]
    powers = montgomery_exponentiate(bases, exponents, moduli)
    assert to_ints(powers) == [pow(v, w, m.n) for v, w, m in zip(x, e, moduli, strict=True)]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 64, 65537, 2**64 - 1, P521 - 1])
def test_public_exponents(exponent: int) -> None:
    x = random_ints(3, P521, 8)
    assert to_ints(MODULUS.power_var(MODULUS.from_ints(x), exponent)) == [pow(v, exponent, P521) for v in x]


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(1, 2**700),
    base=st.integers(0),
    bits=st.integers(1, 150),
    width=st.integers(3, 8),
    count=st.integers(0, 9),
)
def test_a_table_of_one_base(n: int, base: int, bits: int, width: int, count: int) -> None:
    modulus = Modulus(2 * n + 1)
    base %= modulus.n
    exponents = [(2**bits - 1) >> i for i in range(count)]
    table = PowersOfBase(modulus, from_ints([base], modulus.limbs)[0], bits, width=width)
    out = table.power(from_ints(exponents, limbs_for(bits)))
    assert out.shape == (count, modulus.limbs)
    assert to_ints(out) == [pow(base, e, modulus.n) for e in exponents]


@pytest.mark.parametrize("count", range(12))
def test_inverses(count: int) -> None:
    x = [v + 1 for v in random_ints(count, P521 - 1, count)]
    assert to_ints(MODULUS.inverse(MODULUS.from_ints(x))) == [pow(v, -1, P521) for v in x]


def test_every_inverse_of_a_tiny_modulus() -> None:
    units = [v for v in range(45) if math.gcd(v, 45) == 1]
    assert to_ints(SMALL.inverse(SMALL.from_ints(units))) == [pow(v, -1, 45) for v in units]
    assert SMALL.inverse(SMALL.from_ints(units[:6]).reshape(2, 3, 1)).shape == (2, 3, 1)
    for bad in sorted(set(range(45)) - set(units)):
        with pytest.raises(LocalError, match="not-invertible"):
            SMALL.inverse(SMALL.from_ints([1, bad, 2]))


def test_random_numbers_follow_their_source_and_cover_all() -> None:
    numbers = SMALL.random(4000, source("a"))
    assert (numbers == SMALL.random(4000, source("a"))).all()
    counts = np.bincount(numbers.ravel().astype(int), minlength=45)
    assert len(counts) == 45
    assert ((counts > 40) & (counts < 160)).all()
    assert SMALL.random(0).shape == (0, 1)
    assert len(set(to_ints(MODULUS.random(50)))) == 50


def test_random_units_are_units_and_cover_all() -> None:
    units = to_ints(SMALL.random_units(2000, source("b")))
    assert set(units) == {v for v in range(45) if math.gcd(v, 45) == 1}
    assert len(units) == 2000
    assert min(np.bincount(units)[[1, 2, 44]]) > 40
    large = CrtModulus(P, Q).n
    assert all(math.gcd(v, large.n) == 1 for v in to_ints(large.random_units(5)))


def test_jacobi_symbols() -> None:
    for n in range(1, 60, 2):
        factors = [q for q in range(3, n + 1, 2) if all(q % d for d in range(3, q, 2))]
        for a in range(-60, 120):
            expected, rest = 1, n
            for q in factors:
                while rest % q == 0:
                    euler = pow(a, q // 2, q)
                    expected, rest = expected * (euler if euler < 2 else -1), rest // q
            assert jacobi_var(a, n) == expected, (a, n)
    with pytest.raises(LocalError, match="wrong-modulus"):
        jacobi_var(3, 8)


@pytest.mark.parametrize(("p", "q"), [(P, Q), (Q, P), (P * P, Q * Q), (3, P), (2**89 - 1, 2**61 - 1), (5, 7)])
def test_halves_of_a_product(p: int, q: int) -> None:
    crt, n = CrtModulus(p, q), p * q
    values = [0, 1, n - 1, p % n, q % n, *random_ints(4, n, 9)]
    x = crt.n.from_ints(values)
    half_p, half_q = crt.split(x)
    assert to_ints(half_p) == [v % p for v in values]
    assert to_ints(half_q) == [v % q for v in values]
    assert to_ints(crt.combine(half_p, half_q)) == values
    e = random_ints(len(values), 2**80, 10)
    exponents = from_ints(e, 2)
    assert to_ints(crt.power(x, exponents, exponents, bits=80)) == [pow(*v, n) for v in zip(values, e, strict=True)]
    assert to_ints(crt.power(x, exponents[0], exponents[0])) == [pow(v, e[0], n) for v in values]
    assert crt.power(x[:0], exponents[0], exponents[0]).shape == (0, crt.n.limbs)


@pytest.mark.parametrize(("p", "q"), [(15, 21), (4, 7), (P, P), (1, P)])
def test_factors_must_be_odd_and_coprime(p: int, q: int) -> None:
    with pytest.raises(LocalError, match="wrong-modulus"):
        CrtModulus(p, q)


def test_a_miscalculation_does_not_get_out(monkeypatch: pytest.MonkeyPatch) -> None:
    crt = CrtModulus(P, Q)
    halves = crt.split(crt.n.from_ints([12345]))
    right = Modulus.mul

    def wrong_once(self: Modulus, x: object, y: object) -> object:
        out = right(self, x, y)
        if self is crt.n:
            out[0, 0] ^= np.uint64(1)
        return out

    monkeypatch.setattr(Modulus, "mul", wrong_once)
    with pytest.raises(LocalError, match="computation-fault"):
        crt.combine(*halves)


def test_rsa_signatures_equal_openssl() -> None:
    key = rsa.generate_private_key(65537, 2048)
    numbers, n = key.private_numbers(), key.public_key().public_numbers().n
    crt = CrtModulus(numbers.p, numbers.q)
    messages = [b"%d" % i for i in range(5)]
    signatures = [int.from_bytes(key.sign(m, padding.PKCS1v15(), SHA256())) for m in messages]
    encoded = crt.n.power_var(crt.n.from_ints(signatures), 65537)
    assert all(f"{v:0512x}".startswith("0001ffffffff") for v in to_ints(encoded))
    dmp1, dmq1 = (from_ints([d], crt.half_limbs)[0] for d in (numbers.dmp1, numbers.dmq1))
    assert to_ints(crt.power(encoded, dmp1, dmq1)) == signatures
    assert to_ints(Modulus(n).power(encoded, from_ints([numbers.d], 32)[0])) == signatures


def test_wrong_arrays() -> None:
    x = MODULUS.from_ints([1, 2])
    for call in (
        lambda: MODULUS.mul(x, x[:, :8]),
        lambda: MODULUS.mul(x, np.uint64(3)),
        lambda: MODULUS.mul(x, np.zeros((3, 9), np.uint64)),
        lambda: MODULUS.product(x[0]),
        lambda: MODULUS.reduce(np.uint64(3)),
        lambda: MODULUS.power(x, x, bits=64),
        lambda: MODULUS.power(x, np.uint64(3)),
        lambda: montgomery_exponentiate(x, x[:1], MODULUS),
        lambda: montgomery_exponentiate(x, x, [MODULUS]),
        lambda: montgomery_exponentiate(x, x, [MODULUS, SMALL]),
        lambda: montgomery_exponentiate(x[:, :8], x, MODULUS),
        lambda: montgomery_exponentiate(x[0], x[0], MODULUS),
        lambda: PowersOfBase(MODULUS, x, 100),
        lambda: CrtModulus(P, Q).power(x, x[:1], x[0]),
        lambda: CrtModulus(P, Q).power(x[0], x[0], x[0]),
        lambda: PowersOfBase(MODULUS, x[0], 100).power(x),
    ):
        with pytest.raises(LocalError, match="wrong-shape"):
            call()
    for call in (lambda: MODULUS.mul(x, x.astype(np.int64)), lambda: MODULUS.power(x, [3]), lambda: to_ints([3])):
        with pytest.raises(LocalError, match="wrong-dtype"):
            call()
    for call in (
        lambda: MODULUS.power_var(x, -1),
        lambda: PowersOfBase(MODULUS, x[0], 0),
        lambda: PowersOfBase(MODULUS, x[0], 10, width=9),
    ):
        with pytest.raises(LocalError, match="wrong-number"):
            call()
