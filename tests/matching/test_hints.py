"""Programmed functions: chosen values where they were programmed, random ones elsewhere, in hints that show neither."""

from __future__ import annotations

import numpy as np
import pytest

from mpc.errors import LocalError
from mpc.testing import insecure_seed
from protocols.matching.among_several_kmprt17 import _shares_of_zero
from protocols.matching.programmed_kmprt17 import FIELD, MASK, PLACE, Layout, Places, programmed, read


def places_of(layout: Layout, count: int, name: str = "places") -> Places:
    data = insecure_seed(name).prg("outputs").bytes(count * (PLACE + MASK))
    return Places.of(layout, [data[i : i + PLACE + MASK] for i in range(0, len(data), PLACE + MASK)])


def targets_of(count: int) -> np.ndarray:
    return FIELD.draw(insecure_seed("targets").prg("drawn"), (count,))


@pytest.mark.parametrize("count", [0, 1, 2, 17, 128, 700])
def test_values_are_read_where_they_were_programmed(count: int) -> None:
    layout, targets = Layout.of(count), targets_of(count)
    places = places_of(layout, count)
    hint = programmed(layout, places, targets, insecure_seed("filling").prg("hint"))
    assert hint.shape == layout.shape
    assert (read(layout, hint, places) == targets).all()
    other = places_of(layout, 50, "others")
    assert not (read(layout, hint, other)[:, None] == targets).all(-1).any()


def test_the_hint_is_the_polynomial_of_the_integers() -> None:
    """Of degree below d, through all points: there is one such."""
    layout, targets = Layout(1, 5), targets_of(5)
    places = places_of(layout, 5)
    hint = FIELD.to_ints(programmed(layout, places, targets, insecure_seed("filling").prg("hint"))[:, 0])
    points, values = FIELD.to_ints(places.points), FIELD.to_ints(FIELD.add(targets, places.masks))
    for x, y in zip(points, values, strict=True):
        assert sum(int(c) * int(x) ** k for k, c in enumerate(hint)) % FIELD.p == y


@pytest.mark.parametrize("parties", [(0, 1), (0, 1, 2), (3, 5, 7, 9)])
def test_shares_of_zero_add_up_where_all_have_an_identifier(parties: tuple[int, ...]) -> None:
    """Of all parties together; any of them without one are random, so that what one lacks shows as no zero."""
    keys = {(i, j): bytes([i, j] * 16) for i in parties for j in parties if i < j}
    shares = []
    for me in parties:
        others = [(other < me, keys[min(me, other), max(me, other)]) for other in parties if other != me]
        shares.append(_shares_of_zero([b"a", b"b"], others))
    total = FIELD.zeros(2)
    for share in shares:
        assert total.any() or share is shares[0]
        total = FIELD.add(total, share)
    assert not total.any()
    assert len({share.tobytes() for share in shares}) == len(parties)


def test_degrees_hold_with_the_stated_chance() -> None:
    """The tail of the binomial distribution in exact numbers, for all bins together."""
    from fractions import Fraction
    from math import comb

    for count in (128, 200, 640):
        layout = Layout.of(count)
        chance = Fraction(1, layout.bins)
        tail = sum(
            comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(layout.degree + 1, count + 1)
        )
        assert layout.bins * tail < Fraction(1, 2**40)
    large = Layout.of(100_000)
    assert large.words * 8 / 100_000 < 40


def test_a_bin_with_too_many_is_refused() -> None:
    layout = Layout(2, 3)
    places = Places(np.zeros(4, np.int64), targets_of(4), targets_of(4))
    with pytest.raises(LocalError, match="matching-overfull"):
        programmed(layout, places, targets_of(4), insecure_seed("filling").prg("hint"))


@pytest.mark.parametrize("count", [0, 3, 64])
def test_hints_are_uniform_whatever_is_programmed(count: int) -> None:
    """With masks that are random, of targets that are all zero: the top four bits of all words, by chi squared.

    No seed of these has more than 60, which fifteen degrees of freedom exceed with a chance of 2^-21.
    """
    layout, drawn = Layout(1, 64), []
    for i in range(20):
        places = places_of(layout, count, f"places {i}")
        hint = programmed(layout, places, FIELD.zeros(count), insecure_seed(f"filling {i}").prg("hint"))
        drawn.append(hint[..., 1].ravel() >> np.uint64(60))
    seen = np.bincount(np.concatenate(drawn).astype(int), minlength=16)
    expected = seen.sum() / 16
    assert ((seen - expected) ** 2 / expected).sum() < 60
