"""Public arguments that make no sense have a code and the user's line, and equal ones are equal in whatever form."""

import numpy as np
import pytest
from programs import revealed

import mpc
from mpc.errors import LocalError

X, B = np.array([3.0, -1, 2, 2]), np.array([True, False, True, True])
OF_PUBLIC = {
    "topk": lambda x: mpc.topk(x, 1), "unique": lambda x: mpc.unique(x, 1), "unique_count": mpc.unique_count,
    "shuffle": mpc.shuffle, "erf": mpc.erf, "sigmoid": mpc.sigmoid, "softmax": mpc.softmax, "relu": mpc.relu,
    "log_softmax": mpc.log_softmax, "inverse_sqrt": mpc.inverse_sqrt,
}  # fmt: skip


def refused(function, match):
    with pytest.raises(LocalError, match=match) as refusal:
        revealed(function, X, B)
    assert refusal.value.line.startswith("test_arguments.py")


@pytest.mark.parametrize("name", OF_PUBLIC)
@pytest.mark.parametrize("public", [[1.0, 2.0], X, 3, None], ids=["list", "array", "number", "none"])
def test_functions_of_secrets_take_secrets(name, public):
    refused(lambda x, b: OF_PUBLIC[name](public), rf"not-secret.*mpc\.{name} takes a secret")


@pytest.mark.parametrize("count", [-1, 5, 2.0, 2.5, "a", True, None, np.array([1, 2])], ids=str)
def test_counts_are_public_whole_numbers(count):
    refused(lambda x, b: mpc.topk(x, count)[0], "bad-count")
    refused(lambda x, b: mpc.unique(x, count)[0], "bad-count")
    refused(lambda x, b: mpc.compress(b, x, count), "bad-count")
    if str(count) != "5":
        refused(lambda x, b: mpc.permutation(x.context, count), "bad-count")
    refused(lambda x, b: mpc.permutation(3, 3), "no-context")


def test_counts_of_numpy_count():
    found = revealed(lambda x, b: (mpc.topk(x, np.int64(2))[0], mpc.compress(b, x, np.uint8(2))), X, B)
    np.testing.assert_array_equal(found[0], [3, 2])
    np.testing.assert_array_equal(found[1], [3, 2])


NONSENSE = {
    "a side": lambda x, b: np.searchsorted(np.sort(x), [1, 2], side="Right"),
    "a short side": lambda x, b: np.searchsorted(np.sort(x), [1, 2], side="r"),
    "a kind of sorting": lambda x, b: np.sort(x, kind="bogus"),
    "a kind of order": lambda x, b: np.argsort(x, kind="quick"),
    "a place beyond": lambda x, b: np.partition(x, 4),
    "a place before": lambda x, b: np.argpartition(x, -5),
    "a place between": lambda x, b: np.partition(x, 1.5),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_numpy_refuses_is_not_taken_for_something_else(name):
    refused(NONSENSE[name], "unsupported-operation")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (slice(0, np.int64(2)), slice(0, 2)),
        (np.array([0, 2], np.uint8), np.array([0, 2])),
        (np.int32(1), 1),
        ([0, 1], np.array([0, 1], np.uint64)),
    ],
    ids=repr,
)
def test_equal_places_are_no_difference_between_parties(one, other):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x[(one, other)[ctx.me]])

    np.testing.assert_array_equal(mpc.simulate(main, [X, None]).result, X[other])
