"""1 / x and 1 / sqrt(x) in pieces: relative errors all over their ranges, rounds, and what is refused."""

import numpy as np
import pytest
from sharing import computed, words

from mpc.errors import LocalError
from protocols.numeric.normalised_in_pieces import (
    OF_UNSHORTENED,
    RECIPROCAL,
    RECIPROCAL_ROOT,
    RELATIVE_ERROR_BITS,
    form_of,
    reciprocal,
    reciprocal_root,
    tables_of,
)
from protocols.ranges import Range

from .tables import everywhere

WAYS = {RECIPROCAL: (reciprocal, lambda x: 1 / x), RECIPROCAL_ROOT: (reciprocal_root, lambda x: x**-0.5)}
RANGES = {
    "a sum of exponentials": (RECIPROCAL, Range(2500, 1 << 20), 12, 5),
    "within an octave": (RECIPROCAL, Range(4100, 8000), 12, 3),
    "integers": (RECIPROCAL, Range(1, 200), 0, 5),
    "shortened": (RECIPROCAL, Range(1 << 15, 1 << 29), 24, 6),
    "a root of integers": (RECIPROCAL_ROOT, Range(1, 200), 0, 5),
    "a root of an odd power": (RECIPROCAL_ROOT, Range(2500, 1 << 20), 13, 5),
    "a root within two octaves": (RECIPROCAL_ROOT, Range(4096, 16383), 12, 3),
    "mean squares": (RECIPROCAL_ROOT, Range(1 << 15, 1 << 35), 24, 6),
    "up to the largest number": (RECIPROCAL_ROOT, Range(1 << 45, (1 << 60) - 1), 51, 6),
    "sums of squares": (RECIPROCAL_ROOT, Range(1 << 40, 1 << 52), 40, 6),
}


def numbers(r, count=700):
    """All over a range by their logarithm, with its ends and what lies around powers of two and 3/4 of them."""
    steps = np.exp(np.linspace(np.log(r.lo), np.log(r.hi), count)).astype(np.int64)
    edges = [(1 << i) * k // 4 + d for i in range(62) for k in (3, 4) for d in (-1, 0, 1)]
    return np.array(sorted({r.lo, r.hi, *(x for x in [*edges, *steps.tolist()] if r.lo <= x <= r.hi)}))


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
@pytest.mark.parametrize("name", RANGES)
def test_results_are_within_their_relative_bound_and_a_unit(name, suite):
    power, r, fraction, rounds = RANGES[name]
    function, clear = WAYS[power]
    x, result, form, taken = numbers(r), 24, form_of(power, r, fraction), []

    async def run(ctx, share):
        before = ctx.depth
        y = await function(ctx, share, r, fraction, result)
        taken.append(ctx.depth - before)
        return y

    y = computed(run, words(x), suite=suite).view(np.int64) * 2.0**-result
    expected = clear(x * 2.0**-fraction)
    bits = RELATIVE_ERROR_BITS if form.precision < form.whole_precision else OF_UNSHORTENED
    assert (np.abs(y - expected) <= expected * 2.0**-bits + 2.0**-result).all()
    assert suite != "beaver" or taken == [rounds, rounds]


def in_the_clear(form, x, late, up):
    """What comes of x before the last truncation, with the place one too high, or what is shortened rounded up."""
    normalising, evaluating = tables_of(form)
    y, g = (x, 1) if normalising is None else (table.at(x, late=late) for table in normalising)
    assert 0 < y < 2**62
    shift = form.whole_precision - form.precision
    y = (y >> shift) + up if shift > 0 else y << -shift
    assert 0 < evaluating.at(y) * g < 2**61
    return evaluating.at(y) * g * 2.0**-form.output_fraction


@pytest.mark.parametrize("low", [0, 1, 11, 27, 45, 59])
@pytest.mark.parametrize("power", WAYS)
def test_ranges_of_every_length_have_results_within_the_bound(power, low):
    """Numbers at their ends, and around powers of two, each taken both ways; nothing leaves what truncation is for."""
    for octaves in range(1, (17 if power is RECIPROCAL else 22)):
        r = Range(1 << low, (1 << min(low + octaves, 62)) - 1)
        form = form_of(power, r, low)
        for x in [r.lo, r.hi, *(r.lo + (r.hi - r.lo) * k // 7 for k in range(7)), *numbers(r, 2)[::5].tolist()]:
            for late, up in ((False, False), (True, True)):
                found = in_the_clear(form, x, late, up)
                exact = (x / 2**form.whole_precision) ** (-1 / power.root) * (2**0.5 if form.halved else 1)
                assert abs(found / exact - 1) < 2.0**-RELATIVE_ERROR_BITS


@pytest.mark.parametrize("power", WAYS)
def test_the_second_table_is_off_by_less_than_a_sixteenth_bit_everywhere(power):
    """Every y there is, of up to 14 bits, whichever piece takes it."""
    form = form_of(power, Range(1 << 10, (1 << 14) - 1), 10)
    table = tables_of(form)[1]
    for late in (False, True):
        y, found = everywhere([table], late=late, low=3 << (form.precision - 2))
        inside = y < 2**form.octaves
        expected = WAYS[power][1](y[inside]) * (np.sqrt(np.longdouble(2)) if form.halved else 1)
        assert float((np.abs(found[inside] - expected) / expected).max()) < 2.0**-16


@pytest.mark.parametrize(
    ("power", "r", "code"),
    [
        (RECIPROCAL, Range(0, 5), "domain"), (RECIPROCAL_ROOT, Range(-3, 5), "domain"),
        (RECIPROCAL, Range(1 << 10, 1 << 35), "range-too-wide"),
        (RECIPROCAL_ROOT, Range(1 << 10, 1 << 45), "range-too-wide"),
    ],
)  # fmt: skip
def test_ranges_without_a_form_are_refused(power, r, code):
    with pytest.raises(LocalError, match=code):
        form_of(power, r, 12)
