"""Instances in batches are one function: nothing is opened before all are computed and checked."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
from authenticated.test_instances import comparing, ends_of, richer

import mpc
from mpc.algebra.bits import words_for
from mpc.errors import Abort
from mpc.testing import recording_network
from protocols.authenticated import online, session
from protocols.preprocessing.demand import pack_demand, parse_demand

EACH, BATCHES = 10, 3
ALL = EACH * BATCHES
OPENED = {(words_for(count) + 4,) for count in (EACH, ALL)}
"""Messages of shares of masks, of a batch or of all."""


@pytest.fixture
def inputs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Of three batches."""
    monkeypatch.setattr(session, "AT_ONCE", EACH * richer.ands)
    return [np.arange(ALL), np.arange(ALL)[::-1]]


def test_outputs_are_opened_in_one_step_at_the_end(inputs: list[Any]) -> None:
    """An input of a later batch could follow from an output of an earlier one otherwise."""
    transports, record = recording_network(2)
    for run in ends_of(comparing(ALL), inputs, transports):
        np.testing.assert_array_equal(run.result, inputs[0] > inputs[1])
    for party in (0, 1):
        sent = [each.message.array.shape for each in record if each.sender == party]
        assert [place for place, shape in enumerate(sent) if shape in OPENED] == [len(sent) - 1]


def test_who_fails_in_the_last_batch_has_learnt_nothing_of_the_first(
    inputs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, calls = online._evaluated, []

    def evaluated(*args: Any) -> Any:
        calls.append(1)
        return honest(*args) ^ np.uint8(len(calls) == BATCHES)

    monkeypatch.setattr(online, "_evaluated", evaluated)
    transports, record = recording_network(2)
    error = ends_of(comparing(ALL), inputs, transports)[0].error
    assert isinstance(error, Abort)
    assert len(calls) == BATCHES
    assert not [each for each in record if each.message.array.shape in OPENED]


@mpc.circuit(x=mpc.UInt(64), y=mpc.UInt(64))
def differing(x: Any, y: Any) -> Any:
    return x ^ y


@pytest.mark.parametrize("garbling", ["online", "ahead"])
def test_inputs_and_outputs_are_counted_where_there_are_hardly_any_ands(garbling: str) -> None:
    """Memory follows them: no piece has more words than one may have, and a plan of it can be read."""
    count = 60_000

    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.authenticated(ctx, differing, instances=count, x=mpc.private(0, mine), y=mpc.private(1, mine))

    values = np.zeros(count, np.uint64)
    demand = mpc.plan(main, [values, values], preprocessing="ot", garbling=garbling).demand
    assert len(demand) == -(-count // (session.AT_ONCE // 48))
    assert parse_demand(pack_demand(demand)) == demand
    assert max(prod(part.shape) for _, kind in demand for part in kind.parts()) <= 16 * session.AT_ONCE
