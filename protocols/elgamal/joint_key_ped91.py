"""A key that all parties make together, of which each has a share and nobody the whole.

Pedersen, "A threshold cryptosystem without a trusted party", EUROCRYPT 1991, sections 3 and 4: every party deals a
random number by Feldman's sharing (FOCS 1987), and the key is the sum. Departures: commitments to all that a party will
publish come first, and a proof that it knows its number, so that nobody chooses it after the others' (a rogue key;
Gennaro, Jarecki, Krawczyk, Rabin, J. Cryptology 2007, section 3, on what that would bias); a party that deals wrongly
is named and ends the call, where the paper goes on without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ring import Words
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.context import Context, Spec
from mpc.errors import Abort, LocalError
from protocols.assurances import KEYS, TOGETHER, assure, assure_holders
from protocols.elgamal.key_shares import KeyShare
from protocols.elgamal.keys import PublicKey
from protocols.elgamal.sharing_shamir79 import images_of, shares_of
from protocols.proofs.linear import knows_logarithm
from protocols.proofs.proof import proof_bytes, prove, verify
from protocols.proofs.sending import points_in
from protocols.proofs.transcript import Bytes, Setting

_DIGEST_WORDS = 4
_ENCODING = RISTRETTO.encoding_bytes
_PROOF = proof_bytes(knows_logarithm(generator(), generator()))
_REMEDY = "that party does not follow the protocol, or the line to it is broken; make the key without it"


@dataclass(frozen=True, slots=True)
class _Dealt:
    """What one party publishes: A_k (t + 1,), and the proof that it knows the logarithm of A_0."""

    commitments: Bytes
    proof: Bytes

    def digest(self, ctx: Context, party: int) -> Words:
        """A commitment to it, which hides it: A_0 is the image of a uniform number."""
        commitment = ctx.hash("commitment to a part of a key", party).absorb(self.commitments, self.proof)
        return commitment.words(_DIGEST_WORDS)


@cost(rounds=4, words=lambda n, threshold=None: _words(n, threshold), call_name="joint key")
async def _generated(ctx: Context, n: int, threshold: int | None = None) -> KeyShare:
    t = n - 1 if threshold is None else threshold
    assure(ctx, KEYS, TOGETHER)
    assure_holders(ctx, n, t)
    coefficients = Scalars.random(ORDER, (t + 1,), ctx.prg("part of a joint key").bytes)
    own = await ctx.in_thread(_dealt, Setting.of(ctx, ctx.me), coefficients, ctx.prg("nonces of a proof").bytes)
    (digests,) = await ctx.exchange(own.digest(ctx, ctx.me))
    shares = shares_of(coefficients, n)
    for j in ctx.others:
        for message in (shares[j].to_bytes(), own.commitments, own.proof):
            ctx.send(j, message)
    received, published = [shares[ctx.me]] * n, [own] * n
    for j in ctx.others:
        received[j], published[j] = await _dealt_by(ctx, j, t)
    dealt = await ctx.in_thread(_checked, ctx, digests, published)
    images = await ctx.in_thread(images_of, dealt, n)
    mine = await _settled(ctx, np.concatenate(digests), images, shares, received)
    key = dealt[:, 0].sum()
    _require_a_key(key)
    return KeyShare(PublicKey.of(key), images.sum(), t, ctx.me, mine.sum())


async def generate_together(ctx: Context, threshold: int | None = None) -> KeyShare:
    """Make a key of which every party has a share; any `threshold` + 1 of them decrypt together, by default only all.

    Nobody learns anything of the key but its public half, and `threshold` parties together nothing of what is encrypted
    under it. Malicious parties, any number: none can choose its part after another's (a rogue key), deal shares that do
    not fit what it published, or have an honest party named in its stead. What they can do is end the call, also after
    they have seen what the key would be: who has keys made until one suits chooses among as many.

    LocalError `wrong-number` for a threshold that is not from 0 to n - 1. Abort `wrong-key-part`, `wrong-key-share`,
    `proof-refused`, PeerError `bad-element` and the others of `proofs.verify`, which name who deviated; Abort
    `different-key-views`, which cannot. Four rounds; each party computes about n^2 (t + 1) short products.
    """
    if threshold is not None and not (type(threshold) is int and 0 <= threshold < ctx.n):
        raise LocalError(
            "wrong-number", f"{threshold!r} is no threshold of {ctx.n} parties", f"name one from 0 to {ctx.n - 1}"
        )
    return await _generated(ctx, ctx.n, threshold)


def _words(n: int, threshold: int | None) -> int:
    """To each other party: a commitment, A_k, a proof and a share; commitments seen and complaints; answers."""
    t = n - 1 if threshold is None else threshold
    scalar = _ENCODING // 8
    return _DIGEST_WORDS + (t + 1) * scalar + _PROOF // 8 + scalar + (_DIGEST_WORDS * n + n) + (n + scalar * n)


def _dealt(setting: Setting, coefficients: Scalars, source: RandomBytes) -> _Dealt:
    commitments = generator() * coefficients
    statement = knows_logarithm(generator(), commitments[0])
    return _Dealt(commitments.to_bytes(), prove(setting, statement, coefficients[:1], source))


async def _dealt_by(ctx: Context, dealer: int, t: int) -> tuple[Scalars, _Dealt]:
    """This party's share of one party's polynomial, zero for what is no scalar, and what that one publishes."""
    share = await ctx.receive(dealer, Spec((_ENCODING,), np.uint8))
    commitments = await ctx.receive(dealer, Spec((t + 1, _ENCODING), np.uint8))
    proof = await ctx.receive(dealer, Spec((_PROOF,), np.uint8))
    return Scalars.from_bytes(ORDER, share)[0], _Dealt(commitments, proof)


def _checked(ctx: Context, digests: list[Words], published: list[_Dealt]) -> Points:
    """A_k (n, t + 1) of all parties, if they are what was committed to and proofs hold."""
    rows = []
    for party, (digest, dealt) in enumerate(zip(digests, published, strict=True)):
        if not np.array_equal(digest, dealt.digest(ctx, party)):
            raise _abort(ctx, "wrong-key-part", party, "published another part of a key than it had committed to")
        commitments = points_in(ctx, party, dealt.commitments)
        verify(Setting.of(ctx, party), knows_logarithm(generator(), commitments[0]), dealt.proof)
        rows.append(commitments.words)
    return Points(RISTRETTO, np.stack(rows))


async def _settled(ctx: Context, seen: Words, images: Points, dealt: Scalars, received: list[Scalars]) -> Scalars:
    """(n,): the shares that this party received, once every complaint is answered; `dealt` are those it dealt.

    A share that does not fit its image is complained about, and its dealer publishes it: it is known to whoever was
    dealt it, so an honest dealer tells nothing by that. If it fits now, it counts; if not, the dealer is named.
    """
    shares = Scalars(ORDER, np.stack([share.words for share in received]))
    fits = (generator() * shares).equals(images[:, ctx.me])
    views, complaints = await ctx.exchange(seen, (~fits).astype(np.uint64))
    _require_one_view(ctx, views)
    mine = np.array([bool(row[ctx.me]) for row in complaints])
    answer = np.where(mine[:, None], dealt.words, np.uint64(0))
    flags, answers = await ctx.exchange(mine.astype(np.uint64), answer)
    for dealer in ctx.others:
        answered = np.array([bool(row[dealer]) for row in complaints])
        if not np.array_equal(flags[dealer] != 0, answered):
            raise _different_views(ctx)
        public, below = Scalars.from_bytes(ORDER, np.ascontiguousarray(answers[dealer]).view(np.uint8))
        right = (generator() * public).equals(images[dealer]) & below
        if not right[answered].all():
            raise _abort(ctx, "wrong-key-share", dealer, "dealt a share that does not fit what it had published")
        if answered[ctx.me]:
            shares.words[dealer] = public[ctx.me].words
    return shares


def _require_one_view(ctx: Context, views: list[Words]) -> None:
    if any(not np.array_equal(view, views[ctx.me]) for view in views):
        raise _different_views(ctx)


def _different_views(ctx: Context) -> Abort:
    return Abort(
        "different-key-views",
        "parties were told different things while they made a key: one of them sent unlike messages, or says so",
        "that party cannot be told from here; make the key with others",
        path=ctx.path,
        line=ctx.line or None,
    )


def _abort(ctx: Context, code: str, party: int, what: str) -> Abort:
    name = ctx.names[party]
    return Abort(code, f"{name} {what}", _REMEDY, party=name, path=ctx.path, line=ctx.line or None)


def _require_a_key(key: Points) -> None:
    """Neutral by a chance of 2^-252 only, whatever n - 1 parties do."""
    if key.is_neutral():
        raise LocalError("elgamal-neutral-key", "the parts of a key add up to nothing", "make it again")
