"""The masks of functions in pieces, against Python's integers; thermometers and their reading, exhaustively."""

import numpy as np
import pytest
from material import recombined

from mpc.algebra import bits
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.thermometers import crossed, thermometers
from mpc.errors import LocalError
from mpc.testing import insecure_seed
from mpc.testing.pieces import pieces
from protocols.preprocessing.kinds.piece_mask import PieceMask


def made(kind, n=2):
    """The parts in the clear."""
    return recombined(kind, pieces(kind, (1,), [insecure_seed("dealt", i) for i in range(n)]))


@pytest.mark.parametrize(
    "kind",
    [PieceMask(Z64, 130, 4, 3, 9, 7), PieceMask(Ring(6), 70, 2, 1, 1, 3, 1), PieceMask(Z64, 5, 3, 2, 3, 8, 1)],
    ids=repr,
)
def test_parts_are_what_they_are_called(kind):
    r, s, g, table, powers, products, of_g, products_of_g = made(kind, 3)
    modulus, cells = 1 << kind.ring.bits, 1 << kind.place_bits
    chosen = [bits.unpack(plane, kind.count) for plane in s]
    if kind.place_bits >= 6:
        table = bits.planes(table, 64)
        reached = np.stack([bits.unpack(plane, kind.count * cells // 64) for plane in table], axis=1)
        reached = reached.reshape(kind.count, cells).T
    else:
        reached = [bits.unpack(plane, kind.count) for plane in table]
    for v, x in enumerate(r.tolist()):
        place = (x >> kind.cell_bits) % cells
        assert [int(reached[j][v]) for j in range(cells)] == [int(place <= j) for j in range(cells)]
        assert [int(row[v]) for row in powers] == [pow(x, j, modulus) for j in range(2, kind.degree + 1)]
        for i in range(kind.choices):
            expected = [int(chosen[i][v]) * pow(x, j, modulus) for j in range(kind.degree + 1)]
            assert [int(products[i, j, v]) for j in range(kind.degree + 1)] == expected
            if kind.factors:
                of_products = [int(products_of_g[i, j, v]) for j in range(kind.degree + 1)]
                assert of_products == [int(g[v]) * product % modulus for product in expected]
        if kind.factors:
            assert [int(row[v]) for row in of_g] == [
                int(g[v]) * pow(x, j, modulus) % modulus for j in range(1, kind.degree + 1)
            ]


@pytest.mark.parametrize("d", [1, 2, 3, 6, 7])
def test_every_threshold_is_read_right_for_every_place(d):
    cells = 1 << d
    a, turned = (grid.reshape(-1).astype(np.uint64) for grid in np.meshgrid(np.arange(cells), np.arange(cells)))
    table = thermometers(a, d)
    for first in range(1, cells, 64):
        some = range(first, min(first + 64, cells))
        found = crossed(table, turned, tuple(some), place_bits=d, whole=True)
        for t, plane in zip(some, found, strict=True):
            np.testing.assert_array_equal(bits.unpack(plane, a.size), (turned - a) % cells >= t)


def test_shares_of_a_table_are_read_as_shares():
    random = insecure_seed("table").prg("x").words((16, 2))
    a = np.arange(128, dtype=np.uint64) % 16
    table, turned = thermometers(a, 4), np.arange(128, dtype=np.uint64) // 8
    whole = crossed(table, turned, (3, 9), place_bits=4, whole=True)
    one = crossed(random, turned, (3, 9), place_bits=4, whole=True)
    other = crossed(random ^ table, turned, (3, 9), place_bits=4, whole=False)
    np.testing.assert_array_equal(whole, one ^ other)


@pytest.mark.parametrize(
    "sizes", [(5, 0, 1, 2, 2), (5, 9, 1, 2, 2), (5, 1, 0, 2, 2), (5, 1, 65, 2, 2), (5, 1, 1, 2, 0), (5, 1, 1, 2, 19),
              (5, 1, 1, 60, 5), (5, 1, 1, -1, 5), (5, 1, 1, 2, 2, 2), (5, 1, 1, 2, 2, -1)],
)  # fmt: skip
def test_sizes_without_a_mask_are_refused(sizes):
    with pytest.raises(LocalError, match="wrong-parameter"):
        PieceMask(Z64, *sizes)
