"""Activations in pieces: the tables on every number there is, against their bounds, and the functions on suites."""

import math

import numpy as np
import pytest
from sharing import computed, words

from mpc.errors import LocalError
from protocols.numeric.activations_in_pieces import (
    EXP,
    GELU,
    SIGMOID,
    SILU,
    TANH,
    exp_of_negative,
    gelu,
    of_bend,
    of_step,
    sigmoid,
    silu,
    tanh,
    watched,
)

from .tables import everywhere

UNIT = 2.0**-12
erf = np.vectorize(math.erf)
CLEAR = {
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "exp": np.exp,
}
FUNCTIONS = {"gelu": gelu, "silu": silu, "sigmoid": sigmoid, "tanh": tanh, "exp": exp_of_negative}
BENDS, STEPS = {"gelu": GELU, "silu": SILU}, {"sigmoid": SIGMOID, "tanh": TANH, "exp": EXP}


def tables(name, fraction, reach=32):
    if name in BENDS:
        return of_bend(BENDS[name], fraction, reach)
    return (of_step(STEPS[name], fraction, reach, (1 - reach) * 16 if name == "exp" else 0),)


def error(name):
    return float({**BENDS, **STEPS}[name].error)


@pytest.mark.parametrize("fraction", [12, 11, 8, 4])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_bound_holds_for_every_number_of_the_grid(name, fraction):
    """All of them, each taken by both pieces that may take it: a proof for these numbers of bits."""
    whole = tables(name, fraction)
    for late in (False, True):
        x, total = everywhere(whole, late=late)
        inside = x <= 0.5 if name == "exp" else np.full(x.shape, True)
        far = np.abs(total - CLEAR[name](x))[inside]
        assert float(far.max()) <= error(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_bound_is_not_far_from_what_is_there(name):
    x, total = everywhere(tables(name, 12), late=False)
    far = np.abs(total - CLEAR[name](x))[x <= 0.5]
    assert float(far.max()) > error(name) / 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_shortened_keeps_two_bits_free(name):
    """Truncation is exact below 2^62."""
    first = tables(name, 12)[:1]
    x, total = everywhere(first, late=True)
    inside = x <= 0.5 if name == "exp" else np.full(x.shape, True)
    assert float(np.abs(total[inside]).max()) * 2.0 ** first[0].output_fraction < 2.0**62


@pytest.mark.parametrize(("suite", "n"), [("beaver", 2), ("beaver", 3), ("ideal", 2), ("replicated3", 3)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_within_their_bound_and_a_unit(name, suite, n):
    high = 0.5 if name == "exp" else 31.9
    x = np.unique(np.concatenate([np.linspace(-31.9, high, 300), np.linspace(-5, min(high, 5), 300)]) // UNIT)
    y = computed(lambda ctx, share: FUNCTIONS[name](ctx, share), words(x.astype(int)), suite=suite, n=n)
    found = y.view(np.int64) * UNIT
    far = np.abs(found - CLEAR[name]((x * UNIT).astype(np.longdouble)))
    assert float(far.max()) <= error(name) + UNIT


@pytest.mark.parametrize("name", ["gelu", "silu", "sigmoid", "tanh"])
@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_what_leaves_its_range_is_told(name, suite):
    """Of numbers up to twice the range, at its ends and a cell around."""
    x = np.array([-31.9, -20, -16.07, -16.05, -16, -9, 0, 3, 15.93, 15.95, 16, 16.1, 31.8]) // UNIT
    both = {**BENDS, **STEPS}[name]
    y, outside = computed(
        lambda ctx, share: listed(watched(ctx, both, share, 12, 16)), words(x.astype(int)), suite=suite
    )
    far = np.abs(y.view(np.int64) * UNIT - CLEAR[name]((x * UNIT).astype(np.longdouble)))
    assert float(far.max()) <= error(name) + UNIT
    assert outside[[0, 1, 2, 10, 11, 12]].all()
    assert not outside[4:9].any()


async def listed(found):
    return list(await found)


def test_results_of_exp_may_have_other_fractional_bits():
    x = np.arange(-200, 3) << 6
    y = computed(lambda ctx, share: exp_of_negative(ctx, share, 10, 20), words(x))
    assert np.abs(y.view(np.int64) * 2.0**-20 - np.exp(x * 2.0**-10)).max() <= error("exp") + 2.0**-20


@pytest.mark.parametrize(("fraction", "reach"), [(13, 32), (3, 32), (12, 8), (12, 24), (12, 0)])
def test_other_forms_are_refused(fraction, reach):
    with pytest.raises(LocalError, match=r"too-many-fractional-bits|wrong-parameter"):
        of_bend(SILU, fraction, reach)


def test_coefficients_are_the_same_everywhere():
    """Of one piece of each function: decimals, not floats."""
    rows = {name: tables(name, 12)[0].coefficients[2] for name in FUNCTIONS}
    assert rows == EXPECTED


EXPECTED = {
    "gelu": (165061840252719659, 746464600125264, 190302881512, 17245793, 544),
    "silu": (-3332244761367352552, -367340413846298, -15448954597, -289458, -2),
    "sigmoid": (1227737048943583589, 195572804624535, 12292017785, 356958, 4),
    "tanh": (25688724120938747, 725703596738282, 88818539825, 5011570, 109),
    "exp": (736969771018477285, 97210502392436, 4939025907, 113860, 1),
}
