"""Whole numbers longer than any modulus: what a response is computed of, beside Python's integers."""

import pytest

from mpc.algebra.bigint import from_ints, to_ints
from protocols.proofs.whole_numbers import masked


@pytest.mark.parametrize(("words", "secret_words"), [(1, 1), (3, 2), (5, 3), (140, 137)])
@pytest.mark.parametrize("challenge", [0, 1, 2**32 - 1, 2**64, 2**128 - 1, 2**150 - 1])
def test_masked_is_a_sum_of_whole_numbers(words: int, secret_words: int, challenge: int) -> None:
    top = 2 ** (64 * words)
    masks, secrets = [0, top - 1, top // 3], [2 ** (64 * secret_words) - 1, 5, 2 ** (64 * secret_words) // 7]
    found = masked(from_ints(masks, words), challenge, from_ints(secrets, secret_words))
    assert to_ints(found) == [(mask + challenge * secret) % top for mask, secret in zip(masks, secrets, strict=True)]
