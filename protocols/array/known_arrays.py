"""Numbers that one party has and keeps, as matrices that secrets are multiplied by: cheaper than two secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.bridge import given, share_of
from protocols.array.facts import kind_of, matrix_shapes
from protocols.array.inputs import ENCODING_ERROR, bounds_of, encoded_within, own_array, shape_and_kind
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Facts, Kind, Shape
from protocols.array.revealing import checked, shown_form
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.encrypted.products import Factor, known_product
from protocols.outputs import check_range
from protocols.paillier.encoding import Encoded, Scale, encode
from protocols.party_indices import party_index
from protocols.ranges import Range

MOST_DIMENSIONS = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KnownArray:
    """A vector or matrix that party `owner` knows; shape, kind and range are public. Multiply it by `known_matmul`.

    `x[index]` and `x.T` are such arrays too, of any public index of numpy.
    """

    context: Context
    owner: int
    encoded: Encoded = field(repr=False)
    kind: Kind
    range: Range

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.encoded.shape

    @property
    def T(self) -> KnownArray:
        """The transpose."""
        return self._alike(self.encoded.T)

    def __getitem__(self, index: Any) -> KnownArray:
        places = np.arange(prod(self.shape)).reshape(self.shape)[index]
        magnitudes = self.encoded.magnitudes.reshape(-1, self.encoded.magnitudes.shape[-1])[places]
        negative = self.encoded.negative.reshape(-1)[places]
        return self._alike(Encoded(magnitudes, negative, self.encoded.scale, self.encoded.signed))

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape))} {self.kind}, known to {self.context.names[self.owner]}>"

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

    Keys of 2048 bits are made and exchanged at a session's first call. Against semi-honest parties, any n - 1 of whom
    may collude. Source and rounds: `protocols.encrypted.products`.
    LocalError `shape-mismatch`, `range-exceeded` before anything is sent; PeerError `paillier-range`,
    `paillier-not-unit`, and those of a key.
    """
    need_context(ctx, "known_matmul")
    line = user_line()
    x = shown_form(ring_form(checked(ctx, x, line)))
    left, right, shape = matrix_shapes(a.shape, x.shape)
    scale = a.encoded.scale.fractional_bits + x.scale
    range_ = (a.range * x.range).times(max(left[-1], 1))
    check_range(ctx.session, "known_matmul", range_, scale, line)
    call = ctx.child("known matmul", line=line)
    with naming_line():
        matrix = a if a.shape == left else a[None]
        share: Any = await share_of(call, x)
        product = await known_product(call, Factor(a.owner, matrix.encoded), share.reshape(right))
    ctx.join(call)
    return given(ctx, product.reshape(shape), Facts(shape, "fixed" if scale else kind_of(x.node), scale, range_))
