"""Each party's Paillier key, made for a run, and those of the others.

Without proofs that they are well formed: what is made with them is secure against semi-honest parties, and a dishonest
owner's key could leak what is multiplied under it. `protocols.proofs.key_sending` sends keys with proofs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.context import Context, Spec
from protocols.paillier.key_checks import check_length
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.randomisers import Exponent

KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Keys:
    """This party's key, and the others' by their index."""

    own: PrivateKey = field(repr=False)
    others: dict[int, PublicKey]

    @property
    def bits(self) -> int:
        """All keys have the same length."""
        return self.own.public.bits


async def exchange_keys(
    ctx: Context, own: PrivateKey | None = None, *, bits: int = KEY_BITS, exponent: Exponent = "half"
) -> Keys:
    """Send every other party this party's key, by default a new one of so many bits, and receive theirs.

    `exponent`: of the randomisers that this party encrypts with. All pass the same `bits`. PeerError
    `paillier-key-size` and the others of `check_modulus`, which name the sender. One round.
    """
    if own is None:
        source = ctx.prg("paillier key").bytes
        own = await ctx.in_thread(lambda: PrivateKey.generate(bits, exponent=exponent, source=source))
    words = limbs_for(own.public.bits)
    for other in ctx.others:
        ctx.send(other, from_ints([own.public.group.n], words)[0])
    others = {}
    for other in ctx.others:
        numbers = await ctx.receive(other, Spec((words,)))
        others[other] = await ctx.in_thread(_key, to_ints(numbers)[0], own.public.bits, ctx.names[other])
    return Keys(own, others)


def _key(n: int, bits: int, sender: str) -> PublicKey:
    check_length(n, bits, sender)
    return PublicKey.received(n, 1, sender)
