"""What was kept under a mask that stands: opened once, less its mask, for any number of products.

A row of the mask hides one row of what is kept, and the session remembers which rows have: a second one under the same
row would give away their difference. Whoever goes back in a text, or tries two ways on from it, takes another mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from mpc.standing import Standing
from protocols.shares import Shape

_KEPT = "rows of masks that hide something"


class KeptPast(NamedTuple):
    """Rows (heads, columns, numbers) that all parties have less a mask; zero in columns that stand ready for more.

    `standing`: the mask, of RandomValue (heads, room, numbers), room being the most columns that there will be.
    """

    standing: Standing
    opened: Words

    @property
    def shape(self) -> Shape:
        """Of what is kept."""
        return tuple(self.opened.shape)


def burn_rows(ctx: Context, standing: Standing, first: int, count: int) -> None:
    """Say that these rows of a mask hide something from now on. LocalError `row-kept` where one does already, or there
    are no such rows."""
    if ctx.planning:
        return
    rows: dict[str, set[int]] = ctx.session.kept.setdefault(_KEPT, {})
    burnt, new = rows.setdefault(standing.name, set()), set(range(first, first + count))
    room = standing.kind.parts()[0].shape[1]
    if burnt & new or first < 0 or first + count > room:
        raise LocalError(
            "row-kept", f"rows {first} to {first + count - 1} of a mask of {room}: some hide a row, or are none",
            "keep each row once, and begin another text with another mask",
        )  # fmt: skip
    burnt |= new


def let_go(ctx: Context, kept: KeptPast) -> None:
    """Forget the mask, after the last product by what it hides. Local. All its rows stay burnt: nothing stands under
    its name again, so that which of them hide something need not be known any more."""
    ctx.let_go(kept.standing)
    rows: dict[str, set[int]] = ctx.session.kept.setdefault(_KEPT, {})
    rows.pop(kept.standing.name, None)


def first_of(fresh: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """The first of the columns that are said to be new."""
    return int(np.flatnonzero(fresh)[0])
