"""Rows of several parties that are about the same identifiers, brought side by side as secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.inputs import secret
from protocols.array.node import Kind
from protocols.array.secret import SecretArray
from protocols.matching.columns import beside
from protocols.matching.finding import common
from protocols.matching.meeting import begun, parties_of
from protocols.matching.refusals import unlike_ids


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
    many; of the columns nobody learns anything but their shapes. Noise on what is computed of them covers what stands
    in rows, not who is among them. Costs: `common`, and an input of each party.
    LocalError `wrong-columns`, `wrong-number`, PeerError `unexpected-message` for another number of rows, and as of
    `common` and `mpc.secret`.
    """
    line = begun(ctx, "align")
    parties = parties_of(ctx, among, line)
    ranges, kinds = _of_each(ranges, "ranges", parties, line), _of_each(kinds, "kinds", parties, line)
    ids = list(ids) if hasattr(ids, "__next__") else ids
    own = beside(columns, len(ids), "columns", line) if ctx.me in parties and hasattr(ids, "__len__") else None
    found = await common(ctx, ids, among=among, at_most=at_most, planned=planned)
    chosen = None if own is None or found is None else own[found.rows]
    aligned = [
        await secret(ctx, j, chosen if ctx.me == j else None, range=ranges[i], kind=kinds[i])
        for i, j in enumerate(parties)
    ]
    count = len(aligned[0]) if found is None else len(found)
    for j, x in zip(parties, aligned, strict=True):
        if len(x) != count:
            raise unlike_ids(ctx, "unexpected-message", j, f"{len(x)} rows, where {count} identifiers are common")
    return tuple(aligned)


def _of_each(given: Any, name: str, parties: Sequence[int], line: str) -> Sequence[Any]:
    """What is given for each party that matches, None for nothing. LocalError `wrong-number`."""
    if given is None:
        return [None] * len(parties)
    if not isinstance(given, list | tuple) or len(given) != len(parties):
        raise LocalError(
            "wrong-number",
            f"{name}= is no list with one for each of the {len(parties)} parties that match",
            f"one for each, in their order, None for none: {name}=[...]",
            line=line,
        )
    return given
