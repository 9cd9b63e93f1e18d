"""Shares of products of what two parties hold: one encrypts, the other multiplies and masks, the first decrypts.

Demmler, Schneider, Zohner, "ABY", NDSS 2015, section III-A, triples by additively homomorphic encryption; several
replies in a ciphertext: Pullonen, Bogdanov, Schneider, "The design and implementation of a two-party protocol suite for
Sharemind 3", 2012. Here for matrices, whose rows are packed before they are encrypted.

Semi-honest. Whoever multiplies sees ciphertexts. Whoever decrypts sees sums under masks that are `HIDING_BITS` longer,
and a uniformly random N-th power: a reply has the same distribution, but for 2^-64 a number, whatever was multiplied.
A party that encrypts numbers longer than it says sees more. All of it computes in constant time.
"""

from __future__ import annotations

import os

import numpy as np

from mpc.algebra.bigint import RandomBytes, limbs_for
from mpc.algebra.ring import U64, Words
from mpc.algebra.words import Stream
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey
from protocols.paillier.matrices import FEW_ROWS, product
from protocols.paillier.product_form import Form
from protocols.paillier.randomisers import Randomisers
from protocols.paillier.scaling import scaled
from protocols.paillier.slots import fields_of, placed


def encrypted(encryption: Encryption, form: Form, numbers: Words, source: RandomBytes = os.urandom) -> Words:
    """Ciphertexts (form.asked, limbs) of matrices (groups, terms, columns, words) of numbers below 2^bits."""
    group, words = encryption.group, numbers.shape[-1]
    room = np.zeros((form.groups, form.terms, form.packs * form.across, words), U64)
    room[:, :, : form.columns] = numbers
    slots = room.reshape(form.groups, form.terms, form.packs, form.across, words)
    made = encryption.encrypt(placed(slots, form.width, group.messages.limbs), source)
    return group.form.out_of(made).reshape(form.asked, group.ciphertexts.limbs)


def masks(form: Form, stream: Stream) -> Words:
    """Uniformly random numbers below 2^mask_bits for all slots of the replies: (replies, packs, slots, words)."""
    drawn = stream.words((form.replies, form.packs, form.down * form.across, limbs_for(form.mask_bits)))
    if form.mask_bits % 64:
        drawn[..., -1] &= np.uint64((1 << form.mask_bits % 64) - 1)
    return drawn


def multiplied(
    group: Group, form: Form, factors: Words, ciphertexts: Words, hidden_by: Words, source: RandomBytes = os.urandom
) -> Words:
    """Replies (form.answered, limbs): the products, masked and rerandomised.

    factors: (groups, rows, terms, words) below 2^bits; ciphertexts: (form.asked, limbs), checked; hidden_by: `masks`.
    """
    limbs = group.ciphertexts.limbs
    asked = group.form.into(ciphertexts).reshape(form.groups, form.terms, form.packs, limbs)
    exponents = Encoded(factors, np.zeros(factors.shape[:-1], U64), Scale(0, (1 << form.bits) - 1), signed=False)
    joined = _joined(group, form, _powers(group, exponents, asked))
    masked = group.form.mul(joined, group.powers_of_g(placed(hidden_by, form.width, group.messages.limbs)))
    # The owner of the key sees the randomiser too: a uniformly random one, for which `textbook` assumes nothing.
    fresh = Randomisers(group, "textbook").draw(form.answered, source)
    return group.form.out_of(group.form.mul(masked.reshape(form.answered, limbs), fresh))


def decrypted(key: PrivateKey, form: Form, replies: Words) -> Words:
    """The masked sums of replies (form.answered, limbs), slot by slot as `masks` has them."""
    group = key.public.group
    shape = form.replies, form.packs, group.ciphertexts.limbs
    words = group.form.into(replies).reshape(shape)
    plain = key.decrypt_words(Ciphertexts(key.public.encryption, words, Scale(0, 0), fresh=False))
    return fields_of(plain, form.width, form.down * form.across)


def entries(form: Form, slots: Words) -> Words:
    """What stands in slots (replies, packs, slots, words) in its place: (groups, rows, columns, words)."""
    words = slots.shape[-1]
    apart = slots.reshape(form.replies, form.packs, form.down, form.across, words).swapaxes(1, 2)
    rows = apart.reshape(form.replies * form.down, form.packs * form.across, words)
    placed_in = rows[: form.groups * form.rows, : form.columns]
    return placed_in.reshape(form.groups, form.rows, form.columns, words)


def _powers(group: Group, exponents: Encoded, asked: Words) -> Words:
    """The products over terms of ciphertexts^factors, (groups, rows, packs, limbs)."""
    groups, rows, _ = exponents.shape
    if rows < FEW_ROWS:
        magnitudes, negative = exponents.magnitudes[:, :, :, None], exponents.negative[..., None]
        wide = Encoded(magnitudes, negative, exponents.scale, signed=False)
        return group.form.product(np.moveaxis(scaled(group, asked[:, None], wide), 2, 0))
    out = np.empty((groups, rows, *asked.shape[2:]), U64)
    for i in range(groups):
        matrix = Encoded(exponents.magnitudes[i], exponents.negative[i], exponents.scale, signed=False)
        for pack in range(asked.shape[2]):
            out[i, :, pack] = product(group, matrix, asked[i, :, pack])
    return out


def _joined(group: Group, form: Form, products: Words) -> Words:
    """`down` rows in a ciphertext, each shifted past those before it: (replies, packs, limbs)."""
    limbs = products.shape[-1]
    room = np.broadcast_to(group.form.one, (form.replies * form.down, form.packs, limbs)).copy()
    room[: form.groups * form.rows] = products.reshape(form.groups * form.rows, form.packs, limbs)
    rows = room.reshape(form.replies, form.down, form.packs, limbs)
    total = rows[:, -1]
    for row in range(form.down - 2, -1, -1):
        total = group.form.mul(group.form.power_var(total, 1 << form.width * form.across), rows[:, row])
    return total
