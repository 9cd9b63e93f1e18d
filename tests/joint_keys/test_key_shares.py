"""Shares of keys: how they are dealt, what up to `threshold` of them tell, how they are kept."""

from __future__ import annotations

import copy
import pickle
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joint_keys.shared_keys import TINY, full_key, tiny_shares

from mpc.algebra.bigint import to_ints
from mpc.errors import LocalError
from protocols.homomorphic.key_files import new_key_file
from protocols.joint_keys import AdditiveShare, deal, load, polynomials_shoup00, save, sharing_fps00
from protocols.joint_keys.polynomials_shoup00 import (
    delta,
    points_of,
    shares_modulo,
    weights,
    whole_share_bits,
    whole_shares,
)
from protocols.paillier.keys import PrivateKey


@given(n=st.integers(2, 9), data=st.data())
def test_weights_give_delta_times_the_value_at_0(n: int, data: st.DataObject) -> None:
    t = data.draw(st.integers(1, n - 1))
    coefficients = data.draw(st.lists(st.integers(-(2**80), 2**80), min_size=t + 1, max_size=t + 1))
    places = data.draw(st.permutations(range(n)))[: t + 1]
    points = points_of(coefficients, n)
    assert sum(w * points[i] for w, i in zip(weights(places, n), places, strict=True)) == delta(n) * coefficients[0]


@given(n=st.integers(2, 6), bits=st.integers(1, 200), data=st.data())
def test_whole_shares_are_as_long_as_is_said_and_never_negative(n: int, bits: int, data: st.DataObject) -> None:
    t = data.draw(st.integers(1, n - 1))
    secret = data.draw(st.integers(-(2**bits), 2**bits))
    byte = data.draw(st.sampled_from([b"\0", b"\xff", b"\x5a"]))
    points = whole_shares(secret, bits, n, t, lambda size: byte * size)
    assert all(0 <= point < 1 << whole_share_bits(bits, n, t) for point in points)
    shown = sum(w * points[i] for i, w in enumerate(weights(range(t + 1), n)))
    assert shown == delta(n) ** 2 * secret


@pytest.fixture
def enumerated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is drawn next, in place of random numbers."""
    drawn: list[int] = []
    monkeypatch.setattr(polynomials_shoup00, "_below", lambda bound, source: drawn.pop(0))
    return drawn


def seen(points: list[int], places: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(points[place] for place in places)


@pytest.mark.parametrize(("n", "t"), [(2, 1), (3, 1), (3, 2), (4, 2)])
def test_threshold_points_of_a_dealer_are_uniform_whatever_is_dealt(n: int, t: int, enumerated: list[int]) -> None:
    """All polynomials modulo 35, whose factors are above n as those of N^s m are."""
    for secret in (0, 1, 17):
        views: dict[tuple[int, ...], Counter[tuple[int, ...]]] = {
            places: Counter() for places in combinations(range(n), t)
        }
        for drawn in product(range(35), repeat=t):
            enumerated.extend(drawn)
            points = shares_modulo(secret, 35, n, t, bytes)
            for places, view in views.items():
                view[seen(points, places)] += 1
        for view in views.values():
            assert set(view.values()) == {1}
            assert len(view) == 35**t


@pytest.mark.parametrize(("n", "t", "spare"), [(2, 1, 6), (3, 1, 6), (3, 2, 1)])
def test_threshold_points_of_whole_numbers_differ_by_no_more_than_is_said(
    n: int, t: int, spare: int, enumerated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All polynomials, with masks longer by a few bits where 80 are taken: two views are 2^-bits apart at most."""
    monkeypatch.setattr(polynomials_shoup00, "SPARE_BITS", spare)
    length = 1 + delta(n).bit_length() + t + spare
    views: dict[tuple[tuple[int, ...], int], Counter[tuple[int, ...]]] = defaultdict(Counter)
    for secret in (-2, 2):
        for drawn in product(range(1 << length), repeat=t):
            enumerated.extend(drawn)
            points = whole_shares(secret, 1, n, t, bytes)
            for places in combinations(range(n), t):
                views[places, secret][seen(points, places)] += 1
    for places in combinations(range(n), t):
        a, b = views[places, -2], views[places, 2]
        distance = Fraction(sum(abs(a[x] - b[x]) for x in a.keys() | b.keys()), 2 << length * t)
        assert 0 < distance <= Fraction(1, 2**spare)


