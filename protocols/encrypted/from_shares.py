"""From shares to ciphertexts: one opening under masks, each of which its party encrypts.

[x] is raised by B, so that X = x + B is none that wraps, and cut into limbs L_l of so many bits that a mask, longer by
the statistical slack, still fits the ring. Every party i draws masks r_il; Z_l = L_l + sum of r_il, which does not wrap
either, is opened to whoever gets the ciphertext. With the ciphertexts of sum of r_il 2^(width l) from every party it is
one of x. Where the ring has room there is one limb, and no bits are taken. Open-and-subtract is the way of Cramer,
Damgard and Nielsen, EUROCRYPT 2001, section 6; without wrapping, Damgard, Fitzi, Kiltz, Nielsen, Toft, TCC 2006.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.ring import U64
from mpc.algebra.shapes_only import blank
from mpc.algebra.words import Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.encrypted.masking import elements_of, ring_of_integers, slack
from protocols.encrypted.receiving import blank_ciphertexts, receive_ciphertexts
from protocols.homomorphic.encoded import widened
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey
from protocols.paillier.plaintexts import checked
from protocols.paillier.slots import bits_at
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Limbs:
    """How numbers below 2^bits are cut: `count` limbs of `width` bits, to each of which a party adds one of `mask`."""

    bits: int
    count: int
    width: int
    mask: int


def limbs_of(bits: int, numbers: int, n: int, ring_bits: int) -> Limbs:
    """The fewest limbs for so many numbers of `bits` bits among n parties. LocalError `too-many-at-once`.

    A limb and n masks add up to less than 2^ring_bits; all limbs together are hidden within 2^-STATISTICAL.
    """
    carries = n.bit_length()
    for count in range(1, max(bits, 1) + 1):
        width = -(-bits // count)
        mask = width + slack(numbers * count)
        if mask + carries < ring_bits:
            return Limbs(bits, count, width, mask)
    raise LocalError(
        "too-many-at-once",
        f"masks that hide {numbers} numbers of {bits} bits do not fit the ring of {ring_bits} bits",
        "convert fewer at a time, or run with --ring 128",
    )


async def cut(ctx: Context, x: ArithmeticShare, limbs: Limbs) -> ArithmeticShare:
    """[L] of shape (limbs, size) for x from 0 up to 2^bits - 1."""
    flat = x.reshape((x.size,))
    if limbs.count == 1:
        return flat.reshape((1, x.size))
    suite, ring = suite_of(ctx), ring_of_integers(ctx)
    bits = await suite.bits_to_ring(ctx, await suite.a2b(ctx, flat, limbs.bits))
    weights = [
        [1 << place % limbs.width if place // limbs.width == limb else 0 for place in range(limbs.bits)]
        for limb in range(limbs.count)
    ]
    return bits.matmul_public(ring.from_ints(weights), public_left=True)


async def to_ciphertexts(
    ctx: Context, x: ArithmeticShare, key: PublicKey, scale: Scale, receivers: Sequence[int]
) -> Ciphertexts | None:
    """Ciphertexts under `key` of shared numbers of a scale, at the receivers, the same at all; nothing elsewhere.

    x: at most scale.bound in magnitude, which is less than a quarter of the ring; else what they hold is random. Nobody
    learns anything of x without the key. Against semi-honest parties, any of them together but a receiver and who
    decrypts. What each receiver sees in the open is within 2^-40 of random.
    An input of the suite and an opening, beside which each party sends each receiver a ciphertext for each number;
    before it, where the ring has no room for the masks, the bits of x. PeerError `paillier-range`,
    `paillier-not-unit`, LocalError `too-many-at-once`.
    """
    suite, ring, group = suite_of(ctx), ring_of_integers(ctx), key.group
    limbs = limbs_of((2 * checked(scale, group).bound).bit_length(), max(x.size, 1), ctx.n, ring.bits)
    raised = x.reshape((x.size,)) + suite.constant(ctx, ring.from_ints([scale.bound]))
    parts, masks, shape = await cut(ctx, raised, limbs), _masks(ctx, limbs, x.size), (limbs.count, x.size)
    own = elements_of(ring, masks)
    for mask in await together(ctx, *((suite.input, j, own if ctx.me == j else None, shape) for j in ctx.everyone)):
        parts = parts + mask
    hidden, opened = await together(
        ctx, (gather, key, Masks(limbs, masks), tuple(receivers)), (_open, parts, tuple(receivers))
    )
    if hidden is None or ctx.planning:
        return None if ctx.me not in receivers else blank_ciphertexts(key, scale, x.shape)
    plain = _joined(group, limbs, opened.reshape(limbs.count, x.size, ring.words), lowered_by=scale.bound)
    words = group.form.mul(hidden, group.powers_of_g(plain))
    return Ciphertexts(key.encryption, words.reshape(*x.shape, group.ciphertexts.limbs), scale, fresh=False)


@dataclass(frozen=True, slots=True)
class Masks:
    """A party's masks (count, size, words) for limbs. Secret."""

    limbs: Limbs
    numbers: Words = field(repr=False)

    @property
    def size(self) -> int:
        return int(self.numbers.shape[1])


