"""Inverses by Newton's iteration, X <- X (2 - A X), with a proven bound of what is left.

Schulz 1933; Ben-Israel and Cohen, SIAM Journal on Numerical Analysis 1966; Higham, Functions of Matrices, 7.3. With
R = 1 - A X, exact arithmetic gives R' = R^2. In fixed point the entries of T = A X + F, and of the next X, are off by
less than u, the last place of X, so that for n rows and spectral norms |A| <= L, |R| <= rho,

    R' = R^2 + A X F - A G,        rho' <= rho^2 + (1 + rho + L) n u.

A program vouches for the least singular value e of A, its ranges or itself for L. For symmetric positive definite A one
begins with X = c, c near 2 / (L + e), for others with X = c A^T, c near 2 / (L^2 + e^2): rho < 1 is then known, and so
is how many steps it takes until rounding alone is left. Each takes four rounds, whatever n is.

X is within rho / e of the inverse. Of x = X b, the residual is R b and what rounding x adds; where that is more than a
few units, r = b - A x, which is small and exact, corrects it: x + X r has the residual R r.
"""

from __future__ import annotations

from math import ceil, frexp, inf, ldexp, sqrt
from typing import Any, NamedTuple

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import SCALE, add, subtract
from protocols.array.lines import user_line
from protocols.array.matrices import MATMUL
from protocols.array.missing import missing
from protocols.array.public import encoded
from protocols.array.recording import record
from protocols.array.scales import as_secret, at_scale, fixed
from protocols.array.secret import SecretArray
from protocols.ranges import ERROR_BITS, NO_BOUND, Range

USEFUL = 0.25
SMALLEST, LARGEST = 2.0**-128, 2.0**128
MOST_STEPS = 80
START_BITS = 7
A_FEW = 4.0
UP = 1 + 1e-9
"""What the floats of a bound are rounded up by."""


class Spectrum(NamedTuple):
    """What is known of a matrix: its side, its least singular value and a bound of its largest one."""

    n: int
    least: float
    most: float


class Inverse(NamedTuple):
    """X with a bound of the norm of 1 - A X, and whose it is."""

    x: SecretArray
    rho: float
    of: Spectrum


class Plan(NamedTuple):
    """The public course of an iteration: the fractional bits of X, c = start / 2^start_bits, rho after each step."""

    bits: int
    start: int
    start_bits: int
    rhos: tuple[float, ...]


def matrix_of(name: str, a: Any) -> SecretArray:
    """A secret matrix or more. LocalError `unsupported-operation` for a public one, `shape-mismatch` for no matrix."""
    if not isinstance(a, SecretArray):
        raise missing(f"mpc.{name} of a public matrix", f"np.linalg.{name}, whose result a secret can be multiplied by")
    if a.ndim < 2 or not a.size:
        raise LocalError("shape-mismatch", f"a matrix of shape {a.shape}", "give (..., n, n)", line=user_line())
    return fixed(a)


def vouched(least: Any, most: Any = None) -> tuple[float, float | None]:
    """What a program vouches for, as floats whose squares are numbers. LocalError `bad-range`."""
    try:
        given = [float(value) for value in (least, most) if value is not None]
    except (TypeError, ValueError):
        given = []
    if least is None or not given or not all(SMALLEST <= value <= LARGEST for value in given):
        raise LocalError(
            "bad-range", f"least={least!r}, most={most!r} are no bounds of a matrix's singular values",
            "give least=, a number above zero that the singular values of the matrix are above, and most= likewise",
            line=user_line(),
        )  # fmt: skip
    return given[0], given[1] if len(given) > 1 else None


def spectrum(a: SecretArray, least: float, most: float | None, *, definite: bool) -> Spectrum:
    """What is vouched for and follows from the range: the trace bounds the eigenvalues of a definite matrix, the
    Frobenius norm the singular values of any. LocalError `bad-range`, `shape-mismatch`."""
    n = square_side(a)
    lo, hi = a.bounds
    known = n * (hi if definite else max(abs(lo), abs(hi))) * UP
    largest = known if most is None else min(most, known)
    if not least <= largest:
        raise LocalError(
            "bad-range", f"singular values from {least} up of a matrix whose largest is at most {largest:g}",
            "give a least one above zero that the matrix has", line=user_line(),
        )  # fmt: skip
    return Spectrum(n, float(least), float(largest))


def square_side(a: SecretArray) -> int:
    """The side of square matrices. LocalError `shape-mismatch`."""
    if a.shape[-1] != a.shape[-2]:
        raise LocalError("shape-mismatch", f"a matrix of shape {a.shape}", "give (..., n, n)", line=user_line())
    return int(a.shape[-1])


