"""An iteration of silent linear evaluations: trees with one error each, a sparse code, and the check of both.

Weng, Yang, Katz, Wang, Wolverine, IEEE S&P 2021 (eprint 2020/925): figure 7 for a single point, with the trees of Guo
et al., "Half-Tree", EUROCRYPT 2023; figure 8 for the code. The letters are the first paper's: v and w for the leaves of
sender and receiver, beta for an error's value, d for what makes the receiver's missing leaf, V for what is compared.
Where the paper checks the leaves, this checks all that the code makes of them, in one sum for all trees.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import Abort
from protocols.ot.half_trees import path_numbers, round_keys
from protocols.vole.ends import FIELD, check_failed, receive_elements
from protocols.vole.leaves import Sparse, Trees, grown, regrown
from protocols.vole.lpn_parameters import Parameters

ROUNDS = 5
"""Sums of trees, a challenge, a commitment, what was committed to, its opening."""

_LEAF_WORK = 40
"""What making an evaluation takes, in the multiply-adds of `Context.off_loop`."""

_NONCE_WORDS = 4
CHECK_WORDS = 3, 4, 1, _NONCE_WORDS
"""A challenge and the sum of x, a commitment, the sum of M, the opening."""


def words_of(parameters: Parameters) -> int:
    """What both parties send in an iteration together, but for its transfers."""
    return 2 * parameters.transfers + parameters.trees + sum(CHECK_WORDS)


@dataclass(frozen=True, slots=True)
class Code:
    """Public: what keys of trees and of their leaves begin with; round keys that the matrix A is made of."""

    levels: Words
    leaves: Words
    matrix: bytes

    @staticmethod
    def of(ctx: Context, sender: int, receiver: int) -> Code:
        """New ones for each setup."""
        levels, leaves, matrix = (ctx.hash("vole", use, sender, receiver) for use in ("levels", "leaves", "matrix"))
        return Code(levels.words(2), leaves.words(2), round_keys(matrix.bytes(16)))


@dataclass(slots=True)
class Iterating:
    """What both ends have of iterations: the evaluations that the next one takes, trees and rows so far."""

    peer: int
    code: Code = field(repr=False)
    base: Words = field(repr=False)
    trees: int = field(init=False, default=0)
    rows: int = field(init=False, default=0)
    failed: Abort | None = field(init=False, default=None, repr=False)

    def begin(self, parameters: Parameters) -> tuple[Trees, Sparse, Words]:
        """The keys of the next iteration's trees, what the code picks from, and the evaluations of the errors."""
        trees = Trees(self.code.levels, self.code.leaves, self.trees)
        sparse = Sparse(self.base[: parameters.k], self.code.matrix, self.rows)
        self.trees += parameters.trees
        self.rows += parameters.made
        return trees, sparse, self.base[parameters.k :]

    def found_out(self, ctx: Context) -> Abort:
        """The peer deviates: this end is of no use any more."""
        self.failed = check_failed(ctx, self.peer)
        return self.failed


async def iterate_sender(
    ctx: Context, end: Iterating, parameters: Parameters, labels: Words, offset: Words, delta: Words
) -> Words:
    """K of an iteration's evaluations, (made,). labels (trees, depth, 2): of its transfers, lowest bits 0."""
    trees, sparse, errors = end.begin(parameters)
    roots, work = ctx.prg("vole roots").words((parameters.trees, 2)), _LEAF_WORK * parameters.made
    v, totals, sums = await ctx.off_loop(work, grown, roots, parameters.depth, offset, trees, sparse)
    ctx.send(end.peer, sums ^ labels)
    ctx.send(end.peer, FIELD.sub(errors, totals))
    await _check_sender(ctx, end, v, delta)
    return v.reshape(-1)


async def iterate_receiver(ctx: Context, end: Iterating, parameters: Parameters, labels: Words) -> Words:
    """x and M of an iteration's evaluations, (made, 2). The lowest bits of the labels are the receiver's choices.

    Errors stand where they say, the paths being their complements, and are the x of evaluations of the last iteration.
    """
    trees, sparse, errors = end.begin(parameters)
    paths = path_numbers((labels[..., 0] & np.uint64(1)) ^ np.uint64(1))
    sums = labels ^ await ctx.receive(end.peer, Spec(labels.shape))
    d = await receive_elements(ctx, end.peer, (parameters.trees,))
    values = np.stack([errors[:, 0], FIELD.sub(errors[:, 1], d)], axis=1)
    w = await ctx.off_loop(_LEAF_WORK * parameters.made, regrown, paths, sums, values, trees, sparse)
    await _check_receiver(ctx, end, w)
    return w.reshape(-1, 2)


async def _check_sender(ctx: Context, end: Iterating, k: Words, delta: Words) -> None:
    """Commit to what must be the receiver's sum of M before it is told, so that a false x tells it one guess at delta.

    A digest would not do: the receiver could go through all 2^61 values of delta.
    """
    s, r, x = await receive_elements(ctx, end.peer, (3,))
    v = FIELD.mul_add(await ctx.off_loop(k.size, _combined, k, s, r), x, delta)
    nonce = ctx.prg("vole opening").words(_NONCE_WORDS)
    ctx.send(end.peer, _commitment(ctx, end, v, nonce))
    if (await receive_elements(ctx, end.peer, (1,)))[0] != v:
        raise end.found_out(ctx)
    ctx.send(end.peer, nonce)


async def _check_receiver(ctx: Context, end: Iterating, pairs: Words) -> None:
    s, r = FIELD.draw(ctx.prg("vole challenge"), 2)
    x, v = await ctx.off_loop(pairs.size, _combined, pairs, s, r)
    ctx.send(end.peer, np.stack([s, r, x]))
    committed = await ctx.receive(end.peer, Spec((4,)))
    ctx.send(end.peer, v.reshape(1))
    nonce = await ctx.receive(end.peer, Spec((_NONCE_WORDS,)))
    if (committed ^ _commitment(ctx, end, v, nonce)).any():
        raise end.found_out(ctx)


def _combined(rows: Words, s: Words, r: Words) -> Words:
    """The sum of s^i r^(j + 1) times leaf i of tree j, less the last leaf, which so masks the sum and is used no more.

    rows (trees, 2^depth) or (trees, 2^depth, 2). For what is not consistent, a polynomial of degree 2^depth + trees.
    """
    trees, leaves = rows.shape[:2]
    within = FIELD.powers(np.asarray(s), leaves)
    of_trees = FIELD.matmul(rows, within) if rows.ndim == 2 else FIELD.matmul(within, rows)
    return FIELD.sub(FIELD.matmul(FIELD.powers(np.asarray(r), trees + 1)[1:], of_trees), rows[-1, -1])


def _commitment(ctx: Context, end: Iterating, v: Words, nonce: Words) -> Words:
    """256 random bits hide v, a secret."""
    return ctx.hash("vole check", end.trees).absorb(np.asarray(v), nonce).words(4)
