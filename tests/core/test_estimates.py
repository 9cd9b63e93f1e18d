"""What a plan says of making its material, held against what making it sends."""

from __future__ import annotations

import numpy as np
import pytest
import trio
from kinds import DEALT, product

import mpc
from mpc.algebra.ring import Z64, Ring
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.estimates import offline_bytes
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.labels import Labels
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.one_of_many import OneOfMany
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN

LARGE = [
    Triple(Z64, (300,), (300,)),
    Triple(Z64, (200,), (4, 200)),
    Triple(Ring(20), (2, 300), (2, 300)),
    MatrixTriple(Z64, (30, 20), (20, 3)),
    SquarePair(Z64, (500,)),
    AndTriple(Z64, (500,), (500,)),
    AndTriple(Z64, (1, 200), (2, 200)),
    DaBit(Z64, 20_000),
    EdaBit(Z64, 1000),
    TruncationPair(Z64, (1000,), 16),
    OneOfMany(Z64, 50, 4, 2, 0, 1),
    ShareTranslation(Z64, 3, 200, 2, 1),
    Labels(Z64, 9000, 0, 1),
    Garbling.of(Z64, product, 500, HALF_GATES, 0, 1),
    Garbling.of(Z64, product, 300, THREE_HALVES, 1, 0),
    Garbling.of(Z64, product, 200, HALF_GATES, 0, 1, late=4, early=4, sums=True),
]


SMALL = [
    Triple(Z64, (1,), (1,)),
    Triple(Z64, (5,), (2, 5)),
    AndTriple(Z64, (1,), (1,)),
    DaBit(Z64, 3),
    EdaBit(Z64, 70),
    TruncationPair(Z64, (2, 5), 16),
    MatrixTriple(Z64, (2, 3), (3, 2)),
    SquarePair(Z64, (7,)),
    ShareTranslation(Z64, 2, 5, 2, 0),
    Garbling.of(Z64, product, 20, HALF_GATES, 0, 1),
]


def received(demand, n, supplies):
    async def party(i):
        await supplies[i].prepare(demand)

    trio.run(run_all, [(party, i) for i in range(n)])
    return [supply.received_bytes for supply in supplies]


def made_by_the_parties(demand, n, extension=SOFTSPOKEN):
    return received(demand, n, ot_supplies(memory_network(n), Agreement.simulate(n), extension=extension))


@pytest.mark.parametrize("kind", [RandomValue(Z64, (5,)), *SMALL, *LARGE], ids=repr)
def test_each_party_receives_as_much(kind):
    demand = [((0,), kind)]
    assert offline_bytes(demand, 2, "ot") == pytest.approx(made_by_the_parties(demand, 2), rel=0.01)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_pieces_of_a_batch_are_counted_as_they_are_made(n):
    demand = [((i,), kind) for i, kind in enumerate([*SMALL, *LARGE, *SMALL])]
    assert offline_bytes(demand, n, "ot") == pytest.approx(made_by_the_parties(demand, n), rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [[], [DaBit(Z64, 20_000)], [Triple(Z64, (20_000,), (20_000,)), *SMALL]], ids=len)
def test_silent_transfers_are_counted_by_whole_iterations(kinds):
    demand = [((i,), kind) for i, kind in enumerate([RandomValue(Z64, (5,)), *kinds])]
    assert offline_bytes(demand, 2, "silent") == pytest.approx(made_by_the_parties(demand, 2, SILENT), rel=0.01)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_plan_says_what_a_run_receives(n):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(1, 10))
        return await mpc.reveal(ctx, (x > 4).sum(), np.sqrt(x), np.max(x))

    inputs = [np.arange(1.0, 7.0)] + [None] * (n - 1)
    run = mpc.simulate(main, inputs, preprocessing="ot").report
    planned = mpc.plan(main, inputs, preprocessing="ot")
    assert offline_bytes(planned.demand, n, "ot")[0] == pytest.approx(run.offline_bytes, rel=0.02)


@pytest.mark.parametrize("kind", DEALT, ids=repr)
def test_a_dealer_sends_its_corrections(kind):
    assert offline_bytes([((0,), kind)], 3, "dealer") == received([((0,), kind)], 3, local_supplies(3))
