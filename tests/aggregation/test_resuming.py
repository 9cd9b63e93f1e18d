"""A server that is stopped after any message goes on from what it saved, and the sum is the same."""

from __future__ import annotations

import numpy as np
import pytest
from aggregation_rounds import AUTHORITY, NOW, a_round, refused

from mpc.errors import LocalError
from protocols.aggregation import Step, resumed, saved


@pytest.mark.parametrize("malicious", [False, True])
def test_a_server_that_stops_after_every_message(malicious: bool) -> None:
    everybody = a_round(6, malicious=malicious, dropouts=0.2)
    while (step := everybody.server.step) is not None:
        for name, body in everybody.answers(["c2"] if step == Step.MASKED_INPUT else []).items():
            everybody.server.receive(name, step, body)
            state = saved(everybody.server)
            everybody.server = resumed(everybody.terms, state, authority=AUTHORITY.public_key, now=NOW)
            assert saved(everybody.server) == state
            with refused("aggregation-twice", name):
                everybody.server.receive(name, step, body)
        everybody.told = everybody.server.advance()
    assert np.array_equal(everybody.server.total, np.delete(everybody.rows, 2, axis=0).sum(axis=0, dtype=np.uint32))
    with pytest.raises(LocalError, match="aggregation-order"):
        saved(everybody.server)


def test_what_is_no_state_of_this_round() -> None:
    state = saved(a_round(5).server)
    for terms, content in (
        (a_round(5, number=1).terms, state),
        (a_round(5).terms, b"\xc1"),
        (a_round(5).terms, b"\x90"),
        (a_round(5).terms, state[:-1]),
        (a_round(5).terms, state[:100] + bytes([state[100] ^ 1]) + state[101:]),
    ):
        with pytest.raises(LocalError, match="aggregation-state"):
            resumed(terms, content)
