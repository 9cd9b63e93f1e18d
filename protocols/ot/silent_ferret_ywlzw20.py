"""Ferret: correlated transfers for less than a bit each, from sparse noise and a random sparse code.

Yang, Weng, Lan, Zhang, Wang, CCS 2020 (eprint 2020/924), with the trees of Guo et al., EUROCRYPT 2023. An iteration
turns k correlations and one for each level of t trees into t 2^depth new ones, of which the next iteration takes its
own. The letters are the first paper's: u, w and v for the k, e, r and s for the noise, A the code.

delta is odd, and the lowest bit of a label is the receiver's choice, or 0 at the sender: one pass over the labels makes
labels and choices. Labels so have 127 secret bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.binary_field import GF2_128
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import Abort, LocalError
from protocols.ot.correlated import (
    CotReceiver,
    CotSender,
    check_failed,
    coloured_receiver,
    coloured_sender,
    need_unbroken,
    take,
)
from protocols.ot.extension_softspoken_roy22 import receive_setup as softspoken_receive_setup
from protocols.ot.extension_softspoken_roy22 import send_setup as softspoken_send_setup
from protocols.ot.half_trees import (
    Sparse,
    TreeKeys,
    grow,
    hashed_encode,
    lowest_bits,
    path_numbers,
    regrow,
    round_keys,
)
from protocols.ot.noise import Noise

_FIRST_K = 8
"""SoftSpokenOT's k for the first correlations: few bytes."""

_CHECK = 128
_LOW = np.uint64(1)
_LABEL_WORK = 40
"""What making a label takes, in the multiply-adds of `Context.off_loop`."""

_CHOICE_WORK = 4
"""What reading a choice takes."""

_BATCH_LABELS = 1 << 19
"""Labels of the trees whose sums go in one message: the receiver works on them while the sender grows more."""


class Parameters(Noise):
    """What an iteration makes and takes are correlations."""

    __slots__ = ()

    @property
    def used(self) -> int:
        """Correlations that an iteration takes: k, one for each level of a tree, and those of the check."""
        return self.k + self.trees * self.depth + _CHECK


SMALL = Parameters(18, 960, 11)
"""1.69 million correlations an iteration, 0.1 bytes each; the table has 4 MiB.

In all three sets attacks on random codes take 2^232 operations or more, one that uses that this code is sparse 2^167;
with half the k that would be 2^95. docs/protocols/oblivious_transfer.md says which and how.
"""

MEDIUM = Parameters(19, 1250, 12)
"""4.6 million, 0.05 bytes each; 8 MiB."""

LARGE = Parameters(20, 1280, 13)
"""9.4 million, 0.03 bytes each; 16 MiB."""


async def send_setup(
    ctx: Context, peer: int, *, parameters: Parameters = SMALL, malicious: bool = False, delta: Words | None = None
) -> FerretSender:
    """The sender's end of silent transfer with `peer`, which calls `receive_setup` with the same parameters.

    The first correlations come from SoftSpokenOT. `delta`: odd, random if not given. Semi-honest or malicious security.
    LocalError `wrong-parameter`; PeerError and Abort as in SoftSpokenOT.
    """
    if delta is None:
        delta = ctx.prg("ferret delta").words((2,)) | np.array([1, 0], U64)
    if not int(delta[0]) & 1:
        raise LocalError("wrong-parameter", "the offset of silent transfer is even", "set its lowest bit")
    first = await softspoken_send_setup(ctx, peer, k=_FIRST_K, malicious=malicious, delta=delta)
    code = _Code.of(ctx, ctx.me, peer)
    return FerretSender(first, parameters, malicious, code, await coloured_sender(ctx, first, parameters.used), delta)


async def receive_setup(
    ctx: Context, peer: int, *, parameters: Parameters = SMALL, malicious: bool = False
) -> FerretReceiver:
    """The receiver's end of silent transfer with `peer`, which calls `send_setup`."""
    first = await softspoken_receive_setup(ctx, peer, k=_FIRST_K, malicious=malicious)
    code = _Code.of(ctx, peer, ctx.me)
    return FerretReceiver(first, parameters, malicious, code, await coloured_receiver(ctx, first, parameters.used))


@dataclass(frozen=True, slots=True)
class _Code:
    """Public: what the keys of hashes begin with, of trees and of pads; round keys that the matrix A is made of."""

    trees: Words
    matrix: bytes
    pads: Words

    @staticmethod
    def of(ctx: Context, sender: int, receiver: int) -> _Code:
        """New ones for each setup."""
        trees, matrix, pads = (ctx.hash("ferret", use, sender, receiver) for use in ("trees", "matrix", "pads"))
        return _Code(trees.words(2), round_keys(matrix.bytes(16)), pads.words(2))


