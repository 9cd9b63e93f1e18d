"""Numbers that one party has and keeps, as matrices that secrets are multiplied by: cheaper than two secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, NoReturn
from weakref import finalize
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.bridge import given, share_of
from protocols.array.facts import kind_of, matrix_shapes
from protocols.array.inputs import (
    ENCODING_ERROR,
    bounds_of,
    encoded_within,
    own_array,
    refuse_unknown_kind,
    shape_and_kind,
)
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.array.node import Facts, Kind, Shape
from protocols.array.revealing import checked, shown_form
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.encrypted.products import Factor, known_product
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.outputs import check_range
from protocols.party_indices import party_index
from protocols.ranges import Range

MOST_DIMENSIONS = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KnownArray:
    """A vector or matrix that party `owner` knows; shape, kind and range are public. Multiply it by `known_matmul`.

    It has no operators, which would compute without `await`: LocalError `unsupported-operation`. `x[index]` and
    `x.T` are such arrays too, of any public index of numpy.
    """

    context: Context
    owner: int
    encoded: Encoded = field(repr=False)
    kind: Kind
    range: Range
    __array_ufunc__ = None

    def __matmul__(self, other: object) -> NoReturn:
        raise _no_operator("@")

    __rmatmul__ = __matmul__

    def __add__(self, other: object) -> NoReturn:
        raise _no_operator("+, -, * or /")

    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __add__

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise _no_operator("an array of numpy's")

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.encoded.shape

    @property
    def T(self) -> KnownArray:
        """The transpose."""
        return self._alike(self.encoded.T)

    def __getitem__(self, index: Any) -> KnownArray:
        x = self.encoded
        try:
            negative = np.asarray(x.negative[index])
            words = [x.magnitudes[..., word][index] for word in range(x.magnitudes.shape[-1])]
        except (IndexError, TypeError, ValueError) as error:
            raise LocalError(
                "shape-mismatch",
                f"an index of shape {self.shape}: {error}",
                "take rows and columns that it has",
                line=user_line(),
            ) from None
        magnitudes = np.stack(words, axis=-1) if self._here else blank((*negative.shape, len(words)))
        return self._alike(Encoded(magnitudes, negative, x.scale, x.signed))

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape))} {self.kind}, known to {self.context.names[self.owner]}>"

    @property
    def _here(self) -> bool:
        """Whether the numbers are: elsewhere, and in plans, they take no memory."""
        return self.context.me == self.owner and not self.context.planning

    def _alike(self, encoded: Encoded) -> KnownArray:
        return KnownArray(self.context, self.owner, encoded, self.kind, self.range)


async def known(
    ctx: Context,
    owner: int,
    value: npt.ArrayLike | None = None,
    *,
    range: tuple[float, float] | None = None,
    kind: Kind | None = None,
) -> KnownArray:
    """Party `owner`'s vector or matrix, which stays with it: what `mpc.secret` takes, and nothing is shared.

    Shape and kind become known to all parties, in one short message; `range` is public, as that of a secret.
    LocalError `out-of-range` at the owner, `wrong-shape` for other than one or two dimensions, as `mpc.secret`.
    """
    need_context(ctx, "known")
    line = user_line()
    owner = party_index(ctx.everyone, owner, line)
    refuse_unknown_kind(kind, line)
    call = ctx.child("known", line=line)
    own = own_array(call, value, kind, line) if ctx.me == owner else None
    shape, kind = await shape_and_kind(call, owner, own, kind)
    ctx.join(call)
    if not 1 <= len(shape) <= MOST_DIMENSIONS:
        raise LocalError(
            "wrong-shape",
            f"an array of {len(shape)} dimensions",
            "give a vector or a matrix, as x.reshape(-1)",
            line=line,
        )
    f = ctx.fractional_bits if kind == "fixed" else 0
    bounds = bounds_of(range, kind, f, line)
    with naming_line():
        encoded = _encoded(call, shape, f, bounds, None if ctx.planning else own)
    return KnownArray(ctx, owner, encoded, kind, bounds.off_by(ENCODING_ERROR) if kind == "fixed" else bounds)


def _encoded(call: Context, shape: Shape, f: int, bounds: Range, own: npt.NDArray[Any] | None) -> Encoded:
    """Numbers of the owner; elsewhere, and in plans, none."""
    scale = Scale(f, bounds.magnitude)
    if own is None:
        return Encoded(blank((*shape, scale.words)), blank(shape), scale, signed=True)
    encoded_within(call, own, f, bounds)
    found = encode(own, fractional_bits=f, bound=Fraction(scale.bound, 1 << f))  # type: ignore[arg-type]
    return Encoded(found.magnitudes, found.negative, scale, signed=True)


async def known_matmul(ctx: Context, a: KnownArray, x: SecretArray) -> SecretArray:
    """a @ x for numbers `a` that one party knows (`mpc.known`) and a secret `x`, by Paillier's cryptosystem.

    Vectors and matrices, by numpy's rules. A private dot product or weighted sum: weights of one party, numbers of
    another, and nobody learns anything until something is revealed. Nothing is sent for `a`, however large it is: each
    other party sends its owner a ciphertext for each element of x and gets one for some 15 elements of the product
    (512 bytes each). Where a dealer makes the material, `a @ x` of two secrets sends less.

    Keys of 2048 bits are made and exchanged at a session's first call. Against semi-honest parties, as many of whom
    may collude as the suite allows. Source and rounds: `protocols.encrypted.products`.
    LocalError `not-known`, `foreign-secret`, `shape-mismatch`, `wrong-shape`, `range-exceeded` before anything is sent;
    PeerError `public-values-differ` (a party declared another range), `too-many-elements`, `paillier-range`,
    `paillier-not-unit`, and those of a key.
    """
    need_context(ctx, "known_matmul")
    line = user_line()
    if require_known(a, line).context.session is not ctx.session:
        raise LocalError(
            "foreign-secret", "these numbers were announced in another run", "call mpc.known in each run", line=line
        )
    x = shown_form(ring_form(checked(ctx, x, line)))
    left, right, shape = _shapes(a.shape, x.shape, line)
    scale = a.encoded.scale.fractional_bits + x.scale
    range_ = (a.range * x.range).times(max(left[-1], 1))
    check_range(ctx.session, "known_matmul", range_, scale, line)
    call = ctx.child("known matmul", line=line)
    call.remark(crc32(repr((a.owner, a.kind, left, a.encoded.scale, range_)).encode()) or 1)
    release = None if ctx.me == a.owner else _admitted(call, a.owner, shape)
    with naming_line():
        matrix = a if a.shape == left else a[None]
        share: Any = await share_of(call, x)
        product = await known_product(call, Factor(a.owner, matrix.encoded), share.reshape(right))
    ctx.join(call)
    found = given(ctx, product.reshape(shape), Facts(shape, "fixed" if scale else kind_of(x.node), scale, range_))
    if release is not None:
        finalize(found.node.value, release).atexit = False
    return found


def require_known(a: Any, line: str) -> KnownArray:
    """Numbers that one party announced, or LocalError `not-known`, `not-awaited`."""
    refuse_unawaited(a, line)
    if not isinstance(a, KnownArray):
        raise LocalError(
            "not-known",
            f"a value of type {type(a).__name__} where numbers of one party belong",
            "a = await mpc.known(ctx, owner, table) at all parties; what all know multiplies by @ alone",
            line=line,
        )
    return a


def _shapes(a: Shape, x: Shape, line: str) -> tuple[Shape, Shape, Shape]:
    """Both as matrices, and the product's shape. LocalError `shape-mismatch`, `wrong-shape`."""
    left, right, shape = matrix_shapes(a, x)
    if not len(left) == len(right) == MOST_DIMENSIONS:
        raise LocalError("wrong-shape", f"@ of shapes {a} and {x}", "give vectors or matrices, no stacks", line=line)
    return left, right, shape


def _no_operator(name: str) -> LocalError:
    return LocalError(
        "unsupported-operation",
        f"{name} of numbers that one party knows",
        "await mpc.known_matmul(ctx, w, x) is w @ x of a secret x; for all else share them, `mpc.secret`",
        line=user_line(),
    )


def _admitted(call: Context, owner: int, shape: Shape) -> Callable[[], None]:
    """The product has as many rows as the owner has told."""
    return call.session.intake.admit(prod(shape), call.names[owner], f"a product of shape {shape}", call.line)
