"""What a program expects of ciphertexts that a party sends; what their sender declares is its word alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.refusals import Refusals
from protocols.homomorphic.scale import Scale


@dataclass(frozen=True, slots=True)
class Expected:
    """This shape; a bound of `bound` at most, in the values' own units; so many fractional bits. Where one is None,
    whatever the sender declares.

    A bound says nothing of a value as long as the sender chooses what 1 is: with one fractional bit a vote that is
    proved to be 1 counts as a half. So beside a bound the fractional bits are `fractional_bits`, 0 unless named.
    """

    shape: tuple[int, ...] | None
    bound: float | None
    fractional_bits: int | None

    @classmethod
    def of(cls, shape: Any, bound: float | None, fractional_bits: int | None) -> Expected:
        """From what a caller gives. LocalError `wrong-number` for a bound or fractional bits that cannot be,
        `wrong-shape` for what is no shape."""
        if bound is not None and fractional_bits is None:
            fractional_bits = 0
        if fractional_bits is not None:
            encode(0, fractional_bits=fractional_bits, bound=bound)
        return cls(_shape_of(shape), bound, fractional_bits)

    def require(self, scale: Scale, sender: str, refusals: Refusals) -> None:
        """The refusal as malformed of another scale, declared by a party named `sender`."""
        f = scale.fractional_bits
        if self.fractional_bits not in (None, f):
            raise refusals.as_malformed(
                sender,
                f"numbers of {f} fractional bits, where {self.fractional_bits} are expected",
                f"have it encrypt with `fractional_bits={self.fractional_bits}`; or name those that it uses as "
                "`fractional_bits=` where they are received",
            )
        if self.bound is not None and scale.bound > encode(0, fractional_bits=f, bound=self.bound).scale.bound:
            raise refusals.as_malformed(
                sender,
                f"numbers of up to {scale.largest}, by the bound that it declares, where {self.bound} is admitted",
                "have it declare a closer `bound=`; else do not trust it",
            )


def _shape_of(shape: Any) -> tuple[int, ...] | None:
    if shape is None:
        return None
    try:
        return np.broadcast_shapes(shape)
    except (TypeError, ValueError):
        raise LocalError("wrong-shape", f"{shape!r:.60} is no shape", "give a tuple of whole numbers") from None
