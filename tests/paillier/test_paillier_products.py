"""Products of two parties' numbers under a key: right for every shape, never full, and silent to the key's owner."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paillier.paillier_keys import key, tiny_key

from mpc.algebra.bigint import from_ints, to_ints
from mpc.algebra.ring import U64
from mpc.testing import insecure_seed
from protocols.paillier import product_form, products_dsz15
from protocols.paillier.keys import PrivateKey
from protocols.paillier.product_form import Form, pieces, traffic
from protocols.paillier.products_dsz15 import decrypted, encrypted, entries, masks, multiplied
from protocols.paillier.randomisers import Randomisers

SIDES = st.integers(1, 4)


def numbers(seed, shape, bits):
    """Random ones below 2^bits: (*shape, words)."""
    drawn = insecure_seed("products", seed).prg("numbers").words((*shape, -(-bits // 64)))
    return drawn & np.uint64((1 << bits) - 1) if bits < 64 else drawn


def wholes(words):
    """The same as Python's integers."""
    return sum(words[..., i].astype(object) << 64 * i for i in range(words.shape[-1]))


def multiply(owner, form, factors, hidden, hidden_by=None):
    """What both hold: the masked sums, and the masks."""
    hidden_by = masks(form, insecure_seed("products", "masks").prg("masks")) if hidden_by is None else hidden_by
    asked = encrypted(owner.public.encryption, form, hidden)
    assert asked.shape == (form.asked, owner.public.group.ciphertexts.limbs)
    replies = multiplied(owner.public.group, form, factors, asked, hidden_by)
    assert replies.shape == (form.answered, owner.public.group.ciphertexts.limbs)
    return wholes(entries(form, decrypted(owner, form, replies))), wholes(entries(form, hidden_by))


@given(
    groups=SIDES, rows=st.sampled_from([1, 2, 5, 12, 14]), terms=SIDES, columns=st.integers(1, 9),
    bits=st.integers(1, 5), seed=st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=30)
