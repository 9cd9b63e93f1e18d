"""Products of whole numbers of thousands of bits that all parties have in addends: in addends again, never reduced.

(x_1 + ... + x_n) (y_1 + ... + y_n) is the sum of all x_i y_j. Party i encrypts x_i under a key of its own, each other
party j multiplies by y_j and adds a mask, which is its addend; what i decrypts is its own. Gilboa, "Two party RSA key
generation", CRYPTO 1999, section 4, by Paillier's cryptosystem. Plaintexts are shorter than the products: numbers come
in limbs of one width, whose products of one weight are added up under encryption, as by hand.

Among parties that follow the protocol, any number of which compare notes: masks are longer by 80 bits than what they
hide, and keys are as long as the modulus that the numbers are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for, to_ints, wrong_number
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.joint_keys.polynomials_shoup00 import SPARE_BITS
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.matrices import product
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.plaintexts import from_messages, to_messages

_ROOM = 10
"""Bits of a plaintext for signs, and for sums of up to 64 products."""


@dataclass(frozen=True, slots=True)
class Limbs:
    """How two numbers of at most `x_bits` and `y_bits` bits come in limbs of `width` bits, for keys of `key_bits`."""

    x_bits: int
    y_bits: int
    key_bits: int

    @property
    def width(self) -> int:
        """As narrow as the number of limbs allows, so that masks are no longer than they must be."""
        widest = (self.key_bits - SPARE_BITS - _ROOM) // 2
        return -(-self.x_bits // -(-self.x_bits // widest))

    @property
    def x_limbs(self) -> int:
        return -(-self.x_bits // self.width)

    @property
    def y_limbs(self) -> int:
        return -(-self.y_bits // self.width)

    @property
    def weights(self) -> int:
        """Sums of products."""
        return self.x_limbs + self.y_limbs - 1

    @property
    def sum_bits(self) -> int:
        """Of a sum of products of one weight."""
        return 2 * self.width + self.x_limbs.bit_length()

    @property
    def mask_bits(self) -> int:
        """Of the mask of such a sum."""
        return self.sum_bits + SPARE_BITS

    def addend_bits(self, n: int) -> int:
        """Of an addend of the product among n parties."""
        return (self.weights - 1) * self.width + self.mask_bits + 2 + n.bit_length()

    def split(self, number: int, count: int) -> list[int]:
        """The limbs of a number, the lowest first, all of its sign."""
        size, sign = abs(number), -1 if number < 0 else 1
        return [sign * (size >> i * self.width & (1 << self.width) - 1) for i in range(count)]

    def joined(self, limbs: Sequence[int]) -> int:
        """The number of limbs of any length."""
        return sum(limb << i * self.width for i, limb in enumerate(limbs))


def product_words(limbs: Limbs) -> int:
    """Words that each party sends to each other one."""
    ciphertext = limbs_for(2 * limbs.key_bits)
    return limbs_for(limbs.key_bits) + (limbs.x_limbs + limbs.weights) * ciphertext


@cost(rounds=3, words=lambda x, y, limbs, own: product_words(limbs))
async def whole_product(ctx: Context, x: int, y: int, limbs: Limbs, own: PrivateKey) -> int:
    """This party's addend of the product, of limbs.addend_bits(n) bits and a sign: all parties' add up to it.

    x: this party's addend, 0 or more, of limbs.x_bits bits; y: of limbs.y_bits bits and a sign; both secret. `own`: a
    key pair of limbs.key_bits bits that serves for nothing else. LocalError `wrong-number`; PeerError `paillier-range`,
    `paillier-not-unit`, `joint-key-malformed`, and what `check_modulus` says of a key.
    """
    if not 0 <= x < 1 << limbs.x_bits or abs(y) >= 1 << limbs.y_bits:
        raise wrong_number(f"of at most {limbs.x_bits} bits, and of {limbs.y_bits}")
    keys = await _exchanged_keys(ctx, own.public, limbs)
    source = ctx.prg("a product of addends").bytes
    encrypted = await ctx.in_thread(_encrypted, own.public, limbs.split(x, limbs.x_limbs), limbs, source)
    sent = (await ctx.exchange(encrypted))[0]
    addend = x * y
    for j in ctx.others:
        check_ciphertexts(keys[j].group, sent[j], ctx.names[j])
        reply, mask = await ctx.in_thread(_times, keys[j], sent[j], limbs.split(y, limbs.y_limbs), limbs, source)
        ctx.send(j, reply)
        addend -= mask
    for j in ctx.others:
        reply = await ctx.receive(j, Spec((limbs.weights, own.public.group.ciphertexts.limbs)))
        check_ciphertexts(own.public.group, reply, ctx.names[j])
        try:
            addend += await ctx.in_thread(_decrypted, own, reply, limbs)
        except LocalError:
            raise malformed(ctx, j) from None
    return addend


async def _exchanged_keys(ctx: Context, own: PublicKey, limbs: Limbs) -> dict[int, PublicKey]:
    moduli = (await ctx.exchange(from_ints([own.group.n], limbs_for(limbs.key_bits))))[0]
    numbers = {j: to_ints(moduli[j])[0] for j in ctx.others}
    return {j: await ctx.in_thread(_received, n, ctx.names[j]) for j, n in numbers.items()}


def _received(n: int, sender: str) -> PublicKey:
    """With exponents for which no table is made, as too few are drawn."""
    return PublicKey.received(n, 1, sender, exponent="textbook")


def _encrypted(own: PublicKey, split: Sequence[int], limbs: Limbs, source: RandomBytes) -> Words:
    messages = to_messages(encode(np.array(split, object), bound=1 << limbs.width), own.group)
    return own.group.form.out_of(own.drawing("textbook").encryption.encrypt(messages, source))


def _times(
    key: PublicKey, encrypted: Words, split: Sequence[int], limbs: Limbs, source: RandomBytes
) -> tuple[Words, int]:
    """The masked products with one number, and its mask."""
    group = key.group
    rows = [[_at(split, m - k) for k in range(limbs.x_limbs)] for m in range(limbs.weights)]
    matrix = encode(np.array(rows, object), bound=1 << limbs.width)
    sums = product(group, matrix, group.form.into(encrypted))
    size = -(-limbs.mask_bits // 8)
    masks = [int.from_bytes(source(size), "little") >> 8 * size - limbs.mask_bits for _ in rows]
    scale = Scale(0, 2 << limbs.mask_bits)
    shifted = Ciphertexts(key.encryption, sums, scale, fresh=False).plus_messages(
        from_ints(masks, group.messages.limbs), scale
    )
    return group.form.out_of(shifted.rerandomised(source).words), limbs.joined(masks)


def _decrypted(own: PrivateKey, reply: Words, limbs: Limbs) -> int:
    group, scale = own.public.group, Scale(0, 2 << limbs.mask_bits)
    ciphertexts = Ciphertexts(own.public.encryption, group.form.into(reply), scale, fresh=False)
    return limbs.joined([int(number) for number in from_messages(own.decrypt_words(ciphertexts), scale, group)])


def _at(split: Sequence[int], place: int) -> int:
    return split[place] if 0 <= place < len(split) else 0


def malformed(ctx: Context, sender: int) -> PeerError:
    """The error for what cannot have come of the protocol: a number or share that is too long, or not what was told."""
    return PeerError(
        "joint-key-malformed",
        f"{ctx.names[sender]} sent something that is no share of this key",
        "the same version everywhere; else that party is not to be trusted: make the key anew without it",
        party=ctx.names[sender],
        path=ctx.path,
        line=ctx.line or None,
    )
