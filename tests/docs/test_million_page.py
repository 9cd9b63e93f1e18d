"""The page on a million clients: its counts are those of the plans, which are those of rounds that are run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bench.million import BITS, MOST_IN_A_SUM, WEIGHT_BYTES, Fleet, Units, timed_rows
from docs.million_page import PAGE, SOURCES, TARGET, page
from docs.pictures import is_made_of
from protocols import aggregation
from protocols.aggregation import Step, server_bbglr20
from protocols.aggregation.masks import Vector


def test_the_page_and_its_picture_are_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m docs.million_page"
    assert is_made_of(TARGET, SOURCES), "run python -m docs.million_page"


def test_bytes_are_those_of_a_round_that_is_run() -> None:
    fleet = Fleet(30, length=64)
    done = aggregation.simulate(np.zeros((30, 64), np.uint32), fleet.plan)
    assert done.client_bytes == pytest.approx(fleet.client_sends + fleet.client_gets - WEIGHT_BYTES * 64)


def test_streams_are_as_many_as_a_server_takes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet, taken = Fleet(30, length=64), [0]
    add_masks = server_bbglr20.add_masks

    def counting(vector: Vector, keys: Sequence[bytes], negative: Sequence[bool]) -> None:
        taken[0] += len(keys)
        add_masks(vector, keys, negative)

    monkeypatch.setattr(server_bbglr20, "add_masks", counting)
    gone = range(fleet.gone)
    aggregation.simulate(np.zeros((30, 64), np.uint32), fleet.plan, vanish={Step.MASKED_INPUT: gone})
    assert taken[0] == pytest.approx(fleet.streams, abs=3)  # at most two of a gone client's holders are gone as well


def test_sums_are_no_larger_than_a_plan_takes_and_hold_all_clients() -> None:
    for clients in (100, MOST_IN_A_SUM, MOST_IN_A_SUM + 1, 10**6):
        fleet = Fleet(clients)
        assert fleet.plan.clients <= MOST_IN_A_SUM
        assert fleet.plan.clients * fleet.sums >= clients
        assert fleet.plan.bits == BITS


def test_seconds_are_counts_times_units() -> None:
    fleet, units = Fleet(1000), Units(0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    assert units.server(fleet) == fleet.agreements
    assert Units(0, 0, 0, 1.0, 0, 0).client(fleet) == fleet.holders + 1
    assert Units(0, 1.0, 0, 0, 0, 0.5).server(fleet) == 1000 * (fleet.holders + 0.5)
    assert len(timed_rows(units, (100, 1000))) == 4
