"""Public whole numbers that no float64 holds keep their last unit, wherever they meet a secret."""

import numpy as np
import pytest
from programs import revealed, revealing

from mpc.errors import LocalError

ODD = 2**53 + 1
LARGE = np.array([ODD, -ODD, 437184956988310815])
WAYS = {
    "a factor": (lambda x: x * LARGE, LARGE),
    "a matrix": (lambda x: np.diag([1, 1, 1]) @ (x * LARGE), LARGE),
    "an addend": (lambda x: x + LARGE, LARGE + 1),
    "a minuend": (lambda x: LARGE - x, LARGE - 1),
    "a choice": (lambda x: np.where(x > 0, LARGE, 0), LARGE),
    "the other choice": (lambda x: np.where(x < 0, 0, LARGE), LARGE),
    "one of several": (lambda x: np.choose(x, [0.0, LARGE, -7]), LARGE),
    "an einsum": (lambda x: np.einsum("i,i->i", x, LARGE), LARGE),
    "an einsum of two publics": (lambda x: np.einsum("i,i,i->i", x, LARGE, np.ones(3, int)), LARGE),
    "a bound": (lambda x: np.maximum(x, np.abs(LARGE)), np.abs(LARGE)),
    "whole floats": (lambda x: x * np.array([2.0**60, -(2.0**55), 2.0**33]), np.array([2**60, -(2**55), 2**33])),
    "a bound of whole floats": (lambda x: np.maximum(x, 2.0**60), np.full(3, 2**60)),
    "long doubles": (lambda x: x * (np.longdouble(2) ** 53 + 1), np.full(3, ODD)),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_the_last_unit_is_kept_and_said_to_be(name):
    use, right = WAYS[name]
    done = revealing(use, np.array([1, 1, 1]), ranges=[(0, 2)])
    assert done.result.dtype == np.int64
    assert done.result.tolist() == right.tolist()
    assert done.report.reveals[0].error == 0


def test_choices_of_opposite_ends_of_the_ring_are_whole():
    ends = (2**62 - 1, -(2**62) + 1)
    found = revealed(lambda x: np.where(x > 0, *ends), np.array([1, -1]))
    assert found.tolist() == [*ends]
    found = revealed(lambda x: np.choose(x, [ends[0], 5, ends[1]]), np.array([0, 1, 2]), ranges=[(0, 2)])
    assert found.tolist() == [ends[0], 5, ends[1]]


def test_real_choices_are_those_that_are_encoded():
    done = revealing(lambda x: np.where(x > 0, 1e11, 0.5), np.array([1, -1]))
    assert done.result.tolist() == [1e11, 0.5]
    assert done.report.reveals[0].error == 0
    done = revealing(lambda x: np.choose(x, [0.3, 2, -0.7]), np.array([0, 1, 2]), ranges=[(0, 2)])
    assert np.abs(done.result - [0.3, 2, -0.7]).max() <= done.report.reveals[0].error <= 2.0**-17


def test_large_weights_do_not_wrap():
    for weights in ([2**62, 2**62], [2**63, 2**63], np.array([2**62, 2**62]), [3e300, 3e300]):
        found = revealed(lambda x, w=weights: np.average(x, weights=w), np.array([3, 1]), ranges=[(0, 3)])
        assert abs(found - 2) < 1e-4


def test_weights_that_sum_to_nothing_are_refused():
    with pytest.raises(LocalError, match="division-by-zero"):
        revealed(lambda x: np.average(x, weights=[0, 0]), np.array([3, 1]))


def test_what_float64_does_not_hold_is_refused_unless_it_is_whole():
    with pytest.raises(LocalError, match="not-a-number"):
        revealed(lambda x: x * (np.longdouble(1) / 3), np.array([1.0]))
    with pytest.raises(LocalError, match="not-a-number"):
        revealed(lambda x: x, np.array([1.0], np.longdouble) / 3)
    assert revealed(lambda x: x, np.array([2**53 + 1], np.longdouble), ranges=[(0, 2**60)]).tolist() == [2**53 + 1]