def plan_of(a: SecretArray, of: Spectrum, *, definite: bool) -> Plan | None:
    """The iteration for a matrix; None where rounding does not let it converge, or the ring has no room for it."""
    room, f = a.context.ring.bits - 4, a.context.fractional_bits
    bits = min((room - 2 - frexp(2 / of.least)[1]) // 2, room - f - 1)
    power = 1 if definite else 2
    start, start_bits = _dyadic(2 / (of.most**power + of.least**power))
    if bits < max(f, start_bits) or 2 * start_bits + f + 2 > room:
        return None
    c, noise = start / 2.0**start_bits, of.n * 2.0**-bits
    rho = max(abs(1 - c * of.least**power), abs(1 - c * of.most**power)) * UP
    rho += of.most * noise if not definite else 0.0
    rhos = [rho]
    while len(rhos) < MOST_STEPS:
        following = (rho * rho + (1 + rho + of.most) * noise) * UP
        if following >= rho:
            break
        rho = following
        rhos.append(rho)
    return Plan(bits, start, start_bits, tuple(rhos)) if rho <= USEFUL else None


def inverse(a: SecretArray, of: Spectrum, plan: Plan, *, definite: bool) -> Inverse:
    """The X of a plan, with its number of fractional bits."""
    p, n = plan.bits, of.n
    steps = len(plan.rhos) - 1
    if definite:
        x = _second(a, of, plan) if steps else _constant(a, np.eye(n) * (plan.start / 2.0**plan.start_bits), p)
    else:
        transposed = record(SCALE, a.mT, constant=encoded(a.context, np.asarray(plan.start), 0), scale=plan.start_bits)
        x = known(at_scale(transposed, p), 2.1 / of.least)
    for _ in range(steps - 1 if definite else steps):
        ax = known(at_scale(times(a, x, 2.1), p), 2.1)
        x = known(at_scale(times(x, subtract(2 * np.eye(n), ax), 4.1 / of.least), p), 2.1 / of.least)
    return Inverse(x, plan.rhos[-1], of)


def _second(a: SecretArray, of: Spectrum, plan: Plan) -> SecretArray:
    """2 c - c^2 A, of which no product has to be made."""
    c, square = plan.start / 2.0**plan.start_bits, np.asarray(plan.start**2)
    scaled = record(SCALE, a, constant=encoded(a.context, square, 0), scale=2 * plan.start_bits)
    short = at_scale(known(scaled, 4.1 / of.most), plan.bits)
    return known(subtract(2 * c * np.eye(of.n), short), 2.1 / of.least)


def applied(inverse: Inverse, a: SecretArray, b: SecretArray, longest: float = inf) -> SecretArray:
    """The x with a x = b, b (..., n, k), with the run's number of fractional bits and the bound of its error.

    `longest`: what is known of the length of a column of x, if that is less than follows from b.
    """
    of, unit, root = inverse.of, 2.0**-a.context.fractional_bits, sqrt(inverse.of.n)
    length = min(root * size_of(b), of.most * longest) * UP
    longest = min(length / of.least, longest) * UP
    x, lost = product(inverse, b, length)
    off = (inverse.rho * length / of.least + lost + unit) * UP
    double = 2 * a.context.fractional_bits
    if off > A_FEW * unit and b.range.shift_left(double - b.scale).fits(b.context.ring.bits):
        residual = (inverse.rho * length + of.most * root * (lost + unit)) * UP
        exact = times(a, x, length + residual)
        rest = known(subtract(at_scale(b, double), exact), residual)
        correction, lost = product(inverse, rest, residual)
        x, off = add(x, correction), (inverse.rho * residual / of.least + lost + unit) * UP
    return with_error(x, longest + off, off + _of_operands(a, b, of, longest))


def product(inverse: Inverse, b: SecretArray, length: float) -> tuple[SecretArray, float]:
    """X b in fixed point for columns of b of at most this length; and what X has lost to leave room."""
    largest = 2.1 * length / inverse.of.least
    room = b.context.ring.bits - 4 - b.scale - frexp(largest)[1]
    p = max(min(inverse.x.scale, room), 1)
    lost = sqrt(inverse.of.n) * length * 2.0**-p if p < inverse.x.scale else 0.0
    return fixed(times(at_scale(inverse.x, p), b, largest)), lost


def of_inverse(inverse: Inverse, a: SecretArray) -> SecretArray:
    """X as the inverse of a, with the run's number of fractional bits and the bound of its error."""
    of, f = inverse.of, a.context.fractional_bits
    off = (inverse.rho / of.least + 2.0**-f) * UP
    moved = a.error * of.n / of.least**2 * UP
    return with_error(fixed(inverse.x), 1 / of.least + off, off + moved)


def _of_operands(a: SecretArray, b: SecretArray, of: Spectrum, largest: float) -> float:
    """|x - x*| <= (|A - A*| |x| + |b - b*|) / e, of errors in every entry."""
    return (a.error * of.n * largest + b.error * sqrt(of.n)) / of.least * UP


def times(x: SecretArray, y: SecretArray, largest: float) -> SecretArray:
    """x @ y of any scales, whose entries are known to be at most so large."""
    return record(MATMUL, x, y, range_=_range(largest, x.scale + y.scale))


def known(x: SecretArray, largest: float) -> SecretArray:
    """x, whose entries are known to be at most so large, with a unit of rounding."""
    return x.in_range(_range(largest, x.scale))


def with_error(x: SecretArray, largest: float, error: float) -> SecretArray:
    """x, whose entries are at most so large, and off by at most so much."""
    bound = NO_BOUND if error == inf else ceil(ldexp(error * UP, x.scale + ERROR_BITS))
    return x.in_range(_range(largest, x.scale).off_by(bound))


def _range(largest: float, scale: int) -> Range:
    units = ceil(ldexp(largest * UP, scale)) + 2
    return Range(-units, units)


def _constant(a: SecretArray, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], scale: int) -> SecretArray:
    return as_secret(a.context, np.broadcast_to(values, a.shape), scale)


def size_of(b: SecretArray) -> float:
    """The largest size of an element."""
    return max(map(abs, b.bounds))


def _dyadic(value: float) -> tuple[int, int]:
    """(k, t) with k / 2^t just below the value, k of START_BITS bits."""
    t = max(START_BITS - frexp(value)[1], 0)
    return int(ldexp(value, t)), t
