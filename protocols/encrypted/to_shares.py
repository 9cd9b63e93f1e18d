"""From ciphertexts to shares by one masked decryption.

H holds ciphertexts of x, K their key. H adds a mask r that is statistically longer than x, and sends the result; K
decrypts x + r. Then K puts in x + r and H puts in -r, both mod 2^k: their sum is [x], in any suite. It is the protocol
ASS (additive secret sharing) of Cramer, Damgard and Nielsen, "Multiparty computation from threshold homomorphic
encryption", EUROCRYPT 2001, with one owner of the key. Both drop fractional bits of their part, as Mohassel and Zhang,
"SecureML", IEEE S&P 2017, section 4.1; here parts are integers that did not wrap, so that it never fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.shapes_only import blank
from mpc.algebra.words import Words
from mpc.context import Context, together
from protocols.encrypted.masking import Masking, ring_of_integers
from protocols.encrypted.receiving import receive_ciphertexts
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey
from protocols.paillier.packing import Packed, ciphertexts_of
from protocols.shares import ArithmeticShare, Shape
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Conversion:
    """Who holds ciphertexts of numbers of a shape, who owns their key, and by how many bits the numbers are shortened.

    Public; `masking` and `group` are known to these two alone.
    """

    holder: int
    owner: int
    shape: Shape
    shift: int = 0
    masking: Masking | None = None
    group: Group | None = None

    @property
    def message(self) -> Shape:
        """The shape of what is sent."""
        assert self.masking is not None
        assert self.group is not None
        return (*self.masking.groups, self.group.ciphertexts.limbs)


async def to_shares(
    ctx: Context, conversion: Conversion, own: Ciphertexts | Packed | PrivateKey | None
) -> ArithmeticShare:
    """[x / 2^shift], rounded to one of the neighbours, of numbers x that are encrypted.

    `own`: at the holder the ciphertexts, at the owner its key; nothing elsewhere. Nobody learns anything but what is
    public of x: the owner sees x + r, within 2^-40 of independent of all x together, the holder nothing new. Holds
    against semi-honest parties, any of them together but holder and owner, who could decrypt x.
    A round, and two inputs of the suite. PeerError `paillier-range`, `paillier-not-unit`; LocalError
    `paillier-beyond-bound` at the owner where x is larger than its bound.
    """
    part, suite = await _own_part(ctx, conversion, own), suite_of(ctx)
    inputs = (
        (suite.input, j, part if ctx.me == j else None, conversion.shape) for j in (conversion.holder, conversion.owner)
    )
    of_holder, of_owner = await together(ctx, *inputs)
    total: ArithmeticShare = of_holder + of_owner
    return total


async def _own_part(
    ctx: Context, conversion: Conversion, own: Ciphertexts | Packed | PrivateKey | None
) -> Words | None:
    """The share of holder and owner; nothing at the others, who keep the place of the call."""
    if ctx.me == conversion.holder:
        assert isinstance(own, Ciphertexts | Packed)
        return in_shape(ctx, conversion.shape, await send_masked(ctx, conversion, own))
    if ctx.me == conversion.owner:
        key = own if isinstance(own, PrivateKey) else None
        return in_shape(ctx, conversion.shape, await receive_masked(ctx, conversion, key))
    ctx.reserve()
    return None


@cost(rounds=1, to_one=lambda conversion, own: prod(conversion.message), call_name="masked ciphertexts", parties=2)
async def send_masked(ctx: Context, conversion: Conversion, held: Ciphertexts | Packed) -> Words:
    """The holder's half: -(r / 2^shift) mod 2^k for fresh r, in the shape of the masking."""
    masking, ring = conversion.masking, ring_of_integers(ctx)
    assert masking is not None
    if ctx.planning:
        ctx.send(conversion.owner, blank(conversion.message))
        return ring.zeros(masking.numbers)
    masks = masking.draw(ctx.prg("masks of ciphertexts").bytes)
    source = ctx.prg("randomisers of ciphertexts").bytes
    ctx.send(conversion.owner, await ctx.in_thread(_hidden, masking, held, masks, source))
    return masking.mask_part(ring, masks, conversion.shift)


@cost(rounds=1, to_one=lambda conversion, own: prod(conversion.message), call_name="masked ciphertexts", parties=2)
async def receive_masked(ctx: Context, conversion: Conversion, key: PrivateKey | None) -> Words:
    """The owner's half: (x + r) / 2^shift mod 2^k. Plans have no key."""
    masking, ring, group = conversion.masking, ring_of_integers(ctx), conversion.group
    assert masking is not None
    assert group is not None
    words = await receive_ciphertexts(ctx, conversion.holder, group, masking.groups)
    if key is None or ctx.planning:
        return ring.zeros(masking.numbers)
    received = Ciphertexts(key.public.encryption, words, Scale(0, 0), fresh=False)
    messages = await ctx.in_thread(key.decrypt_words, received)
    return masking.masked_part(ring, messages, group, conversion.shift)


def in_shape(ctx: Context, shape: Shape, elements: Words) -> Words:
    """Ring elements in another shape."""
    return elements.reshape(shape if ctx.ring.words == 1 else (*shape, ctx.ring.words))


def _hidden(masking: Masking, held: Ciphertexts | Packed, masks: Words, source: RandomBytes) -> Words:
    return ciphertexts_of(held).group.form.out_of(masking.hide(held, masks, source))
