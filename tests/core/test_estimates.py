"""What a plan says of making its material, held against what making it sends."""

from __future__ import annotations

import pytest
import trio
from kinds import EXAMPLES

from mpc.algebra.ring import Z64, Ring
from mpc.context import run_all
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.estimates import SETUP_BYTES, offline_bytes
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.labels import Labels
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.one_of_many import OneOfMany
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair

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
]


def received(kind, n, supplies):
    async def party(i):
        await supplies[i].prepare([((0,), kind)])

    trio.run(run_all, [(party, i) for i in range(n)])
    return [supply.received_bytes for supply in supplies]


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("kind", [RandomValue(Z64, (5,)), *LARGE], ids=repr)
def test_the_parties_receive_about_as_much_on_average(n, kind):
    found = received(kind, n, ot_supplies(memory_network(n), Agreement.simulate(n)))
    expected = offline_bytes([((0,), kind)], n, "ot")
    assert sum(expected) == pytest.approx(sum(found), rel=0.15, abs=SETUP_BYTES["ot"] * n)


@pytest.mark.parametrize("kind", EXAMPLES, ids=repr)
def test_a_dealer_sends_its_corrections(kind):
    assert offline_bytes([((0,), kind)], 3, "dealer") == received(kind, 3, local_supplies(3))
