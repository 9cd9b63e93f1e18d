"""Sums of vectors among the parties of a mesh, under masks that cancel: one round, or two with fewer bytes.

Each two parties have a seed in common since they met. Of the stream that it gives for this call one adds the words to
its vector and the other takes them off, modulo 2^b, so that the sum of all masked vectors is that of the vectors.
Whoever lacks one of the seeds between two parties sees uniform words of either, but for their sum.

*Who learns what.* Everybody learns the sum. Any parties who put together what they see learn the sum over the others,
which follows from the total and their own vectors, and nothing more: with all but one together that is the last one's
vector. Two parties hide nothing from each other. Semi-honest: a party that sends other words changes the total by
as much, unnoticed, as it may by its vector.

`masked_sum` sends each masked vector to all others. `masked_sum_in_slices` sends to party j the j-th slice, which j
adds up and tells: each party sends 2 (n - 1) / n vectors in the place of n - 1. The masks are those of Bonawitz et al.,
CCS 2017, without what makes up for parties that vanish, since a mesh ends with the first that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.narrow import pack_words, packed_bytes, unpack_words
from mpc.algebra.words import U64, Words
from mpc.context import Context, Spec
from protocols.federated.aggregate import Parts, Total, Widths, mask
from protocols.outputs import Output, released_by
from protocols.ranges import Range

SLICED_FROM = 1 << 16
"""Bytes that a party would send to all others, from which it pays to wait for a second round."""


def wire_words(widths: Widths) -> int:
    """64-bit words of a packed vector."""
    return sum(-(-packed_bytes(count, bits) // 8) for count, bits in widths)


def slices_of(widths: Widths, n: int) -> Widths:
    """The widths of one of n slices: each part is cut into n alike, filled up with zeros."""
    return tuple((-(-count // n), bits) for count, bits in widths)


@cost(rounds=1, words=lambda parts, widths: wire_words(widths))
async def masked_sum(ctx: Context, parts: Parts, widths: Widths) -> list[Words]:
    """The sums of all parties' parts, (count,) each, to everybody."""
    masked = await ctx.in_thread(_masked, ctx, parts, widths)
    (sent,) = await ctx.exchange(masked)
    return await ctx.in_thread(_added, sent, widths)


@cost(rounds=2, words=lambda parts, widths, n: 2 * wire_words(slices_of(widths, n)))
async def masked_sum_in_slices(ctx: Context, parts: Parts, widths: Widths, n: int) -> list[Words]:
    """The same for large vectors; n is the number of parties."""
    slices = slices_of(widths, n)
    padded = [_padded(part, n) for part in parts]
    masked = await ctx.in_thread(_masked, ctx, padded, tuple((count * n, bits) for count, bits in slices), slices)
    rows = masked.reshape(n, -1)
    for j in ctx.others:
        ctx.send(j, rows[j])
    got = [rows[j] if j == ctx.me else await ctx.receive(j, Spec(rows[ctx.me].shape)) for j in ctx.everyone]
    own = await ctx.in_thread(_added, got, slices)
    (sums,) = await ctx.exchange(_packed(own, slices))
    by_slice = [_unpacked(each, slices) for each in sums]
    return [np.concatenate([of_slice[k] for of_slice in by_slice])[:count] for k, (count, _) in enumerate(widths)]


@dataclass(frozen=True, slots=True)
class InMesh:
    """The parties of a context sum their vectors, and the sum passes the gate of all outputs, as `what`.

    `mark`: of the public numbers that vectors were made from (`Context.child`), so that a party with others is noticed.
    `promise`: what a mechanism promises of the sums with the noise that all parties have put in; None without.
    """

    ctx: Context
    line: str
    mark: int = 0
    promise: object = None

    async def sum(self, own: Iterable[tuple[int, Parts]], widths: Widths) -> Total:
        """As of `Aggregate`: all parties or none are in the total."""
        ctx = self.ctx
        ((_, parts),) = own
        call = ctx.child("masked sum", line=self.line, mark=self.mark)
        before = call.payload

        async def open_() -> Sequence[list[Words]]:
            large = 8 * wire_words(widths) * (ctx.n - 1) > SLICED_FROM and ctx.n > 2
            if large:
                return [await masked_sum_in_slices(call, parts, widths, ctx.n)]
            return [await masked_sum(call, parts, widths)]

        (sums,) = await released_by(call, [self._output(widths)], open_)
        ctx.join(call)
        return Total(sums, tuple(ctx.everyone), call.payload - before)

    def _output(self, widths: Widths) -> Output:
        """What is public of it: numbers of the widest ring."""
        most = 1 << max(bits for _, bits in widths) - 1
        shape = (sum(count for count, _ in widths),)
        everybody = tuple(self.ctx.everyone)
        return Output(shape, "int", everybody, self.line, Range(-most, most - 1), privacy=self.promise)


def _masked(ctx: Context, parts: Parts, widths: Widths, slices: Widths | None = None) -> Words:
    """The parts with all masks, packed; of `slices`, the slices of all parts one after the other."""
    streams = [(j, ctx.pairwise_prg(j, "mask of a sum")) for j in ctx.others]
    masked = []
    for part, (count, bits) in zip(parts, widths, strict=True):
        total = part.astype(U64, copy=True)
        for j, stream in streams:
            if ctx.me < j:
                total += stream.words(count)
            else:
                total -= stream.words(count)
        masked.append(total & mask(bits))
    if slices is None:
        return _packed(masked, widths)
    rows = [part.reshape(ctx.n, -1) for part in masked]
    return np.concatenate([_packed([part[j] for part in rows], slices) for j in ctx.everyone])


def _packed(parts: Parts, widths: Widths) -> Words:
    """All parts, each filled up to whole words."""
    whole = []
    for part, (count, bits) in zip(parts, widths, strict=True):
        packed = pack_words(part, bits)
        whole.append(np.pad(packed, (0, -packed_bytes(count, bits) % 8)).view(U64))
    return np.concatenate(whole) if whole else np.empty(0, U64)


def _unpacked(words: Words, widths: Widths) -> list[Words]:
    found, start = [], 0
    for count, bits in widths:
        size = packed_bytes(count, bits)
        piece = words[start : start + -(-size // 8)]
        found.append(unpack_words(np.ascontiguousarray(piece).view(np.uint8)[:size], bits, count))
        start += len(piece)
    return found


def _added(sent: Sequence[Words], widths: Widths) -> list[Words]:
    """The sums of packed vectors."""
    totals = [np.zeros(count, U64) for count, _ in widths]
    for words in sent:
        for total, part in zip(totals, _unpacked(words, widths), strict=True):
            total += part
    return [total & mask(bits) for total, (_, bits) in zip(totals, widths, strict=True)]


def _padded(part: Words, n: int) -> Words:
    return np.pad(part, (0, -len(part) % n))
