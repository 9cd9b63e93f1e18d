"""A matrix of weights that stands in a session, as each party has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from mpc.standing import Standing
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.shares import ArithmeticShare, Shape

Integers = npt.NDArray[np.int16]

WEIGHT_BITS = 16
"""Of a weight, its sign among them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StandingMatrix:
    """W of this shape (inputs, outputs), integers that stand for multiples of 2^-fraction and that `owner` has.

    Masked: the owner holds W as `integers`, the other party F = W - A as `masked`, both A in part as `mask`. Shared,
    where the suite has no way for masked ones: everybody holds [W] as `share`. `session`: where it stands.
    """

    name: str
    owner: int
    shape: Shape
    fraction: int
    mask: Standing | None = None
    integers: Integers | None = field(default=None, repr=False)
    masked: Words | None = field(default=None, repr=False)
    share: ArithmeticShare | None = field(default=None, repr=False)
    session: bytes = b""

    @classmethod
    def masked_in(cls, ring: Z2k, name: str, owner: int, shape: Shape, fraction: int = 0) -> StandingMatrix:
        """What is public of it, where it is masked."""
        return cls(name, owner, shape, fraction, Standing(f"mask of weights {name}", WeightMask(ring, shape, owner)))

    def __repr__(self) -> str:
        held = "shared" if self.mask is None else "masked"
        return f"<weights {self.name!r}, {' x '.join(map(str, self.shape))} of party {self.owner}, {held}>"

    @property
    def user(self) -> int:
        """The other one of two parties."""
        return 1 - self.owner

    def sides(self, transposed: bool) -> Shape:
        """Inputs and outputs of a product by W, or by its transpose."""
        return self.shape[::-1] if transposed else self.shape

    @property
    def ring(self) -> Z2k:
        """Where products are computed; of shared ones too: whether something is a share is asked of its members."""
        if self.mask is not None:
            ring: Z2k = self.mask.kind.ring
            return ring
        assert self.share is not None
        return cast(Z2k, self.share.ring)

    @property
    def where(self) -> tuple[int, ...]:
        """The place of the mask in a session."""
        return self.use(0, False).stands_on[0]

    async def seed(self, ctx: Context) -> Words:
        """The seed of A, which stands from now on; nothing but at the owner."""
        assert self.mask is not None
        (seed,) = await ctx.standing(self.mask)
        return seed

    def use(self, rows: int, transposed: bool) -> WeightProduct:
        """What a product of so many rows takes, where W is masked."""
        assert self.mask is not None
        where = self.mask.address
        return WeightProduct(self.ring, rows, self.shape, int(transposed), self.owner, self.user, where)


def checked(weights: Any, shape: Shape, name: str) -> Integers:
    """Weights as integers of 16 bits in this shape.

    LocalError `wrong-shape`, `weights-not-integers`, `weights-range`; none of them tells a weight.
    """
    given = np.asarray(weights)
    if given.shape != shape:
        raise LocalError("wrong-shape", f"weights {name!r} have the shape {given.shape}, announced is {shape}")
    if given.dtype.kind not in "iu":
        raise LocalError(
            "weights-not-integers", f"weights {name!r} are an array of {given.dtype}",
            "round them to a scale: np.rint(weights * 2**fraction).astype(np.int64)",
        )  # fmt: skip
    top = 1 << (WEIGHT_BITS - 1)
    if given.size and not (-top <= int(given.min()) and int(given.max()) < top):
        raise LocalError(
            "weights-range", f"weights {name!r} are integers of more than {WEIGHT_BITS} bits",
            f"choose a smaller scale: all of them from {-top} up to {top - 1}",
        )  # fmt: skip
    return np.ascontiguousarray(given, np.int16)
