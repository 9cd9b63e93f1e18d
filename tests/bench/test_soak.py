"""The soak at a reduced size: it counts, and ends where an output is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from bench import soak
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate

SMALL = ["--ands", "1", "--runs", "20"]


@pytest.fixture(autouse=True)
def _few_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "BLOCKS", 2)
    monkeypatch.setattr(soak, "INSTANCES", 10)


def test_it_counts_what_was_right(capsys: pytest.CaptureFixture[str]) -> None:
    soak.main(SMALL)
    _, ands, _, runs, *rest = capsys.readouterr().out.split()[1:]
    assert int(ands.replace(",", "")) > 2 * 2 * aes().ands
    assert int(runs) >= 20
    assert rest == ["runs,", "none", "wrong"]


def test_a_wrong_output_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "evaluate", lambda made, planes: evaluate(made, planes) ^ np.uint64(1))
    with pytest.raises(SystemExit, match="gave a wrong output"):
        soak.main(SMALL)
