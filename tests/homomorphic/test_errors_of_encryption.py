"""Of what cannot be encrypted the owner is told the rows and the bound; of keys in a result, what keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from elgamal import elgamal_keys
from homomorphic.both_systems import systems
from paillier import paillier_keys

from mpc.accounts.plain import with_notes
from mpc.errors import LocalError


@pytest.mark.parametrize(
    ("values", "bound", "where", "code"),
    [
        (np.array([1, np.nan, 2, np.inf]), None, "rows 1, 3, counted from 0", "not-a-number"),
        ([[1, 2], [float("nan"), 10**30]], None, "row 1, counted from 0", "not-a-number"),
        ([1, 2, 4], 3, "3, as `bound=` says: in row 2, counted from 0", "out-of-range"),
        ([[1.0, 2.0], [3.5, 9.0]], 3, "3, as `bound=` says: in row 1, counted from 0", "out-of-range"),
        ([1, 2**70, -(2**80)], 2**69, "rows 1, 2, counted from 0", "out-of-range"),
        ([0.5, 2.0**40], None, "that of numbers with a fraction", "out-of-range"),
        ([1, 2**64], None, "that of Python whole numbers", "out-of-range"),
    ],
    ids=range(7),
)
def test_rows_and_bounds_are_named(values: Any, bound: int | None, where: str, code: str) -> None:
    for system in systems():
        with pytest.raises(LocalError, match=code) as refused:
            system.key.encrypt(values, bound=bound)
        assert where in refused.value.cause


def test_of_two_cryptosystems_nothing_is_said_of_keys() -> None:
    one, two = (system.key.encrypt([1], bound=3) for system in systems())
    for x, y in ((one, two), (two, one)):
        with pytest.raises(LocalError, match="ciphertexts of two cryptosystems"):
            x + y


def test_what_keeps_a_key_or_ciphertexts_is_said_where_a_result_holds_them() -> None:
    for key in (paillier_keys.key(), elgamal_keys.key()):
        ((of_key, of_ciphertexts), notes) = with_notes([key, key.encrypt([1], bound=3)])
        assert of_key.startswith("PrivateKey")
        assert "holds a PrivateKey, of which only a text is kept: `key.save(path)` keeps it" in notes[0]
        assert "holds a Ciphertexts, of which only a text is kept: `to_bytes` gives" in notes[1]
        assert of_ciphertexts.startswith("Ciphertexts")
