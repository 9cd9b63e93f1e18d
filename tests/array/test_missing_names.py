"""Whatever secrets have not is refused in one way: with a code, the line, and the nearest form."""

import operator
import pydoc

import numpy as np
import pytest
from programs import revealed, revealing

import mpc
from mpc.errors import LocalError
from protocols.array.missing import WHY, MissingAttribute
from protocols.runs.simulating import simulate

MISSING = {
    "an attribute": (lambda x: x.foo, ""),
    "a misspelt method": (lambda x: x.squeese(), "squeeze"),
    "a method that reads": (lambda x: x.tolist(), "reveal"),
    "memory": (lambda x: x.strides, "copy"),
    "a function": (lambda x: np.arctan(x), "np.interp"),
    "a function of a module": (lambda x: np.fft.fft(x), "np.cos"),
    "a function whose shape shows": (lambda x: np.unique(x), "unique_count"),
    "what is never there": (lambda x: np.isnan(x), "leave it out"),
    "a sum without NaN": (lambda x: np.nansum(x), "np.sum(x * m)"),
    "a mean without NaN": (lambda x: np.nanmean(x), "(x * m).sum() / np.maximum(m.sum(), 1)"),
    "a maximum without NaN": (lambda x: np.nanmax(x), "np.max(np.where(m, x, lo))"),
    "a median without NaN": (lambda x: np.nanmedian(x), "np.sort(np.where(m, x, hi))"),
    "an argument": (lambda x: np.sum(x, dtype=float), "reveal"),
    "an argument of a method": (lambda x: x.sum(dtype=float), "reveal"),
    "too many arguments": (lambda x: x.max(0, 1, 2, 3), "reveal"),
    "an argument of a ufunc": (lambda x: np.add(x, 1, where=[True, False]), "reveal"),
    "a method of a ufunc": (lambda x: np.add.at(x, 0, 1), "reveal"),
    "a reduction": (lambda x: np.subtract.reduce(x), "reveal"),
    "an operator": (lambda x: x << 2, "power of two"),
    "del": (lambda x: operator.delitem(x, 0), "np.delete"),
}
CONTENT = {
    "a format": lambda x: f"{x:.2f}",
    "an old format": lambda x: "%f" % x[0],  # noqa: UP031
    "complex": lambda x: complex(x[0]),
    "np.array of several": lambda x: np.array([x, x]),
}


@pytest.mark.parametrize(("use", "lesson"), MISSING.values(), ids=MISSING.keys())
def test_one_code_and_the_nearest_form(use, lesson):
    with pytest.raises(LocalError) as caught:
        revealed(use, np.array([1.5, 2.5]))
    assert caught.value.code == "unsupported-operation"
    assert lesson in caught.value.remedy
    assert caught.value.line.startswith("test_missing_names.py:")


@pytest.mark.parametrize("use", CONTENT.values(), ids=CONTENT.keys())
def test_what_would_need_the_content_says_so(use):
    with pytest.raises(LocalError, match="secret-content") as caught:
        revealed(use, np.array([1.5, 2.5]))
    assert "reveal" in caught.value.remedy


@pytest.mark.parametrize("name", sorted(WHY))
def test_what_is_said_to_have_no_counterpart_has_none(name):
    """And it is said of methods as of functions, with the same reason."""
    reason, instead = WHY[name]
    assert reason
    assert instead
    x = shown()
    assert not hasattr(x, name)
    with pytest.raises(MissingAttribute, match="unsupported-operation") as caught:
        getattr(x, name)
    assert reason in caught.value.cause


def shown():
    kept = []

    def keep(x):
        kept.append(x)
        return x

    revealing(keep, np.array([1.5, 2.5]))
    return kept[0]


def test_those_who_only_ask_see_that_there_is_none():
    x = shown()
    for name in ("_repr_html_", "_ipython_display_", "__array_interface__", "__dataframe__", "foo", "values"):
        assert not hasattr(x, name)
        assert getattr(x, name, None) is None
    assert pydoc.render_doc(type(x))


def test_what_dir_lists_works():
    x = shown().reshape(1, 2)
    listed = [name for name in dir(x) if not name.startswith("_")]
    assert {"sum", "std", "argsort", "cumsum", "T", "dtype", "take"} <= set(listed)
    assert all(hasattr(x, name) for name in listed)


def test_printing_shows_no_content():
    x = shown()
    assert f"{x}" == str(x) == repr(x)
    assert "1.5" not in f"{x}"


def test_a_scalar_has_no_length():
    with pytest.raises(TypeError, match="no-length"):
        revealed(len, 1.5)
    with pytest.raises(LocalError, match="no-length"):
        revealed(tuple, 1.5)


def test_dtypes_are_those_of_a_reveal():
    for value in (1.5, 3, True):
        assert revealing(lambda x: x, value).result.dtype == np.asarray(value).dtype
        found = []
        revealed(lambda x, found=found: found.append(x.dtype) or x, value)
        assert found[0] == np.asarray(value).dtype


MASKED = np.ma.masked_array([1.0, 2.0], [False, True])
HIDDEN = {
    "on the right": lambda x: x + MASKED,
    "on the left": lambda x: MASKED * x,
    "a function": lambda x: np.maximum(x, MASKED),
    "a matrix product": lambda x: x @ MASKED,
    "a condition": lambda x: np.where(MASKED > 1, x, 0),
    "an index": lambda x: x[MASKED > 1],
    "joined": lambda x: np.concatenate([x, MASKED]),
    "written": lambda x: operator.setitem(x, slice(None), MASKED),
    "bits": lambda x: (x > 0) & (MASKED > 1),
}


@pytest.mark.parametrize("use", HIDDEN.values(), ids=HIDDEN.keys())
def test_masked_operands_are_refused(use):
    with pytest.raises(LocalError) as caught:
        revealed(use, np.array([1.5, 2.5]))
    assert caught.value.code in ("masked-array", "secret-content")


def test_masked_inputs_are_refused():
    async def main(ctx, mine):
        return await mpc.secret(ctx, 0, mine)

    with pytest.raises(LocalError, match="masked-array"):
        simulate(main, [MASKED, None])
