"""Fractional bits of secrets: bringing values to a scale, and public numbers to ring elements."""

from __future__ import annotations

from math import ceil, floor, log2
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import encode
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.secret import Kind, SecretArray, user_line
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

Public = npt.NDArray[Any]
CONSTANT_PRECISION = 16
"""Public factors keep at least this many significant bits, or the expression is refused."""


def at_scale(x: SecretArray, scale: int) -> SecretArray:
    """x with this many fractional bits: lifting is local, shortening costs one truncation, done once for each x."""
    if x.kind == "bit":
        x = ring_form(x)
    if x.scale == scale:
        return x
    if scale not in x.derived:
        x.derived[scale] = _lifted(x, scale - x.scale) if scale > x.scale else _shortened(x, x.scale - scale)
    return x.derived[scale]


def fixed(x: SecretArray) -> SecretArray:
    """x with the run's number of fractional bits."""
    return at_scale(x, x.context.fractional_bits)


def short(x: SecretArray) -> SecretArray:
    """x with at most the run's number of fractional bits: what a product may take."""
    if x.kind == "bit":
        return ring_form(x)
    return fixed(x) if x.scale > x.context.fractional_bits else x


def aligned(x: SecretArray, y: SecretArray) -> tuple[SecretArray, SecretArray]:
    """Both at one scale: the larger of the two if that fits the ring, else the run's own."""
    x, y = (ring_form(v) if v.kind == "bit" else v for v in (x, y))
    scale = max(x.scale, y.scale)
    ring_bits = x.context.ring.bits
    if not all(v.range.shift_left(scale - v.scale).fits(ring_bits) for v in (x, y)):
        scale = max(x.context.fractional_bits, min(x.scale, y.scale))
    return at_scale(x, scale), at_scale(y, scale)


def ring_form(x: SecretArray) -> SecretArray:
    """A bit as an integer 0 or 1; converted once for each x."""
    if x.kind != "bit":
        return x
    if "ring" not in x.derived:

        async def run(ctx: Context, bit: Any) -> Any:
            return await suite_of(ctx).bits_to_ring(ctx, bit)

        x.derived["ring"] = SecretArray(
            x.context, "bit to ring", (x,), run, shape=x.shape, kind="int", scale=0, range_=Range(0, 1), talks=True
        )
    return x.derived["ring"]


def constant(context: Context, values: Any, scale: int) -> SecretArray:
    """A public array as a secret of that scale, where only a secret will do."""
    words = encoded(context, values, scale)

    def run(ctx: Context) -> ArithmeticShare:
        return suite_of(ctx).constant(ctx, words)

    kind: Kind = "int" if scale == 0 else "fixed"
    return SecretArray(
        context, "constant", (), run, shape=words.shape, kind=kind, scale=scale, range_=range_of(context, words)
    )


def encoded(context: Context, values: Any, scale: int) -> Words:
    """Public numbers as ring elements; an error names the user's line."""
    try:
        return encode(values, scale, context.ring)
    except LocalError as error:
        error.line = user_line()
        raise


def range_of(context: Context, words: Words) -> Range:
    """The exact range of public ring elements."""
    signed = context.ring.to_signed(words)
    return Range(int(signed.min()), int(signed.max())) if signed.size else Range(0, 0)


def public(values: Any) -> Public:
    """Public numbers as int64 or float64, in which sums and differences of small types do not wrap.

    Raises LocalError `not-a-number` for NaN, infinity and what is no number, `out-of-range` for integers above int64.
    """
    array = np.asarray(values)
    if array.dtype.kind in "biu":
        if array.dtype == np.uint64 and array.size and int(array.max()) >= 1 << 63:
            raise LocalError("out-of-range", "a public integer needs over 63 bits", "scale it down", line=user_line())
        return array.astype(np.int64)
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        what = "NaN or infinity" if array.dtype.kind == "f" else f"an array of dtype {array.dtype}"
        raise LocalError("not-a-number", f"a secret meets {what}", "use finite real numbers", line=user_line())
    return array.astype(np.float64)


def is_integral(values: Public) -> bool:
    """Whether public numbers are whole, and small enough to be taken as integers."""
    if values.dtype == np.bool_ or np.issubdtype(values.dtype, np.integer):
        return True
    return bool(np.all(values == np.rint(values)) and np.all(np.abs(values) < 2.0**31))


def factor_scale(x: SecretArray, factor: Public) -> tuple[SecretArray, int]:
    """How to multiply x by public reals: x, shortened if need be, and the fractional bits for the factor.

    The factor gets as many bits as leave the product's error at about half a unit in the last place; where the ring has
    no room for them, x is first shortened by bits that the factor makes insignificant, then the factor is given what
    is left, at least CONSTANT_PRECISION significant bits (the range check refuses what does not fit even so).
    """
    largest = float(np.abs(factor).max(initial=0.0))
    if largest == 0.0:
        return x, 0
    f = x.context.fractional_bits
    lo, hi = x.bounds
    wanted = min(f + max(0, ceil(log2(max(abs(lo), abs(hi), 1.0)))), _exact_scale(factor))
    room = x.context.ring.bits - 3 - x.range.magnitude.bit_length() - ceil(log2(largest))
    if wanted > room:
        spare = min(x.scale, max(0, x.scale - f + floor(-log2(largest)) - 1))
        shift = min(wanted - room, spare)
        x, room = at_scale(x, x.scale - shift), room + shift
    least = min(_exact_scale(factor), CONSTANT_PRECISION + ceil(-log2(largest)))
    return x, max(min(wanted, room), least, 0)


def _exact_scale(factor: Public) -> int:
    """Fractional bits that represent the public factor exactly (large if none do reasonably)."""
    for scale in range(0, 24):
        shifted = np.ldexp(factor, scale)
        if np.all(shifted == np.rint(shifted)):
            return scale
    return 64


def _lifted(x: SecretArray, shift: int) -> SecretArray:
    def run(ctx: Context, share: ArithmeticShare) -> ArithmeticShare:
        return share.scale(1 << shift)

    return _rescaled(x, "lift", run, x.scale + shift, x.range.shift_left(shift), talks=False)


def _shortened(x: SecretArray, shift: int) -> SecretArray:
    async def run(ctx: Context, share: ArithmeticShare) -> ArithmeticShare:
        return await suite_of(ctx).truncate(ctx, share, shift)

    return _rescaled(x, "truncate", run, x.scale - shift, x.range.truncate(shift), talks=True)


def _rescaled(x: SecretArray, name: str, run: Any, scale: int, range_: Range, *, talks: bool) -> SecretArray:
    node = SecretArray(x.context, name, (x,), run, shape=x.shape, kind="fixed", scale=scale, range_=range_, talks=talks)
    node.line = node.call.line = x.line
    return node
