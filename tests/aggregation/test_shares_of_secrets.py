"""Shamir's sharing of 32 bytes: known answers, any t of them, and that t - 1 say nothing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mpc.algebra.field import FIELD64
from mpc.prg import Seed
from protocols.aggregation.shares_shamir79 import _powers, are_shares, join, split
from protocols.aggregation.wrong_shares_gao03 import wrong_shares

P = 2**64 - 2**32 + 1
SECRETS = [bytes(range(32)), b"\xff" * 32, bytes(32)]


class Chosen:
    """A stream of words that a test names."""

    def __init__(self, words: list[int]) -> None:
        self._words = words

    def words(self, shape: tuple[int, ...]) -> np.ndarray:
        taken, self._words = self._words[: int(np.prod(shape))], self._words[int(np.prod(shape)) :]
        return np.array(taken, np.uint64).reshape(shape)


def test_known_answers() -> None:
    """f(x) = s + 1 x + 2 x^2 for each of the five parts s of 56 bits, by Python's integers."""
    shares = split(SECRETS[:1], [1, 2, 9], 3, Chosen([1] * 5 + [2] * 5))  # type: ignore[arg-type]
    parts = [int.from_bytes(SECRETS[0][7 * i : 7 * i + 7], "little") for i in range(5)]
    assert shares.tolist() == [[[(s + x + 2 * x * x) % P for s in parts]] for x in (1, 2, 9)]


@pytest.mark.parametrize("threshold", [1, 2, 3, 5])
def test_any_t_shares_give_the_secret(threshold: int) -> None:
    points = [1, 2, 3, 7, 65536]
    shares = split(SECRETS, points, threshold, Seed(bytes(32)).prg("test"))
    for those in combinations(range(5), threshold):
        for i, secret in enumerate(SECRETS):
            assert join([points[j] for j in those], shares[list(those), i]) == secret


def test_t_minus_one_shares_fit_every_secret() -> None:
    """What t - 1 shares add to the secret is a one-to-one image of the noise drawn: its matrix has an inverse."""
    for those in combinations(range(1, 8), 3):
        noise = FIELD64.to_ints(_powers(those, 4)[:, 1:]).tolist()
        (a, b, c), (d, e, f), (g, h, i) = noise
        assert (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)) % P


def test_what_is_no_secret() -> None:
    points, prg = [1, 2, 3], Seed(bytes(32)).prg("test")
    shares = split(SECRETS[:1], points, 3, prg)[:, 0]
    wrong = shares.copy()
    wrong[1, 2] ^= np.uint64(1 << 60)
    assert join(points, wrong) is None
    assert are_shares(shares)
    assert not are_shares(np.array([P], np.uint64))


def test_many_points() -> None:
    points = list(range(1, 301))
    shares = split(SECRETS, points, 200, Seed(bytes(32)).prg("test"))
    assert [join(points[100:], shares[100:, i]) for i in range(3)] == SECRETS


@pytest.mark.parametrize(("count", "threshold"), [(2, 1), (3, 1), (4, 2), (5, 3), (9, 4), (20, 13)])
def test_wrong_shares_are_found_up_to_half_of_those_to_spare(count: int, threshold: int) -> None:
    points = [3 * i + 1 for i in range(count)]
    shares = split([bytes(range(32))], points, threshold, Seed(bytes(32)).prg("test"))[:, 0]
    radius = (count - threshold) // 2
    for wrong in ([], [0], [count - 1], list(range(radius)), list(range(count - radius, count))):
        bent = shares.copy()
        for k, place in enumerate(wrong):
            bent[place, k % 5] ^= np.uint64(1)
        assert wrong_shares(points, bent, threshold) == (wrong if len(wrong) <= radius else None)
    assert wrong_shares(points, np.zeros_like(shares), threshold) == []
