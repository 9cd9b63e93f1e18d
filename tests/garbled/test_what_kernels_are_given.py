"""Gates, labels and offsets that do not hold together are refused before any memory is touched."""

import numpy as np
import pytest

from mpc import garbling_authenticated, garbling_jointly
from mpc.errors import LocalError
from mpc.garbling import (
    Gates,
    evaluate,
    evaluate_three_halves,
    garble,
    garble_three_halves,
    shifted,
    three_halves_words,
)

U = np.uint64
AND = Gates(np.array([[2, 4, 3]], np.int32), np.array([[1, 1]], np.int32))
DELTA, START = np.array([5, 6], U), np.array([3, 4], U)


def slots(shape=(4, 3, 2), dtype=U):
    return np.ones(shape, dtype)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"delta": np.array([1], U)}, "wrong-labels"),
        ({"delta": np.array([1, 2], np.uint8)}, "wrong-labels"),
        ({"delta": np.array([2, 1], U)}, "wrong-offset"),
        ({"start": np.array([], U)}, "wrong-labels"),
        ({"slots": slots((3, 3, 2))}, "wrong-labels"),
        ({"slots": slots((4, 3))}, "wrong-labels"),
        ({"slots": slots(dtype=np.int64)}, "wrong-labels"),
        ({"slots": np.broadcast_to(np.ones(2, U), (4, 3, 2))}, "wrong-labels"),
        ({"first": -1}, "wrong-counter"),
        ({"first": 2**63}, "wrong-counter"),
    ],
)
def test_garbling(given, code):
    arguments = {"slots": slots(), "gates": AND, "delta": DELTA, "start": START, "first": 0}
    assert garble(**arguments).shape == (3, 2, 2)
    with pytest.raises(LocalError, match=code):
        garble(**(arguments | given))
    arguments |= {"slots": slots(), "dice": np.zeros(3, np.uint8)}
    assert garble_three_halves(**arguments).shape == (three_halves_words(3),)
    with pytest.raises(LocalError, match=code):
        garble_three_halves(**(arguments | given))


@pytest.mark.parametrize("dice", [np.zeros(2, np.uint8), np.zeros((3, 1), np.uint8), np.zeros(3, U)])
def test_dice(dice):
    with pytest.raises(LocalError, match="dice of shape"):
        garble_three_halves(slots(), AND, DELTA, START, dice, 0)


def test_slots_that_may_not_be_written():
    kept = slots()
    kept.flags.writeable = False
    with pytest.raises(LocalError, match="wrong-labels"):
        garble(kept, AND, DELTA, START, 0)
    assert (kept == 1).all()


@pytest.mark.parametrize(
    "given", [{"start": np.array([1], U)}, {"tables": np.zeros((2, 2, 2), U)}, {"tables": np.zeros((3, 2, 2))}]
)
def test_evaluating(given):
    arguments = {"slots": slots(), "gates": AND, "tables": np.zeros((3, 2, 2), U), "start": START, "first": 0}
    evaluate(**arguments)
    with pytest.raises(LocalError, match="wrong-labels"):
        evaluate(**(arguments | given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"start": np.array([1], U)}, "wrong-labels"),
        ({"tables": np.zeros(9, U)}, "wrong-labels"),
        ({"tables": np.zeros(10)}, "wrong-labels"),
        ({"first": 2**62 - 2}, "wrong-counter"),
    ],
)
def test_evaluating_three_halves(given, code):
    arguments = {"slots": slots(), "gates": AND, "tables": np.zeros(10, U), "start": START, "first": 0}
    evaluate_three_halves(**arguments)
    with pytest.raises(LocalError, match=code):
        evaluate_three_halves(**(arguments | given))


@pytest.mark.parametrize(
    ("gates", "groups"),
    [
        ([[2, 4, 3]], [[2, 1]]),
        ([[2, 4, 3]], [[1, 2]]),
        ([[2, 4, 3]], [[-1, 1], [2, 1]]),
        ([[3, 4, 3]], [[1, 0]]),
        ([[2**32 + 2, 4, 3]], [[1, 1]]),
        ([[2, -4, 3]], [[1, 1]]),
        ([[2.0, 4, 3]], [[1, 1]]),
        ([2, 4, 3], [[1, 1]]),
        ([[2, 4]], [[1, 1]]),
        ([[2, 4, 3]], [[1, 1, 1]]),
    ],
)
def test_gates(gates, groups):
    with pytest.raises(LocalError, match="wrong-gates"):
        Gates(np.array(gates), np.array(groups))


@pytest.mark.parametrize("place", [np.zeros((3, 2), U), np.zeros((3, 2, 2)), np.zeros((3, 2, 4), U)[..., ::2]])
def test_places_for_tables(place):
    with pytest.raises(LocalError, match="wrong-labels"):
        garble(slots(), AND, DELTA, START, 0, place)


