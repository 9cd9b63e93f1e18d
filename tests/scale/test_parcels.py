"""Results of parts come back as they were, to their own party and place, and to nobody else."""

from __future__ import annotations

from enum import Enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from mpc.prg import Seed
from mpc.testing import insecure_seed
from party_runner.scale.parcels import key_of_run, opened, sealed
from protocols.array.carried import Carried
from protocols.ranges import NO_BOUND, Range

KEY = key_of_run(insecure_seed("own", 0), b"run")
WORDS = np.arange(6, dtype=np.uint64).reshape(2, 3)
SECRET = Carried((2, 3), "fixed", 16, Range(-(1 << 90), 1 << 200, NO_BOUND), True, 64, WORDS)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), inner, max_size=3)
    ),
    max_leaves=8,
)


def back(value: object) -> object:
    return opened(sealed(value, KEY, 3, 1), KEY, 3, 1)


@given(plain)
def test_plain_values_come_back(value: object) -> None:
    assert repr(back(value)) == repr(value)


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<i2", "|u1", "|b1", "<u8", "<f4"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_arrays_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    value = np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape).astype(dtype)
    again = back(value)
    assert isinstance(again, np.ndarray)
    assert (again.shape, again.dtype) == (shape, value.dtype.newbyteorder("<"))
    np.testing.assert_array_equal(again, value)


class Level(int, Enum):
    HIGH = 3


@pytest.mark.parametrize(
    "value", [np.int64(3), np.bool_(True), np.float32(0.5), {np.int64(1): 2}, Level.HIGH, "\ud800", 1 << 20_000],
    ids=["int64", "bool_", "float32", "key", "enum", "surrogate", "long"],
)  # fmt: skip
def test_numbers_of_any_type_come_back_as_numbers(value: object) -> None:
    """They are opened when all parts are done: what failed then, or was an array, would cost all of them."""
    again = back(value)
    assert again == value
    assert not isinstance(again, np.ndarray)


def test_parts_of_secrets_come_back() -> None:
    (again,) = back({"x": [SECRET]})["x"]  # type: ignore[index]
    assert again.public == SECRET.public
    np.testing.assert_array_equal(again.own, WORDS)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, np.ma.masked_array([1, 2], [0, 1]), np.array(["a"]), np.array([None]), 1j, [[print]]]
)
def test_what_is_not_carried_is_refused_by_its_type(value: object) -> None:
    with pytest.raises(LocalError, match="part-result"):
        back(value)


def test_lists_without_end_are_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(LocalError, match="without end"):
        back(value)


def test_every_changed_byte_is_noticed() -> None:
    parcel = sealed([1, SECRET], KEY, 0, 0)
    for place in range(len(parcel)):
        bent = bytearray(parcel)
        bent[place] ^= 1
        with pytest.raises(LocalError, match="part-damaged"):
            opened(bytes(bent), KEY, 0, 0)
    for shorter in (parcel[:-1], parcel[:11], b""):
        with pytest.raises(LocalError, match="part-damaged"):
            opened(shorter, KEY, 0, 0)


@pytest.mark.parametrize(("part", "attempt"), [(0, 1), (1, 0), (11, 0)])
def test_a_parcel_opens_at_its_own_place_only(part: int, attempt: int) -> None:
    with pytest.raises(LocalError, match="part-damaged"):
        opened(sealed(1, KEY, 0, 0), KEY, part, attempt)


@pytest.mark.parametrize("key", [key_of_run(insecure_seed("own", 0), b"another"), key_of_run(Seed.fresh(), b"run")])
def test_a_parcel_opens_in_its_own_run_and_for_its_own_party_only(key: Seed) -> None:
    with pytest.raises(LocalError, match="part-damaged"):
        opened(sealed(1, KEY, 0, 0), key, 0, 0)


def test_parcels_and_texts_of_parts_hide_what_they_hold() -> None:
    parcels = [sealed(WORDS, KEY, 0, 0) for _ in range(2)]
    assert parcels[0] != parcels[1]
    assert WORDS.tobytes() not in parcels[0]
    assert "3" not in repr(SECRET).replace("(2, 3)", "")