@dataclass(slots=True)
class _End:
    """What both ends have: correlations for the next iteration, and fresh ones that nobody has asked for yet."""

    first: CotSender | CotReceiver
    parameters: Parameters
    malicious: bool
    code: _Code = field(repr=False)
    base: Words = field(repr=False)
    spare: Words = field(init=False, repr=False, default_factory=lambda: np.empty((0, 2), U64))
    made: int = field(init=False, default=0)
    iterations: int = field(init=False, default=0)
    failed: Abort | None = field(init=False, default=None, repr=False)

    @property
    def peer(self) -> int:
        """The other end's party."""
        return self.first.peer

    @property
    def start(self) -> Words:
        """As `CotSender`."""
        return self.code.pads

    @property
    def last_to_receiver(self) -> bool:
        """Yes."""
        return True

    def rounds(self, count: int) -> int:
        """The next call's: one, or two for each iteration and one more."""
        needed = self.needed(count)
        return (2 * needed + 1 if self.malicious else 1) if needed else 0

    def words(self, count: int) -> int:
        """The next call's: sums of each level; a challenge, a masked sum and a digest."""
        each = 2 * self.parameters.trees * self.parameters.depth + (8 if self.malicious else 0)
        return self.needed(count) * each

    def needed(self, count: int) -> int:
        """How many iterations the next call takes."""
        return -(-max(0, count - len(self.spare)) // self.parameters.fresh)

    def parted(self) -> tuple[Words, Words, Words]:
        """The correlations of an iteration: the k, (k, 2); the trees', (trees, depth, 2); the check's."""
        p = self.parameters
        table, trees, check = np.split(self.base, [p.k, p.k + p.trees * p.depth])
        return table, trees.reshape(p.trees, p.depth, 2), check

    def batches(self) -> Iterator[slice]:
        """The trees whose sums go together. In the malicious version all do, as the challenge follows them."""
        trees = self.parameters.trees
        step = trees if self.malicious else max(1, _BATCH_LABELS >> self.parameters.depth)
        return (slice(at, min(at + step, trees)) for at in range(0, trees, step))

    def sparse(self, tree: int = 0) -> Sparse:
        """The code's rows for an iteration's leaves, those of `tree` first: their sums are A u, A v or A w."""
        p = self.parameters
        return Sparse(self.base[: p.k], self.code.matrix, self.iterations * p.made + (tree << p.depth))

    def tree_keys(self, tree: int) -> TreeKeys:
        """The hashes' keys for an iteration's trees from `tree` on."""
        return TreeKeys(self.code.trees, self.iterations * self.parameters.trees + tree)

    def finish(self, labels: Words) -> None:
        """Keep the last labels of an iteration for the next one."""
        self.iterations += 1
        self.base = labels.reshape(-1, 2)[self.parameters.fresh :].copy()


@dataclass(slots=True)
class FerretSender(_End):
    """`protocols.ot.correlated.CotSender`; delta is odd."""

    delta: Words = field(repr=False)

    async def extend(self, ctx: Context, count: int) -> Words:
        """Fresh correlations: the labels q, (count, 2)."""
        need_unbroken(self)
        return await _send(ctx, self, count)


@dataclass(slots=True)
class FerretReceiver(_End):
    """`protocols.ot.correlated.CotReceiver`."""

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """Fresh correlations: random choices, packed, and the labels t, (count, 2). Abort `ot-check-failed`."""
        need_unbroken(self)
        labels = await _receive(ctx, self, count)
        return await ctx.off_loop(count * _CHOICE_WORK, lowest_bits, labels), labels


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count),
    call_name="ferret_extend", parties=2,
)  # fmt: skip
async def _send(ctx: Context, end: FerretSender, count: int) -> Words:
    labels = _Labels(end, count)
    for noise in labels.iterations():
        await _iterate_sender(ctx, end, noise)
    return labels.handed_out()


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count),
    call_name="ferret_extend", parties=2,
)  # fmt: skip
async def _receive(ctx: Context, end: FerretReceiver, count: int) -> Words:
    labels = _Labels(end, count)
    for noise in labels.iterations():
        await _iterate_receiver(ctx, end, noise)
    return labels.handed_out()