def test_labels_are_shifted_within_wider_arrays():
    labels, bits = np.arange(40, dtype=U).reshape(2, 10, 2), np.arange(20, dtype=np.uint8).reshape(2, 10) & 1
    for some in (slice(2, 9), slice(0, 10, 2)):
        out = np.empty(labels[:, some].shape, U)
        shifted(out, labels[:, some], bits[:, some], DELTA)
        np.testing.assert_array_equal(out, labels[:, some] ^ DELTA * bits[:, some, None].astype(U))
    for wrong in (np.empty((2, 6, 2), U), np.empty((2, 14, 2), U)[:, ::2]):
        with pytest.raises(LocalError, match="wrong-labels"):
            shifted(wrong, labels[:, 2:9], bits[:, 2:9], DELTA)


@pytest.mark.parametrize("between", [0, 1, 2])
def test_rows_lie_so_many_words_apart(between):
    """Also half labels."""
    words = np.arange(3 * 24, dtype=U).reshape(3, 24)
    wider = np.pad(words, ((0, 0), (0, between)))[:, :24].reshape(3, 12, 2)
    out = np.empty((3, 12, 2), U)
    shifted(out, wider, np.ones((3, 12), np.uint8), DELTA)
    np.testing.assert_array_equal(out, words.reshape(3, 12, 2) ^ DELTA)
    keys = garbling_jointly.Keys(1, DELTA, np.ones((3, 2), U))
    tables = [np.empty((8, 6, 2), U) for _ in range(2)]
    for shares, place in zip((wider, words.reshape(3, 12, 2)), tables, strict=True):
        garbling_jointly.garble(slots((4, 4, 6, 2)), AND, keys, shares, 0, place)
    np.testing.assert_array_equal(*tables)


TABLES = np.zeros((3, 2, 2), U)
LABELS = np.zeros((3, 2), U)


@pytest.mark.parametrize(
    "given",
    [{"shares": [LABELS] * 2 + [LABELS[:2]]}, {"tables": np.zeros((2, 2, 2), U)}, {"delta": np.array([2, 1], U)}],
)
def test_authenticated_garbling(given):
    arguments = {"slots": slots(), "gates": AND, "shares": [LABELS] * 3, "delta": DELTA, "start": START, "first": 0}
    assert garbling_authenticated.garble(**arguments, tables=TABLES.copy()).shape == (3,)
    with pytest.raises(LocalError, match="wrong"):
        garbling_authenticated.garble(**({"tables": TABLES.copy()} | arguments | given))


@pytest.mark.parametrize("given", [{"tables": TABLES[:2]}, {"sums": LABELS.astype(np.int64)}])
def test_authenticated_evaluation(given):
    arguments = {"slots": slots(), "gates": AND, "tables": TABLES, "sums": LABELS, "start": START, "first": 0}
    assert garbling_authenticated.evaluate(**arguments).shape == (3,)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_authenticated.evaluate(**(arguments | given))


def test_what_is_linear_and_what_is_checked():
    places, word = (LABELS.copy(), LABELS.copy()), np.zeros(3, U)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_authenticated.spread(slots(), AND, LABELS[:2], places)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_authenticated.merge(TABLES.copy(), TABLES, LABELS[:2], LABELS)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_authenticated.mark(LABELS.copy(), np.zeros(2, U), DELTA)
    for results in (np.zeros((2, 3), np.uint8), np.zeros((1, 65), np.uint8), np.zeros((1, 3), U)):
        with pytest.raises(LocalError, match="results of shape"):
            garbling_authenticated.check_words(slots((4, 1, 2)), AND, results, [word] * 3, DELTA)


KEYS = garbling_jointly.Keys(1, DELTA, np.ones((2, 2), U))


@pytest.mark.parametrize(
    "given",
    [
        {"slots": slots((4, 2, 3, 2))},
        {"slots": slots((4, 3, 3, 2))[:, :, ::-1]},
        {"shares": np.zeros((2, 5, 2), U)},
        {"keys": garbling_jointly.Keys(0, DELTA, np.ones((1, 2), U))},
        {"keys": garbling_jointly.Keys(1, DELTA, np.ones((2, 2), np.uint8))},
        {"slots": slots((4, 3, 6, 1))},
        {"tables": np.zeros((6, 3, 2), U)},
    ],
)
def test_garbling_by_several(given):
    arguments = {
        "slots": slots((4, 3, 3, 2)), "gates": AND, "keys": KEYS, "shares": np.zeros((2, 6, 2), U), "first": 0,
        "tables": np.zeros((5, 3, 2), U),
    }  # fmt: skip
    assert garbling_jointly.garble(**arguments).shape == (3,)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_jointly.garble(**(arguments | given))


@pytest.mark.parametrize(
    "given",
    [
        {"total": np.zeros((5, 3, 2), U)},
        {"lowest": np.zeros((2, 3), U)},
        {"slots": slots((4, 3, 3, 2))},
        {"slots": slots((4, 2, 6, 1))},
        {"starts": np.ones((2, 2, 2), np.uint8)},
    ],
)
def test_evaluating_by_several(given):
    arguments = {
        "slots": slots((4, 2, 3, 2)), "gates": AND, "starts": np.ones((2, 2, 2), U), "total": np.zeros((6, 3, 2), U),
        "lowest": np.zeros((2, 3), np.uint8), "first": 0,
    }  # fmt: skip
    garbling_jointly.evaluate(**arguments)
    with pytest.raises(LocalError, match="wrong-labels"):
        garbling_jointly.evaluate(**(arguments | given))