def test_the_shares_add_up_to_the_products(groups, rows, terms, columns, bits, seed):
    """On a plaintext of 38 bits, with masks of 3 bits more: several slots, or one, and rows in each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product_form, "HIDING_BITS", 3)
        form = Form(40, bits, groups, rows, terms, columns)
        factors, hidden = numbers(seed, (groups, rows, terms), bits), numbers(seed + 1, (groups, terms, columns), bits)
        sums, hidden_by = multiply(tiny_key(), form, factors, hidden)
    np.testing.assert_array_equal(sums - hidden_by, np.matmul(wholes(factors), wholes(hidden)))


@pytest.mark.parametrize(
    "form",
    [Form(2048, 64, 11, 1, 3, 1), Form(2048, 64, 1, 13, 2, 3), Form(2048, 128, 1, 2, 2, 7)],
    ids=["joined replies", "tables", "two words"],
)
def test_the_largest_numbers_stay_in_their_slots(form):
    """With every number and every mask as large as it can be, under a key of full size."""
    words = form.bits // 64
    top = np.uint64(2**64 - 1)
    factors = np.full((form.groups, form.rows, form.terms, words), top)
    hidden = np.full((form.groups, form.terms, form.columns, words), top)
    most = from_ints([(1 << form.mask_bits) - 1], -(-form.mask_bits // 64))[0]
    largest = np.broadcast_to(most, (form.replies, form.packs, form.down * form.across, len(most)))
    sums, hidden_by = multiply(key(), form, factors, hidden, largest)
    assert set((sums - hidden_by).ravel()) == {form.terms * ((1 << form.bits) - 1) ** 2}


FORMS = st.builds(
    Form, st.sampled_from([2048, 3072, 4096]), st.integers(0, 128), *(st.integers(0, 40) for _ in range(4))
)


@given(form=FORMS)
def test_slots_hold_what_they_must(form):
    """The largest masked sum is below 2^width, and all slots together below half of the least modulus."""
    largest = form.terms * ((1 << form.bits) - 1) ** 2 + (1 << form.mask_bits) - 1
    assert largest < 1 << form.width
    assert form.slots >= 1
    assert (1 << form.width * form.across * form.down) <= (1 << form.key_bits - 1) // 2
    assert form.mask_bits - max(form.terms * ((1 << form.bits) - 1) ** 2, 1).bit_length() >= 63


@given(
    form=st.builds(Form, st.just(2048), st.sampled_from([1, 64, 128]), *(st.integers(0, 13) for _ in range(4))),
    most=st.integers(1, 40),
)
def test_pieces_cover_each_product_once(form, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product_form, "MOST_CIPHERTEXTS", most)
        done = np.zeros((form.groups, form.rows, form.terms, form.columns), np.int64)
        asked = answered = 0
        for piece in pieces(form):
            for rows, part in piece.answers():
                cells = done[piece.groups, rows, piece.terms, piece.columns]
                assert cells.shape == (part.groups, part.rows, part.terms, part.columns)
                cells += 1
                assert part.answered <= most
                answered += part.answered
            assert piece.form.asked <= most
            asked += piece.form.asked
        assert traffic(form) == (asked, answered)
    assert (done == 1).all()


def test_what_the_owner_of_a_key_sees_of_the_factor():
    """Of a bit b times its own 1: all replies, over all masks and all N-th powers, counted for b = 0 and b = 1.

    The two distributions differ by one mask of 2^5 and no more: less than 2^-3, as masks are 3 bits longer.
    """
    owner = PrivateKey.insecure_of(19, 31)
    group, n = owner.public.group, 19 * 31
    powers = [pow(r, n, n * n) for r in range(1, n) if gcd(r, n) == 1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product_form, "HIDING_BITS", 3)
        form = Form(n.bit_length(), 1, 32 * len(powers), 1, 1, 1)
        assert (form.slots, form.mask_bits, form.replies) == (1, 5, form.groups)
        asked = encrypted(owner.public.encryption, replace(form, groups=1), np.ones((1, 1, 1, 1), U64))
        every = np.tile(group.in_form(powers), (32, 1))
        patch.setattr(Randomisers, "draw", lambda self, count, source: every)
        alike = np.repeat(asked, form.groups, axis=0)
        hidden_by = np.repeat(np.arange(32, dtype=U64), len(powers)).reshape(form.groups, 1, 1, 1)
        views = [
            Counter(to_ints(multiplied(group, form, np.full_like(hidden_by, b), alike, hidden_by))) for b in range(2)
        ]
    distance = Fraction(sum(abs(views[0][c] - views[1][c]) for c in views[0] | views[1]), 2 * form.groups)
    assert distance == Fraction(1, 2**5) < Fraction(1, 2**3)


def test_replies_are_hidden_by_uniformly_random_powers(monkeypatch):
    """Not by those of a table, which its owner could search."""
    drawn = []
    draw = Randomisers.draw

    def watched(self, count, source):
        drawn.append((self.exponent, count))
        return draw(self, count, source)

    monkeypatch.setattr(Randomisers, "draw", watched)
    monkeypatch.setattr(product_form, "HIDING_BITS", 3)
    form = Form(40, 2, 5, 1, 2, 3)
    multiply(tiny_key(), form, numbers(0, (5, 1, 2), 2), numbers(1, (5, 2, 3), 2))
    assert drawn == [("half", form.asked), ("textbook", form.answered)]
    assert products_dsz15.Randomisers is Randomisers


def test_masks_fill_their_bits():
    """Uniform below 2^mask_bits: every bit of theirs is 1 at times, and none above."""
    form = Form(2048, 64, 300, 1, 5, 1)
    drawn = masks(form, insecure_seed("products", "fill").prg("masks"))
    ones = np.bitwise_or.reduce(drawn.reshape(-1, drawn.shape[-1]), axis=0)
    assert to_ints(ones[None]) == [(1 << form.mask_bits) - 1]
    assert form.mask_bits == 2 * 64 + 3 + 64
