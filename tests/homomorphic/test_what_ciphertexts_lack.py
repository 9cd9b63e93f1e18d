"""Functions and methods of numpy that ciphertexts lack are refused in words; its arrays stand beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from homomorphic.both_systems import systems

from mpc.errors import LocalError


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (np.sqrt, "np.sqrt"), (np.mean, "np.mean"), (np.add.reduce, "np.add"), (np.abs, "np.absolute"),
        (lambda c: c.mean(), ".mean"), (lambda c: c.dtype, ".dtype"), (lambda c: c.max(axis=0), ".max"),
        (lambda c: np.array([1, 2]) / c, "a quotient"), (lambda c: np.array([1, 2]) ** c, "a power"),
        (lambda c: divmod(5, c), "a quotient"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_not_defined_is_named(wrong: Callable[[Any], Any], named: str) -> None:
    for system in systems():
        with pytest.raises(LocalError, match="unsupported-operation") as refused:
            wrong(system.key.encrypt([1, 2], bound=3))
        assert f"{named} is not defined on ciphertexts" in refused.value.cause


def test_what_no_array_has_is_missing_as_python_says_it() -> None:
    for system in systems():
        encrypted = system.key.encrypt([1, 2], bound=3)
        assert not hasattr(encrypted, "mean")
        with pytest.raises(AttributeError, match="has no attribute 'decrypt'") as missing:
            _ = encrypted.decrypt
        assert not isinstance(missing.value, LocalError)


def test_arrays_on_the_left_leave_operators_to_ciphertexts() -> None:
    a = np.array([3, 1], np.int8)
    for system in systems():
        c = system.key.encrypt([1, 2], bound=3)
        total = np.zeros(2, np.int8)
        total += c
        found = (a + c, a - c, a * c, a @ c, total, np.subtract(c, a), np.sum(c), np.int8(2) * c)
        wanted = ([4, 3], [2, -1], [3, 2], 5, [1, 2], [-2, 1], 3, [2, 4])
        for sealed, plain in zip(found, wanted, strict=True):
            assert system.key.decrypt(sealed).tolist() == plain
        with pytest.raises(LocalError, match="secret-truth"):
            a == c  # noqa: B015
