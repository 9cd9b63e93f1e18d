"""Products of whole numbers by parties' own Paillier keys: right whatever the lengths, and hidden as far as is said."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paillier.paillier_keys import key

import mpc
from mpc.algebra.bigint import to_ints
from mpc.context import Context
from mpc.errors import LocalError
from protocols.homomorphic.scale import Scale
from protocols.joint_keys import whole_products
from protocols.joint_keys.whole_products import Limbs, whole_product
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.plaintexts import from_messages


@given(x_bits=st.integers(1, 9000), y_bits=st.integers(1, 5000), key_bits=st.sampled_from([2048, 3072, 4096]),
       data=st.data())  # fmt: skip
@settings(max_examples=30)
def test_limbs_fit_into_plaintexts_and_masks_hide_them(
    x_bits: int, y_bits: int, key_bits: int, data: st.DataObject
) -> None:
    limbs = Limbs(x_bits, y_bits, key_bits)
    x = data.draw(st.integers(0, 2**x_bits - 1))
    y = data.draw(st.integers(1 - 2**y_bits, 2**y_bits - 1))
    a, b = limbs.split(x, limbs.x_limbs), limbs.split(y, limbs.y_limbs)
    assert limbs.joined(a) == x
    assert limbs.joined(b) == y
    sums = np.convolve(np.array(a, object), np.array(b, object)).tolist()
    assert limbs.joined(sums) == x * y
    assert len(sums) == limbs.weights
    assert max(map(abs, sums)) < 2**limbs.sum_bits
    assert limbs.mask_bits == limbs.sum_bits + 80
    assert 4 << limbs.mask_bits < 1 << key_bits - 1


@pytest.mark.parametrize("addends", [[(5, -7), (2**70 - 1, 2**64)], [(0, 1), (3, 0), (9, -(2**65) + 1)]])
def test_products_of_addends(addends: list[tuple[int, int]]) -> None:
    limbs = Limbs(70, 65, 2048)

    async def main(ctx: Context, mine: tuple[int, int]) -> int:
        return await whole_product(ctx, *mine, limbs, key())

    run = mpc.simulate(main, inputs=addends, check_costs=True)
    assert sum(run.results) == sum(x for x, _ in addends) * sum(y for _, y in addends)
    assert all(abs(addend) < 1 << limbs.addend_bits(len(addends)) for addend in run.results)
    with pytest.raises(LocalError, match="wrong-number"):
        mpc.simulate(main, inputs=[(2**70, 0)] * 2)


def test_a_reply_is_rerandomised() -> None:
    """Of nothing but a mask, its N-th power is not 1: else the owner of the key, who knows the randomness of what it
    sent, would have powers of it to the other's number."""
    limbs = Limbs(70, 65, 2048)
    own = key()
    encrypted = whole_products._encrypted(own.public, [5], limbs, os.urandom)
    reply, mask = whole_products._times(own.public, encrypted, [0], limbs, os.urandom)
    assert whole_products._decrypted(own, reply, limbs) == mask > 0
    (number,), n = to_ints(reply), own.public.group.n
    assert number != (1 + mask * n) % n**2


def test_what_an_owner_decrypts_is_hidden_sum_by_sum() -> None:
    """Each sum of products comes with a fresh mask, 80 bits longer: what is seen is as long, but for a chance below
    2^-60, and another each time."""
    limbs = Limbs(2000, 2000, 2048)
    own = key()
    encrypted = whole_products._encrypted(own.public, limbs.split(2**2000 - 1, limbs.x_limbs), limbs, os.urandom)
    seen = []
    for _ in range(2):
        reply, _mask = whole_products._times(own.public, encrypted, [1] * limbs.y_limbs, limbs, os.urandom)
        group, scale = own.public.group, Scale(0, 2 << limbs.mask_bits)
        ciphertexts = Ciphertexts(own.public.encryption, group.form.into(reply), scale, fresh=False)
        seen += from_messages(own.decrypt_words(ciphertexts), scale, group).tolist()
    assert len(set(seen)) == 2 * limbs.weights
    assert all(limbs.mask_bits - 64 < number.bit_length() <= limbs.mask_bits + 1 for number in seen)
