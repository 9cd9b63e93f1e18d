"""Ciphertexts that a party sends as bare numbers: their shape and scale are known to both."""

from __future__ import annotations

from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.paillier.group import Group
from protocols.paillier.messages import check_ciphertexts
from protocols.shares import Shape


async def receive_ciphertexts(ctx: Context, sender: int, group: Group, shape: Shape) -> Words:
    """The next ones (*shape, limbs) from party `sender` in this call, in the group's form; all are units below N^(s+1).

    PeerError `paillier-range`, `paillier-not-unit`, which names the sender.
    """
    numbers = await ctx.receive(sender, Spec((*shape, group.ciphertexts.limbs)))
    if ctx.planning:
        return numbers
    try:
        return await ctx.in_thread(_checked, group, numbers, ctx.names[sender])
    except PeerError as error:
        error.path, error.line = ctx.path, ctx.line or None
        raise


def _checked(group: Group, numbers: Words, sender: str) -> Words:
    check_ciphertexts(group, numbers, sender)
    return group.form.into(numbers)
