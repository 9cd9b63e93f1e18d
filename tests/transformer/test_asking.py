"""What a user says of texts is looked at by the others before they compute."""

from __future__ import annotations

import numpy as np
import pytest

from mpc.errors import PeerError
from protocols.known import share_known
from protocols.suite import suite_of
from protocols.transformer.asking import announced, one_hot_rows
from tests.transformer.asked import USER, asks, simulated


@pytest.mark.parametrize("counts", [[], [0], [3, 17], [2**63]])
def test_lengths_that_cannot_be_are_refused(counts):
    async def program(ctx):
        call = ctx.child("embed")
        if ctx.me == USER:
            call.send(0, np.array(counts, np.uint64))
            return None
        return await announced(call, USER, None, 16)

    with pytest.raises(PeerError) as refused:
        simulated(program)
    assert refused.value.code == "malformed-message"
    assert refused.value.party


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_rows_have_a_one_where_their_token_is(suite):
    texts = [np.array([0, 4, 4]), np.array([2])]

    async def program(ctx):
        counts = await announced(ctx, USER, asks(ctx, texts), 3)
        rows = one_hot_rows(ctx, USER, asks(ctx, texts), counts, 5)
        return counts, (await suite_of(ctx).open(ctx, await share_known(ctx, rows)))[0]

    counts, rows = simulated(program, suite).result
    assert counts == [3, 1]
    expected = np.zeros((2, 3, 5))
    expected[0, [0, 1, 2], [0, 4, 4]] = expected[1, 0, 2] = 1
    assert np.array_equal(rows, expected)
