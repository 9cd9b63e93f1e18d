"""Public numbers that differ between parties are noticed before a result, in whatever form they enter a program."""

import numpy as np
import pytest

import mpc
from mpc.algebra.ring import Z64
from mpc.errors import PeerError
from protocols.array.circuit_nodes import CIRCUIT
from protocols.array.inputs import INPUT
from protocols.array.marks import LARGE, ROW, _checksum, mark_of
from protocols.array.node import OPERATIONS

DIFFERENT = {
    "factor": lambda x, me: x * (2.5 + me),
    "whole factor": lambda x, me: x * (2 + me),
    "summand": lambda x, me: x + np.array([1, 2, me]),
    "divisor": lambda x, me: x // (2 + me),
    "matrix": lambda x, me: x @ np.array([[1, 0.25], [2, 1], [3, 4 + me]]),
    "long matrix": lambda x, me: x.sum() * np.where(np.arange(20_000) == 19_999, me, 7),
    "threshold": lambda x, me: x > me,
    "condition": lambda x, me: np.where([True, me == 0, True], x, 0.5),
    "constant that is chosen": lambda x, me: np.where(x > 1, x, 0.5 + me),
    "public truth value": lambda x, me: (x > 1) & np.array([True, True, me == 0]),
    "index": lambda x, me: x[[0, 2, me]],
    "place": lambda x, me: x[me] * x[2],
    "before another operation": lambda x, me: np.exp((x * (1 + me)).within(-8, 8)).sum(),
}


def program(use, then=lambda ctx, y: mpc.reveal(ctx, y)):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        return await then(ctx, use(x, ctx.me))

    return main


@pytest.mark.parametrize("use", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_difference_is_an_error_that_names_the_line(use):
    with pytest.raises(PeerError) as caught:
        mpc.simulate(program(use), [np.array([1.0, 2.0, 3.0]), None])
    assert caught.value.code == "public-values-differ"
    assert caught.value.line.startswith("test_marks.py")
    assert "secret" in caught.value.remedy


@pytest.mark.parametrize("use", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_the_same_numbers_are_no_difference(use):
    mpc.simulate(program(lambda x, me: use(x, 1)), [np.array([1.0, 2.0, 3.0]), None], check_costs=True)


@pytest.mark.parametrize("to", [0, 1, (0, 1)])
def test_what_some_learn_is_compared_too(to):
    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(program(DIFFERENT["factor"], lambda ctx, y: mpc.reveal(ctx, y, to=to)), [np.ones(3), None])


def test_declared_ranges_are_compared():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4 + ctx.me))
        return await mpc.reveal(ctx, x)

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(main, [np.ones(3), None])


OF_TWO_SHARINGS = {
    "one expression written twice": lambda ctx, x, y: (x * x, x * x),
    "two shuffles": lambda ctx, x, y: (mpc.shuffle(x), mpc.shuffle(x)),
    "two inputs": lambda ctx, x, y: (x, y),
}


@pytest.mark.parametrize("name", OF_TWO_SHARINGS)
def test_which_of_two_values_alike_is_computed_with(name):
    """They have the same shape, range and public numbers, and shares that do not fit together."""

    def of(place):
        async def main(ctx, mine):
            x, y = [await mpc.secret(ctx, 0, mine, range=(-4, 4)) for _ in range(2)]
            both = OF_TWO_SHARINGS[name](ctx, x, y)
            await mpc.reveal(ctx, *(each.sum() > 3 for each in both))
            return await mpc.reveal(ctx, (both[place(ctx.me)] > 2).sum())

        return main

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(of(lambda me: me), [np.ones(100), None])
    for place in (0, 1):
        assert mpc.simulate(of(lambda me, place=place: place), [np.ones(100), None]).result == 0


def test_which_of_two_shares_from_protocols_is_computed_with():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        shares = [await mpc.share_of(ctx, x * x) for _ in range(2)]
        both = [mpc.secret_from(ctx, share, kind="fixed", range=(0, 16), error=0.1) for share in shares]
        return await mpc.reveal(ctx, both[ctx.me] > 2)

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(main, [np.ones(100), None])


def test_a_difference_before_a_value_that_was_computed_earlier():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        y = x + ctx.me
        await mpc.compute(ctx, y)
        return await mpc.reveal(ctx, y)

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(main, [np.ones(3), None])


def test_other_turns_are_still_called_that():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(1, 4))
        return await mpc.reveal(ctx, x * x if ctx.me else np.exp(x))

    with pytest.raises(PeerError, match="program-diverged"):
        mpc.simulate(main, [np.ones(3), None])


def test_marks_hold_no_input():
    """The owner's words are in its node alone: its mark is that of everybody else."""
    marks = []

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        assert (x.node.parameters["words"] is not None) == (ctx.me == 0)
        marks.append(mark_of(x.node, anew=True))
        return await mpc.reveal(ctx, x)

    mpc.simulate(main, [np.array([1.0, 2.0]), None])
    assert len(set(marks)) == 1
    assert [name for name, operation in OPERATIONS.items() if operation.owned] == [INPUT.name, CIRCUIT.name]


def test_checksums_tell_any_two_words_apart():
    rng = np.random.default_rng(1)
    for size in (0, 1, 5, LARGE, LARGE + 3, 3 * ROW + LARGE):
        array = rng.integers(0, 2**63, size).astype(np.uint64)
        right = _checksum(array)
        assert right == _checksum(array.copy())
        for place in {0, size // 2, size - 1} if size else ():
            for bit in (0, 31, 63):
                changed = array.copy()
                changed[place] ^= np.uint64(1) << np.uint64(bit)
                assert _checksum(changed) != right
        if size > 1:
            assert _checksum(array[::-1]) != right
    assert _checksum(np.asfortranarray(np.arange(6).reshape(2, 3))) == _checksum(np.arange(6))


def test_a_zero_has_one_checksum():
    plus, minus = (Z64.from_signed(np.rint(np.array([zero])).astype(np.int64)) for zero in (0.0, -0.0))
    assert _checksum(plus) == _checksum(minus)
