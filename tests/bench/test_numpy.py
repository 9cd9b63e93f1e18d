"""The table of numpy's functions: every program's result, as it is compared, and rows of real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mpc
from bench import numeric
from bench.__main__ import main
from bench.numpy import WORKLOADS
from bench.peers.functions import FUNCTIONS, distance, operands
from bench.workloads import Workload
from mpc.context import Context
from mpc.prg import Prg
from protocols.suite import suite_of

SMALL = 6


@pytest.mark.parametrize("workload", [*WORKLOADS.values(), *numeric.OWN], ids=lambda workload: workload.name)
def test_every_program_computes_what_it_is_compared_with(workload: Workload) -> None:

    async def program(ctx: Context, mine: Any) -> Any:
        values = workload.values(Prg(bytes(32)), SMALL)
        share: Any = await workload.online(ctx, [suite_of(ctx).constant(ctx, words) for words in values], SMALL)
        (opened,) = await suite_of(ctx).open(ctx, share)
        return opened

    opened = mpc.simulate(program, [None, None], suite="ideal").result
    error = workload.off_by(opened, [], SMALL)
    assert error is not None
    assert workload.tolerance is not None
    assert error <= workload.tolerance(SMALL)
    wrong = opened + np.uint64(1 << 16)
    with pytest.raises(ArithmeticError, match=f"{workload.name} gave a wrong result, off by"):
        workload.off_by(wrong, [], SMALL)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_operands_are_exact_lie_in_their_bounds_and_are_the_same_for_all(name: str) -> None:
    given = operands(name, SMALL)
    for one, other, (lo, hi) in zip(given, operands(name, SMALL), FUNCTIONS[name].bounds, strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one * 2**16, np.rint(one * 2**16))
        assert lo <= one.min() <= one.max() <= hi
    expected = FUNCTIONS[name].clear(*given)
    assert distance(expected, name, SMALL) == 0
    assert distance(expected + 0.5, name, SMALL) == pytest.approx(0.5)


@pytest.mark.slow
def test_rows_say_how_far_off_their_results_are(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    options = ["--workloads", "exp_10k", "argmax_1000", "--repeat", "1", "--parties", "2", "--scale", "0.01"]
    main(["numpy", *options, "--json", str(file)])
    rows = {row["workload"]: row for row in json.loads(file.read_text()) if row["system"] == "parley"}
    assert 0 < rows["exp_10k"]["error"] < rows["exp_10k"]["tolerance"]
    assert (rows["argmax_1000"]["error"], rows["argmax_1000"]["tolerance"]) == (0, 0)
    assert not any(row["tls"] for row in rows.values())


@pytest.mark.slow
def test_rows_of_numerics_are_of_both_suites_and_say_what_is_made_ahead(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    main(["numeric", "--workloads", "numeric.exp_10k", "--repeat", "1", "--scale", "0.001", "--json", str(file)])
    rows = [row for row in json.loads(file.read_text()) if row["system"] == "parley"]
    places = {(row["suite"], row["tls"], row["parties"]) for row in rows}
    assert places == {(suite, tls, 3) for suite in ("beaver", "replicated3") for tls in (False, True)}
    for row in rows:
        assert 0 < row["error"] < row["tolerance"]
        assert (row["offline"] is None) == (row["suite"] == "replicated3")
