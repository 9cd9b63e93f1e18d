"""Secret membership: bits and values beside them, counts and sums, and the bins that identifiers are thrown into."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching.matching_runs import recorded

import mpc
from mpc import matching
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import transcript_digest
from protocols.matching import members_psty19
from protocols.matching.cuckoo_pr04 import bins_for, choices, placed
from protocols.matching.members_psty19 import in_bins
from protocols.matching.oprf_rfc9497 import blinded, evaluated
from protocols.privacy.forecast import Forecast
from protocols.privacy.policy import Policy

COLUMN = st.lists(st.integers(0, 12), max_size=10)


def counted(**options: Any) -> Any:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.common_count(ctx, mine, **options)

    return main


@given(COLUMN, COLUMN, st.sampled_from([None, 0, 1]))
def test_counts_are_those_of_sets(x: list[int], y: list[int], to: int | None) -> None:
    run = mpc.simulate(counted(to=to), inputs=[x, y], check_costs=True)
    count = len(set(x) & set(y))
    assert run.results == [count if to in (None, j) else None for j in range(2)]
    assert run.report.rounds == (4 if to is None else 3)


def test_counts_hide_sizes_up_to_a_public_number() -> None:
    small, large = ([[1, 2], [2]], [list(range(20)), list(range(1, 20))])
    runs = [mpc.simulate(counted(at_most=20), inputs=columns, check_costs=True) for columns in (small, large)]
    assert [run.results for run in runs] == [[1, 1], [19, 19]]
    assert runs[0].report.bytes_sent == runs[1].report.bytes_sent


def test_which_are_common_does_not_show_to_the_counter() -> None:
    """Other identifiers in other rows, as many of them common: what it receives has the same shape, and is ordered."""
    columns = [[[1, 2, 3, 4], [3, 4, 5]], [[9, 8, 7, 6], [9, 8, 5]]]
    for given_columns in columns:
        runs, record = recorded(counted(to=0), given_columns)
        assert runs[0].result == 2
        received = [sent.message.array for sent in record if sent.sender == 1][1:]
        assert [array.shape for array in received] == [(3, 32), (4, 32)]
        for array in received:
            assert sorted(row.tobytes() for row in array) == [row.tobytes() for row in array]
    again = [[4, 3, 2, 1, 1], [5, 4, 3, 3]]
    digests = {transcript_digest(recorded(counted(), one)[1]) for one in (columns[0], again)}
    assert len(digests) == 1


async def opened(ctx: Context, mine: Any) -> Any:
    """For the test alone: who is a member, and with which value."""
    ids, values = mine
    found = await matching.members(ctx, ids, values, holder=0, range=(0, 1000))
    return await mpc.reveal(ctx, found.there, found.values)


@pytest.mark.parametrize(
    ("x", "y"), [([5, 7, 9, 7], [9, 5, 1]), ([], [1]), ([1], []), ([3], [3]), (list(range(30)), list(range(10, 50)))]
)
def test_members_are_those_of_sets(x: list[int], y: list[int]) -> None:
    values = np.array([10 * one + i for i, one in enumerate(x)], np.int64)
    run = mpc.simulate(opened, inputs=[(x, values), (y, None)], check_costs=True)
    there, beside = run.result
    first = {one: 10 * one + x.index(one) for one in set(x)}
    assert sorted(beside[there]) == sorted(first[one] for one in set(x) & set(y))
    assert len(there) == bins_for(len(set(x)))


@pytest.mark.parametrize(("values", "bounds"), [([120, 300], (100, 500)), ([-120.5, -300.0], (-500, -100))])
def test_places_without_an_identifier_are_zero_whatever_the_range(values: list[float], bounds: Any) -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.common_sum(ctx, mine, values, holder=0, range=bounds)

    assert mpc.simulate(main, inputs=[[1, 2], [2, 3]]).result == values[1]


def test_noise_is_not_derived_from_bins() -> None:
    """One identifier more moves others to other bins: of some of the bins one record moves more than one."""

    async def main(ctx: Context, mine: Any) -> Any:
        found = await matching.members(ctx, mine, mine, holder=0, range=(0, 9))
        which = found.there[:5].sum() if mine[0] == 1 else found.chosen()[:5].sum()
        return await mpc.reveal(ctx, which, privacy=mpc.Laplace(epsilon=1))

    for first in (1, 2):
        with pytest.raises(LocalError, match=r"sensitivity-unknown.*no record's own"):
            mpc.simulate(main, inputs=[[first, 3, 4]] * 2)
    options = [choices([b"one", b"two", b"three", b"four"], 5, bytes([tag])) for tag in range(20)]
    assert max(np.count_nonzero(placed(each, 5)[:3] != placed(each[:3], 5)) for each in options) > 1


@pytest.mark.parametrize("most", [None, 40])
def test_policies_see_as_many_records_as_are_told_and_not_the_bins(most: int | None) -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        found = await matching.members(ctx, mine, mine, holder=0, range=(0, 99), at_most=most)
        await mpc.reveal(ctx, found.there.sum())
        await mpc.reveal(ctx, found.chosen().sum())
        return await mpc.reveal(ctx, found.chosen()[:7].sum())

    forecast = Forecast(Policy(smallest_group=100), ["north", "south"], "digest")
    mpc.plan(main, [np.arange(20), np.arange(30)], keeper=forecast)
    of_all, chosen, of_some = (int(entry["cause"].split()[6]) for entry in forecast.plain())
    fewest = most or 20
    assert bins_for(fewest) > 2 * fewest
    assert of_all == fewest
    assert 0.8 * fewest < chosen <= fewest
    assert of_some <= 7


def test_sums_and_noisy_counts() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        ids, values = mine
        total = await matching.common_sum(ctx, ids, values, holder=1, range=(0, 100), to=0)
        noise = mpc.Laplace(epsilon=20, sensitivity=1)
        noisy = await matching.common_count(ctx, ids, privacy=noise)
        return total, noisy

    run = mpc.simulate(main, inputs=[([1, 2, 3, 4], None), ([4, 3, 9], [1, 10, 100])], check_costs=True)
    (total, noisy), (nothing, again) = run.results
    assert int(total) == 11
    assert nothing is None
    assert noisy == again
    assert abs(noisy - 2) < 5
    (_, promise) = run.report.promises[0] if hasattr(run.report, "promises") else ("", "")
    assert "20" in str(promise) or not promise


def test_sums_of_several_columns_and_of_decimals() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.common_sum(ctx, *mine, holder=0, range=(-5, 5), among=(0, 2))

    x = ([b"a", b"b"], np.array([[1.5, -2.0], [0.25, 4.0]]))
    run = mpc.simulate(main, inputs=[x, (None, None), ([b"b", b"a", b"c"], None)])
    assert run.results[0].tolist() == run.results[2].tolist() == [1.75, 2.0]
    assert run.results[1] is None


def test_a_plan_of_counts_sends_what_a_run_sends() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        await matching.common_count(ctx, mine)
        return await matching.common_sum(ctx, mine, mine, holder=0, range=(0, 99))

    columns = [np.arange(20), np.arange(10, 40)]
    plan, run = mpc.plan(main, inputs=columns), mpc.simulate(main, inputs=columns)
    assert (plan.report.rounds, plan.report.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"holder": 2}, "no-such-party"),
        ({"holder": 0, "values": [1]}, "wrong-columns"),
        ({"holder": 0}, "wrong-columns"),
    ],
)
def test_what_members_cannot_take_is_refused(options: Any, code: str) -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.members(ctx, mine, **options)

    with pytest.raises(LocalError) as caught:
        mpc.simulate(main, inputs=[[1, 2], [3]])
    assert caught.value.code == code


def test_members_without_values_have_none_to_choose() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        found = await matching.members(ctx, mine, holder=0, with_values=False)
        return found.chosen()

    with pytest.raises(LocalError, match="wrong-columns") as caught:
        mpc.simulate(main, inputs=[[1, 2], [3]])
    assert caught.value.line


def test_counting_takes_two() -> None:
    with pytest.raises(LocalError, match="wrong-parties"):
        mpc.simulate(counted(), inputs=[[1], [1], [1]])


@pytest.mark.parametrize("count", [0, 1, 4, 50, 1000])
def test_each_identifier_lies_in_one_of_its_three_bins(count: int) -> None:
    bins = bins_for(count)
    options = choices([b"%d" % i for i in range(count)], bins, b"a tag")
    assert options.shape == (count, 3)
    assert ((options >= 0) & (options < bins)).all()
    assert (np.diff(np.sort(options, axis=1), axis=1) > 0).all()
    where = placed(options, bins)
    assert len(set(where.tolist())) == count
    assert (options == where[:, None]).any(axis=1).all()


def test_every_triple_of_bins_comes_alike() -> None:
    """Of five bins, the ten triples: chi squared with nine degrees of freedom has more than 45 once in 2^19."""
    options = np.sort(choices([b"%d" % i for i in range(2000)], 5, b"a tag"), axis=1)
    _, seen = np.unique(options, axis=0, return_counts=True)
    assert len(seen) == 10
    assert ((seen - 200) ** 2 / 200).sum() < 45


def test_the_holder_knows_the_function_for_one_bin_of_each_identifier() -> None:
    """Of two common identifiers that could lie in one bin, the one that does not lie there must not give its number."""
    asked: list[list[bytes]] = []

    def noted(messages: list[bytes], *rest: Any) -> Any:
        asked.append(list(messages))
        return blinded(messages, *rest)

    async def main(ctx: Context, mine: Any) -> Any:
        await matching.members(ctx, mine, holder=0, with_values=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members_psty19, "blinded", noted)
        mpc.simulate(main, inputs=[list(range(12)), list(range(12))])
    (messages,) = asked
    encoded, bins = [m[:-8] for m in messages], [int.from_bytes(m[-8:], "little") for m in messages]
    assert len(set(encoded)) == len(set(bins)) == len(messages) == 12
    one = in_bins([b"x"], np.array([[1, 2, 3]]))
    key = Scalars.of(ORDER, 5)
    assert len({output[:40] for output in evaluated(one, b"a tag", key)}) == 3


def test_four_with_the_same_three_bins_do_not_fit() -> None:
    with pytest.raises(LocalError, match="matching-overfull"):
        placed(np.array([[0, 1, 2]] * 4), 50)
