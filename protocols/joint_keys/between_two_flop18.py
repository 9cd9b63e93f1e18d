"""A modulus of two primes that nobody knows, made by two parties, either of whom may deviate.

Frederiksen, Lindell, Osheter, Pinkas, "Fast Distributed RSA Key Generation for Semi-Honest and Malicious Adversaries",
CRYPTO 2018, in the version eprint 2018/577: shares committed to, a sieve by transfers, products, the test of Boneh and
Franklin, and proofs for the one modulus that is kept. Products and proofs are others here: by Paillier's cryptosystem,
as of Canetti, Gennaro, Goldfeder, Makriyannis, Peled. What is thrown away is opened and looked at, as by Chen,
Doerner, Kondi, Lee, Rosefield, shelat, CRYPTO 2020. docs/protocols/joint_keys_two_parties.md has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log, prod

import numpy as np

from mpc.algebra.bigint import to_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec, together
from mpc.errors import LocalError
from protocols.assurances import EITHER, KEYS, assure
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys.boneh_franklin_bf97 import LOOKING, Progress
from protocols.joint_keys.certified_flop18 import Asked
from protocols.joint_keys.certifying_flop18 import Certified, Chosen, certify
from protocols.joint_keys.draws_flop18 import Draws, Places, deviates, draw, opened
from protocols.joint_keys.ends_flop18 import Ends, meet
from protocols.joint_keys.key import AdditiveShare
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.products_flop18 import Products, answer, ask
from protocols.joint_keys.sieve_flop18 import (
    DIGEST_WORDS,
    Flags,
    Sieved,
    require_chosen,
    require_sieved,
    sieve_receive,
    sieve_send,
    waves,
)
from protocols.ot.extension_softspoken_roy22 import SoftSpokenSender

DRAWN_PER_BIT = 4
"""Candidates for a factor in a batch, times the bits of a factor: one batch of eight or so has a modulus."""


async def generate_between_two(ctx: Context, *, bits: int = 2048, on_progress: Progress | None = None) -> AdditiveShare:
    """N = p q of 2048, 3072 or 4096 bits, and this party's share of phi(N); nobody learns p or q.

    Secure against one of the two parties, malicious, with abort: whatever it does, the other one ends with an error
    that names it, or with an N of two primes, both 3 mod 4, of which the malicious party knows N, its own shares, which
    it fixed before, and perhaps what the sieve tells of a factor: 3.5 bits, or 12.5 where party 1 risks to be found
    out, which it is but for once in thousands. It may end the run instead of giving out an N. Rounds and bytes depend
    on how many candidates fail: of some 2300 pairs one is good for 2048 bits, and a batch has some 280. `on_progress`
    is told before each batch.

    LocalError `paillier-key-size`, `two-parties-only`, `not-in-a-plan`; PeerError and Abort of proofs and transfers;
    Abort `candidate-opening`, `candidate-sieve`, `candidate-rejected`, `candidate-passed`, `candidate-product`,
    `candidate-malformed`, `joint-key-own-key`.
    """
    ends = await begin(ctx, bits)
    assure(ctx, KEYS, EITHER)
    return await generate(ctx, ends, on_progress)


async def begin(ctx: Context, bits: int) -> Ends:
    """New keys of both parties, with proofs. LocalError `paillier-key-size`, `two-parties-only`, `not-in-a-plan`."""
    lengths = Lengths(bits)
    if ctx.n != 2:
        raise LocalError(
            "two-parties-only",
            f"a modulus is made by two parties, either of whom may deviate; here are {ctx.n}",
            "run it between two; for more there is the protocol against semi-honest parties alone",
        )
    if ctx.planning:
        raise LocalError(
            "not-in-a-plan",
            "how many candidates the making of a modulus takes is not known before",
            "make the key in a run of its own, and keep it",
        )
    (ends,) = await together(ctx, (meet, lengths))
    met: Ends = ends
    return met


async def generate(ctx: Context, ends: Ends, on_progress: Progress | None = None) -> AdditiveShare:
    """The same for parties that have met."""
    return _share_of(ctx.me, ends.lengths, await find(ctx, ends, on_progress))


async def find(ctx: Context, ends: Ends, on_progress: Progress | None = None) -> Certified:
    """Batches of candidates, until one has a modulus, with what was proved of it."""
    drawn = 0
    while True:
        if on_progress is not None:
            on_progress(drawn, expected(ends.lengths))
        ctx.progress(LOOKING, drawn, expected(ends.lengths))
        (found,) = await together(ctx, (try_batch, ends, batch_size(ends.lengths)))
        if found is not None:
            kept: Certified = found
            return kept
        drawn += batch_size(ends.lengths)


def batch_size(lengths: Lengths) -> int:
    """How many numbers are drawn at a time."""
    return DRAWN_PER_BIT * lengths.half


def expected(lengths: Lengths) -> int:
    """How many numbers are drawn on average, for one factor or the other, until two neighbours of those that the sieve
    leaves are prime: one of half ln(2) / 2 odd ones of a factor's length is."""
    left = prod(1 - 1 / prime for wave in waves(lengths) for prime in wave.primes)
    return round(2 / left * (left * lengths.half * log(2) / 2) ** 2)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Candidates for both factors: their places (count, 2) among what was drawn, and what they were multiplied to."""

    places: Places
    x: Words = field(repr=False)
    products: Products

    def chosen(self, i: int) -> Chosen:
        """One of them."""
        products = self.products
        randomiser = None if products.randomisers is None else products.randomisers[i : i + 1]
        return Chosen(
            products.n[i], Asked(products.group, products.asked[i], products.answers[i]), self.x[i], randomiser
        )


async def try_batch(ctx: Context, ends: Ends, count: int) -> Certified | None:
    """A modulus, if one of a batch of candidates is good; all others are opened before it is returned.

    count: how many numbers are drawn, for one factor or the other.
    """
    draws = await draw(ctx, ends.lengths, count)
    sieved = await _sieved(ctx, ends, draws)
    pairs = await _multiplied(ctx, ends, draws, np.flatnonzero(sieved.flags))
    passed = biprimality.without_small_factors(ends.lengths, pairs.products.n)
    n = [number for number, good in zip(pairs.products.n, passed, strict=True) if good]
    passed[passed] = await biprimality.filtered(ctx, ends.lengths, n, pairs.x[passed])
    first, found = next(iter(np.flatnonzero(passed).tolist()), None), None
    if first is not None:
        (found,) = await together(ctx, (certify, ends, pairs.chosen(first)))
        passed[first] = found is not None
    await _give_up(ctx, ends, _Batch(draws, sieved, pairs, passed, first, None if found is None else first))
    return found


async def _sieved(ctx: Context, ends: Ends, draws: Draws) -> Sieved:
    if isinstance(ends.cot, SoftSpokenSender):
        return await sieve_send(ctx, ends.cot, ends.lengths, draws.x)
    return await sieve_receive(ctx, ends.cot, ends.lengths, draws.x)


async def _multiplied(ctx: Context, ends: Ends, draws: Draws, places: Places) -> _Pairs:
    """Neighbours are the two factors of one candidate."""
    pairs = places[: len(places) // 2 * 2].reshape(-1, 2)
    x = draws.x[pairs]
    return _Pairs(pairs, x, await (ask if ctx.me == 0 else answer)(ctx, ends, x))


@dataclass(frozen=True, slots=True)
class _Batch:
    """All that happened to a batch. `passed`: which pairs have passed the tests so far; `first`: which one was to be
    certified, the first that passed; `kept`: the same, if it was."""

    draws: Draws = field(repr=False)
    sieved: Sieved
    pairs: _Pairs
    passed: Flags
    first: int | None
    kept: int | None

    @property
    def given_up(self) -> Places:
        """The places of what is not kept."""
        kept = [] if self.kept is None else self.pairs.places[self.kept].tolist()
        return np.setdiff1d(np.arange(len(self.draws.x)), kept)


async def _give_up(ctx: Context, ends: Ends, batch: _Batch) -> None:
    """Open what is not kept. Abort where a sieve or a product was of other shares, or primes seemed to be none."""
    places = batch.given_up
    theirs = await opened(ctx, batch.draws, places)
    if isinstance(ends.cot, SoftSpokenSender):
        digests = await ctx.receive(ends.cot.peer, Spec((len(places), DIGEST_WORDS)))
        opening = places, theirs, digests
        await ctx.in_thread(require_chosen, ctx, ends.cot, ends.lengths, batch.sieved, opening)
    elif batch.sieved.digests is not None:
        ctx.send(ends.cot.peer, batch.sieved.digests[places])
    await ctx.in_thread(_check_given_up, ctx, batch, places, theirs)


def _check_given_up(ctx: Context, batch: _Batch, places: Places, theirs: Words) -> None:
    lengths, own = batch.draws.lengths, batch.draws.x[places]
    require_sieved(ctx, lengths, own, theirs, batch.sieved.flags[places])
    sums = [lengths.constant + 4 * (a + b) for a, b in zip(to_ints(own), to_ints(theirs), strict=True)]
    factors = dict(zip(places.tolist(), sums, strict=True))
    for i, (at_p, at_q) in enumerate(batch.pairs.places.tolist()):
        if i == batch.kept:
            continue
        p, q = factors[at_p], factors[at_q]
        if p * q != batch.pairs.products.n[i]:
            raise deviates(ctx, "candidate-product", "made another product than that of the opened shares")
        if not batch.passed[i] and _seems_prime(p) and _seems_prime(q):
            raise deviates(ctx, "candidate-rejected", "made a product of two primes seem to be none")
        if i == batch.first and not biprimality.passes_first(p, q):
            raise deviates(ctx, "candidate-passed", "told another power, by which a modulus passed the first test")


def _seems_prime(p: int) -> bool:
    """By one base: whoever drew half of a random number did not choose it so that a composite one passes."""
    return pow(2, p - 1, p) == 1


def _share_of(me: int, lengths: Lengths, found: Certified) -> AdditiveShare:
    """phi(N) = N + 1 - p - q in two shares."""
    own = 2 * lengths.constant_of(me) + 4 * sum(to_ints(found.secrets.x))
    return AdditiveShare(found.n, (0 if me else found.n + 1) - own)
