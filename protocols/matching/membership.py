"""Which of one party's rows are about identifiers that another party has, too: for nobody to learn, to compute with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.group_sizes import Group
from protocols.array.inputs import secret
from protocols.array.lines import user_line
from protocols.array.logic import equal, where
from protocols.array.node import Kind
from protocols.array.records import Rows, Source
from protocols.array.secret import SecretArray
from protocols.assurances import FOLLOWED, MATCHED, assure
from protocols.matching.columns import beside, with_zero
from protocols.matching.meeting import Meeting, begun, holding, meet, own_ids, parties_of, the_other
from protocols.matching.members_psty19 import NUMBER_BITS, Sides, hold, offer_numbers


@dataclass(frozen=True, slots=True)
class Members:
    """`there` (places,): secret bits, of each place whether it has an identifier of the holder's that the other party
    has as well. `values`: what the holder gave for each, zero at places without one; None if it gave nothing.

    Where an identifier lies among the places is the holder's secret; there are about 1.3 for each.
    """

    there: SecretArray
    values: SecretArray | None

    def chosen(self) -> SecretArray:
        """The values of identifiers that both have, zero elsewhere: of the shape of `values`.

        LocalError `wrong-columns` where the holder gave none.
        """
        if self.values is None:
            raise LocalError(
                "wrong-columns",
                "the values of members for whom none were given",
                "give them: members(ctx, ids, values, holder=...), without with_values=False",
                line=user_line(),
            )
        return where(self.there.reshape(-1, *[1] * (len(self.values.shape) - 1)), self.values, 0)


async def members(
    ctx: Context,
    ids: Any,
    values: Any = None,
    *,
    holder: int,
    among: Any = None,
    at_most: Any = None,
    range: tuple[float, float] | None = None,
    kind: Kind | None = None,
    with_values: bool = True,
) -> Members:
    """Of party `holder`'s identifiers those that the other of two parties has, too, as secret bits; and the holder's
    values beside them: `await mpc.reveal(ctx, m.chosen().sum(), privacy=...)` is a sum over what both have.

    `ids`: as for `common`; `among`: the two, if there are more parties in the run. `values`: at the holder a number, or
    a row of them, for each of its rows, of which the first of an identifier counts; the others' are ignored; `range`,
    in which zero always is, and `kind` as of `mpc.secret`. `with_values`: whether the holder gives any, the same at all
    parties.

    Everybody learns the kind of identifiers and how many each of the two has (or `at_most`), and nobody anything else;
    what is computed of the result is as secret as the run's suite keeps it. One unit of data, an identifier of either
    party that is put in the place of another, moves the count by one at most: so declare `sensitivity=1` for noise on
    it. Semi-honest parties, any of them together but both of the two.
    Rounds: three, and the comparison of 60 bits at each place. LocalError as of `common`, `wrong-columns`.
    Sources: `protocols.matching.members_psty19`.
    """
    line = begun(ctx, "members")
    parties = parties_of(ctx, among, line)
    holder, other = the_other(ctx, parties, holder, line)
    own = own_ids(ctx, ids, parties, line)
    given = beside(values, len(own.place), "values", line) if with_values and ctx.me == holder else None
    call = ctx.child("members", line=line)
    meeting = await meet(call, own, parties, at_most, line)
    assure(call, MATCHED, FOLLOWED)
    with holding(call, meeting):
        sides = Sides(meeting.sizes[holder], meeting.sizes[other])
        numbers, bins = await _numbers(call, meeting, holder, other, sides)
    ctx.join(call)
    mine = [numbers if ctx.me == party else None for party in (holder, other)]
    top = (0, (1 << NUMBER_BITS) - 1)
    fewest = min(sides.held, sides.offered)
    r = _of_any(await secret(ctx, holder, mine[0], range=top, kind="int"), holder, fewest)
    s = _of_any(await secret(ctx, other, mine[1], range=top, kind="int"), holder, fewest)
    there = equal(r, s)
    if not with_values:
        return Members(there, None)
    placed = None if given is None else _placed(given[own.first_rows()], bins, sides.bins)
    beside_them = await secret(ctx, holder, placed, range=with_zero(range), kind=kind)
    return Members(there, _of_any(beside_them, holder, fewest))


def _of_any(x: SecretArray, holder: int, fewest: int) -> SecretArray:
    """x, of which no row is any one record's: with an identifier of its own a record moves others to other bins.

    So a reveal derives no sensitivity from its rows, and one has to be declared. For a policy's smallest group all of
    them are of `fewest` records at most, which is all that is public, and not of as many as there are bins.
    """
    numbers = np.arange(len(x)) % max(fewest, 1)
    x.node.value.records = None
    x.node.value.group = Group(np.ones((1,) * len(x.shape), np.int64), Rows({Source(holder): numbers[None]}))
    return x


async def _numbers(
    call: Context, meeting: Meeting, holder: int, other: int, sides: Sides
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """This party's numbers of all bins, and at the holder the bins of its identifiers; nothing elsewhere."""
    half = call.child("numbers of bins")
    numbers, bins = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    if call.me == holder:
        numbers, bins = await hold(half, other, sides, meeting.own.encoded)
    elif call.me == other:
        numbers = await offer_numbers(half, holder, sides, meeting.own.encoded)
    call.join(half)
    return numbers.astype(np.int64), bins


def _placed(values: npt.NDArray[Any], bins: npt.NDArray[np.int64], count: int) -> npt.NDArray[Any]:
    placed = np.zeros((count, *values.shape[1:]), values.dtype)
    placed[bins] = values
    return placed
