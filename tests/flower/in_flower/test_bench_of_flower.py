"""The benchmark's round of Flower's own secure aggregation does all of a round, on each side."""

from __future__ import annotations

import pytest

from bench.peers import flwr_round
from bench.peers.flwr import part_of_round


@pytest.mark.parametrize("name", ["round_100_100k_client", "round_100_100k_3_server"])
def test_both_sides_of_a_round(monkeypatch, name):
    monkeypatch.setattr(flwr_round, "CLIENTS", 13)
    work = part_of_round(name, 16)
    round_ = work.__self__
    assert [len(answers) for answers in round_.answers] == [13, 13, *[10 if "_3_" in name else 13] * 2]
    assert len(round_.asked) == 4
    for _ in range(2):
        work()
    assert round_.stage == (4 if name.endswith("server") else 0)