@cost(
    rounds=1,
    to_one=lambda key, masks, receivers: len(receivers) * masks.size * int(key.group.ciphertexts.limbs),
)
async def gather(ctx: Context, key: PublicKey, masks: Masks, receivers: tuple[int, ...]) -> Words | None:
    """Ciphertexts (size, limbs) of minus all parties' masks together, at each receiver the same; nothing elsewhere."""
    group = key.group
    if ctx.planning:
        own = blank((masks.size, group.ciphertexts.limbs))
    else:
        alone = receivers == (ctx.me,)
        source = ctx.prg("randomisers of masks").bytes
        own = await ctx.in_thread(_encrypted, key, masks, None if alone else source)
    for j in receivers:
        if j != ctx.me:
            ctx.send(j, own if ctx.planning else group.form.out_of(own))
    if ctx.me not in receivers:
        return None
    total = own
    for j in ctx.others:
        words = await receive_ciphertexts(ctx, j, group, (masks.size,))
        total = words if ctx.planning else group.form.mul(total, words)
    return total


def _encrypted(key: PublicKey, masks: Masks, source: RandomBytes | None) -> Words:
    """Ciphertexts of minus the masks, with a random power where they are sent."""
    group = key.group
    plain = _joined(group, masks.limbs, masks.numbers)
    opposite = group.messages.sub(np.zeros_like(plain), plain)
    return group.powers_of_g(opposite) if source is None else key.encryption.encrypt(opposite, source)


async def _open(ctx: Context, x: ArithmeticShare, receivers: tuple[int, ...]) -> Words | None:
    """x at the receivers."""
    suite = suite_of(ctx)
    if set(receivers) == set(ctx.everyone):
        return (await suite.open(ctx, x))[0]
    opened = await together(ctx, *((suite.open_to, j, x) for j in receivers))
    return next((words for words in opened if words is not None), None)


def _masks(ctx: Context, limbs: Limbs, size: int) -> Words:
    words = limbs_for(limbs.mask)
    if ctx.planning:
        return blank((limbs.count, size, words))
    drawn = ctx.prg("masks of shares").bytes(8 * words * limbs.count * size)
    return bits_at(np.frombuffer(drawn, U64).reshape(limbs.count, size, words), 0, limbs.mask)


def _joined(group: Group, limbs: Limbs, numbers: Words, *, lowered_by: int = 0) -> Words:
    """Plaintexts (size, messages.limbs): the sum of numbers (count, size, words) times 2^(width l), less a constant."""
    messages = group.messages
    step = from_ints([pow(2, limbs.width, messages.n)], messages.limbs)[0]
    total = widened(numbers[-1], messages.limbs)
    for part in numbers[-2::-1]:
        total = messages.add(messages.mul(total, step), widened(part, messages.limbs))
    return messages.sub(total, np.broadcast_to(from_ints([lowered_by], messages.limbs)[0], total.shape))
