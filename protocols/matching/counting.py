"""How many identifiers two parties have in common, and what values of those add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpc.context import Context
from protocols.array.lines import naming_line
from protocols.array.node import Kind
from protocols.array.private_reveals import reveal
from protocols.assurances import FOLLOWED, MATCHED, assure
from protocols.matching.count_cgt12 import Counting, be_counted, count
from protocols.matching.finding import two_roles
from protocols.matching.meeting import Meeting, begun, holding, learners_of, meet, own_ids, parties_of, the_other
from protocols.matching.membership import members
from protocols.outputs import Output, released_by
from protocols.privacy.joint_noise import JointNoise
from protocols.privacy.summed_noise import InParts
from protocols.ranges import Range


async def common_count(
    ctx: Context,
    ids: Any,
    *,
    to: Any = None,
    among: Any = None,
    at_most: Any = None,
    privacy: JointNoise | InParts | None = None,
) -> int | None:
    """How many identifiers two parties have in common: parties `to` learn it, others get None. 0 in a plan.

    `ids`, `among`, `at_most` as for `common`. Everybody learns of what kind identifiers are and how many each party has
    (or `at_most`); nobody which are common. Semi-honest parties, any of them together but both of the two.
    Without `privacy`: elements are exchanged, 96 bytes for each identifier, two rounds after one, and one more where
    both learn. With `privacy`, an `mpc.Laplace` or its like with `sensitivity=1`: the number has noise that nobody
    knows, and the ledger is charged; what is common stays in secret bits until then (`members`, of the first of the
    two), which takes a comparison for each identifier.
    LocalError and PeerError as of `common`, and with `privacy` as of `mpc.reveal`.
    """
    line = begun(ctx, "common_count")
    parties = parties_of(ctx, among, line)
    learners = learners_of(ctx, to, parties, line)
    the_other(ctx, parties, parties[0], line)
    if privacy is not None:
        found = await members(ctx, ids, holder=parties[0], among=parties, at_most=at_most, with_values=False)
        noisy = await reveal(ctx, found.there.sum(), to=learners, privacy=privacy)
        return None if noisy is None else int(noisy)
    own = own_ids(ctx, ids, parties, line)
    call = ctx.child("common count", line=line)
    meeting = await meet(call, own, parties, at_most, line)
    fewest = min(meeting.sizes[j] for j in parties)
    assure(call, MATCHED, FOLLOWED)
    output = Output((), "int", learners, line, Range(0, fewest), group=fewest)

    async def open_() -> Sequence[int | None]:
        with holding(call, meeting):
            return [await _count(call, meeting, learners)]

    with naming_line():
        (counted,) = await released_by(call, [output], open_)
    ctx.join(call)
    return counted if ctx.me in learners else None


async def common_sum(
    ctx: Context,
    ids: Any,
    values: Any = None,
    *,
    holder: int,
    to: Any = None,
    among: Any = None,
    at_most: Any = None,
    range: tuple[float, float] | None = None,
    kind: Kind | None = None,
    privacy: JointNoise | InParts | None = None,
) -> Any:
    """What party `holder`'s values of the identifiers add up to that the other of two parties has, too.

    `values`, `range` and `kind` as for `members`; `to`: who learns the sum, by default both; others get None. Nobody
    learns which identifiers are common, nor how many: both stay in shares. Ion et al., "On deploying secure computing:
    private intersection-sum-with-cardinality", EuroS&P 2020, keep the sum alone encrypted, and tell the count.
    With `privacy` the sum has noise, of a `sensitivity` that the caller declares: an identifier in the place of another
    moves the sum by the width of `range`, zero included. Cost and security as of `members`; LocalError and PeerError
    as of it and of `mpc.reveal`.
    """
    line = begun(ctx, "common_sum")
    parties = parties_of(ctx, among, line)
    learners = learners_of(ctx, to, parties, line)
    found = await members(ctx, ids, values, holder=holder, among=parties, at_most=at_most, range=range, kind=kind)
    return await reveal(ctx, found.chosen().sum(axis=0), to=learners, privacy=privacy)


async def _count(call: Context, meeting: Meeting, learners: Sequence[int]) -> int | None:
    if not meeting.takes_part(call):
        call.reserve()
        return None
    counter, other = two_roles(meeting, learners)
    counting = Counting(meeting.sizes[counter], meeting.sizes[other], other in learners)
    if call.me == counter:
        return await count(call, other, counting, meeting.own.encoded)
    return await be_counted(call, counter, counting, meeting.own.encoded)
