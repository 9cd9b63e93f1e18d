"""What parties tell each other before they match: of what kind their identifiers are, and how many they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.arguments import whole_number
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.matching.ids import KINDS, Ids, ids_of
from protocols.matching.refusals import unlike_ids, wrong_ids
from protocols.party_indices import party_index, receivers_of

MOST_IDS = 1 << 32
MOST_PARTIES = 16
_WORDS_OF_ID = 16
"""What is held of each identifier that a peer announces, in words of 64 bits: elements, encodings and hashes."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """The parties that match, this party's identifiers, and the number of each party's, by index, padding included."""

    among: tuple[int, ...]
    own: Ids
    sizes: tuple[int, ...]

    def takes_part(self, ctx: Context) -> bool:
        """Whether this party does."""
        return ctx.me in self.among


def parties_of(ctx: Context, among: Any, line: str) -> tuple[int, ...]:
    """The parties that `among=` names, ascending; with None all. LocalError `wrong-parties` unless 2 to 16."""
    chosen = tuple(sorted(receivers_of(ctx.everyone, among, line)))
    if not 2 <= len(chosen) <= MOST_PARTIES:
        raise LocalError(
            "wrong-parties",
            f"identifiers of {len(chosen)} parties",
            f"match those of 2 to {MOST_PARTIES}: among=(0, 1) names them",
            line=line,
        )
    return chosen


def learners_of(ctx: Context, to: Any, among: Sequence[int], line: str) -> tuple[int, ...]:
    """Who learns, `to=`: by default all that match. LocalError `wrong-parties` for nobody, or one that does not."""
    chosen = tuple(among) if to is None else tuple(sorted(receivers_of(ctx.everyone, to, line)))
    if not chosen or not set(chosen) <= set(among):
        raise LocalError(
            "wrong-parties", "the result would go to a party that does not match, or to none",
            f"name those of {', '.join(map(str, among))} that are to learn it, `to=`", line=line,
        )  # fmt: skip
    return chosen


def the_other(ctx: Context, among: Sequence[int], one: Any, line: str) -> tuple[int, int]:
    """A party of two, and the other. LocalError `wrong-parties` where these are not two, or it is neither."""
    first = party_index(ctx.everyone, one, line)
    if len(among) != 2 or first not in among:
        raise LocalError(
            "wrong-parties",
            f"party {first} and one other of {len(among)} parties",
            "this is between two: name both, among=(0, 1), and one of them",
            line=line,
        )
    return first, among[1 - among.index(first)]


def own_ids(ctx: Context, given: Any, among: Sequence[int], line: str) -> Ids:
    """This party's, where it takes part. A plan knows how many rows there are, and takes each for another."""
    if ctx.me not in among:
        return Ids(None, [], np.zeros(0, np.int64))
    refuse_unawaited(given, line)
    if given is None:
        raise wrong_ids("are missing: this party matches, but passes none", "give it a column of them", line)
    if not ctx.planning:
        return ids_of(given, line)
    rows = len(given)
    return Ids(0, [b""] * rows, np.arange(rows))


async def meet(ctx: Context, own: Ids, among: Sequence[int], at_most: Any, line: str) -> Meeting:
    """Every party tells all others the kind and the number of its identifiers; or, with `at_most`, that number.

    LocalError `too-many-ids` where this party has more than `at_most` says, `wrong-ids` where kinds differ; PeerError
    `malformed-message` for what makes no sense.
    """
    bound = None if at_most is None else _bound_of(ctx, at_most, line)
    if bound is not None and len(own) > bound:
        raise LocalError(
            "too-many-ids",
            f"this party has {len(own)} identifiers, where at_most says {bound}",
            "raise at_most, the same at all parties",
            line=line,
        )
    announced = bound if bound is not None and ctx.me in among else len(own)
    told = np.array([0 if own.kind is None else own.kind + 1, announced], np.uint64)
    (headers,) = await ctx.exchange(told)
    sizes = []
    for j in ctx.everyone:
        kind, size = (int(word) for word in headers[j])
        if kind > len(KINDS) or size > MOST_IDS or (j not in among and (kind or size)):
            raise unlike_ids(ctx, "malformed-message", j, "a number or a kind of identifiers that cannot be")
        if kind and own.kind is not None and kind != own.kind + 1:
            raise _other_kind(ctx, j, kind - 1, own.kind)
        sizes.append(size if j in among else 0)
    return Meeting(tuple(among), own, tuple(sizes))


@contextmanager
def holding(ctx: Context, meeting: Meeting) -> Iterator[None]:
    """Room for what is received of the others. PeerError `too-many-elements` that names who announces too many."""
    with ExitStack() as held:
        for j in meeting.among:
            if j != ctx.me and meeting.takes_part(ctx):
                what, count = f"{meeting.sizes[j]} identifiers", _WORDS_OF_ID * meeting.sizes[j]
                release: Callable[[], None] = ctx.session.intake.admit(count, ctx.names[j], what, ctx.line)
                held.callback(release)
        yield


def _bound_of(ctx: Context, at_most: Any, line: str) -> int:
    """That of this party, of one number for all parties or of one for each."""
    each = list(at_most) if np.iterable(at_most) else [at_most] * ctx.n
    with naming_line():
        bounds = [whole_number(one, "at_most") for one in each]
    if len(bounds) != ctx.n or not all(0 <= bound <= MOST_IDS for bound in bounds):
        raise LocalError(
            "wrong-number", f"at_most has {len(bounds)} numbers for {ctx.n} parties, or one that cannot be",
            "give one number from 0 on, or one for each party", line=line,
        )  # fmt: skip
    return bounds[ctx.me]


def _other_kind(ctx: Context, party: int, theirs: int, ours: int) -> PeerError:
    name = ctx.names[party]
    return PeerError(
        "ids-differ-in-kind",
        f"{name} matches by {KINDS[theirs]}, this party by {KINDS[ours]}: none would be equal",
        "agree on one kind: ids.astype('int64') makes numbers of texts, ids.astype(str) texts of numbers",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )


def begun(ctx: Context, name: str) -> str:
    """The line of the program that calls `mpc.matching.NAME`. LocalError `no-context`, `asyncio-in-program`."""
    need_context(ctx, f"matching.{name}")
    return user_line()