@pytest.mark.parametrize("s", [1, 2])
def test_beta_is_80_bits_longer_than_plaintexts(s: int) -> None:
    """So that theta is uniform, and tells nothing of phi(N)."""
    made = AdditiveShare(TINY[0] * TINY[1], 5)
    assert sharing_fps00._limbs(made, s, full_key()).x_bits == s * 40 + 80


def test_a_dealer_shares_a_number_that_decrypts() -> None:
    """f(0) is 0 modulo the order of the squares of N-th powers, and 1 modulo N^2; threshold points are not."""
    p, q = TINY
    for s in (1, 2):
        shares = tiny_shares(4, 2, s=s, primes=TINY)
        points = [to_ints(share.secret_words[None])[0] for share in shares]
        for places in combinations(range(4), 3):
            total = sum(w * points[i] for i, w in zip(places, weights(places, 4), strict=True))
            assert total % (p * q) ** s == delta(4)
            assert total % ((p - 1) * (q - 1) // 4) == 0
        assert all(share.fits() for share in shares)
        assert not shares[0].joint.safe
        assert tiny_shares(2, 1)[0].joint.safe


@pytest.mark.slow
def test_a_dealt_key_of_full_size() -> None:
    shares = deal(3, 1)
    assert shares[0].joint.safe
    assert shares[2].public.bits == 2048
    assert all(share.fits() for share in shares)
    assert len({share.joint for share in shares}) == 1


@pytest.mark.parametrize(("parties", "threshold"), [(1, 0), (1, 1), (2, 0), (2, 2), (3, 5), (33, 1), (-1, -2)])
def test_parties_and_thresholds_that_cannot_be(parties: int, threshold: int) -> None:
    with pytest.raises(LocalError, match="joint-key-parties"):
        deal(parties, threshold)
    with pytest.raises(LocalError, match="joint-key-parties"):
        tiny_shares(parties, threshold)


@pytest.mark.parametrize(("parties", "threshold"), [("3", 1), (3, "1"), (2.5, 1)])
def test_parties_and_thresholds_are_whole_numbers(parties: int, threshold: int) -> None:
    with pytest.raises(LocalError, match="wrong-argument"):
        deal(parties, threshold)


def test_a_share_shows_nothing_and_is_not_pickled() -> None:
    share = tiny_shares(2, 1)[0]
    secret = to_ints(share.secret_words[None])[0]
    made = AdditiveShare(TINY[0] * TINY[1], 123456789)
    assert str(secret) not in repr(share)
    assert "123456789" not in repr(made)
    for each in (share, made):
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(LocalError, match="secret-key"):
                attempt(each)


def test_what_is_public_of_a_key_compares() -> None:
    first, second = tiny_shares(3, 1), tiny_shares(3, 1)
    assert first[0].joint == first[2].joint
    assert first[0].joint != second[0].joint
    assert first[0].joint != 1
    assert "any 2 of 3 parties decrypt, safe primes" in repr(first[0].joint)
    assert "primes of which no more is known" in repr(tiny_shares(2, 1, primes=TINY)[0])


def test_a_share_is_kept_in_a_file(tmp_path: Path) -> None:
    new_key_file(tmp_path / "key")
    shares = tiny_shares(3, 2, s=2)
    for place, share in enumerate(shares):
        save(share, tmp_path / f"share{place}", key_file=tmp_path / "key")
        found = load(tmp_path / f"share{place}", key_file=tmp_path / "key")
        assert found.joint == share.joint
        assert found.place == place
        assert found.fits()
        assert found.public.exponent == "half"
    save(tiny_shares(2, 1, primes=TINY)[0], tmp_path / "other", key_file=tmp_path / "key")
    assert load(tmp_path / "other", key_file=tmp_path / "key").public.exponent == "textbook"
    with pytest.raises(LocalError, match="key-exists"):
        save(shares[0], tmp_path / "share0", key_file=tmp_path / "key")
    PrivateKey.insecure_of(*TINY).save(tmp_path / "private", key_file=tmp_path / "key")
    with pytest.raises(LocalError, match="bad-key"):
        load(tmp_path / "private", key_file=tmp_path / "key")


def test_the_files_of_the_largest_key_fit(tmp_path: Path) -> None:
    new_key_file(tmp_path / "key")
    shares = tiny_shares(32, 31, s=3)
    save(shares[31], tmp_path / "share", key_file=tmp_path / "key")
    assert load(tmp_path / "share", key_file=tmp_path / "key").fits()
    assert full_key().public.bits == 2048
