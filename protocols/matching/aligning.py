"""Rows of several parties that are about the same identifiers, brought side by side as secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.inputs import secret
from protocols.array.node import Kind
from protocols.array.secret import SecretArray
from protocols.matching.finding import common
from protocols.matching.meeting import begun, parties_of


async def align(
    ctx: Context,
    ids: Any,
    columns: Any = None,
    *,
    among: Any = None,
    at_most: Any = None,
    ranges: Sequence[tuple[float, float] | None] | None = None,
    kinds: Sequence[Kind | None] | None = None,
    planned: int | None = None,
) -> tuple[SecretArray, ...]:
    """Every party's columns of the identifiers that all have, as secrets whose rows are about the same ones.

    `ids`: this party's, as for `common`. `columns`: its data, a row for each identifier, of one or two dimensions. The
    result has for every party that matches, in their order, a secret with a row for each common identifier, ascending:
    `x = np.concatenate([a, b], axis=1)`. Where several of a party's rows have one identifier, its first counts.
    `ranges` and `kinds`: for each of them what `mpc.secret` takes, the same at all parties.

    Every party that matches learns which of its identifiers all have, as of `common`, and all parties of the run how
    many; of the columns nobody learns anything but their shapes. Costs: `common`, and an input of each party.
    LocalError `wrong-columns`, and as of `common` and `mpc.secret`.
    """
    line = begun(ctx, "align")
    parties = parties_of(ctx, among, line)
    own = None if ctx.me not in parties else _table(ids, columns, line)
    found = await common(ctx, ids, among=among, at_most=at_most, planned=planned)
    chosen = None if own is None or found is None else own[found.rows]
    return tuple(
        [
            await secret(ctx, j, chosen if ctx.me == j else None, range=_of(ranges, i), kind=_of(kinds, i))
            for i, j in enumerate(parties)
        ]
    )


def _table(ids: Any, columns: Any, line: str) -> Any:
    array = np.asarray(columns)
    if columns is None or not array.ndim or len(array) != len(ids):
        rows = f"of {len(array)} rows" if columns is not None and array.ndim else "that are none"
        raise LocalError(
            "wrong-columns",
            f"columns {rows} beside {len(ids)} identifiers",
            'give a row for each identifier: mpc.matching.align(ctx, mine["id"], mine[["age", "income"]])',
            line=line,
        )
    return array


def _of(each: Sequence[Any] | None, place: int) -> Any:
    return None if each is None else each[place]
