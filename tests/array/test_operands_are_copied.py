"""What is computed is what the line said: public operands are copied when the expression is written."""

import numpy as np
import pytest
from programs import UNIT

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

X = np.array([1.0, 2.0, 3.0, 4.0])


def _changed(array, use):
    """use(secret, array), the array overwritten afterwards."""

    def write(x):
        operand = np.array(array)
        result = use(x, operand)
        operand[...] = np.zeros_like(operand) if operand.dtype == np.bool_ else 3
        return result

    return write


OPERANDS = {
    "index": ([0, 1], lambda x, i: x[i]),
    "index in a tuple": ([0, 1], lambda x, i: x.reshape(2, 2)[i, i]),
    "mask": ([True, True, False, True], lambda x, m: x[m]),
    "place of an assignment": ([0, 1], lambda x, i: _assigned(x, i, 0.5)),
    "value of an assignment": ([0.5, 0.25], lambda x, v: _assigned(x, slice(2), v)),
    "condition of where": ([True, False, True, True], lambda x, c: np.where(c, x, -x)),
    "value of where": ([1.0, 2.0, 5.0, 7.0], lambda x, v: np.where(x > 2, v, x)),
    "whole factor": ([2, 5, 7, 1], lambda x, k: x * k),
    "real factor": ([0.5, 0.25, 1.5, 2.5], lambda x, k: x * k),
    "divisor": ([0.5, 0.25, 4.0, 2.0], lambda x, k: x / k),
    "added constant": ([1, 2, 4, 8], lambda x, k: x + k),
    "added reals": ([0.5, 0.25, 4.0, 2.0], lambda x, k: k - x),
    "threshold": ([2.0, 2.0, 2.0, 5.0], lambda x, k: x < k),
    "public bits": ([True, False, True, True], lambda x, k: (x > 0) & k),
    "public bits of xor": ([True, False, True, True], lambda x, k: (x > 0) ^ k),
    "matrix": ([[1, 0, 0, 2], [2, 1, 0, 1], [1, 1, 1, 1], [2, 0, 2, 0]], lambda x, k: x @ k),
    "left matrix": (np.eye(4) / 2, lambda x, k: k @ x),
    "shape": ([2, 2], lambda x, s: x.reshape(s)),
    "axes": ([1, 0], lambda x, a: np.transpose(x.reshape(2, 2), a)),
    "shape to broadcast to": ([3, 4], lambda x, s: np.broadcast_to(x, s)),
    "joined": ([7.0, 8.0], lambda x, k: np.concatenate([x, k])),
}


def _assigned(x, index, value):
    x = x.copy()
    x[index] = value
    return x


@pytest.mark.parametrize(("operand", "use"), OPERANDS.values(), ids=OPERANDS.keys())
def test_an_operand_that_changes_afterwards_changes_nothing(operand, use):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, _changed(operand, use)(x))

    found = simulate(main, [X, None]).result
    np.testing.assert_allclose(np.asarray(found).astype(float), use(X, np.array(operand)).astype(float), atol=8 * UNIT)
    assert mpc.plan(main, [X, None]).report.rounds >= 1


@pytest.mark.parametrize("use", [np.transpose, np.squeeze, np.flip, np.sum, np.max])
def test_axes_may_be_a_list_and_what_is_no_axis_is_refused(use):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        with pytest.raises(LocalError, match="bad-axis"):
            use(x, "ab")
        axes = [1, 0] if use is np.transpose else [1]
        return await mpc.reveal(ctx, use(x, axes))

    table = X.reshape(4, 1)
    expected = use(table, (1, 0) if use is np.transpose else (1,))
    np.testing.assert_allclose(simulate(main, [table, None]).result, expected)
    mpc.plan(main, [table, None])


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (2, 1, 0)])
def test_the_largest_over_several_axes(axis):
    table = np.array([[[1, -2, 3], [4, 0, -6]], [[7, -8, 2], [5, 1, 9]]])

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        for wrong in (3, (0, 0), (0, -3)):
            with pytest.raises(LocalError, match="bad-axis"):
                x.max(wrong)
        return await mpc.reveal(ctx, x.max(axis), x.min(axis))

    largest, smallest = simulate(main, [table, None]).result
    np.testing.assert_array_equal(largest, table.max(axis))
    np.testing.assert_array_equal(smallest, table.min(axis))


@pytest.mark.parametrize("value", [X, np.array([3, -4]), np.array([True, False]), X.astype(np.float32)], ids=str)
def test_a_secret_is_what_its_owner_passed(value):
    async def main(ctx, mine):
        own = np.array(value)
        x = await mpc.secret(ctx, 0, own)
        own[...] = 0
        return await mpc.reveal(ctx, x)

    np.testing.assert_array_equal(simulate(main, [None, None]).result, value)


def test_minibatches_by_an_in_place_shuffle():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        order, rng, parts, expected = np.arange(4), np.random.default_rng(5), [], []
        for _ in range(3):
            rng.shuffle(order)
            parts.append(x[order[:2]])
            expected.append(X[order[:2]])
        return await mpc.reveal(ctx, np.stack(parts)), np.stack(expected)

    found, expected = simulate(main, [X, None]).result
    np.testing.assert_array_equal(found, expected)
