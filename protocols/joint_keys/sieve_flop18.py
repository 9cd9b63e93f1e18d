"""Whether a small prime divides p_0 + p_1, for many candidates and primes, without telling anything else of the shares.

It does where a = p_0 and b = -p_1 are the same modulo the prime. The transfers of Frederiksen, Lindell, Osheter,
Pinkas, CRYPTO 2018, section 3.1 (one of as many strings as the prime has residues) come from correlated ones here:
party 1 chooses by the bits of b, party 0 has the labels that the bits of a would have chosen, and the hashes of both
sum up to the same where all bits are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from protocols.joint_keys.draws_flop18 import Places, deviates
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.ot.correlated import CotReceiver, CotSender, bit_masks
from protocols.ot.pads import pads
from protocols.ot.products_alsz13 import Sent, given_choices_receive, given_choices_send
from protocols.paillier.prime_search import small_primes

Flags = npt.NDArray[np.bool_]

_WAVES = (1 << 4, 1 << 6, 1 << 8, 1 << 10, 1 << 12)
"""Primes below the first bound are tried first; candidates that are left, by those below the next."""
_TAG_WORDS = 2
_LABEL_WORK = 50
DIGEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Wave:
    """Primes that are tried side by side; of each, the bits of its residues."""

    primes: tuple[int, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Bits of a residue."""
        return tuple((prime - 1).bit_length() for prime in self.primes)

    def digits(self, party: int, lengths: Lengths, x: Words) -> Words:
        """Bits of a or of b of secret x (count, words), packed: prime by prime, bit by bit, candidate by candidate."""
        residues = _residues(party, lengths, x, self.primes)
        planes = [
            row >> np.uint64(bit) & np.uint64(1)
            for row, k in zip(residues, self.widths, strict=True)
            for bit in range(k)
        ]
        return bits.pack(np.concatenate(planes).astype(np.uint8))

    def correlations(self, count: int) -> int:
        """Transfers for so many candidates."""
        return count * sum(self.widths)

    def tags(self, labels: Words, start: Words, first: int) -> Words:
        """(primes, count): the sums of the hashes of the labels of a residue, a word of each."""
        hashed = pads(np.ascontiguousarray(labels), None, start, first, _TAG_WORDS, (0, 0, _TAG_WORDS))[:, 0]
        starts = np.cumsum([0, *self.widths[:-1]])
        tags: Words = np.bitwise_xor.reduceat(hashed.reshape(sum(self.widths), -1), starts, axis=0)
        return tags


def waves(lengths: Lengths) -> Iterator[Wave]:
    """All primes of the sieve, which are below any factor."""
    least = 2
    for bound in _WAVES:
        bound = min(bound, 1 << lengths.half - 2)
        some = tuple(prime for prime in small_primes(bound).tolist() if prime > least)
        least = bound
        if some:
            yield Wave(some)


@dataclass(frozen=True, slots=True)
class Asking:
    """What party 0 keeps of a wave: the transfers, and which candidates took part."""

    wave: Wave
    alive: Places
    held: Sent = field(repr=False)

    def tags(self, cot: CotSender, party: int, lengths: Lengths, x: Words) -> Words:
        """(primes, alive): what a choice by the digits of these x (candidates, words) of a party gives."""
        digits, held = self.wave.digits(party, lengths, x[self.alive]), self.held
        turns = digits if held.turns is None else digits ^ held.turns
        chosen = held.labels ^ (bit_masks(turns, len(held.labels))[:, None] & cot.delta)
        return self.wave.tags(chosen, cot.start, held.first)


@dataclass(frozen=True, slots=True)
class Sieved:
    """`flags`: which candidates (count,) no prime of the sieve divides.

    At party 0 `asking`, by which it sees what the peer has chosen by; at party 1 `digests`, (count, 4) words: hashes of
    all tags that its choices gave for a candidate, which it can know for one choice alone.
    """

    flags: Flags
    asking: list[Asking] = field(default_factory=list, repr=False)
    digests: Words | None = field(default=None, repr=False)


async def sieve_send(ctx: Context, cot: CotSender, lengths: Lengths, x: Words) -> Sieved:
    """Try all primes with party 0's x (count, words), secret.

    Which residue it asks about, the peer chooses: it learns whether p_0 has that one, and would learn it for any other
    one than -p_1, too, 12.5 bits on average. `require_chosen` finds that out of every candidate that is opened.
    """
    alive, asking = np.arange(len(x)), list[Asking]()
    for wave in waves(lengths):
        count = wave.correlations(len(alive))
        asking.append(Asking(wave, alive, await given_choices_send(ctx, cot, count)))
        ctx.send(cot.peer, await ctx.off_loop(count * _LABEL_WORK, asking[-1].tags, cot, 0, lengths, x))
        told = await ctx.receive(cot.peer, Spec((len(alive),), np.uint8))
        if (told > 1).any():
            raise deviates(ctx, "candidate-malformed", "sent flags that are neither 0 nor 1")
        alive = alive[told == 1]
    return Sieved(_flags(alive, len(x)), asking)


