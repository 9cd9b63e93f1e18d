"""When circuits are garbled, and by which scheme: what the session says, and what a program says of one circuit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.garbled.schemes import SCHEMES
from protocols.runs.planning import plan

INPUTS = [np.array([70, 90, 3]), np.array([80, 20, 3])]


@mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))
def product(x: Any, y: Any) -> Any:
    return x * y


def program(**options: Any) -> Any:
    async def main(ctx: Any, mine: Any) -> Any:
        x, y = (mpc.private(owner, mine) for owner in range(2))
        return await mpc.reveal(ctx, await mpc.garbled(ctx, product, x=x, y=y, **options))

    return main


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("garbling", ["online", "ahead"])
def test_what_the_session_says(preprocessing: str, scheme: str, garbling: str) -> None:
    """Results are the same; a plan counts what a run takes, and says when and how."""
    chosen = {"preprocessing": preprocessing, "scheme": scheme, "garbling": garbling}
    run, planned = mpc.simulate(program(), INPUTS, check_costs=True, **chosen), plan(program(), INPUTS, **chosen)
    assert run.result.tolist() == [5600, 1800, 9]
    for report in (run.report, planned.report):
        (computed,) = report.circuits
        assert (computed.scheme, computed.garbling) == (scheme, garbling)
        assert computed.tables == 3 * product.ands * (32 if scheme == "half-gates" else 25)
        assert f"{scheme}, {computed.tables:,} bytes {garbling}" in repr(report)
    assert ("garbling" in run.report.material) == (garbling == "ahead")
    assert run.report.material == planned.report.material
    assert run.report.rounds == planned.report.rounds
    assert run.report.bytes_sent == planned.report.bytes_sent


def test_tables_are_offline_or_online() -> None:
    reports = {
        how: mpc.simulate(program(), INPUTS, preprocessing="ot", garbling=how[0], scheme=how[1]).report
        for how in [("online", "half-gates"), ("online", "three-halves"), ("ahead", "half-gates")]
    }
    sent = {how: report.bytes_sent[0] for how, report in reports.items()}
    assert sent["online", "half-gates"] - sent["online", "three-halves"] == pytest.approx(7 * 3 * product.ands, abs=100)
    assert sent["online", "half-gates"] - sent["ahead", "half-gates"] == pytest.approx(
        32 * 3 * product.ands - 16 * 3 * 32, abs=100
    )


def test_a_program_says_how_one_circuit_is_garbled() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        x, y = (mpc.private(owner, mine) for owner in range(2))
        made = [await mpc.garbled(ctx, product, x=x, y=y, scheme=scheme) for scheme in (None, *SCHEMES)]
        return await mpc.reveal(ctx, *made)

    for default in SCHEMES:
        run = mpc.simulate(main, INPUTS, scheme=default)
        assert all(values.tolist() == [5600, 1800, 9] for values in run.result)
        counted = {each.scheme: each.instances for each in run.report.circuits}
        assert counted == {scheme: 6 if scheme == default else 3 for scheme in SCHEMES}


def test_other_ways_have_no_scheme() -> None:
    run = mpc.simulate(program(by="gmw", scheme="three-halves"), INPUTS, garbling="ahead")
    (computed,) = run.report.circuits
    assert (computed.by, computed.scheme, computed.garbling, computed.tables) == ("gmw", "", "", 0)


@pytest.mark.parametrize(
    ("options", "chosen", "code"),
    [
        ({}, {"scheme": "thirds"}, "unknown-scheme"),
        ({}, {"garbling": "later"}, "unknown-way"),
        ({"scheme": "thirds"}, {}, "unknown-scheme"),
        ({"scheme": 3}, {}, "unknown-scheme"),
    ],
)
def test_what_is_unknown_is_refused(options: Any, chosen: Any, code: str) -> None:
    for how in (mpc.simulate, plan):
        with pytest.raises(LocalError, match=code):
            how(program(**options), INPUTS, **chosen)


@pytest.mark.parametrize("chosen", [{"garbling": "ahead"}, {"scheme": "three-halves"}], ids=str)
def test_what_has_no_effect_among_three_is_refused(chosen: Any) -> None:
    for how in (mpc.simulate, plan):
        with pytest.raises(LocalError, match="unfit-session"):
            how(program(), [*INPUTS, None], **chosen)
