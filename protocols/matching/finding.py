"""Which identifiers all parties have: for some of them to learn, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpc.algebra.group import Flags
from mpc.context import Context
from protocols.arguments import whole_number
from protocols.array.lines import naming_line
from protocols.assurances import EITHER, FOLLOWED, KEPT_BACK, MATCHED, assure
from protocols.matching.among_several_kmprt17 import Roles, match_several
from protocols.matching.between_two_jl10 import Terms, find, offer
from protocols.matching.common_ids import Common
from protocols.matching.meeting import Meeting, begun, holding, learners_of, meet, own_ids, parties_of
from protocols.outputs import Output, released_by
from protocols.ranges import Range


async def common(
    ctx: Context, ids: Any, *, to: Any = None, among: Any = None, at_most: Any = None, planned: int | None = None
) -> Common | None:
    """The identifiers that all parties have, by private set intersection: parties `to` learn them, others get None.

    `ids`: this party's, one for each of its rows: whole numbers, texts or bytes (`protocols.matching.ids` says what is
    equal); rows with the same one count once. `among`: who matches, 2 to 16 parties, by default all; elsewhere `ids` is
    ignored. `at_most`: one public number, or one for each party, which is told in place of how many identifiers a party
    has, and to which they are padded with ones that match nothing. `planned`: how many are common in a plan.

    Everybody learns of what kind identifiers are and how many each party has (or `at_most`). Parties `to`, all by
    default, learn which of their own all others have, and nothing of other identifiers. Two parties: against a
    malicious one that holds, too, but for what it may choose to ask about or offer in place of its data; when both
    learn, the one with fewer may keep some of what is common to itself, or end the call once it has learnt. Three and
    more: semi-honest parties, any of them together, of whom each may take others' identifiers for its own.
    The result counts as revealed: it passes the run's policies, and stands in its report.
    Rounds: one, then two, and one more where a second party learns. Bytes for each identifier: 96 between two.
    LocalError `wrong-ids`, `wrong-parties`, `too-many-ids`, what policies raise; PeerError `ids-differ-in-kind`,
    `bad-element`, `repeated-elements`, `too-many-elements`, Abort `proof-refused`, each of which names the party.
    Sources: `protocols.matching.between_two_jl10`, `protocols.matching.among_several_kmprt17`.
    """
    line = begun(ctx, "common")
    parties = parties_of(ctx, among, line)
    learners = learners_of(ctx, to, parties, line)
    own = own_ids(ctx, ids, parties, line)
    call = ctx.child("common identifiers", line=line)
    meeting = await meet(call, own, parties, at_most, line)
    assure(call, MATCHED, _said(parties, learners))
    outputs = [Output((meeting.sizes[j],), "bit", (j,), line, Range(0, 1), group=1) for j in learners]

    async def open_() -> Sequence[Flags | None]:
        with holding(call, meeting):
            return [await _matches(call, meeting, learners)]

    with naming_line():
        (found,) = await released_by(call, outputs, open_)
    ctx.join(call)
    if found is None or call.me not in learners:
        return None
    return _planned(meeting, own, planned) if ctx.planning else Common.of(own, found)


def _said(parties: Sequence[int], learners: Sequence[int]) -> str:
    """What the report says of the security of it."""
    return FOLLOWED if len(parties) > 2 else KEPT_BACK if len(learners) > 1 else EITHER


async def _matches(call: Context, meeting: Meeting, learners: Sequence[int]) -> Flags | None:
    if not meeting.takes_part(call):
        call.reserve()
        return None
    if len(meeting.among) > 2:
        return await match_several(call, roles_of(meeting, learners), meeting.own.encoded)
    finder, offerer = two_roles(meeting, learners)
    terms = Terms(meeting.sizes[finder], meeting.sizes[offerer], offerer in learners)
    if call.me == finder:
        return await find(call, offerer, terms, meeting.own.encoded)
    return await offer(call, finder, terms, meeting.own.encoded)


def two_roles(meeting: Meeting, learners: Sequence[int]) -> tuple[int, int]:
    """Who asks, and who offers: who learns, or of both the one with fewer identifiers, as asking is dearer."""
    finder = min(learners, key=lambda j: (meeting.sizes[j], j))
    return finder, meeting.among[1 - meeting.among.index(finder)]


def roles_of(meeting: Meeting, learners: Sequence[int]) -> Roles:
    """Who leads: of those that learn the one with the fewest identifiers."""
    leader = min(learners, key=lambda j: (meeting.sizes[j], j))
    clients = tuple(j for j in meeting.among if j != leader)
    return Roles(leader, clients, meeting.sizes, tuple(j for j in learners if j != leader))


def _planned(meeting: Meeting, own: Any, planned: int | None) -> Common:
    fewest = min(meeting.sizes[j] for j in meeting.among)
    count = fewest if planned is None else min(whole_number(planned, "planned"), fewest)
    return Common.planned(len(np.asarray(own.place)), count)
