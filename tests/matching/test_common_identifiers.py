"""`mpc.matching.common` gives what Python's sets give, to whom it should, at the declared cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching.matching_runs import ends

import mpc
from mpc import matching
from mpc.context import Context
from mpc.errors import LocalError
from mpc.intake import Intake

SETS = st.lists(st.lists(st.integers(-2, 9), max_size=12), min_size=2, max_size=5)


def program(**options: Any) -> Any:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.common(ctx, mine, **options)

    return main


def wanted(columns: list[list[Any]]) -> list[Any]:
    return sorted(set(columns[0]).intersection(*columns[1:]))


@given(SETS)
def test_all_learn_what_sets_have_in_common(columns: list[list[int]]) -> None:
    run = mpc.simulate(program(), inputs=columns, check_costs=True)
    common = wanted(columns)
    for column, found in zip(columns, run.results, strict=True):
        assert found.ids.tolist() == common
        assert [column[row] for row in found.rows] == common
        assert found.mask.tolist() == [value in common for value in column]
        assert [column.index(value) for value in common] == found.rows.tolist()


@given(SETS, st.data())
def test_those_learn_that_should(columns: list[list[int]], data: Any) -> None:
    to = data.draw(st.lists(st.integers(0, len(columns) - 1), min_size=1, unique=True))
    run = mpc.simulate(program(to=to), inputs=columns, check_costs=True)
    learnt = [None if found is None else found.ids.tolist() for found in run.results]
    assert learnt == [wanted(columns) if j in to else None for j in range(len(columns))]
    assert [reveal.to for reveal in run.report.reveals] == [(j,) for j in sorted(to)]


@pytest.mark.parametrize("columns", [[["a", "é"], ["e\u0301", "b", "b"]], [[b"x", b""], [b"", b"y"], [b""]]])
def test_texts_and_bytes(columns: list[list[Any]]) -> None:
    for found in mpc.simulate(program(), inputs=[np.array(c, object) for c in columns]).results:
        assert found.ids.tolist() == (["é"] if len(columns) == 2 else [b""])


@pytest.mark.parametrize(("n", "rounds"), [(2, 3), (3, 3), (5, 3)])
def test_rounds_and_bytes_are_those_of_the_page(n: int, rounds: int) -> None:
    columns = [np.arange(10 * i, 10 * i + 300) for i in range(n)]
    one = mpc.simulate(program(to=0), inputs=columns, check_costs=True)
    every = mpc.simulate(program(), inputs=columns, check_costs=True)
    assert (one.report.rounds, every.report.rounds) == (rounds, rounds + 1)


def test_bytes_between_two_are_those_of_the_page() -> None:
    from protocols.matching.between_two_jl10 import Terms, find
    from protocols.matching.one_key_cp92 import PROOF_BYTES

    declared = find.declared(1, Terms(300, 1000, answered=True), [])  # type: ignore[attr-defined]
    assert PROOF_BYTES == 128
    assert 8 * declared.to_one == 64 * 300 + 32 * 1000 + 16 * 300 + 32 + 128
    assert declared.rounds == 3


@pytest.mark.parametrize("at_most", [None, 5, (0, 4, 7, 3)])
def test_two_of_four_match_and_the_others_see_nothing(at_most: Any) -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        found = await matching.common(ctx, mine, among=(1, 3), at_most=at_most)
        x = await mpc.secret(ctx, 0, 5)  # the parties' paths agree afterwards
        return found, await mpc.reveal(ctx, x)

    run = mpc.simulate(main, inputs=[None, [1, 2, 3], None, [3, 2, 7]], check_costs=True)
    assert [None if found is None else found.ids.tolist() for found, _ in run.results] == [None, [2, 3], None, [2, 3]]
    assert [x for _, x in run.results] == [5] * 4


@pytest.mark.parametrize("n", [2, 3])
def test_sizes_are_hidden_up_to_a_public_number(n: int) -> None:
    small, large = ([[1, 2, 3]] * n, [[1, *range(10 * i, 10 * i + 20)] for i in range(n)])
    runs = [mpc.simulate(program(at_most=25), inputs=columns, check_costs=True) for columns in (small, large)]
    assert [run.results[0].ids.tolist() for run in runs] == [[1, 2, 3], wanted(large)]
    assert runs[0].report.bytes_sent == runs[1].report.bytes_sent


@pytest.mark.parametrize(
    ("columns", "options", "code"),
    [
        ([[1], [1]], {"to": ()}, "wrong-parties"),
        ([[1], [1]], {"to": 2}, "no-such-party"),
        ([[1], [1]], {"among": 0}, "wrong-parties"),
        ([[1], [1], [1]], {"among": (0, 1), "to": 2}, "wrong-parties"),
        ([[1, 2], [1]], {"at_most": 1}, "too-many-ids"),
        ([[1], [1]], {"at_most": [1]}, "wrong-number"),
        ([[1], [1]], {"at_most": -1}, "wrong-number"),
        ([[1], None], {}, "wrong-ids"),
        ([[1.5], [1]], {}, "wrong-ids"),
    ],
)
def test_what_cannot_be_meant_is_refused(columns: Any, options: Any, code: str) -> None:
    with pytest.raises(LocalError) as caught:
        mpc.simulate(program(**options), inputs=columns)
    assert caught.value.code == code
    assert caught.value.line


def test_kinds_that_differ_are_told() -> None:
    runs = ends(program(), [np.array([7]), np.array(["7"])])
    assert [run.error.code for run in runs] == ["ids-differ-in-kind"] * 2  # type: ignore[union-attr]
    assert "texts" in str(runs[0].error)


def test_no_party_holds_more_than_it_is_willing_to() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        if ctx.me == 0:
            ctx.session.intake = Intake(16 * 4)
        return len(await matching.common(ctx, mine)), ctx.session.intake.held  # type: ignore[arg-type]

    assert [run.result for run in ends(main, [[1, 2], [1, 2, 3, 4]])] == [(2, 0)] * 2
    error = ends(main, [[1, 2], [1, 2, 3, 4, 5]])[0].error
    assert error.code == "too-many-elements"  # type: ignore[union-attr]


def test_a_plan_needs_no_values_and_sends_what_a_run_sends() -> None:
    columns = [np.arange(40), np.arange(30, 90), np.arange(35, 60)]
    for among in ((0, 1), (0, 1, 2)):
        main = program(among=among)
        plan, run = mpc.plan(main, inputs=columns), mpc.simulate(main, inputs=columns)
        assert (plan.report.rounds, plan.report.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


def test_a_policy_may_forbid_it() -> None:
    """What is found is revealed as it is, of single records."""

    def policy(output: Any) -> None:
        if output.group < 10:
            raise LocalError("policy-group", "too few", "ask for less")

    async def main(ctx: Context, mine: Any) -> Any:
        ctx.session.policies = (policy,)
        return await matching.common(ctx, mine)

    with pytest.raises(LocalError, match="policy-group") as caught:
        mpc.simulate(main, inputs=[[1], [1]])
    assert caught.value.line


@pytest.mark.parametrize(
    ("columns", "to", "said"),
    [
        ([[1], [1]], 0, "right and secret although either of the two"),
        ([[1], [1]], None, "secret although either of the two parties may deviate; who learns first"),
        ([[1], [1], [1]], 0, "where all parties follow the protocol"),
    ],
)
def test_the_report_says_against_whom_it_holds(columns: list[list[int]], to: Any, said: str) -> None:
    security = mpc.simulate(program(to=to), inputs=columns).report.security
    assert said in security.partition("matched")[2]
    assert "All else" not in security


def test_sixteen_parties_and_no_more() -> None:
    columns = [[1, 2, 10 + j] for j in range(16)]
    assert all(found.ids.tolist() == [1, 2] for found in mpc.simulate(program(), inputs=columns).results)
    with pytest.raises(LocalError, match="wrong-parties"):
        mpc.simulate(program(), inputs=[[1]] * 17)


def test_what_is_shown_of_a_result_holds_no_identifier() -> None:
    (found, _) = mpc.simulate(program(), inputs=[[123456, 123456], [123456]]).results
    assert repr(found) == "<1 common identifiers, in 2 of 2 rows>"
