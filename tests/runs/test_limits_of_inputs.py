"""A few bytes of a peer announce an input of any size: it is refused before anything is made of that size."""

import tracemalloc

import msgpack
import numpy as np
import pytest
from real_runs import run_parties

import mpc
from mpc.context import Spec
from mpc.errors import PeerError
from protocols.runs import input_shapes
from protocols.runs.sources import DEALER, Source

PEER = "party0"


@pytest.fixture
def traced():
    """The memory that Python and numpy ask for."""
    tracemalloc.start()
    yield tracemalloc.get_traced_memory
    tracemalloc.stop()


@pytest.mark.parametrize("shape", [(2**28,), (2**14, 2**14), (2**26 + 1,)])
def test_a_header_of_nine_bytes_costs_no_memory(shape, traced):
    async def program(ctx, mine):
        if ctx.me:
            await mpc.secret(ctx, 0, kind="int")
        call = ctx.child("secret")
        call.send(1, np.frombuffer(msgpack.packb(["int", list(shape)]), np.uint8))
        await call.receive(1, Spec((1,)))

    with pytest.raises(PeerError, match="too-many-elements") as caught:
        run_parties(program, [None, None], Source(DEALER))
    assert (caught.value.party, str(shape) in caught.value.cause) == (PEER, True)
    assert traced()[1] < 1 << 24


def test_inputs_count_together_as_long_as_they_live():
    """Each alone fits; held together they do not, one after the other they do."""
    held = []

    async def keeping(ctx, mine):
        for _ in range(3):
            held.append(await mpc.secret(ctx, 0, mine))

    async def letting_go(ctx, mine):
        for _ in range(3):
            await mpc.reveal(ctx, (await mpc.secret(ctx, 0, mine)).sum())

    mine = [np.arange(100), None]
    with pytest.raises(PeerError, match="too-many-elements"):
        run_parties(keeping, mine, Source(DEALER), max_elements=250)
    run_parties(letting_go, mine, Source(DEALER), max_elements=250)


def test_what_is_one_partys_own_is_not_limited():
    async def program(ctx, mine):
        return await mpc.reveal(ctx, (await mpc.secret(ctx, 0, mine)).sum())

    with pytest.raises(PeerError, match="too-many-elements") as caught:
        run_parties(program, [np.arange(100), None], Source(DEALER), max_elements=99)
    assert caught.value.party == PEER
    assert "--max-elements" in caught.value.remedy
    assert run_parties(program, [np.arange(100), None], Source(DEALER), max_elements=100)[1].result == 4950


def test_shapes_that_are_told_for_a_plan_count_together(traced):
    async def program(ctx, mine):
        return await mpc.reveal(ctx, sum([(await mpc.secret(ctx, i, mine)).sum() for i in range(ctx.n)]))

    source = Source(DEALER, planned=True)
    with pytest.raises(PeerError, match="too-many-elements") as caught:
        run_parties(program, [np.arange(9), np.arange(60), np.arange(60)], source, max_elements=100)
    assert caught.value.party in ("party1", "party2")
    assert run_parties(program, [np.arange(9), np.arange(60), np.arange(60)], source, max_elements=120)


DIGEST = bytes(8)


@pytest.mark.parametrize(
    ("described", "code"),
    [
        (["f", [3, 2], [], [DIGEST], []], "malformed-message"),
        (["f", [3, 2], [], [DIGEST[1:]]], "malformed-message"),
        (["f", [3, 2], [], ["text"]], "malformed-message"),
        (["f", [3, 2], [], 7], "malformed-message"),
        (["f", [3], [], [DIGEST]], "malformed-message"),
        (["f", [3, 2, 2], [], [DIGEST]], "malformed-message"),
        (["f", [3, 0], [], [i.to_bytes(8, "big") for i in range(1001)]], "malformed-message"),
        (["f", [101, 0], [], [DIGEST]], "too-many-elements"),
    ],
)
def test_what_a_peer_says_of_its_texts_is_checked(described, code, monkeypatch):
    pack = input_shapes._packed_shape
    monkeypatch.setattr(
        input_shapes, "_packed_shape", lambda mine: pack(mine) if mine is not None else msgpack.packb(described)
    )

    async def program(ctx, mine):
        return await mpc.reveal(ctx, (await mpc.secret(ctx, 1, mine, shape=(3,))).sum())

    with pytest.raises(PeerError, match=code) as caught:
        run_parties(program, [None, np.arange(3)], Source(DEALER, planned=True), max_elements=100)
    assert caught.value.party == PEER
