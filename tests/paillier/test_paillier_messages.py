"""Ciphertexts on their way: what is sent shows nothing of how it was computed, what comes is checked in full."""

import math
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from paillier.paillier_keys import key, tiny_key

from bench.peers.environments import ENVIRONMENTS
from mpc import paillier
from mpc.errors import PeerError
from mpc.network.wire import pack, unpack

VALUES = np.array([[1, -2, 3], [2**40, 0, -(2**62)]])


def sent(x: paillier.Ciphertexts) -> bytes:
    return paillier.to_bytes(x)


def received(data: bytes, **options: object) -> paillier.Ciphertexts:
    return key().public.ciphertexts_from(data, "bank", **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def x() -> paillier.Ciphertexts:
    return key().public.encrypt(VALUES)


def test_there_and_back(x: paillier.Ciphertexts) -> None:
    y = received(sent(x), shape=(2, 3))
    assert np.array_equal(key().decrypt(y), VALUES)
    assert y.scale == x.scale
    reals = received(sent(key().public.encrypt([0.5, -1.25], fractional_bits=7, bound=3)))
    assert key().decrypt(reals).tolist() == [0.5, -1.25]
    assert (reals.scale.fractional_bits, reals.scale.bound) == (7, 384)
    for shape in ((), (0,), (3, 0, 2)):
        empty = key().public.encrypt(np.zeros(shape, np.int64))
        assert received(sent(empty)).shape == shape


def test_only_what_is_fresh_leaves_as_it_is() -> None:
    x = key().public.encrypt(VALUES)
    assert x.fresh
    for computed in (x + 1, x * paillier.public(2), -x, x + x, x.sum(0), x + 0, paillier.concatenate([x, x + 1])):
        assert not computed.fresh
        arrived = received(sent(computed))
        assert not set(arrived.integers()) & set(computed.integers())
        assert np.array_equal(key().decrypt(arrived), key().decrypt(computed))
    assert (x + 1).rerandomised().fresh
    assert received(sent(x.T.within(2**62))).integers() == x.T.integers()
    assert not x.fresh
    assert not received(sent(x)).fresh


def test_what_was_chosen_or_sent_before_cannot_be_recognised() -> None:
    """Else a party that sends its list, and then a part of it in a secret order, shows the order."""
    x = key().public.encrypt(VALUES[0])
    known = set(received(sent(x)).integers())
    chosen = (x[::-1], x[[0, 0]], x[1], x[np.array([True, False, True])], next(iter(x)))
    for again in (x, x.reshape(3, 1), x.within(2**50), paillier.concatenate([x[1:], x[:1]]), *chosen):
        there = received(sent(again)).integers()
        assert not known & set(there)
        assert len(set(there)) == len(there)
        known |= set(there)
    two = paillier.concatenate([one := key().public.encrypt([1]), one])
    assert len(set(received(sent(two)).integers())) == 2


def test_of_two_threads_one_sends_what_is_fresh() -> None:
    x = tiny_key().public.encrypt([1], bound=1)
    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(lambda _: tiny_key().public.ciphertexts_from(sent(x), "bank").integers()[0], range(64)))
    assert there.count(x.integers()[0]) == 1


@pytest.mark.parametrize("exponent", ["half", "short", "textbook"])
def test_zero_times_anything_shows_nothing(exponent: paillier.Exponent) -> None:
    """Its power is 1, which everybody would recognise."""
    public = tiny_key().public.drawing(exponent)
    nothing = public.encrypt([5], bound=9) * paillier.public(0)
    assert nothing.integers() == [1]
    arrived = public.ciphertexts_from(sent(nothing), "bank")
    assert arrived.integers() != [1]
    assert tiny_key().decrypt(arrived).tolist() == [0]


def refused(data: bytes, code: str, **options: object) -> None:
    with pytest.raises(PeerError, match=rf"\[{code}\] bank sent") as caught:
        received(data, **options)
    assert caught.value.party == "bank"


def changed(x: paillier.Ciphertexts, **fields: object) -> bytes:
    return pack(unpack(sent(x)) | fields)


def numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(512, "little") for value in values)


def test_each_fault_has_its_error(x: paillier.Ciphertexts) -> None:
    n, one = key().public.group.n, x[0, :1]
    p, _ = key()._factors
    refused(sent(tiny_key().public.encrypt([1], bound=1)), "paillier-other-key")
    refused(sent(x), "paillier-shape", shape=(3, 2))
    refused(changed(x, shape=(2, 2)), "paillier-count")
    refused(changed(x, shape=(2**31, 2**31)), "paillier-count")
    refused(changed(x, content=unpack(sent(x))["content"][:-1]), "paillier-count")
    for number in (n * n, n * n + 1, 2**4096 - 1):
        refused(changed(one, content=numbers(number)), "paillier-range")
    for number in (0, n, p, n * n - n, p * 12345):
        refused(changed(one, content=numbers(number)), "paillier-not-unit")
    fine = changed(one, content=numbers(n * n - 1))
    assert received(fine).integers() == [n * n - 1]
    several = [7, n * n - 1, n, 5, 1, 3]
    refused(changed(x, content=numbers(*several)), "paillier-not-unit")


