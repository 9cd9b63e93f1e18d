"""What secrets have not: one coded error for functions, methods, operators, attributes and formats alike.

`WHY` says of the names of numpy that can have no counterpart, or have none yet, why that is so and what serves instead.
For any other name the error names the nearest one that works.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.lines import user_expression, user_line

_SHAPE = "the shape of its result would show the values"
_VOUCHED = "it takes a least singular value that the program vouches for"
_NO_STEPS = "it has no form of a public number of steps here"
_NO_PROTOCOL = "there is no protocol of it"
_REASONS = (
    (
        "nonzero flatnonzero argwhere extract trim_zeros",
        _SHAPE,
        "weigh with the condition: (x * mask).sum() / mask.sum(); or np.where(mask, x, 0)",
    ),
    (
        "unique unique_values unique_counts unique_inverse unique_all",
        _SHAPE,
        "mpc.unique(x, size) gives a public number of them, mpc.unique_count(x) how many there are",
    ),
    ("intersect1d union1d setdiff1d setxor1d", _SHAPE, "np.isin(x, y) says of each element of x"),
    ("isnan isinf isfinite isposinf isneginf nan_to_num", "a secret is always a finite number", "leave it out"),
    ("imag angle isreal iscomplex real_if_close sort_complex", "secrets are real numbers", "leave it out"),
    (
        "left_shift right_shift bitwise_left_shift bitwise_right_shift bitwise_count packbits unpackbits gcd lcm frexp "
        "spacing nextafter",
        "the bits of a whole number are no bits of a secret array",
        "multiply by a power of two, or np.floor_divide by one",
    ),
    (
        "base byteswap ctypes data dump dumps flags getfield itemset itemsize nbytes newbyteorder setfield setflags "
        "strides tobytes tofile tostring view to_device device may_share_memory shares_memory asfortranarray isfortran "
        "asarray_chkfinite",
        "it looks into the memory of an array, of which no party has the whole",
        "x.copy(), x.reshape, x.astype; or reveal it first",
    ),
    (
        "tolist save savez savez_compressed savetxt array2string array_repr array_str format_float_positional "
        "format_float_scientific base_repr binary_repr",
        "it would need the values",
        "await mpc.reveal(ctx, x) first",
    ),
    (
        "lexsort",
        "sorting takes one key",
        "np.argsort of one number that holds all keys, as major * 1000 + minor",
    ),
    (
        "float_power",
        "a power is of a public whole number",
        "x ** 3; x ** y is np.exp(y * np.log(x)), 2 ** y np.exp2(y)",
    ),
    ("inv", _VOUCHED, "mpc.inv(a, least=0.1)"),
    ("pinv tensorinv", _VOUCHED, "mpc.pinv(a, least=0.1)"),
    ("lstsq tensorsolve polyfit", _VOUCHED, "mpc.lstsq(a, b, least=0.1)"),
    ("det slogdet cholesky", _VOUCHED, "mpc.det(a, least=0.1), mpc.cholesky(a, least=0.1) for positive definite a"),
    (
        "eig eigvals svd svdvals qr matrix_rank cond roots",
        _NO_STEPS,
        "np.linalg.eigh(x.T @ x), whose values are the squares of the singular ones",
    ),
    (
        "acos arccos asin arcsin atan arctan atan2 arctan2 sinc i0 cbrt unwrap",
        _NO_PROTOCOL,
        "np.interp(x, places, values) goes through public points of any function",
    ),
    ("sinh cosh", _NO_PROTOCOL, "(np.exp(x) - np.exp(-x)) / 2, (np.exp(x) + np.exp(-x)) / 2"),
    ("acosh arccosh asinh arcsinh", _NO_PROTOCOL, "np.log(x + np.sqrt(x * x - 1)), np.log(x + np.sqrt(x * x + 1))"),
    ("atanh arctanh", _NO_PROTOCOL, "(np.log(1 + x) - np.log(1 - x)) / 2"),
    ("logaddexp2", _NO_PROTOCOL, "np.logaddexp"),
    ("apply_along_axis apply_over_axes piecewise frompyfunc", "it runs code on single elements", "np.where, np.select"),
    (
        "busday_count busday_offset is_busday datetime_as_string isnat",
        "secrets are numbers, not dates",
        "days since a public day",
    ),
    (
        "can_cast common_type min_scalar_type result_type iscomplexobj isrealobj",
        "a secret has a kind, not a type in memory",
        "x.kind; x.dtype is that of what a reveal gives",
    ),
    ("put put_along_axis fill_diagonal", "it writes into its argument", "x[places] = values"),
    (
        "fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn rfft rfft2 rfftn",
        "secrets are real numbers, not complex ones",
        "x @ np.cos(...) and x @ np.sin(...) of public angles",
    ),
    ("einsum_path", "np.einsum takes its operands from the left", "np.einsum"),
    ("geomspace linspace logspace", "its ends are public", "a + (b - a) * np.linspace(0, 1, n)"),
    (
        "histogram2d histogramdd histogram_bin_edges",
        "its edges would follow from the values",
        "np.histogram(x, edges); of two, np.digitize with public edges, and np.bincount of i * columns + j",
    ),
    (
        "ix_ ravel_multi_index unravel_index",
        "it makes public indices",
        "np.take(x, i); i * width + j; divmod(i, width)",
    ),
    ("diag_indices_from", "it asks for a dtype's numbers", "np.diag_indices(len(x))"),
    ("resize", "it changes memory in place", "np.resize(x, shape), x.reshape(shape)"),
    ("poly polyadd polyder polydiv polyint polymul polysub", "it counts leading zeros", "np.polyval, np.convolve, +"),
    ("vander", _NO_PROTOCOL, "np.stack([x, x**2, x**3], -1)"),
)
_WITHOUT_NAN = {
    "sum cumsum": "np.{name}(x * m)",
    "prod cumprod": "np.{name}(np.where(m, x, 1))",
    "min argmin": "np.{name}(np.where(m, x, hi))",
    "max argmax": "np.{name}(np.where(m, x, lo))",
    "mean": "(x * m).sum() / np.maximum(m.sum(), 1)",
    "var std": "(((x - mean) * m) ** 2).sum() / np.maximum(m.sum(), 1)",
    "median quantile percentile": "np.sort(np.where(m, x, hi)), whose first m.sum() are there",
}
"""What serves where values are missing: of x, any public number there, and m, which says where there is a value."""

WHY = {name: (reason, instead) for names, reason, instead in _REASONS for name in names.split()} | {
    f"nan{name}": (
        "a secret is always a finite number",
        f"np.{name}; where values are missing, bring a column m beside x that says where there is one, and write "
        f"{form.format(name=name)} (docs/writing_programs.md, Missing values)",
    )
    for names, form in _WITHOUT_NAN.items()
    for name in names.split()
}
"""Names of numpy, and why they have no counterpart: the reason, and what serves instead."""


class MissingAttribute(LocalError, AttributeError):
    """An attribute that secrets have not: an AttributeError to whoever only asks whether there is one."""


class NoLength(LocalError, TypeError):
    """The length of a scalar, which has none: a TypeError as numpy's own."""


