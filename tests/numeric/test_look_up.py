"""Tables read at shared numbers, on every suite; with a dealer between two parties in two rounds."""

import numpy as np
import pytest
from sharing import computed, words

from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.numeric.look_up import look_up
from protocols.ranges import Range

from .computing import run

RNG = np.random.default_rng(3)
SHORT = [int(v) for v in RNG.integers(-1000, 1000, 13)]
SUITES = [("beaver", 2), ("beaver", 3), ("ideal", 2), ("replicated3", 3), ("beaver without a dealer", 2)]


def reading(table):
    async def read(ctx, x):
        return await look_up(ctx, x, table)

    return read


@pytest.mark.parametrize(("suite", "n"), SUITES)
@pytest.mark.parametrize("ring", [Z64, Z128], ids=str)
def test_every_entry_on_every_suite(suite, n, ring):
    x = np.arange(len(SHORT))
    values = ring.from_signed(x if ring is Z64 else x.astype(object))
    found = ring.to_signed(computed(reading(SHORT), values, n=n, ring=ring, suite=suite))
    assert found.tolist() == SHORT


def test_every_entry_of_eight_bits():
    table = [int(v) for v in RNG.integers(-(2**40), 2**40, 256)]
    found = Z64.to_signed(computed(reading(table), words(np.arange(256)), n=2))
    assert found.tolist() == table


def test_a_table_of_65536_entries():
    table = np.cumsum(RNG.integers(-3, 4, 1 << 16))
    x = np.array([0, 1, 40_000, 65_535, 123])
    found = Z64.to_signed(computed(reading(table.tolist()), words(x), n=2))
    assert found.tolist() == table[x].tolist()


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
@pytest.mark.parametrize("table", [[7], [5, -5], [1, 2, 3]])
def test_shapes_are_kept(shape, table):
    found = computed(reading(table), words(np.zeros(shape, int)), n=2)
    assert found.shape == shape
    assert (Z64.to_signed(found) == table[0]).all()


def test_two_rounds_and_a_key_a_number():
    async def read(ctx, x, r, f):
        return await look_up(ctx, x, [v * v for v in range(16)])

    party, _ = run(read, np.arange(16), Range(0, 15), 0)
    assert party.result[0].tolist() == [v * v for v in range(16)]
    assert party.result[1] == 2
    assert party.session.ledger.material == {"point_key": 16, "dabit": 8 * 64}


@pytest.mark.parametrize("table", [[], [0] * (2**16 + 1), [0, 2**63]])
def test_tables_that_do_not_fit_are_refused(table):
    with pytest.raises(LocalError, match="wrong-parameter"):
        computed(reading(table), words(np.zeros(1, int)), n=2)
