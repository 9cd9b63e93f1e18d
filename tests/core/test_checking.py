"""Verified material is right, and material that was spoilt on the way is found out."""

import numpy as np
import pytest
import trio
from kinds import EXAMPLES
from material import check

from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from mpc.errors import SupplyError
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport, insecure_agreements, insecure_seed
from protocols.beaver import SUITE
from protocols.preprocessing import checking, from_ot
from protocols.preprocessing.checking import Check
from protocols.preprocessing.coins import toss
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.labels import Labels
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN


async def planned(kinds, n, mode, coins="coins", extension=SOFTSPOKEN):
    supplies = ot_supplies(memory_network(n), insecure_agreements(n, coins), check=mode, extension=extension)
    plan = [((0, i), kind) for i, kind in enumerate(kinds)]
    results = [None] * n

    async def party(i):
        await supplies[i].prepare(plan)
        results[i] = [supplies[i].ready(path, kind) for path, kind in plan]

    await run_all([(party, i) for i in range(n)])
    return list(zip(*results, strict=True))


@pytest.mark.parametrize("mode", [Check.SAMPLE, Check.ALL])
@pytest.mark.parametrize("n", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_verified_material_is_right(mode, n):
    for kind, materials in zip(EXAMPLES, trio.run(planned, EXAMPLES, n, mode), strict=True):
        check(kind, materials)


SACRIFICED = [
    Triple(Z64, (3,), (2, 3)), MatrixTriple(Z64, (2, 3), (3, 2)), AndTriple(Z64, (2,), (3, 2)), SquarePair(Z64, (4,)),
    DaBit(Z64, 70), EdaBit(Z64, 3),
]  # fmt: skip
OF_TWO_WORDS = [Triple(Z128, (3,), (2, 3)), SquarePair(Z128, (4,)), EdaBit(Z128, 3)]


def spoilt(monkeypatch, which, part, bit):
    """One bit of one share of one piece is wrong at party 1."""
    honest = checking.make_material

    async def make(ctx, ends, kinds):
        made = await honest(ctx, ends, kinds)
        if ctx.me == 1:
            words = [words.copy() for words in made[which]]
            words[part].reshape(-1)[0] ^= np.uint64(1 << bit)
            made[which] = tuple(words)
        return made

    monkeypatch.setattr(checking, "make_material", make)


@pytest.mark.parametrize("bit", [pytest.param(0, marks=pytest.mark.blocks), 63])
@pytest.mark.parametrize("kind", [*SACRIFICED, *OF_TWO_WORDS], ids=repr)
def test_one_wrong_bit_of_any_piece_is_found(monkeypatch, kind, bit):
    """In what follows from the others, of the piece itself or of its spare."""
    for which in (0, 1, 2, 3):
        with monkeypatch.context() as patch:
            spoilt(patch, which, -1, bit)
            with pytest.raises(SupplyError, match="wrong-material"):
                trio.run(planned, [kind, kind], 2, Check.ALL)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*SACRIFICED, TruncationPair(Z64, (3,), 5), Labels(Z64, 70, 0, 1)], ids=repr)
def test_a_sample_finds_wrong_pieces(monkeypatch, kind):
    """With half of the pieces wrong, one of two, one run in two finds it; ten runs all but surely."""
    spoilt(monkeypatch, 0, -1, 0)
    found = 0
    for k in range(10):
        try:
            trio.run(planned, [kind], 2, Check.SAMPLE, f"sample {k}")
        except SupplyError:
            found += 1
    assert 0 < found < 10


def test_what_is_not_spoilt_passes(monkeypatch):
    """A random value has nothing that could be wrong."""
    spoilt(monkeypatch, 0, 0, 0)
    trio.run(planned, [RandomValue(Z64, (3,))], 2, Check.ALL)


@pytest.mark.blocks
@pytest.mark.parametrize("mode", [Check.SAMPLE, Check.ALL])
@pytest.mark.parametrize("extension", [SOFTSPOKEN, SILENT], ids=["ot", "silent"])
def test_no_offset_of_transfers_is_told(monkeypatch, mode, extension):
    """Who learns it knows all that its transfers hid, in pieces of any kind."""
    offsets, sent = [], []
    set_up, send = from_ot.set_up, Context.send

    async def remembered(ctx, extension):
        ends = await set_up(ctx, extension)
        offsets.extend(end.delta.tobytes() for end in ends.senders.values())
        return ends

    def watched(ctx, to, array):
        sent.append(np.ascontiguousarray(array).tobytes())
        send(ctx, to, array)

    monkeypatch.setattr(from_ot, "set_up", remembered)
    monkeypatch.setattr(Context, "send", watched)
    trio.run(planned, EXAMPLES, 2, mode, "coins", extension)
    assert len(offsets) == 2
    assert not any(offset in message for offset in offsets for message in sent)


# coins


def tossed(private, *faults):
    """Every party's coins, or its error, under one agreement and other private seeds each time."""

    async def main(ctx, mine):
        return (await toss(ctx)).words((4,)).tolist()

    async def run():
        transports, agreements = [*memory_network(3)], insecure_agreements(3, "coins")
        transports[2] = FaultyTransport(transports[2], *faults)
        setting = Setting(SUITE, audit=not faults, collect_errors=True)
        return await run_in_memory(
            main, [None] * 3, local_supplies(3), setting, transports=transports, agreements=agreements,
            private=[insecure_seed(private, i) for i in range(3)],
        )  # fmt: skip

    return trio.run(run)


def test_all_get_the_same_coins_which_no_session_fixes():
    one, other = ([run.result for run in tossed(private)] for private in ("a", "b"))
    assert one[0] == one[1] == one[2] != other[0]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_who_opens_other_coins_than_it_committed_to_is_named(number):
    """The third party's messages: a commitment to each of the others, then its share to each."""
    errors = {(run.error.code, run.error.party) for run in tossed("a", Fault("flip", number))[:2]}
    assert ("wrong-coins", "party2") in errors


@pytest.mark.slow
def test_a_piece_that_the_sessions_stream_would_leave_alone_is_looked_at(monkeypatch):
    """A party that spoils what the common stream, known from the handshake on, does not pick is found out."""
    honest, found = checking.make_material, 0

    async def make(ctx, ends, kinds):
        made = await honest(ctx, ends, kinds)
        if ctx.me == 1:
            picked = int(ctx.session.agreement.common.prg("sample", ctx.path, 0).words((1,))[0]) % 2
            which = 1 - picked  # piece 0 is the only one, piece 1 the spare, which is opened unless 0 is picked
            spoil = made[which]
            made[which] = (*spoil[:-1], spoil[-1] ^ np.uint64(1))
        return made

    monkeypatch.setattr(checking, "make_material", make)
    for k in range(10):
        try:
            trio.run(planned, [Triple(Z64, (3,), (3,))], 2, Check.SAMPLE, f"sample {k}")
        except SupplyError:
            found += 1
    assert 0 < found < 10
