"""`parley scale`: two parties as processes, and what is refused before anybody connects."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from runner.processes import LIMIT, call
from runner.template import Begun
from scaled import MEAN, Club, club

X, Y = [1.5, 2.0, -3.0, 4.0], [0.5, -1.0, 2.0, 3.0]


@pytest.fixture
def pair(tmp_path: Path) -> Club:
    return club(tmp_path, parts=2)


def words(pair: Club, name: str, *more: str) -> list[str]:
    return ["scale", str(pair.roster), str(pair.program), "--party", name, *more]


@pytest.mark.slow
def test_two_parties_of_which_one_has_no_data(tmp_path: Path) -> None:
    """It learns the result all the same, and the summary has an account of each part."""
    pair = club(tmp_path, MEAN.replace("mine if ctx.me == 1 else None", "ONES if ctx.me else None"))
    pair.program.write_text("import numpy as np\nONES = np.ones((2, 1))\n" + pair.program.read_text())
    for part in range(2):
        (tmp_path / f"{part}.csv").write_text("\n".join(map(str, X[2 * part : 2 * part + 2])) + "\n")
    files = [word for part in range(2) for word in ("--part", str(tmp_path / f"{part}.csv"))]
    north = Begun(words(pair, "north", *files, "--json", "-"), tmp_path)
    south = Begun(words(pair, "south", "--parts", "2", "--threads", "1", "--json", "-"), tmp_path)
    for party in (north, south):
        ended = party.ended(LIMIT)
        assert ended.returncode == 0, ended.stderr
        summary = json.loads(ended.stdout)
        assert summary["result"] == pytest.approx(sum(X) / 4, abs=1e-3)
        assert len(summary["parts"]) == 2
        assert all(part["rounds"] > 0 for part in summary["parts"])


@pytest.mark.parametrize("given", [[], ["--part", "a.npy", "--parts", "2"]])
def test_parts_are_named_or_counted(pair: Club, given: list[str]) -> None:
    code, printed = call(*words(pair, "north", *given))
    assert code == 2
    assert "--parts" in printed


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--preprocessing", "dealer"], "bad-material"),
        (["--key", "north.crt"], "no-key"),
        (["--suite", "none"], "unknown-suite"),
    ],
)
def test_what_is_refused_before_the_parties_meet(pair: Club, more: list[str], code: str) -> None:
    np.save(pair.folder / "a.npy", np.array(X))
    exit_code, printed = call(*words(pair, "north", "--part", str(pair.folder / "a.npy"), *more))
    assert exit_code == 2
    assert code in printed
