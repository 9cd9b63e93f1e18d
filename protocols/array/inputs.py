"""Secrets come in: a party's own data, as an array that nobody knows whole."""

from __future__ import annotations

from math import prod
from typing import Any, get_args
from weakref import finalize

import msgpack
import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import are_integers, as_numbers, encode
from mpc.algebra.named_rows import named_rows
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.array.declared import declared_range
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.array.node import Facts, Kind, Node, Shape, operation
from protocols.array.public import as_integers, in_doubles, refuse_masked, refuse_mixed
from protocols.array.recording import record
from protocols.array.records import Origin, Source
from protocols.array.secret import SecretArray
from protocols.party_indices import party_index
from protocols.privacy.users import Users
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of


async def _input(ctx: Context, node: Node) -> ArithmeticShare | BooleanShare:
    owner, words = node.parameters["owner"], node.parameters["words"]
    if ctx.planning and ctx.me == owner:
        words = ctx.ring.zeros(node.shape)
    if node.kind == "bit":
        packed = None if words is None else ctx.bits.pack(np.asarray(ctx.ring.to_signed(words) != 0))
        return await suite_of(ctx).input_bits(ctx, owner, packed, node.shape)
    return await suite_of(ctx).input(ctx, owner, words, node.shape)


INPUT = operation("secret", lambda owner, words, known: known, _input, owned="words")
DEFAULT_RANGE: dict[Kind, tuple[int, int]] = {
    "fixed": (-(2**10), 2**10),
    "int": (-(2**31) + 1, 2**31 - 1),
    "bit": (0, 1),
}
ENCODING_ERROR = ULP // 2
"""Reals are encoded to the nearest multiple of the last place."""

MAX_DIMENSIONS = 8
MAX_ELEMENTS = 1 << 32
HEADER_BYTES = 256


async def secret(
    ctx: Context,
    owner: int,
    value: npt.ArrayLike | None = None,
    *,
    range: tuple[float, float] | None = None,
    kind: Kind | None = None,
    users: Users | None = None,
) -> SecretArray:
    """Party `owner`'s value as a secret; the others' `value` is ignored.

    Shape and kind of the value become known to all parties (one short message), its elements to none. `kind` follows
    from the value's dtype unless given: floats are `fixed`, integers `int`, booleans `bit`. `range` is what every
    element is promised to lie in, in the value's own unit; it is part of the program, so it is public; checks and
    circuits are sized by it. Without one: +-1024 for `fixed`, less than 2^31 in size for `int`. `users` says whose each
    row is: the owner puts in so many rows of one user at most, which reveals for neighbours that differ by a user rely
    on; how many rows are left becomes known.
    Raises LocalError `out-of-range` at the owner if an element lies outside; PeerError `too-many-elements` at a party
    that would hold more elements of the others' secrets than it is willing to.
    """
    return await secret_counted(ctx, owner, value, range=range, kind=kind, users=users)


async def secret_counted(
    ctx: Context,
    owner: int,
    value: npt.ArrayLike | None = None,
    *,
    range: tuple[float, float] | None = None,
    kind: Kind | None = None,
    users: Users | None = None,
    mark: int = 0,
) -> SecretArray:
    """The same, of what owners have made of their data by public numbers, from which `mark` follows: the message that
    tells the shape carries a part of it. PeerError `public-values-differ` where another party has other numbers."""
    need_context(ctx, "secret")
    line = user_line()
    owner = party_index(ctx.everyone, owner, line)
    refuse_unknown_kind(kind, line)
    _refuse_no_users(users, line)
    call = ctx.child("secret", line=line, mark=mark)
    own = own_array(call, value, kind, line) if ctx.me == owner else None
    if own is not None and users is not None:
        own = _first_rows(call, users, own)
    if own is not None and ctx.session.shadows is not None:
        ctx.session.shadows.of_input(call.path, own)
    shape, kind = await shape_and_kind(call, owner, own, kind)
    told = f"a secret of shape {shape}"
    release = None if own is not None else ctx.session.intake.admit(prod(shape), ctx.names[owner], told, line)
    scale = ctx.fractional_bits if kind == "fixed" else 0
    bounds = bounds_of(range, kind, scale, line)
    words = None if own is None or ctx.planning else encoded_within(call, own, scale, bounds)
    ctx.join(call)
    known = Facts(shape, kind, scale, bounds.off_by(ENCODING_ERROR) if kind == "fixed" else bounds)
    x = record(INPUT, home=ctx, owner=owner, words=words, known=known)
    x.node.value.records = Origin(Source(owner, users), bounded=range is not None or kind == "bit")
    if release is not None:
        finalize(x.node.value, release).atexit = False
    if ctx.session.shadows is not None:
        x.shadow = ctx.session.shadows.of_input(call.path, own)
    return x


def _refuse_no_users(users: Any, line: str) -> None:
    """LocalError `contributions-unbounded` for what does not say how many rows of one user count."""
    if users is not None and not isinstance(users, Users):
        raise LocalError(
            "contributions-unbounded",
            f"users= is of type {type(users).__name__}, which does not say how many rows of one user count",
            "users=mpc.privacy.Users(ids, most_records=...), ids being None at all but the owner",
            line=line,
        )


