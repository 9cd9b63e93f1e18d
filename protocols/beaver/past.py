"""Products of shared rows by rows that were kept under a standing mask: of these nothing is opened again.

K - A is opened once, A a random matrix that stands in the session as shares. Then for each x, with a fresh b,

    x K^T = e (K - A)^T + b (K - A)^T + e A^T + b A^T,    e = x - b opened,

so that a product costs an opening of x alone. As Beaver, CRYPTO 1991, with one side of the triple standing; Mohassel,
Zhang, "SecureML", IEEE S&P 2017, section 4.1. For any number of parties, semi-honest, n - 1 may collude; a dealer alone
makes b A^T.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.standing import Standing
from protocols.beaver.share import open_words
from protocols.kept_past import KeptPast, burn_rows
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.past_product import PastProduct


@cost(rounds=1, words=lambda x, standing, first: x.words.size)
async def keep_rows(ctx: Context, x: OneArray, standing: Standing, first: int) -> Words:
    """x (heads, rows, numbers) less the mask's rows from `first` on, which everybody learns; the rows burn before."""
    (a,) = await ctx.standing(standing)
    burn_rows(ctx, standing, first, x.shape[1])
    mask = a[:, first : first + x.shape[1]]
    (opened,) = await open_words(ctx, x.ring, x.ring.sub(x.words, mask))
    return opened


@cost(rounds=1, words=lambda x, past, turned: x.words.size, past_product=lambda x, past, turned: prod(x.shape[:-1]))
async def times_past(ctx: Context, x: OneArray, past: KeptPast, turned: bool) -> OneArray:
    """[x K^T] for x (heads, rows, numbers) if `turned`, else [x K] for x (heads, rows, columns). What stands in columns
    where nothing is kept is a random number, or has no part in it where x is zero there."""
    ring, columns = x.ring, past.opened.shape[1]
    (a,) = await ctx.standing(past.standing)
    kept = past.standing.kind.parts()[0].shape
    kind = PastProduct(ring, x.shape[1], columns, kept, int(turned), past.standing.address)
    b, b_a = await ctx.take(kind)
    (e,) = await open_words(ctx, ring, ring.sub(x.words, b))
    f, a = (np.swapaxes(part, 1, 2) if turned else part for part in (past.opened, a[:, :columns]))
    left = ring.add(b, e) if ctx.me == 0 else b
    return x.like(ring.add(b_a, ring.add(ring.matmul(left, f), ring.matmul(e, a))))
