"""Groups that are too small to tell anything of, found on secrets: what is told of them is that, and no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.logic import where
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.survival.patients import sites_of, told

SMALLEST = 5
"""Patients of a group of which figures are told, unless a program says otherwise."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Pooled counts, and of which of them nothing is told: those stand as 0."""

    values: npt.NDArray[np.int64]
    small: npt.NDArray[np.bool_]
    smallest: int

    def __str__(self) -> str:
        cells = (
            f"<{self.smallest}" if small else str(value)
            for value, small in zip(self.values.reshape(-1), self.small.reshape(-1), strict=True)
        )
        return " ".join(cells)


async def counts(
    ctx: Context,
    own: npt.ArrayLike | None,
    *,
    smallest: int = SMALLEST,
    most: int = 1 << 20,
    sites: Sequence[int] | None = None,
    to: Any = None,
) -> Counts | None:
    """The sums over all `sites` of counts that each of them has made of its own patients, `own`, of any shape; those
    below `smallest` are left out, zeros among them.

    Receivers learn the other sums, and which were left out; nobody learns a site's counts. Cost: a comparison and a
    choice for each. What is left out is not safe where sums over it are told too: a row's total less its other
    cells is the cell. Tell totals or cells, or give them noise (`mpc.statistics.crosstab`).
    LocalError `wrong-number`, as `mpc.secret`; PeerError `unexpected-message` for another shape.
    """
    need_context(ctx, "survival.counts")
    smallest_of(smallest)
    owners = sites_of(ctx, sites)
    tables: list[SecretArray] = []
    for site in owners:
        mine, shape = (own if ctx.me == site else None), (tables[0].shape if tables else None)
        tables.append(await told(ctx, site, mine, shape, range=(0, most), kind="int"))
    total = stack(tables).sum(axis=0)
    enough = total >= smallest
    opened = await reveal(ctx, where(enough, total, 0), enough, to=to)
    if opened[0] is None:
        return None
    return Counts(np.asarray(opened[0]), ~np.asarray(opened[1]), smallest)


def smallest_of(smallest: Any) -> int:
    """LocalError `wrong-number`."""
    if type(smallest) is not int or smallest < 1:
        raise LocalError("wrong-number", f"smallest={smallest!r}", "a whole number of patients from 1 on",
                         line=user_line())  # fmt: skip
    return smallest


def too_small(what: str, smallest: int) -> LocalError:
    """The refusal that all receivers raise alike, since all have learnt that bit and nothing else."""
    return LocalError(
        "group-too-small",
        f"{what} fewer than {smallest}, so that nothing is told",
        "join groups, bring more patients, or agree on a smaller smallest= if your policy allows it",
        line=user_line(),
    )
