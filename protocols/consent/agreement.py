"""Two phases before an output that costs privacy: everybody says yes, everybody writes it down, then it is opened.

`ask` comes before anything is computed. The parties show the heads of their ledgers and what they kept of each other's;
then each says whether it would allow the reveal. `spend` comes when all that is left is to open:

1. Each party sets the charge aside, on its disk, and sends all others a signed yes; or a signed no where it cannot.
2. Where all said yes, each writes that it is spent, on its disk, and sends that it has, with the hash of all votes.

No honest party sends a part of the output before every party said that it has written it down. One that sees a no
releases what it set aside: it has sent nothing and, in this call, never will. A party that tells one yes and another no
is found out by the hash in step 2, before anything is opened, and its signatures show it. Whoever falls silent leaves
charges behind that are never released: unknown is spent. So a malicious party can make others spend for nothing, and
cannot make them reveal what they have not spent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import Abort, LocalError, ParleyError, PeerError
from protocols.consent.keeper import HEAD_BYTES, NO_HEAD, REASONS, Asked, Keeper, reason_of
from protocols.consent.votes import VOTE_WORDS, Vote, bytes_of, said, unpacked, words_of

ASKING_ROUNDS = 2
"""Before a reveal is computed."""

HEADS_WORDS = 2 * HEAD_BYTES // 8
ANSWER_WORDS = 5
"""A reason and a SHA-256."""

_FAILED = len(REASONS)
"""The reason of who could not write that it is spent."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a party said, and what it said that of: the digest of the question, or of all votes."""

    reason: int
    of: bytes

    def sent(self) -> Words:
        return words_of(self.reason.to_bytes(8, "little") + self.of)


@cost(rounds=ASKING_ROUNDS, words=HEADS_WORDS + ANSWER_WORDS)
async def ask(ctx: Context, keeper: Keeper, asked: Asked) -> None:
    """Whether all parties would allow a reveal; nothing is set aside, and nothing of it need be computed before.

    Two rounds. Raises where a party refuses, at all of them: LocalError at home (`policy-...`, `budget-...`,
    `ledger-...`), PeerError `reveal-refused` at the others; PeerError `ledger-older` for a peer whose ledger lacks what
    it has shown, `public-values-differ`, `malformed-vote`.
    """
    trouble = await _meet(ctx, keeper) or await _tried(ctx, keeper.consider, asked)
    reason = 0 if trouble is None else reason_of(trouble)
    if trouble is not None:
        trouble.remedy += _before_it(ctx)
    told = await _exchange(ctx, _Told(reason, asked.digest), trouble)
    for party, one in told.items():
        if one.of != asked.digest:
            raise _differs(ctx, party)
    _end_unless_all_agree(ctx, trouble, {party: one.reason for party, one in told.items()})


@cost(rounds=2, words=VOTE_WORDS + ANSWER_WORDS)
async def spend(ctx: Context, keeper: Keeper, asked: Asked) -> int:
    """Return when all parties have written, on their disks, that a reveal is spent; what comes next may open it. The
    number is that of the reservation in the own ledger, 0 without one.

    Two rounds. Errors as of `ask`, at all parties and with what this party set aside released; Abort `votes-differ`,
    PeerError `unsigned-vote`, `ledger-older`, `commit-failed`, with what it set aside as good as spent.
    """
    refusal: LocalError | PeerError | None
    number, refusal = await _reserved(ctx, keeper, asked)
    votes = await _votes(ctx, keeper, asked, 0 if refusal is None else reason_of(refusal))
    digest = sha256(b"".join(bytes_of(votes[party].packed()) for party in ctx.everyone)).digest()
    noes = [party for party in ctx.everyone if votes[party].reason]
    if not noes:
        refusal = await _tried(ctx, keeper.commit, number, [votes[p].head for p in ctx.everyone], digest)
    elif number:
        refusal = await _released(ctx, keeper, asked, number, noes[0], votes[noes[0]]) or refusal
    failed = _FAILED if refusal is not None and not noes else 0
    for party, one in (await _exchange(ctx, _Told(failed, digest), refusal)).items():
        if one.of != digest:
            raise _votes_differ(ctx, party)
        if one.reason and not noes:
            raise _commit_failed(ctx, party)
    if failed and refusal is not None:
        raise refusal
    _end_unless_all_agree(ctx, refusal, {party: votes[party].reason for party in ctx.others})
    return number


async def _meet(ctx: Context, keeper: Keeper) -> LocalError | PeerError | None:
    """Show heads, and take what others show; what is wrong with one, if anything is."""
    if ctx.planning:
        await ctx.exchange(np.zeros(HEADS_WORDS, np.uint64))
        return None
    troubles = [await _tried(ctx, keeper.catch_up)]
    head = await ctx.in_thread(keeper.head)
    for party in ctx.others:
        kept, trouble = await _kept(ctx, keeper, party)
        troubles.append(trouble)
        ctx.send(party, words_of(head + kept))
    for party in ctx.others:
        shown = bytes_of(await ctx.receive(party, Spec((HEADS_WORDS,))))
        troubles.append(await _tried(ctx, keeper.meet, party, shown[:HEAD_BYTES], shown[HEAD_BYTES:]))
    return next((trouble for trouble in troubles if trouble is not None), None)


async def _kept(ctx: Context, keeper: Keeper, party: int) -> tuple[bytes, LocalError | PeerError | None]:
    """What this party shows a peer of its ledger; nothing where it cannot be read, which it says when all have met."""
    try:
        return await ctx.in_thread(keeper.kept, party), None
    except (LocalError, PeerError) as error:
        _at_line(ctx, error)
        return NO_HEAD, error