def missing(what: str, instead: str) -> LocalError:
    """The refusal of `what`, and what serves instead."""
    return LocalError("unsupported-operation", f"{what} is not defined on secrets", instead, line=user_line())


def missing_function(what: str, name: str, known: Iterable[str]) -> LocalError:
    """The refusal of `what`, which numpy calls `name`, where the names `known` work."""
    return LocalError("unsupported-operation", *_explained(what, name, known), line=user_line())


def missing_attribute(name: str, known: Iterable[str]) -> MissingAttribute:
    """The refusal of the attribute `name`."""
    return MissingAttribute("unsupported-operation", *_explained(f".{name}", name, known), line=user_line())


def cannot_set(name: str, exists: bool) -> MissingAttribute:
    """The refusal of x.NAME = ..., `exists` where x.NAME can be read."""
    if not exists:
        return MissingAttribute(
            "unsupported-operation", f"a secret takes no attribute .{name} of a program's own",
            "keep it in a variable or a dict beside the secret", line=user_line(),
        )  # fmt: skip
    return MissingAttribute(
        "unsupported-operation", f".{name} of a secret cannot be set", "x = x.reshape(shape), x.astype(float)",
        line=user_line(),
    )  # fmt: skip


def no_content(what: str) -> LocalError:
    """The refusal of what needs the value of a secret."""
    return LocalError(
        "secret-content",
        f"{what} would need the value of a secret, which no party knows",
        f"{_instead_of_content()}; or `await mpc.reveal(ctx, x)`, and everybody learns it",
        line=user_line(),
    )


