"""The soak at a reduced size: every way counts what was right, and a wrong output ends it with what does it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench import soak, soak_cases
from bench.soak import CYCLE, Part, Tally
from bench.soak_cases import bits_case, numbers_case
from bench.soak_ways import LARGE, SMALL
from mpc.prg import Prg
from protocols.circuits.plain import evaluate

NAMES = [way.name for way in (*LARGE, *SMALL)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak_cases, "BLOCKS", 2)
    monkeypatch.setattr(soak_cases, "INSTANCES", 10)
    monkeypatch.setattr(soak_cases, "GATES", 60)
    monkeypatch.setattr(soak, "CIRCUITS", 1)


@pytest.mark.slow
def test_every_way_counts_what_was_right(capsys: pytest.CaptureFixture[str]) -> None:
    soak.main(["--ands", "1", "--runs", "200"])
    *lines, last = capsys.readouterr().out.splitlines()[-len(NAMES) - 1 :]  # before them how far it has come
    assert [line[:24].strip() for line in lines] == NAMES
    assert all(int(line[24:34].replace(",", "")) >= 1 for line in lines)
    assert last.endswith("none wrong")


@pytest.mark.parametrize("draw", [bits_case, numbers_case])
def test_a_part_is_the_same_again(draw: object) -> None:
    way = next(way for way in SMALL if way.draw is draw)
    found = [way.opened([way.draw(Prg(bytes(16)))], "again") for _ in range(2)]
    np.testing.assert_array_equal(found[0], found[1])


def test_a_wrong_output_ends_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(soak_cases, "evaluate", lambda made, planes: evaluate(made, planes) ^ np.uint64(1))
    with pytest.raises(SystemExit, match=r"half-gates: a wrong output .* again: .* --seed ab --first 2$"):
        soak.main(["--seed", "ab", "--first", "2"])
    assert "none wrong" in capsys.readouterr().out


def test_an_error_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "CYCLE", (replace(SMALL[0], suite="none"),))
    with pytest.raises(SystemExit, match=r"half-gates: .*there is no suite none"):
        soak.main([])


def test_so_many_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    soak.main(["--minutes", "1e-9", "--first", "2"])
    assert "1 circuits" in capsys.readouterr().out


def test_numbers_are_compared_with_all_bits_of_their_ring() -> None:
    tally, numbers = Tally(), next(i for i, way in enumerate(CYCLE) if way.draw is numbers_case)
    Part("x", numbers).check(tally)
    assert tally.runs.total() >= 1
    case = numbers_case(Prg(bytes(16)))
    assert len(case.expected()) == 2 * soak_cases.RING_BITS + soak_cases.RESULTS["r"].width
