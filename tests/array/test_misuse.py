"""What people write by mistake is said in a sentence, at the line where they wrote it."""

from __future__ import annotations

import asyncio
import functools
import statistics
import sys
from collections import deque
from dataclasses import dataclass

import numpy as np
import pytest
import trio

import mpc

pytestmark = pytest.mark.filterwarnings("ignore:coroutine '.*' was never awaited")

INPUTS = [np.array([1.5, 2.0]), np.array([3.0, 4.0])]


def refused(main, code, *says, line=None):
    with pytest.raises(mpc.LocalError) as caught:
        mpc.simulate(main, INPUTS)
    error = caught.value
    assert error.code == code
    assert all(text in str(error) for text in says)
    assert error.remedy
    first = main.__code__.co_firstlineno
    if line is not None:
        assert error.line == f"test_misuse.py:{first + line}"


async def returns_a_coroutine(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return mpc.reveal(ctx, x)


async def returns_one_deep_inside(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    result = {"a": [1, (2, mpc.reveal(ctx, x))]}
    return result


async def returns_a_secret(ctx, mine):
    return await mpc.secret(ctx, 0, mine)


async def returns_secrets_in_a_dict(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    known = await mpc.reveal(ctx, x)
    return known, {"of both": [(x, None)]}


@dataclass
class Record:
    value: object


async def returns_a_record(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return deque([Record(x)])


async def takes_its_line_from_a_library(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return statistics.fmean(iter([x[0], x[1]]))


@pytest.mark.parametrize(
    ("main", "code", "line"),
    [
        (returns_a_record, "not-revealed", 2),
        (returns_a_coroutine, "not-awaited", 2),
        (returns_one_deep_inside, "not-awaited", 3),
        (returns_a_secret, "not-revealed", 1),
        (returns_secrets_in_a_dict, "not-revealed", 3),
    ],
)
def test_a_result_that_is_none(main, code, line):
    refused(main, code, "the result", line=line)


def test_the_line_is_the_programs_not_that_of_a_library_it_calls():
    refused(takes_its_line_from_a_library, "secret-content", line=2)


def test_of_several_returns_all_are_named():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        if ctx.n == 2:
            return x
        return x + 1

    first = main.__code__.co_firstlineno
    with pytest.raises(mpc.LocalError, match=f"test_misuse.py:{first + 3} or {first + 4}"):
        mpc.simulate(main, INPUTS)


def test_a_plan_refuses_it_too():
    with pytest.raises(mpc.LocalError, match="not-revealed"):
        mpc.plan(returns_a_secret, INPUTS)


async def adds_a_number(ctx, mine):
    x = mpc.secret(ctx, 0, mine)
    return await mpc.reveal(ctx, x + 1)


async def concatenates(ctx, mine):
    columns = [mpc.secret(ctx, i, mine) for i in range(ctx.n)]
    return await mpc.reveal(ctx, np.concatenate(columns))


async def sums(ctx, mine):
    return await mpc.reveal(ctx, mpc.secret(ctx, 0, mine).sum())


async def adds_to_a_secret(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return await mpc.reveal(ctx, x + mpc.secret(ctx, 1, mine))


async def reveals(ctx, mine):
    return await mpc.reveal(ctx, mpc.secret(ctx, 0, mine))


async def shares(ctx, mine):
    return await mpc.secret(ctx, 0, mpc.secret(ctx, 0, mine))


@pytest.mark.parametrize(
    ("main", "line"),
    [(adds_a_number, 2), (concatenates, 2), (sums, 1), (adds_to_a_secret, 2), (reveals, 1), (shares, 1)],
)
def test_a_missing_await_is_said_where_the_value_is_used(main, line):
    refused(main, "not-awaited", "write `await` before the call", line=line)


async def sums_without_brackets(ctx, mine):
    return sum(await mpc.secret(ctx, owner, mine) for owner in range(ctx.n))


async def unpacks_without_brackets(ctx, mine):
    return [*(await mpc.secret(ctx, owner, mine) for owner in range(ctx.n))]


@pytest.mark.parametrize("main", [sums_without_brackets, unpacks_without_brackets])
def test_a_loop_of_awaits_is_a_list(main):
    refused(main, "not-awaited", "generator with `await`", "write a list: sum([await", line=1)


def test_what_the_program_gets_wrong_otherwise_is_left_as_it_is():
    async def main(ctx, mine):
        return mine + "text"

    with pytest.raises(TypeError, match="ufunc"):
        mpc.simulate(main, INPUTS)


async def without_context(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return await mpc.reveal(x)


async def secret_without_context(ctx, mine):
    return await mpc.secret(0, mine)


async def compute_without_context(ctx, mine):
    return await mpc.compute(await mpc.secret(ctx, 0, mine))


@pytest.mark.parametrize("main", [without_context, secret_without_context, compute_without_context])
def test_a_call_without_its_context(main):
    refused(main, "no-context", "(ctx, ...)", line=len(main.__code__.co_varnames) - 1)


async def a_list(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return await mpc.reveal(ctx, [x, x])


def test_a_list_of_secrets_is_to_be_given_one_by_one():
    refused(a_list, "not-secret", "mpc.reveal(ctx, *secrets)", line=2)


def revealing(to, owner=0):
    async def main(ctx, mine):
        return await mpc.reveal(ctx, await mpc.secret(ctx, owner, mine), to=to)

    return main


@pytest.mark.parametrize("to", [np.int64(1), np.array(1), [np.int64(1)], np.array([1, 1]), {1}])
def test_a_receiver_may_be_a_number_of_numpy(to):
    results = mpc.simulate(revealing(to, owner=np.int64(0)), INPUTS).results
    assert results[0] is None
    np.testing.assert_allclose(results[1], INPUTS[0])


@pytest.mark.parametrize("to", [True, [False], np.True_, "1", 1.0, [None]])
def test_what_is_no_party(to):
    refused(revealing(to), "bad-party", "whole number", line=1)


@pytest.mark.parametrize("owner", [True, "0", 0.0])
def test_an_owner_that_is_no_party(owner):
    refused(revealing(None, owner), "bad-party", line=1)


def declaring(**arguments):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, **arguments)
        return x.bounds, await mpc.reveal(ctx, x)

    return main


@pytest.mark.parametrize("bounds", [np.array([0, 2]), np.array([0.0, 2.0]), [np.int64(0), np.float32(2)], (0, 2.0)])
def test_a_range_may_be_of_numpy(bounds):
    assert mpc.simulate(declaring(range=bounds), INPUTS).result[0] == (0, 2)


@pytest.mark.parametrize("bounds", [3, "01", (0, 1, 2), np.zeros((2, 2)), (None, 1), (True, 2)])
def test_a_range_that_is_no_pair_of_numbers(bounds):
    refused(declaring(range=bounds), "bad-range", line=1)


@pytest.mark.parametrize("kind", ["float", "bits", 3])
def test_a_kind_that_does_not_exist(kind):
    refused(declaring(kind=kind), "unknown-kind", "'fixed', 'int', 'bit'", line=1)


def from_a_share(**arguments):
    async def main(ctx, mine):
        share = await mpc.share_of(ctx, await mpc.secret(ctx, 0, np.arange(3)))
        return mpc.secret_from(ctx, share, **arguments).bounds

    return main


def test_a_share_as_a_secret_takes_the_same_arguments():
    assert mpc.simulate(from_a_share(range=np.array([0, 2])), INPUTS).result == (0, 2)
    refused(from_a_share(range=7), "bad-range", line=2)
    refused(from_a_share(kind="float"), "unknown-kind", line=2)


def plain(ctx, mine):
    return 3


def plain_and_computing(ctx, mine):
    x = mpc.secret(ctx, 0, mine)
    return x + 1


@pytest.mark.parametrize("main", [plain, plain_and_computing])
def test_a_main_that_is_not_async(main):
    refused(main, "program-main-not-async", "async def main(ctx, mine)", line=0)


def test_a_main_of_other_parameters():
    async def main(ctx):
        return 3

    refused(main, "program-main-parameters", "(ctx, mine)", line=0)


def test_a_function_that_calls_an_async_one_will_do():
    async def study(ctx, mine, factor):
        return factor

    assert mpc.simulate(lambda ctx, mine: study(ctx, mine, 3), INPUTS).result == 3
    assert mpc.simulate(functools.partial(study, factor=4), INPUTS).result == 4


async def sleeps(ctx, mine):
    await asyncio.sleep(0.01)


async def yields(ctx, mine):
    await asyncio.sleep(0)


async def gathers(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return await asyncio.gather(mpc.reveal(ctx, x))


async def gathers_without_a_loop(ctx, mine):
    """As Python 3.14 answers always, and older ones once a loop has run."""
    asyncio.set_event_loop(None)
    return await gathers(ctx, mine)


async def runs_a_loop(ctx, mine):
    async def revealed():
        return await mpc.reveal(ctx, x)

    x = await mpc.secret(ctx, 0, mine)
    return asyncio.run(revealed())


async def shares_in_a_loop(ctx, mine):
    async def shared():
        return await mpc.secret(ctx, 0, mine)

    return asyncio.new_event_loop().run_until_complete(shared())


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("main", [sleeps, yields, gathers, gathers_without_a_loop, runs_a_loop, shares_in_a_loop])
def test_asyncio_is_of_another_world(main):
    with pytest.raises(mpc.LocalError, match="asyncio-in-program") as caught:
        mpc.simulate(main, INPUTS)
    assert "trio" in caught.value.remedy
    assert caught.value.line.startswith("test_misuse.py:")


async def leaves(ctx, mine):
    if ctx.n:
        sys.exit(3)


def test_a_program_does_not_end_the_process():
    refused(leaves, "program-exit", "return from main", line=2)


async def leaves_in_a_task(ctx, mine):
    async def task():
        sys.exit(3)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(task)


def test_nor_does_a_task_of_it():
    refused(leaves_in_a_task, "program-exit", line=2)


async def fails_in_a_task(ctx, mine):
    async with trio.open_nursery():
        raise KeyError("missing")


def test_other_failures_of_tasks_are_left_as_they_are():
    with pytest.raises(KeyError):
        mpc.simulate(fails_in_a_task, INPUTS)
