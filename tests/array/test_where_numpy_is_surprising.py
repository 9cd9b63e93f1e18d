"""Where numpy's rules surprise: the same rule, or a refusal that says what to write, never another number."""

import numpy as np
import pytest
from programs import UNIT, agrees, revealed

from mpc.errors import LocalError

BITS = np.array([True, False, True])
WHOLE = np.array([7, -7, 3])
REALS = np.array([3.5, -2.5, 0.5, 1.5])


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_correlations_whichever_is_the_longer(mode, size):
    agrees(lambda x: np.correlate(x, np.arange(1.0, size + 1), mode), REALS)
    agrees(lambda x: np.correlate(np.arange(1.0, size + 1), x, mode), REALS)


def test_products_of_truth_values_are_numpys():
    agrees(lambda b: (b * b, b * BITS, b * True, np.outer(b, b), np.kron(b, b)), BITS)
    agrees(lambda b: (b + 1, 1 - b, b * 2, b + b.astype(int), b.sum(), b @ np.array([1, 2, 3])), BITS)


def test_closeness_allows_what_rounding_may_have_moved():
    agrees(lambda x: (np.isclose(x / 3, 1 / 3), np.isclose(x / 3, x * (1 / 3))), np.array([1.0, 1.0]))
    agrees(lambda x: (np.isclose(x, [1, 1 + 4 * UNIT]), np.isclose(x, x > 0)), np.array([1.0, 1.0]))
    agrees(lambda b: np.isclose(b, BITS), BITS)


def test_one_observation_of_several_variables():
    agrees(lambda x: np.cov(x.reshape(1, 4), rowvar=False, bias=True), REALS)


def test_histograms_that_say_what_they_do_not_want():
    agrees(lambda x: np.histogram(x, [-3, 0, 4], density=False)[0], REALS)


def test_reals_stay_reals_where_numpy_makes_them():
    agrees(lambda x: (np.copysign(x, [1, -1, -1]), np.fabs(x), np.full_like(x, x[0])), WHOLE)
    agrees(lambda x: np.full_like(x * 0.5, x[0]), WHOLE)
    agrees(lambda x: ((x > 0).astype(np.uint8), x.astype(np.int32)), WHOLE)


REFUSED = {
    "a sum of conditions": (lambda b: b + b, BITS, "arithmetic-of-bits"),
    "a sum with a public one": (lambda b: b + BITS, BITS, "arithmetic-of-bits"),
    "a difference of conditions": (lambda b: b - b, BITS, "arithmetic-of-bits"),
    "a negative condition": (lambda b: -b, BITS, "arithmetic-of-bits"),
    "a product of matrices": (lambda b: b @ b, BITS, "arithmetic-of-bits"),
    "a sum of products": (lambda b: np.einsum("i,i", b, b), BITS, "arithmetic-of-bits"),
    "a spread of conditions": (np.ptp, BITS, "arithmetic-of-bits"),
    "a percentile of conditions": (lambda b: np.percentile(b, 30), BITS, "arithmetic-of-bits"),
    "a sign of a condition": (np.sign, BITS, "arithmetic-of-bits"),
    "bins that would follow from the values": (lambda x: np.histogram(x, "auto", (0, 3))[0], REALS, "bad-bins"),
    "densities": (lambda x: np.histogram(x, [0, 1], density=True)[0], REALS, "unsupported-operation"),
    "a byte that is too small": (lambda x: (x * 100).astype(np.int8), WHOLE, "range-too-wide"),
    "fractions put into whole numbers": (lambda x: np.insert(x, 0, 1.5), WHOLE, "kind-change"),
    "fractions around whole numbers": (lambda x: np.pad(x, 1, constant_values=1.5), WHOLE, "kind-change"),
    "a whole reciprocal": (np.reciprocal, WHOLE, "unsupported-operation"),
    "the layout of memory": (lambda x: x.ravel(order="A"), WHOLE, "unsupported-operation"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    use, values, code = REFUSED[name]
    with pytest.raises(LocalError) as caught:
        revealed(use, values)
    assert caught.value.code == code
    assert caught.value.remedy
