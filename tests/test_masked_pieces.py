"""What functions in pieces compute of masks, at its face: work on several cores, arrays that do not fit."""

from collections.abc import Callable

import numpy as np
import pytest

from mpc.algebra import powers_of_masks, thermometers
from mpc.algebra.cores import using_cores
from mpc.algebra.powers_of_masks import polynomials
from mpc.algebra.ring import Words
from mpc.algebra.thermometers import crossed
from mpc.algebra.thermometers import thermometers as thermometers_of
from mpc.errors import LocalError


def words(*shape: int) -> Words:
    return np.random.default_rng(shape).integers(0, 2**64, shape, np.uint64)


FITTING = words(2, 4), words(2, 3, 4), words(150), words(3, 3), words(4, 150), words(3, 4, 150)
"""Two tables of degree 3 and three thresholds, for 150 numbers."""


def test_cores_share_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    places, table = words(150) % np.uint64(128), words(150, 2)
    alone = polynomials(*FITTING), crossed(table, places, (3, 9), place_bits=7, whole=True), thermometers_of(places, 7)
    monkeypatch.setattr(powers_of_masks, "ENOUGH_WORK", 10)
    monkeypatch.setattr(thermometers, "ENOUGH_WORK", 10)
    with using_cores(3):
        assert (polynomials(*FITTING) == alone[0]).all()
        assert (crossed(table, places, (3, 9), place_bits=7, whole=True) == alone[1]).all()
        assert (thermometers_of(places, 7) == alone[2]).all()


def test_operands_of_any_layout() -> None:
    first, steps, c, opened, powers, products = FITTING
    turned = np.asfortranarray(powers), np.asfortranarray(products)
    assert (polynomials(first, steps, np.repeat(c, 2)[::2], opened, *turned) == polynomials(*FITTING)).all()


@pytest.mark.parametrize("place", range(6))
def test_what_does_not_belong_together_is_refused(place: int) -> None:
    operands = list(FITTING)
    operands[place] = operands[place][..., :-1].copy()
    with pytest.raises(LocalError) as caught:
        polynomials(*operands)
    assert caught.value.code == "wrong-shape"


REFUSED: dict[str, Callable[[], object]] = {
    "wrong-shape": lambda: crossed(words(32, 3), words(64) % np.uint64(32), (3,), place_bits=5, whole=True),
    "wrong-dtype": lambda: crossed(words(32, 1), np.zeros(64, np.int64), (3,), place_bits=5, whole=True),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("code", REFUSED)
def test_thermometers_of_other_numbers_are_refused(code: str) -> None:
    with pytest.raises(LocalError) as caught:
        REFUSED[code]()
    assert caught.value.code == code
