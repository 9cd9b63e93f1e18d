"""Rows of several parties that are about the same identifiers, brought side by side as secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.inputs import secret
from protocols.array.node import Kind
from protocols.array.secret import SecretArray
from protocols.matching.columns import beside
from protocols.matching.finding import common
from protocols.matching.meeting import begun, parties_of
from protocols.matching.refusals import unlike_ids

Ends = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Column:
    """What becomes one secret: the column at a place, or with None all of a party's columns; its range and kind."""

    place: int | None
    range: Any
    kind: Any


async def align(
    ctx: Context,
    ids: Any,
    columns: Any = None,
    *,
    among: Any = None,
    at_most: Any = None,
    ranges: Sequence[Ends | Sequence[Ends]] | None = None,
    kinds: Sequence[Kind | Sequence[Kind | None] | None] | None = None,
    planned: int | None = None,
) -> tuple[SecretArray, ...]:
    """Every party's columns of the identifiers that all have, as secrets whose rows are about the same ones.

    `ids`: this party's, as for `common`. `columns`: its data, a row for each identifier, of one or two dimensions. The
    result has for every party that matches, in their order, a secret with a row for each common identifier, ascending:
    `x = np.concatenate([a, b], axis=1)`. Where several of a party's rows have one identifier, its first counts.
    `ranges` and `kinds`: for each of them what `mpc.secret` takes, the same at all parties. A list in the place of a
    party's range or kind has one for each of its columns: then these are secrets of one dimension each, one after the
    other in the result, and what is computed of one is not sized by the others' range.

    Every party that matches learns which of its identifiers all have, as of `common`, and all parties of the run how
    many; of the columns nobody learns anything but their shapes. Noise on what is computed of them covers what stands
    in rows, not who is among them. Costs: `common`, and an input of each party, or of each of its columns.
    LocalError `wrong-columns`, `wrong-number`, PeerError `unexpected-message` for another number of rows, and as of
    `common` and `mpc.secret`.
    """
    line = begun(ctx, "align")
    parties = parties_of(ctx, among, line)
    ranges, kinds = _of_each(ranges, "ranges", parties, line), _of_each(kinds, "kinds", parties, line)
    ids = list(ids) if hasattr(ids, "__next__") else ids
    own = beside(columns, len(ids), "columns", line) if ctx.me in parties and hasattr(ids, "__len__") else None
    places = [_columns(*one, line) for one in zip(ranges, kinds, strict=True)]
    if own is not None:
        _refuse_other_width(own, places[parties.index(ctx.me)], line)
    found = await common(ctx, ids, among=among, at_most=at_most, planned=planned)
    chosen = None if own is None or found is None else own[found.rows]
    each = [(j, one) for j, of_party in zip(parties, places, strict=True) for one in of_party]
    aligned = [await _put_in(ctx, j, chosen, one) for j, one in each]
    count = (aligned[0].shape or (0,))[0] if found is None else len(found)
    for (j, one), x in zip(each, aligned, strict=True):
        if x.shape[:1] != (count,) or (one.place is not None and x.ndim > 1):
            raise unlike_ids(ctx, "unexpected-message", j, f"shape {x.shape}, where {count} identifiers are common")
    return tuple(aligned)


async def _put_in(ctx: Context, owner: int, chosen: npt.NDArray[Any] | None, column: _Column) -> SecretArray:
    """The owner's chosen rows of a column, or of all."""
    mine = None if chosen is None or ctx.me != owner else chosen
    if mine is not None and mine.ndim > 1 and column.place is not None:
        mine = mine[:, column.place]
    return await secret(ctx, owner, mine, range=column.range, kind=column.kind)


def _columns(bounds: Any, kind: Any, line: str) -> list[_Column]:
    """One for all of a party's columns, or where either is a list one for each. LocalError `wrong-number`."""
    each = isinstance(bounds, list | tuple) and any(end is None or isinstance(end, list | tuple) for end in bounds)
    lengths = {len(given) for given in (bounds if each else None, kind) if isinstance(given, list | tuple)}
    if not lengths:
        return [_Column(None, bounds, kind)]
    if len(lengths) > 1 or 0 in lengths:
        raise LocalError(
            "wrong-number",
            f"ranges= and kinds= of one party are of {' and of '.join(map(str, sorted(lengths)))} columns",
            "one for each of its columns in either, None for none; or one for all",
            line=line,
        )
    count = lengths.pop()
    kinds = kind if isinstance(kind, list | tuple) else [kind] * count
    return [_Column(i, bounds[i] if each else bounds, kinds[i]) for i in range(count)]


def _refuse_other_width(own: npt.NDArray[Any], columns: Sequence[_Column], line: str) -> None:
    """LocalError `wrong-columns` where a party has other columns than there are ranges or kinds for."""
    have = own.size // max(len(own), 1) if own.ndim < 3 else 0
    if columns[0].place is not None and len(own) and have != len(columns):
        raise LocalError(
            "wrong-columns",
            f"columns of shape {own.shape}, where ranges= or kinds= have one for each of {len(columns)}",
            "one for each column of this party's; or one for all of them",
            line=line,
        )


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
