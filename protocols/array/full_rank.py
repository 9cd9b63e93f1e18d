"""Inverses, least squares and pseudoinverses of matrices whose least singular value a program vouches for.

Least squares of a x = b go through the normal equations, G = a^T a with the squares of the singular values, and one
step of refinement by the residual itself, which no rounding of G reaches: with X near the inverse of G,

    r = a^T (b - a x),     x <- x + X r,     G (x* - x) = (1 - G X) r.

What the numbers themselves are off by moves x by at most |da| |b| / s^2 + (|db| + |da| |x|) / s, s the least singular
value, since |G^-1 a^T| <= 1 / s and the residual is no longer than b.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import add, subtract
from protocols.array.inverses import (
    UP,
    Inverse,
    applied,
    inverse,
    known,
    matrix_of,
    of_inverse,
    plan_of,
    product,
    size_of,
    spectrum,
    times,
    vouched,
    with_error,
)
from protocols.array.lines import user_line
from protocols.array.matrices import matmul
from protocols.array.positive_definite import symmetric
from protocols.array.scales import as_secret, at_scale, fixed
from protocols.array.secret import SecretArray
from protocols.ranges import ULP


def inv(a: SecretArray, *, least: float, most: float | None = None) -> SecretArray:
    """The inverse of a (..., n, n), symmetric or not.

    `least` is what you vouch that every singular value of a is above, and `most`, if you know better than the range,
    below; if they are false, results may be wrong without a warning. Rounds: 4 for each step of Newton's iteration,
    about 4 log2(n M / least) of them where no element is above M in size. The error has a proven bound.
    Raises LocalError `bad-range` for `least` not above zero, or above all that a may hold, and `loses-too-much` where
    rounding does not let the iteration converge.
    """
    a, (least, most) = matrix_of("inv", a), vouched(least, most)
    return of_inverse(_inverse(a, least, most, definite=False), a)


def lstsq(a: SecretArray, b: Any, *, least: float, most: float | None = None) -> SecretArray:
    """The x for which |a x - b| is smallest, for a (m, n) of full column rank and b (m,) or (m, k).

    That is the first of numpy's results. `least` and `most` as in `inv`, of the singular values of a. Rounds: 4 for
    each step of the iteration on the normal equations, about 4 log2(m^(1/2) n M / least) of them, and 9. The error has
    a proven bound. Errors as `inv`, `shape-mismatch`.
    """
    a, (least, most) = matrix_of("lstsq", a), vouched(least, most)
    columns = np.reshape(b, (*np.shape(b), 1)) if np.ndim(b) == 1 else b
    right = fixed(as_secret(a.context, columns, a.context.fractional_bits))
    x = _least_squares(_tall(a), right, None, least, most)
    return x[..., 0] if np.ndim(b) == 1 else x


def pinv(a: SecretArray, *, least: float, most: float | None = None) -> SecretArray:
    """The pseudoinverse (..., n, m) of a (..., m, n) of full rank: `lstsq` of the unit matrix."""
    a, (least, most) = matrix_of("pinv", a), vouched(least, most)
    if a.shape[-2] < a.shape[-1]:
        return pinv(a.mT, least=least, most=most).mT
    unit = as_secret(a.context, np.eye(a.shape[-2]), a.context.fractional_bits)
    return _least_squares(a, unit, a.mT, least, most)


def _inverse(a: SecretArray, least: float, most: float | None, *, definite: bool) -> Inverse:
    of = spectrum(a, least, most, definite=definite)
    plan = plan_of(a, of, definite=definite)
    if plan is None:
        raise _lost("the inverse", of.least, of.most)
    return inverse(a, of, plan, definite=definite)


def _lost(what: str, least: float, most: float | None) -> LocalError:
    values = f"singular values from {least:g}" + ("" if most is None else f" to {most:g}")
    return LocalError(
        "loses-too-much",
        f"{what} of a matrix with {values} is lost in rounding",
        "run with more --fractional-bits, declare a tighter range, vouch for most=..., or scale columns alike; "
        "mpc.solve of a positive definite matrix eliminates where this does not converge",
        line=user_line(),
    )


def _least_squares(
    a: SecretArray, b: SecretArray, projected: SecretArray | None, least: float, most: float | None
) -> SecretArray:
    """The x for which |a x - b| is smallest in each column; `projected` is a^T b, where that is known."""
    m, n = a.shape[-2:]
    unit, double = 2.0**-a.context.fractional_bits, 2 * a.context.fractional_bits
    gram = _rounded(symmetric(fixed(matmul(a.mT, a))))
    if least**2 <= 2 * n * unit:
        raise _lost("least squares", least, most)
    of_gram = _inverse(gram, least**2 - n * unit, None if most is None else most**2 + n * unit, definite=True)
    length = (sqrt(m) * size_of(b) if projected is None else 1.0) * UP
    longest = length / least * UP
    x = applied(of_gram, gram, _rounded(fixed(matmul(a.mT, b) if projected is None else projected)), longest)
    of = of_gram.of
    residual = of.most * sqrt(n) * x.error * UP
    apart = subtract(at_scale(b, double), times(a, x, length + residual))
    rest = known(times(a.mT, apart, residual), residual)
    correction, lost = product(of_gram, rest, residual)
    left = of_gram.rho + n * unit * 2.1 / of.least
    off = (left * residual / of.least + lost + unit) * UP
    moved = sqrt(m * n) * a.error
    moved = (moved * length / least**2 + (sqrt(m) * b.error + moved * longest) / least) * UP
    return with_error(add(x, correction), longest + off, off + moved)


def _rounded(x: SecretArray) -> SecretArray:
    """x, of which only the last truncation counts as an error."""
    return x.in_range(x.range.off_by(ULP))


def _tall(a: SecretArray) -> SecretArray:
    if a.shape[-2] < a.shape[-1]:
        raise LocalError(
            "shape-mismatch",
            f"least squares with a matrix of shape {a.shape}",
            "give at least as many rows as columns",
            line=user_line(),
        )  # fmt: skip
    return a