def _first_rows(call: Context, users: Users, own: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The rows that count of a user each. A plan that does not know whose they are takes all."""
    if call.planning and users.kept is None:
        return own
    with naming_line():
        return users.first_rows(own)


def refuse_unknown_kind(kind: Any, line: str) -> None:
    """LocalError `unknown-kind` for what names no kind; None names none yet."""
    if kind is not None and kind not in get_args(Kind):
        known = ", ".join(f"'{name}'" for name in get_args(Kind))
        raise LocalError("unknown-kind", f"there is no kind {kind!r} of secrets", f"name one of {known}", line=line)


def bounds_of(range_: Any, kind: Kind, scale: int, line: str) -> Range:
    """The range that a program declares for a secret of this kind, or the kind's own. LocalError `bad-range`."""
    lo, hi = DEFAULT_RANGE[kind] if range_ is None else _two_numbers(range_, line)
    return declared_range(lo, hi, scale)


def _two_numbers(range_: Any, line: str) -> tuple[float, float]:
    """Bounds of any numeric type as numbers of Python; whole ones stay whole."""
    try:
        lo, hi = (bound.item() if isinstance(bound, np.generic) else bound for bound in range_)
        if not all(type(bound) in (int, float) for bound in (lo, hi)):
            raise TypeError
    except (TypeError, ValueError):
        raise LocalError(
            "bad-range", "range= is no pair of numbers", "give two finite bounds, (lo, hi)", line=line
        ) from None
    return lo, hi


def own_array(call: Context, value: Any, kind: Kind | None, line: str) -> npt.NDArray[Any]:
    """What the owner passes, as an array of numbers. LocalError `no-value`, `not-a-number`, `not-whole`, ..."""
    if value is None:
        raise LocalError(
            "no-value",
            f"{call.names[call.me]} owns this secret but passes no value",
            "give this party an input (--input), or let the program pass a value where it is the owner",
            line=line,
        )
    refuse_unawaited(value, line)
    refuse_masked(value)
    refuse_mixed(value)
    array = in_doubles(as_numbers(value) if call.planning else np.array(as_numbers(value)))
    if array.dtype.kind not in "biuf" and not are_integers(array):
        raise LocalError("not-a-number", f"a secret of dtype {array.dtype}", "pass numbers or booleans", line=line)
    if kind in ("int", "bit") and not (call.planning or _is_whole(array)):
        raise LocalError("not-whole", f"a secret of kind {kind} with fractions", "use kind='fixed'", line=line)
    return as_integers(array) if kind in ("int", "bit") and array.dtype.kind == "f" and not call.planning else array


def _is_whole(array: npt.NDArray[Any]) -> bool:
    return array.dtype.kind != "f" or bool(np.all(np.isfinite(array) & (array == np.rint(array))))


async def shape_and_kind(
    call: Context, owner: int, own: npt.NDArray[Any] | None, kind: Kind | None
) -> tuple[Shape, Kind]:
    """The owner tells the others shape and kind."""
    if own is not None:
        kind = kind or _kind_of(own)
        header = np.frombuffer(msgpack.packb([kind, list(own.shape)]), np.uint8)
        for j in call.everyone:
            if j != owner:
                call.send(j, header)
        return own.shape, kind
    data = await call.receive(owner, Spec(None, np.uint8, HEADER_BYTES))
    shape, told = _parsed(call, owner, data.tobytes())
    if kind is not None and told != kind:
        raise _bad_header(call, owner, f"a secret of kind {told} where the program says {kind}")
    return shape, told


def _kind_of(array: npt.NDArray[Any]) -> Kind:
    return "fixed" if array.dtype.kind == "f" else "bit" if array.dtype.kind == "b" else "int"


def _parsed(call: Context, owner: int, data: bytes) -> tuple[Shape, Kind]:
    try:
        kind, shape = msgpack.unpackb(data)
        if kind not in get_args(Kind):
            raise ValueError("kind")
        return checked_shape(shape), kind
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _bad_header(call, owner, "a description of its secret that cannot be read") from error


def checked_shape(shape: Any) -> Shape:
    """A shape that a peer has told. ValueError if it is none, or one that is too large."""
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise ValueError("shape")
    if not all(type(s) is int and 0 <= s <= MAX_ELEMENTS for s in shape):
        raise ValueError("dimensions")
    if prod(max(s, 1) for s in shape) > MAX_ELEMENTS:
        raise ValueError("more than numpy has arrays of, even of empty ones")
    return tuple(shape)


def encoded_within(call: Context, own: npt.NDArray[Any], scale: int, bounds: Range) -> npt.NDArray[np.uint64]:
    """Ring elements of a party's own numbers. LocalError `out-of-range` where one is outside its range."""
    ring = call.ring
    try:
        words = encode(own, scale, ring)
    except LocalError as error:
        error.line = call.line
        raise
    signed = ring.to_signed(words)
    if signed.size and not bounds.lo <= int(signed.min()) <= int(signed.max()) <= bounds.hi:
        lo, hi = bounds.reals(scale)
        where = named_rows((signed < bounds.lo) | (signed > bounds.hi))
        raise LocalError(
            "out-of-range",
            f"this party's value has elements outside the declared range [{lo:g}, {hi:g}]{where}",
            "declare the true range, mpc.secret(..., range=(lo, hi)), the same at all parties, or scale the data",
            line=call.line,
        )
    return words


def _bad_header(call: Context, owner: int, what: str) -> PeerError:
    name = call.names[owner]
    return PeerError(
        "unexpected-message", f"{name} sent {what}", "run the same program everywhere", party=name, line=call.line
    )