def _instead_of_content() -> str:
    """What serves instead of what the program's line does with a secret."""
    instruction, text = user_expression()
    if instruction == "STORE_SUBSCR":
        return "a public array takes no secrets: collect them in a list, np.stack([x, y])"
    if instruction == "BINARY_SUBSCR" or "take(" in text:
        return "np.choose(i, table) gives the elements of a public table at secret places, x[i] those of a secret"
    return "use numpy functions on the secret itself, and np.stack([x, y]) for one array of several secrets"


def no_truth() -> LocalError:
    """The refusal of a decision by a secret."""
    called = user_expression()[1].partition("(")[0]
    instead = _TRUTHS.get(
        called, "choose between values with np.where(condition, a, b); combine conditions with &, | and ~"
    )
    return LocalError(
        "secret-truth",
        "a secret has no truth value: `if`, `while`, `and`, `or`, `not`, chained comparisons would have to know it",
        f"{instead}; or `await mpc.reveal(ctx, condition)` first, and everybody learns it",
        line=user_line(),
    )


_TRUTHS = {
    "max": "write x.max(), or np.maximum(a, b)",
    "min": "write x.min(), or np.minimum(a, b)",
    "sorted": "write np.sort(x)",
    "any": "write x.any()",
    "all": "write x.all()",
}
"""By the function of Python's that asks for truth values: the one of numpy's that doesn't."""


def instead_of_power(base: Any, exponent: Any) -> str:
    """What serves instead of a power that there is not, in the words of the program's line."""
    x, y = _operands_of_power()
    if isinstance(exponent, int | float | np.number):
        roots: dict[Any, str] = {
            0.5: f"np.sqrt({x})",
            -0.5: f"mpc.inverse_sqrt({x})",
            -1: f"1 / {x}",
            0: f"np.ones({x}.shape)",
        }
        if exponent in roots:
            return f"write {roots[exponent]}"
        if exponent < 0 and int(exponent) == exponent:
            return f"write 1 / {x} ** {-exponent}"
    if isinstance(base, int | float | np.number) and base == 2:
        return f"write np.exp2({y})"
    return f"write np.exp({y} * np.log({x}))"


def _operands_of_power() -> tuple[str, str]:
    """What stands on either side of `**` in the program's line, or what np.power is given."""
    with suppress(SyntaxError):
        tree = ast.parse(user_expression()[1].strip(), mode="eval").body
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow):
            return _as_operand(tree.left), _as_operand(tree.right)
        if isinstance(tree, ast.Call) and len(tree.args) == 2:
            return _as_operand(tree.args[0]), _as_operand(tree.args[1])
    return "x", "y"


def _as_operand(tree: ast.expr) -> str:
    text = ast.unparse(tree)
    return f"({text})" if isinstance(tree, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.IfExp) else text


def kind_change(old: str, new: str) -> LocalError:
    """The refusal to let a secret of one kind become another in place."""
    return LocalError(
        "kind-change",
        f"a secret of kind {old} cannot become {new} in place",
        "write x = x + y instead of x += y where the kind changes, or x.astype(float) before",
        line=user_line(),
    )


def _explained(what: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """What happened, and the way out."""
    reason, instead = WHY.get(name, ("", ""))
    if reason:
        return f"{what} is not defined on secrets: {reason}", instead
    near = get_close_matches(name, sorted(set(known)), n=3, cutoff=0.6) if name else []
    nearest = f"the nearest that there is: {', '.join(near)}; " if near else ""
    return f"{what} is not defined on secrets", f"{nearest}docs/numpy.md lists what is; or reveal the value first"
