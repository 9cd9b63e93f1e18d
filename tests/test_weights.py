"""Products by weights and by streams at their face: layouts, pieces, streams no kernel can draw, what is refused."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import native
from mpc.algebra import weights as module
from mpc.algebra.cores import using_cores
from mpc.algebra.ring import Words
from mpc.algebra.weights import Weights, masked_weights, stream_product, weight_product
from mpc.errors import LocalError
from mpc.prg import Prg, Seed

GENERATOR = np.random.default_rng(5)
SEED = Seed(bytes(range(32)))


def words(*shape: int) -> Words:
    return GENERATOR.integers(0, 2**64, shape, np.uint64)


def some_weights(*shape: int) -> Weights:
    return GENERATOR.integers(-(2**15), 2**15, shape, np.int16)


LAYOUTS: dict[str, Callable[[Weights], Weights]] = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "reversed": lambda w: w[::-1],
    "part": lambda w: np.pad(w, 2)[2:-2, 2:-2],
    "part of columns": lambda w: np.asfortranarray(np.pad(w, 2))[2:-2, 2:-2],
    "steps": lambda w: np.repeat(w, 2, axis=1)[:, ::2],
    "repeated": lambda w: np.broadcast_to(w[:1], w.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (0,)])
def test_products_of_every_layout(layout: str, shape: tuple[int, ...]) -> None:
    x, w = words(*shape, 70), LAYOUTS[layout](some_weights(70, 37))
    found = weight_product(x, w)
    assert found.shape == (*shape, 37)
    assert (found == x @ w.astype(np.uint64)).all()


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (1, 1), (1, 5), (5, 1)])
def test_thin_and_empty_matrices(shape: tuple[int, int]) -> None:
    x, w, seed = words(3, shape[0]), some_weights(*shape), SEED.derive("thin")
    assert (weight_product(x, w) == x @ w.astype(np.uint64)).all()
    assert (weight_product(words(3, shape[1]), w.T)).shape == (3, shape[0])
    drawn = seed.prg().words(shape)
    assert (stream_product(x, seed.prg(), shape) == x @ drawn).all()
    assert (masked_weights(w, seed.prg()) == w.astype(np.uint64) - drawn).all()


@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (1, 1)])
def test_an_axis_of_length_one_may_have_any_stride(shape: tuple[int, int]) -> None:
    """numpy takes an array with such an axis for one in C order, even if it was reversed."""
    for w in (some_weights(*shape)[::-1], some_weights(*shape)[:, ::-1], some_weights(*shape)[::-1, ::-1].T):
        x = words(40, len(w))[:, ::-1]
        assert (weight_product(x, w) == x @ w.astype(np.uint64)).all()


@pytest.fixture(params=["kernels", "without AES", "inside a block", "AES-256"])
def drawing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Prg]]:
    """Streams that kernels draw, and such as they can't: all must be what `words` gives."""
    monkeypatch.setattr(module, "DRAWN_TOGETHER", 50)

    def stream() -> Prg:
        prg = Prg(bytes(32)) if request.param == "AES-256" else SEED.prg("matrix")
        prg.bytes({"kernels": 32, "inside a block": 5}.get(request.param, 0))
        return prg

    if request.param == "without AES":
        with native.using("portable"):
            yield stream
    else:
        yield stream


@pytest.mark.parametrize("shape", [(9, 14), (20, 3), (3, 80)])
def test_streams_are_matrices_of_their_words(drawing: Callable[[], Prg], shape: tuple[int, int]) -> None:
    whole = drawing()
    a, behind = whole.words(shape), whole.words(4)
    w = some_weights(*shape)
    by_rows, by_columns, masks = drawing(), drawing(), drawing()
    x, y = words(2, 2, shape[0]), words(3, shape[1])
    assert (stream_product(x, by_rows, shape) == x @ a).all()
    assert (stream_product(y, by_columns, shape, transposed=True) == y @ a.T).all()
    assert (masked_weights(w, masks) == w.astype(np.uint64) - a).all()
    for stream in (by_rows, by_columns, masks):
        assert (stream.words(4) == behind).all()


def test_masks_in_pieces_into_given_words() -> None:
    w, stream, out = some_weights(50, 12), SEED.prg("pieces"), np.zeros((50, 12), np.uint64)
    for start in (0, 7, 8, 30):
        end = {0: 7, 7: 8, 8: 30, 30: 50}[start]
        assert masked_weights(w[start:end], stream, out[start:end]) is not None
    assert (out == w.astype(np.uint64) - SEED.prg("pieces").words((50, 12))).all()


def test_cores_share_the_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENOUGH_WORK", 100)
    x, w, seed = words(3, 40), some_weights(40, 333), SEED.derive("cores")
    drawn = seed.prg().words((40, 333))
    with using_cores(3):
        assert (weight_product(x, w) == x @ w.astype(np.uint64)).all()
        assert (weight_product(x, np.asfortranarray(w)) == x @ w.astype(np.uint64)).all()
        assert (stream_product(x, seed.prg(), (40, 333)) == x @ drawn).all()
        assert (stream_product(words(1, 333) * 0, seed.prg(), (40, 333), transposed=True) == 0).all()
        assert (masked_weights(w, seed.prg()) == w.astype(np.uint64) - drawn).all()


REFUSED: dict[str, Callable[[], object]] = {
    "wrong-dtype": lambda: weight_product(words(2, 3), words(3, 4).astype(np.int32)),  # type: ignore[arg-type]
    "wrong-dtype of x": lambda: weight_product(some_weights(2, 3), some_weights(3, 4)),  # type: ignore[arg-type]
    "wrong-shape": lambda: weight_product(words(2, 4), some_weights(3, 4)),
    "wrong-shape of a number": lambda: weight_product(words(), some_weights(3, 4)),
    "wrong-shape of a stack": lambda: weight_product(words(2, 3), some_weights(2, 3, 4)),
    "wrong-shape by a stream": lambda: stream_product(words(2, 4), SEED.prg(), (3, 4)),
    "wrong-shape of masks": lambda: masked_weights(some_weights(3), SEED.prg(), words(4)),
    "wrong-shape of columns": lambda: masked_weights(some_weights(3, 4), SEED.prg(), words(4, 3).T),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused(case: str) -> None:
    with pytest.raises(LocalError) as caught:
        REFUSED[case]()
    assert caught.value.code == case.split()[0]