@pytest.mark.parametrize(
    "fields",
    [{"version": 1}, {"version": 3}, {"version": None}, {"format": ""}, {"shape": 5}, {"shape": (-1,)},
     {"shape": (1,) * 9}, {"shape": (1.5,)},
     {"shape": (0, 2**31, 2**31), "content": b""}, {"shape": (2**32 - 1,) * 7 + (0,), "content": b""},
     {"shape": (True,)}, {"fractional_bits": 0}, {"fractional_bits": b""}, {"fractional_bits": "1"},
     {"fractional_bits": b"\xff" * 2}, {"bound": 3}, {"bound": b""},
     {"bound": b"\xff" * 256}, {"bound": b"\x01" * 10000}, {"content": "x"},
    {"layout": 1}, {"layout": (8, 3, 5)}, {"key": 1}, {"more": 1}],
    ids=lambda fields: str(fields)[:40],
)  # fmt: skip
def test_descriptions_that_make_no_sense(x: paillier.Ciphertexts, fields: dict[str, object]) -> None:
    refused(changed(x, **fields), "paillier-malformed")


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93" * 5000, pack([1, 2]), pack("x" * 99), bytes(10**5)])
def test_bytes_that_are_no_ciphertexts(data: bytes) -> None:
    refused(data, "paillier-malformed")


def outcome(data: bytes) -> PeerError | None:
    try:
        tiny_key().public.ciphertexts_from(data, "bank")
    except PeerError as error:
        return error
    return None


def test_every_message_that_is_cut_or_changed_is_refused_or_a_ciphertext() -> None:
    """Of a tiny key, whose message is short: PeerError or ciphertexts, never another exception."""
    data = sent(tiny_key().public.encrypt([1, 2], bound=5))
    for at in range(len(data)):
        for wrong in (data[:at], data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]):
            error = outcome(wrong)
            assert error is None or (error.party == "bank" and error.code.startswith("paillier-"))


def textbook_decrypt(c: int, p: int, q: int) -> int:
    """Paillier, EUROCRYPT 1999, section 4, with g = N + 1, by Python's integers."""
    n, order = p * q, math.lcm(p - 1, q - 1)
    return (pow(c, order, n * n) - 1) // n * pow(order, -1, n) % n


def test_ciphertexts_are_those_of_other_libraries(x: paillier.Ciphertexts) -> None:
    """Other libraries encrypt whole numbers as (1 + N m) r^N mod N^2, negative ones as N less their size."""
    p, q = key()._factors
    n = p * q
    theirs = [(1 + n * m) * pow(r, n, n * n) % (n * n) for m, r in ((5, 12345), (n - 7, 2**2000), (0, 3))]
    content = numbers(*theirs)
    arrived = received(changed(x[0], content=content, shape=(3,)))
    assert key().decrypt(arrived).tolist() == [5, -7, 0]
    ours = [textbook_decrypt(c, p, q) for c in x[0].integers()]
    assert ours == [int(v) % n for v in VALUES[0]]


PHE = """
import sys
from phe import paillier
p, q, *ciphertexts = map(int, sys.stdin.read().split())
public = paillier.PaillierPublicKey(p * q)
private = paillier.PaillierPrivateKey(public, p, q)
for c in ciphertexts:
    print(private.decrypt(paillier.EncryptedNumber(public, c, 0)))
for m in (17, -3, 2**60):
    print(public.encrypt(m).ciphertext())
"""


def test_phe_reads_ours_and_we_read_phe(x: paillier.Ciphertexts) -> None:
    """In the environment of `python -m bench.peers.environments`, where that was made."""
    if complaint := ENVIRONMENTS["phe"].complaint():
        pytest.skip(f"phe is {complaint}")
    orders = " ".join(map(str, [*key()._factors, *x.integers()]))
    done = subprocess.run(
        [str(ENVIRONMENTS["phe"].python), "-c", PHE], input=orders, capture_output=True, text=True, check=True
    )
    lines = [int(line) for line in done.stdout.split()]
    assert lines[:6] == VALUES.ravel().tolist()
    arrived = received(changed(x[0], content=numbers(*lines[6:]), shape=(3,)))
    assert key().decrypt(arrived).tolist() == [17, -3, 2**60]