async def sieve_receive(ctx: Context, cot: CotReceiver, lengths: Lengths, x: Words) -> Sieved:
    """The same for party 1, which sees what a prime divides, and tells.

    A peer that asks about another residue of p_0 than it has learns one at a time that -p_1 has not, 3.5 bits for all
    primes, or is found out when it is opened that no prime divides.
    """
    alive, hashes = np.arange(len(x)), [ctx.hash("choices of a candidate", i) for i in range(len(x))]
    for wave in waves(lengths):
        count = wave.correlations(len(alive))
        work = count * _LABEL_WORK
        digits = await ctx.off_loop(work, wave.digits, 1, lengths, x[alive])
        held = await given_choices_receive(ctx, cot, digits, count)
        own = await ctx.off_loop(work, wave.tags, held.labels, cot.start, held.first)
        good = _apart(await ctx.receive(cot.peer, Spec(own.shape)), own)
        ctx.send(cot.peer, good.astype(np.uint8))
        _absorb(hashes, alive, own)
        alive = alive[good]
    return Sieved(_flags(alive, len(x)), digests=_digests(hashes))


def require_chosen(
    ctx: Context, cot: CotSender, lengths: Lengths, sieved: Sieved, opening: tuple[Places, Words, Words]
) -> None:
    """Abort `candidate-sieve` unless party 1 has chosen by the shares that it opened, and by nothing else.

    opening: places of candidates, the peer's x (len(places), words) and its `Sieved.digests` of them.
    """
    places, theirs, digests = opening
    x = np.zeros((len(sieved.flags), theirs.shape[1]), U64)
    x[places] = theirs
    hashes = [ctx.hash("choices of a candidate", i) for i in range(len(x))]
    for each in sieved.asking:
        _absorb(hashes, each.alive, each.tags(cot, 1, lengths, x))
    if not np.array_equal(_digests(hashes)[places], digests):
        raise deviates(ctx, "candidate-sieve", "tried other shares of a candidate by small primes than it has opened")


def require_sieved(ctx: Context, lengths: Lengths, x: Words, theirs: Words, left: Flags) -> None:
    """Abort unless the sieve has left those of opened candidates (count, words) that none of its primes divides.

    `candidate-rejected` where others were thrown away; `candidate-passed` where others were left, which cost the time
    of a product each.
    """
    divided = np.zeros(len(x), np.bool_)
    for wave in waves(lengths):
        own, other = (_residues(party, lengths, y, wave.primes) for party, y in _by_party(ctx.me, x, theirs))
        divided |= (own == other).any(axis=0)
    if not (divided | left).all():
        raise deviates(ctx, "candidate-rejected", "made a candidate without small factors seem to have one")
    if (divided & left).any():
        raise deviates(ctx, "candidate-passed", "made a candidate with a small factor seem to have none")


def _by_party(me: int, x: Words, theirs: Words) -> list[tuple[int, Words]]:
    return [(me, x), (1 - me, theirs)]


def _residues(party: int, lengths: Lengths, x: Words, primes: Sequence[int]) -> Words:
    """a = p_0, or b = -p_1, modulo each prime (primes, count), for secret x: no division but by public numbers."""
    limbs = np.ascontiguousarray(x).view("<u2").astype(U64)
    out = np.empty((len(primes), len(x)), U64)
    for row, prime in zip(out, primes, strict=True):
        weights = [pow(2, 16 * i + 2, prime) for i in range(limbs.shape[1])]
        total = limbs @ np.array(weights, U64)
        part = total - total // np.uint64(prime) * np.uint64(prime)
        total = part + np.uint64(lengths.constant % prime) if party == 0 else np.uint64(prime) - part
        row[:] = total - total // np.uint64(prime) * np.uint64(prime)
    return out


def _apart(theirs: Words, own: Words) -> Flags:
    """Which candidates (alive,) no prime divides: all tags (primes, alive) are others."""
    apart: Flags = (theirs != own).all(axis=0)
    return apart


def _flags(alive: Places, count: int) -> Flags:
    flags = np.zeros(count, np.bool_)
    flags[alive] = True
    return flags


def _absorb(hashes: Sequence[DomainHash], alive: Places, tags: Words) -> None:
    """Take in the tags (primes, alive) of each candidate."""
    for i, of_candidate in zip(alive.tolist(), tags.T, strict=True):
        hashes[i].absorb(of_candidate)


def _digests(hashes: Sequence[DomainHash]) -> Words:
    return np.array([each.words(DIGEST_WORDS) for each in hashes], U64).reshape(-1, DIGEST_WORDS)
