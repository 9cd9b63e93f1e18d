"""Matrix products: every implementation equals Python's integers, for every way through memory."""

from collections.abc import Iterator

import numpy as np
import pytest
from kernel_arrays import EDGES, M, Words, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import ffi, lib


@pytest.fixture(params=with_kernels_of_their_own("matmul"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


SHAPES = [
    (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (1, 9, 1), (1, 7, 5), (1, 33, 130), (5, 130, 1), (13, 17, 1), (2, 2, 2),
    (3, 5, 7), (4, 4, 4), (7, 300, 9), (8, 8, 8), (9, 9, 9), (8, 257, 16), (16, 16, 16), (17, 13, 17), (12, 513, 24),
    (31, 2, 33), (65, 64, 63), (2, 9, 65), (6, 5, 129), (40, 1, 21), (19, 40, 1), (1, 40, 19), (19, 40, 3), (3, 40, 19),
    (18, 33, 2), (20, 1, 1), (1, 1, 20), (1, 1030, 3), (3, 1030, 2), (30, 1030, 2), (4, 7, 2051),
]  # fmt: skip

BLOCKS = [
    (600, 70, 40), (40, 700, 70), (3, 1000, 300), (1, 900, 1100), (1100, 900, 1), (2, 2500, 20), (20, 2500, 2),
    (9, 70, 2100),
]  # fmt: skip

LAYOUTS = ["rows", "columns", "gaps", "steps"]


def laid_out(matrix: Words, layout: str) -> Words:
    """The same matrix row by row, column by column, as a part of a larger one, or with steps both ways."""
    rows, columns = matrix.shape
    if layout == "rows":
        return matrix
    if layout == "columns":
        return np.ascontiguousarray(matrix.T).T
    steps = (2, 3) if layout == "steps" else (1, 1)
    view = np.full((rows * steps[0] + 1, columns * steps[1] + 2), 0xBAD, np.uint64)[1:, 2:][:: steps[0], :: steps[1]]
    view[:] = matrix
    return view


def product(out: Words, x: Words, y: Words) -> None:
    """out = x @ y for stacks of matrices of any layout."""
    arguments: list[object] = [p(out)]
    for operand in (x, y):
        steps = [s // 8 for s in operand.strides]
        arguments += [ffi.cast("uint64_t *", operand.ctypes.data), steps[0] if len(operand) > 1 else 0, *steps[1:]]
    lib.parley_matmul(*arguments, max(len(x), len(y)), *x.shape[1:], y.shape[-1])


@pytest.mark.parametrize("turn", range(len(LAYOUTS)))
@at_every("place", range(len(SHAPES)))
def test_matmul(place: int, turn: int) -> None:
    """Each shape with every layout of either operand; four shapes in a row with all pairs of layouts."""
    layouts, shape = (LAYOUTS[turn], LAYOUTS[(turn + place) % len(LAYOUTS)]), SHAPES[place]
    rows, inner, columns = shape
    x, y = sample(rows * inner, 5).reshape(rows, inner), sample(inner * columns, 6).reshape(inner, columns)
    out, whole = guarded(rows * columns)
    product(out, laid_out(x, layouts[0])[np.newaxis], laid_out(y, layouts[1])[np.newaxis])
    assert (out.reshape(rows, columns) == x @ y).all()
    assert untouched(whole)


@pytest.mark.parametrize("shape", [(3, 5, 4), (9, 8, 17), (2, 70, 3), (20, 9, 20)])
def test_edge_values_against_integers(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    generator = np.random.default_rng(rows)
    x = generator.choice(np.array(EDGES, np.uint64), (rows, inner))
    y = generator.choice(np.array(EDGES, np.uint64), (inner, columns))
    out = np.empty(rows * columns, np.uint64)
    product(out, x[np.newaxis], y[np.newaxis])
    assert ints(out) == [int(v) % M for v in (x.astype(object) @ y.astype(object)).ravel()]


@pytest.mark.parametrize("shape", BLOCKS)
@pytest.mark.parametrize(
    "layouts", [("rows", "rows"), ("columns", "rows"), ("rows", "columns"), ("columns", "columns")]
)
def test_matmul_across_its_blocks(shape: tuple[int, int, int], layouts: tuple[str, str]) -> None:
    rows, inner, columns = shape
    x, y = sample(rows * inner, 5).reshape(rows, inner), sample(inner * columns, 6).reshape(inner, columns)
    out = np.empty((rows, columns), np.uint64)
    product(out, laid_out(x, layouts[0])[np.newaxis], laid_out(y, layouts[1])[np.newaxis])
    assert (out == x @ y).all()


@pytest.mark.parametrize("shape", [(3, 5, 2), (20, 9, 17), (1, 1, 1), (1, 30, 8)])
def test_batches(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    x, y = (
        sample(4 * rows * inner, 7).reshape(4, rows, inner),
        sample(4 * inner * columns, 8).reshape(4, inner, columns),
    )
    heads = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
    out = np.empty((4, rows, columns), np.uint64)
    for a, b in [(x, y), (heads, y), (x[:1], y), (x, y[:1])]:
        product(out, a, b)
        assert (out == a @ b).all()
