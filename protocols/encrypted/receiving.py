"""Ciphertexts that travel as bare numbers, since both ends know their shape and scale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.shares import Shape


async def receive_ciphertexts(ctx: Context, sender: int, group: Group, shape: Shape) -> Words:
    """The next ones (*shape, limbs) from party `sender` in this call, in the group's form; all are units below N^(s+1).

    PeerError `paillier-range`, `paillier-not-unit`, which names the sender.
    """
    numbers = await ctx.receive(sender, Spec((*shape, group.ciphertexts.limbs)))
    if ctx.planning:
        return numbers
    with placing(ctx):
        return await ctx.in_thread(_checked, group, numbers, ctx.names[sender])


@contextmanager
def placing(ctx: Context) -> Iterator[None]:
    """A refusal of what a peer sent says where in the program this party is."""
    try:
        yield
    except PeerError as error:
        error.path, error.line = error.path or ctx.path, error.line or ctx.line or None
        raise


def blank_ciphertexts(key: PublicKey, scale: Scale, shape: Shape) -> Ciphertexts:
    """Ciphertexts for plans, all the same one of zero: a program that goes on with them computes as in a run."""
    words = np.broadcast_to(key.group.form.one, (*shape, key.group.ciphertexts.limbs))
    return Ciphertexts(key.encryption, words, scale, fresh=False)


def _checked(group: Group, numbers: Words, sender: str) -> Words:
    check_ciphertexts(group, numbers, sender)
    return group.form.into(numbers)