async def _tried(ctx: Context, step: Callable[..., None], *args: Any) -> LocalError | PeerError | None:
    """What is wrong with a step of the keeper, if anything is: the others are told before it is raised."""
    try:
        await ctx.in_thread(step, *args)
    except (LocalError, PeerError) as error:
        _at_line(ctx, error)
        return error
    return None


async def _reserved(ctx: Context, keeper: Keeper, asked: Asked) -> tuple[int, LocalError | None]:
    if ctx.planning:
        return 0, None
    try:
        return await ctx.in_thread(keeper.reserve, asked), None
    except LocalError as error:
        _at_line(ctx, error)
        return 0, error


async def _votes(ctx: Context, keeper: Keeper, asked: Asked, reason: int) -> dict[int, Vote]:
    """All parties' votes, each checked against its signature."""
    head = await ctx.in_thread(keeper.head)
    own = Vote(reason, head, keeper.sign(said(asked, ctx.me, reason, head)))
    for party in ctx.others:
        ctx.send(party, own.packed())
    votes = {ctx.me: own}
    for party in ctx.others:
        words = await ctx.receive(party, Spec((VOTE_WORDS,)))
        try:
            votes[party] = own if ctx.planning else unpacked(words)
        except ValueError:
            raise _malformed(ctx, party) from None
        vote = votes[party]
        if not keeper.check(party, said(asked, party, vote.reason, vote.head), vote.signature):
            raise _unsigned(ctx, party)
    return votes


async def _released(
    ctx: Context, keeper: Keeper, asked: Asked, number: int, party: int, vote: Vote
) -> LocalError | PeerError | None:
    """Where it cannot be written down, what was set aside is spent; and the others are told as if it were."""
    text = said(asked, party, vote.reason, vote.head)
    return await _tried(ctx, keeper.release, number, party, text, vote.signature)


async def _exchange(ctx: Context, own: _Told, refusal: LocalError | PeerError | None) -> dict[int, _Told]:
    """What every other party says, told as this one tells its own.

    Who has a refusal of its own raises that where others, having heard of it, end the session before they are heard.
    """
    try:
        (words,) = await ctx.exchange(own.sent())
    except PeerError:
        if refusal is None:
            raise
        raise refusal from None
    if ctx.planning:
        return dict.fromkeys(ctx.others, own)
    told = {}
    for party in ctx.others:
        content = bytes_of(words[party])
        reason = int.from_bytes(content[:8], "little")
        if reason > len(REASONS):
            raise _malformed(ctx, party)
        told[party] = _Told(reason, content[8:])
    return told


def _end_unless_all_agree(ctx: Context, own: LocalError | PeerError | None, reasons: dict[int, int]) -> None:
    if own is not None:
        raise own
    for party, reason in reasons.items():
        if reason:
            _refused(ctx, party, REASONS[reason - 1])


def _refused(ctx: Context, party: int, reason: str) -> NoReturn:
    whose = {
        "policy": "its policy does not allow it",
        "budget": "its budget has no room for it",
        "ledger": "its ledger cannot take it, or one that it was shown is not right",
    }[reason]
    raise _of_peer(
        ctx, "reveal-refused", party, f"refuses this reveal: {whose}",
        f"ask that party, which knows the figures; nothing of it was revealed or is spent{_before_it(ctx)}",
    )  # fmt: skip


def _before_it(ctx: Context) -> str:
    """What this run has opened by then, and has for good."""
    opened = len(ctx.session.ledger.promises)
    if not opened:
        return ""
    values = "1 noisy value was" if opened == 1 else f"{opened:,} noisy values were"
    return (
        f". {values} opened before it in this run, and what they cost stays spent: the program can return them, if it "
        "catches this (mpc.privacy.is_refusal); `parley plan --ledger` says beforehand whether all fits"
    )


def _differs(ctx: Context, party: int) -> PeerError:
    return _of_peer(
        ctx, "public-values-differ", party, "asks for another reveal at this place, or for another charge",
        "see that all parties give the same program the same arguments; nothing was revealed",
    )  # fmt: skip


def _malformed(ctx: Context, party: int) -> PeerError:
    return _of_peer(
        ctx, "malformed-vote", party, "sent what is no vote on a reveal",
        "the same version everywhere; else that party is not to be trusted. Nothing was revealed",
    )  # fmt: skip


def _unsigned(ctx: Context, party: int) -> PeerError:
    return _of_peer(
        ctx, "unsigned-vote", party, "sent a vote that is not signed with the key of its certificate",
        "that party runs without its key, or is not to be trusted. Nothing was revealed; what was set aside stays so",
    )  # fmt: skip


def _commit_failed(ctx: Context, party: int) -> PeerError:
    return _of_peer(
        ctx, "commit-failed", party, "could not write down that this reveal is spent",
        "see there what is wrong with its ledger. Nothing was revealed; what was spent stays so",
    )  # fmt: skip


def _votes_differ(ctx: Context, party: int) -> Abort:
    name = ctx.names[party]
    return Abort(
        "votes-differ",
        f"{name} saw other votes on this reveal than this party: it says so falsely, or some party told them apart",
        "a party that signs a yes and a no is not to be trusted; compare what was signed. Nothing was revealed",
        party=name,
        path=ctx.path,
        line=ctx.counted_at or None,
    )


def _of_peer(ctx: Context, code: str, party: int, cause: str, remedy: str) -> PeerError:
    name = ctx.names[party]
    return PeerError(code, f"{name} {cause}", remedy, party=name, path=ctx.path, line=ctx.counted_at or None)


def _at_line(ctx: Context, error: ParleyError) -> None:
    error.line = error.line or ctx.counted_at or None