class _Labels:
    """The labels of a call: what an end has to spare, and behind it the place of as many iterations as are needed.

    Iterations overlap: what one keeps for the next is copied, and the next begins where it stood.
    """

    def __init__(self, end: _End, count: int) -> None:
        self._end = end
        self._count = count
        self._needed = end.needed(count)
        p, self._spare, self._rows = end.parameters, len(end.spare), end.spare
        if self._needed:
            self._rows = np.empty((self._spare + self._needed * p.fresh + p.used, 2), U64)
            self._rows[: self._spare] = end.spare
        end.spare = end.spare[:0]

    def iterations(self) -> Iterator[Words]:
        """The place of each iteration's leaves: (trees, 2^depth, 2)."""
        p = self._end.parameters
        for i in range(self._needed):
            first = self._spare + i * p.fresh
            yield self._rows[first : first + p.made].reshape(p.trees, 1 << p.depth, 2)

    def handed_out(self) -> Words:
        """The call's labels; the end keeps the rest, in the same memory."""
        rows = self._rows[: len(self._rows) - self._end.parameters.used] if self._needed else self._rows
        self._end.spare = rows[self._count :]
        self._end.made += self._count
        return rows[: self._count]


async def _iterate_sender(ctx: Context, end: FerretSender, s: Words) -> None:
    """Grow trees; tell each level's left sum K0, masked by q: the receiver has q or q ^ delta, and K1 = K0 ^ delta."""
    p, (_, trees, check) = end.parameters, end.parted()
    roots = ctx.prg("ferret roots").words((p.trees, 2))
    for own in end.batches():
        sparse = None if end.malicious else end.sparse(own.start)
        sums = await ctx.off_loop(_work(s[own]), grow, s[own], roots[own], end.delta, end.tree_keys(own.start), sparse)
        ctx.send(end.peer, sums ^ trees[own])
    if end.malicious:
        challenge, masked = await ctx.receive(end.peer, Spec((2, 2)))
        total = await ctx.off_loop(_work(s), hashed_encode, s, challenge, end.sparse())
        total ^= _summed(check) ^ GF2_128.mul(masked[None], end.delta[None])[0]
        ctx.send(end.peer, _digest(ctx, end, total))
    end.finish(s)


async def _iterate_receiver(ctx: Context, end: FerretReceiver, r: Words) -> None:
    """Errors stand where the choices of the trees' correlations say: the paths are their complements."""
    p, (_, trees, check) = end.parameters, end.parted()
    taken = (trees[..., 0] & _LOW) ^ _LOW
    paths = path_numbers(taken)
    challenge = ctx.prg("ferret challenge").words((2,)) if end.malicious else None
    total = np.zeros(2, U64)
    for own in end.batches():
        known = trees[own] ^ await ctx.receive(end.peer, Spec((own.stop - own.start, p.depth, 2)))
        if challenge is not None:
            errors = _error_sum(np.uint64(0) - taken, challenge)
            ctx.send(end.peer, np.stack([challenge, errors ^ bits.pack((check[:, 0] & _LOW).astype(np.uint8))]))
        made = (r[own], paths[own], known, end.tree_keys(own.start), end.sparse(own.start), challenge)
        total ^= await ctx.off_loop(_work(r[own]), regrow, *made)
    if end.malicious:
        expected = _digest(ctx, end, total ^ _summed(check))
        if np.bitwise_or.reduce(expected ^ await ctx.receive(end.peer, Spec((4,)))):
            end.failed = check_failed(ctx, end.peer, "the trees of labels")
            raise end.failed
    end.finish(r)


def _work(leaves: Words) -> int:
    return leaves.size // 2 * _LABEL_WORK


def _summed(check: Words) -> Words:
    """The sum of the check's labels times powers of x."""
    return GF2_128.evaluate(check, np.array([2, 0], U64))


def _error_sum(paths: Words, challenge: Words) -> Words:
    """The sum of the challenge's powers at the errors; paths (trees, depth) masks. The same time for all paths."""
    trees, depth = paths.shape
    one, power = np.array([1, 0], U64), challenge[None]
    squares = []
    for _ in range(depth):
        squares.append(power)
        power = GF2_128.mul(power, power)
    at_leaf = GF2_128.powers(power[0], trees)
    for level in range(depth):
        factor = np.broadcast_to(squares[depth - 1 - level], at_leaf.shape)
        at_leaf = GF2_128.mul(at_leaf, take(paths[:, level], factor, np.broadcast_to(one, at_leaf.shape)))
    total: Words = np.bitwise_xor.reduce(at_leaf, axis=0)
    return total


def _digest(ctx: Context, end: _End, total: Words) -> Words:
    """Both ends compare it; the total is uniformly random to whoever does not know the trees."""
    return ctx.hash("ferret check", end.iterations, total.tobytes()).words(4)
