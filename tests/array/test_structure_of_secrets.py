"""Functions that only move elements do with secrets of every kind what numpy does with arrays, and send nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import agrees, revealed, revealing

from mpc.errors import LocalError

window = np.lib.stride_tricks.sliding_window_view

MOVES = {
    "take": lambda x: np.take(x, [0, -1, 0], axis=1),
    "take flat": lambda x: x.take([[0, 1], [2, 0]]),
    "compress": lambda x: np.compress([True, False], x, axis=0),
    "compress method": lambda x: x.compress([False, True, True]),
    "split": lambda x: np.split(x, [1, 2], axis=1),
    "array_split": lambda x: np.array_split(x, 2, axis=1),
    "hsplit": lambda x: np.hsplit(x, [1]),
    "vsplit": lambda x: np.vsplit(x, [1]),
    "dsplit": lambda x: np.dsplit(x[:, None, :], [1]),
    "tile": lambda x: np.tile(x, (2, 1)),
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "repeat method": lambda x: x.repeat([1, 0, 2], 1),
    "pad": lambda x: np.pad(x, 1),
    "pad edge": lambda x: np.pad(x, ((1, 0), (0, 2)), mode="edge"),
    "pad wrap": lambda x: np.pad(x, 1, mode="wrap"),
    "pad reflect": lambda x: np.pad(x, ((1, 1), (1, 1)), "reflect"),
    "roll": lambda x: np.roll(x, 1),
    "roll axis": lambda x: np.roll(x, (1, 2), (0, 1)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "swapaxes method": lambda x: x.swapaxes(0, -1),
    "moveaxis": lambda x: np.moveaxis(x[None], 0, -1),
    "rollaxis": lambda x: np.rollaxis(x[None], 2),
    "flatten": lambda x: x.flatten(),
    "copy": lambda x: x.copy(),
    "copy in order": lambda x: x.copy("C"),
    "reshape with the first axis fastest": lambda x: x.reshape((3, 2), order="F"),
    "reshape to as many as fit": lambda x: np.reshape(x, (-1, 2), order="F"),
    "ravel with the first axis fastest": lambda x: np.ravel(x, "F"),
    "flatten with the first axis fastest": lambda x: x.flatten("F"),
    "a size": lambda x: x[: np.size(x, 0)],
    "item": lambda x: np.asarray(x.item(1)) if isinstance(x, np.ndarray) else x.item(1),
    "append": lambda x: np.append(x, x[:1], axis=0),
    "append flat": lambda x: np.append(x, x[0]),
    "insert": lambda x: np.insert(x, 1, x[:, 0], axis=1),
    "insert public": lambda x: np.insert(x, [0, 2], x[0, 0], axis=1),
    "delete": lambda x: np.delete(x, 1, axis=1),
    "delete flat": lambda x: np.delete(x, [0, 3]),
    "windows": lambda x: window(x, 2, axis=1),
    "windows of both": lambda x: window(x, (2, 2)),
    "flip": lambda x: np.flip(x),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": lambda x: np.rot90(x, 3),
    "squeeze": lambda x: x[:1].squeeze(0),
    "expand_dims": lambda x: np.expand_dims(x, (0, 2)),
    "atleast_1d": lambda x: np.atleast_1d(x[0, 0]),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": np.atleast_3d,
    "ravel": np.ravel,
    "diag": lambda x: np.diag(x, 1),
    "diag of a vector": lambda x: np.diag(x[0], -1),
    "diagflat": lambda x: np.diagflat(x[:, :2]),
    "diagonal": lambda x: x.diagonal(offset=1),
    "triu": lambda x: np.triu(x, 1),
    "tril": np.tril,
    "column_stack": lambda x: np.column_stack([x[0], x.T]),
    "dstack": lambda x: np.dstack([x, x]),
    "block": lambda x: np.block([[x, x[:, :1]], [x[:1], x[:1, :1]]]),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[:1]),
    "meshgrid": lambda x: np.meshgrid(x[0], x[:, 0]),
    "concatenate flat": lambda x: np.concatenate([x, x[:1]], axis=None),
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[2, 0, 1], [0, 0, 0]]), 1),
    "resize": lambda x: np.resize(x, (3, 4)),
    "outer index": lambda x: x[np.ix_([1, 0], [2, 0])],
    "one element": lambda x: x[0, 1],
    "element of the transpose": lambda x: x.T[0, 1],
    "flat": lambda x: list(x.flat)[2],
    "mT": lambda x: np.swapaxes(x, -1, -2) if isinstance(x, np.ndarray) else x.mT,
}
if hasattr(np, "unstack"):
    MOVES |= {"unstack": lambda x: np.unstack(x, axis=1), "permute_dims": lambda x: np.permute_dims(x, (1, 0))}

VALUES = {"reals": np.arange(6) / 4 - 0.5, "whole": np.arange(6) - 3, "bits": np.array([1, 0, 0, 1, 1, 0], bool)}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_moves_of_every_kind(move, kind):
    agrees(move, VALUES[kind].reshape(2, 3))


@settings(max_examples=12)
@given(rows=st.integers(1, 4), columns=st.integers(1, 4), shift=st.integers(-5, 5), n=st.integers(2, 4))
def test_moves_of_any_shape(rows, columns, shift, n):
    x = np.arange(rows * columns).reshape(rows, columns) * 3 - 7

    def moved(a):
        return (
            np.roll(a, shift), np.tile(a, (2, n)), np.pad(a, n, constant_values=shift), np.triu(a, shift),
            np.tril(a, shift), np.flip(a), np.rot90(a, shift),
            np.array_split(a, n)[0], np.repeat(a, n, 1), window(a, 1, 0), np.diff(a, n=min(n, rows), axis=0),
        )  # fmt: skip

    agrees(moved, x, n=n)


def test_moves_send_nothing():
    """The rounds are those of the input and of the output alone."""

    def moved(x):
        return np.pad(np.roll(np.flip(np.triu(x)), 1), 1)[1:3, 1:3] + np.tile(x[:1, :2], (2, 1))

    plain = revealing(lambda x: x[:, :2], np.arange(6).reshape(2, 3))
    assert revealing(moved, np.arange(6).reshape(2, 3)).report.rounds == plain.report.rounds


DIFFERENCES = {
    "diff": np.diff,
    "diff twice": lambda x: np.diff(x, n=2, axis=1),
    "diff of rows": lambda x: np.diff(x, axis=0),
    "ediff1d": np.ediff1d,
    "trace": np.trace,
    "trace above": lambda x: x.trace(offset=1),
}


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_differences(difference):
    agrees(difference, VALUES["reals"].reshape(2, 3))
    agrees(difference, VALUES["whole"].reshape(2, 3))


def test_bits_change_where_neighbours_differ():
    agrees(np.diff, VALUES["bits"])


def test_ends_of_differences_may_be_secret_or_public():
    agrees(lambda x, y: np.ediff1d(x, to_begin=y, to_end=[7, 8]), np.array([1, 4, 9]), np.array([5]))


def test_secrets_public_arrays_and_bits_are_joined():
    agrees(lambda x: np.insert(x, 1, [7, 8], axis=0), np.array([[1, 2], [3, 4]]))
    agrees(lambda x: np.append(x, [False, True]), np.array([True]))
    agrees(lambda x, y: np.concatenate([x, y]), np.array([[True, False]]), np.array([[True, True], [False, True]]))
    agrees(lambda x, y: np.hstack([x, y]), np.array([True, False, True]), np.array([False]))
    agrees(lambda x: np.stack([x, np.array([True, False])]), np.array([False, True]))


def test_iterating_bits_gives_bits():
    agrees(lambda x: tuple(x), np.array([True, False, True]))


def test_a_secret_count_is_refused():
    with pytest.raises(LocalError) as caught:
        revealed(lambda x: np.roll(x, x[0]), np.array([1, 2]))
    assert caught.value.code in ("unsupported-operation", "secret-content")


def test_what_numpy_refuses_is_refused_with_its_reason():
    with pytest.raises(LocalError, match="shape-mismatch"):
        revealed(lambda x: np.split(x, 4, axis=1), np.arange(6).reshape(2, 3))


def test_public_places_are_copied_when_the_line_is_written():
    def program(x):
        places = np.array([0, 1])
        taken = np.take(x, places)
        places[:] = 2
        return taken

    assert revealed(program, np.array([5, 6, 7])).tolist() == [5, 6]
