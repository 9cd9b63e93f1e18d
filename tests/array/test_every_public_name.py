"""Whatever of numpy is called on a secret works, or is refused with a code: nothing else ever reaches a user.

Each name is tried with the arguments with which numpy itself takes it; what numpy refuses proves nothing.
"""

import contextlib
import io
import warnings

import numpy as np
import pytest
from programs import revealed

from mpc.errors import LocalError
from protocols.array import SecretArray

MATRIX = np.array([[2.0, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 3.0]])
WHOLE = np.arange(3)
CALLS = {
    "x": lambda f, x: f(x),
    "x, x": lambda f, x: f(x, x),
    "x, 1": lambda f, x: f(x, 1),
    "1, x": lambda f, x: f(1, x),
    "x, 1, 2": lambda f, x: f(x, 1, 2),
    "x, x, x": lambda f, x: f(x, x, x),
    "list": lambda f, x: f([x, x]),
    "axis": lambda f, x: f(x, axis=0),
    "dtype": lambda f, x: f(x, dtype=np.float64),
    "out": lambda f, x: f(x, out=np.zeros((3, 3))),
    "places": lambda f, x: f(x, [0, 1]),
    "text": lambda f, x: f("ij->ji", x),
}
SKIPPED = {
    "test", "save", "savez", "savez_compressed", "savetxt", "info", "fromfile", "load", "loadtxt", "genfromtxt",
    "from_dlpack", "frombuffer", "fromiter",
}  # fmt: skip
"""What writes or reads files, runs tests, or takes no arrays but buffers, iterators and objects of a protocol."""


def callables():
    for module in (np, np.linalg, np.fft):
        for name in sorted(set(module.__all__) - SKIPPED):
            function = getattr(module, name)
            if callable(function) and not isinstance(function, type):
                yield f"{module.__name__}.{name}", function


def taken(call, function, x):
    """Whether numpy takes such a call of numbers."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            call(function, x)
        except Exception:
            return False
        return True


def complaint(call, function, x):
    """What other than a code comes of it; "" if nothing."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            call(function, x)
        except LocalError as error:
            return "" if error.remedy and error.line.startswith("test_every_public_name.py") else str(error)
        except Exception as error:
            return repr(error)
    return ""


def complaints(names, values):
    found = []

    def program(x):
        for name, function in names:
            for label, call in CALLS.items():
                if taken(call, function, values.copy()) and (said := complaint(call, function, x.copy())):
                    found.append(f"{name}({label}): {said}")
        return x

    revealed(program, values)
    return found


@pytest.mark.parametrize("values", [MATRIX, WHOLE, MATRIX > 0.5, np.array(1.5)], ids=["real", "whole", "bit", "scalar"])
def test_no_function_ends_in_anything_but_a_code(values):
    assert complaints(list(callables()), values) == []


@pytest.mark.parametrize("values", [MATRIX, WHOLE, MATRIX > 0.5], ids=["reals", "whole", "bits"])
def test_no_method_ends_in_anything_but_a_code(values):
    methods = [name for name in dir(np.ndarray) if not name.startswith("_") and name not in ("tofile", "dump")]
    named = [(name, lambda x, *rest, name=name, **more: getattr(x, name)(*rest, **more)) for name in methods]
    callable_ones = [(name, method) for name, method in named if callable(getattr(np.ndarray, name))]
    assert complaints(callable_ones, values) == []


def test_methods_of_ufuncs_end_in_a_code():
    ufuncs = [getattr(np, name) for name in np.__all__ if isinstance(getattr(np, name), np.ufunc)]
    named = [
        (f"{ufunc.__name__}.{method}", getattr(ufunc, method))
        for ufunc in ufuncs
        for method in ("reduce", "accumulate", "outer", "reduceat", "at")
    ]
    assert complaints(named, WHOLE) == []


def test_every_method_that_secrets_have_is_one_of_numpy_or_their_own():
    of_the_value = {"bounds", "context", "kind", "line", "node", "range", "scale", "forms", "moved"}
    own = of_the_value | {"become", "error", "in_range", "narrowed", "shadow", "together", "within"}
    listed = {name for name in dir(SecretArray) if not name.startswith("_")}
    assert listed - set(dir(np.ndarray)) == own
