"""Python goes through the same lines whatever the secrets are; kernels have tests of their own for their time."""

from functools import cache

import numpy as np
import pytest
from same_lines import same

from mpc import paillier
from mpc.algebra.ring import Words
from mpc.testing import insecure_seed
from protocols.homomorphic.encoding import encode
from protocols.paillier.plaintexts import to_messages
from protocols.paillier.product_form import Form
from protocols.paillier.products_dsz15 import decrypted, encrypted, entries, masks, multiplied

EXTREMES = [
    np.array([0, 0, 0, 0]),
    np.array([1, -1, 2**62, -(2**62)]),
    np.array([-(2**63), 2**63 - 1, -1, 0]),
    np.array([7, 7, 7, 7]),
]
REALS = [np.zeros(4), np.array([1.5, -1.5, 2.0**30, -(2.0**30)]), np.array([2.0**-40, -(2.0**-33), 0.1, -0.1])]


@cache
def keys() -> list[paillier.PrivateKey]:
    return [paillier.generate() for _ in range(2)]


def public() -> paillier.PublicKey:
    return keys()[0].public


@cache
def ciphertexts() -> paillier.Ciphertexts:
    return public().encrypt(np.arange(4))


@pytest.mark.parametrize("values", [EXTREMES, REALS], ids=["whole", "real"])
def test_encryption(values: list[np.ndarray]) -> None:
    assert same([lambda v=v: to_messages(encode(v), public().group) for v in values])
    assert same([lambda v=v: public().encrypt(v) for v in values])
    assert same([lambda v=v: ciphertexts() + v for v in values])
    assert same([lambda v=v: public().encrypt_packed(v) for v in values])


def test_products_by_secret_numbers() -> None:
    assert same([lambda v=v: ciphertexts() * v for v in EXTREMES])
    assert same([lambda v=v: v @ ciphertexts() for v in EXTREMES])
    assert same([lambda v=v: np.tile(v, (13, 1)) @ ciphertexts() for v in EXTREMES])


def test_decryption_up_to_the_message() -> None:
    messages = [public().encrypt(v) for v in EXTREMES]
    assert same([lambda c=c: keys()[0]._decryption.decrypt(c.words) for c in messages])
    others = [key.public.encrypt(EXTREMES[1]) for key in keys()]
    assert same([lambda k=k, c=c: k._decryption.decrypt(c.words) for k, c in zip(keys(), others, strict=True)])


@pytest.mark.parametrize("rows", [2, 13])
def test_products_of_two_parties(rows: int) -> None:
    """Of the smallest numbers and the largest, by powers and by tables, with results joined."""
    form, key = Form(2048, 64, 1, rows, 2, 3), keys()[0]
    fills = [np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)]
    hidden_by = masks(form, insecure_seed("same lines").prg("masks"))
    asked = encrypted(public().encryption, form, np.ones((1, 2, 3, 1), np.uint64))

    def reply(fill: np.uint64) -> Words:
        return multiplied(public().group, form, np.full((1, rows, 2, 1), fill), asked, hidden_by)

    replies = [reply(fill) for fill in fills]
    assert same([lambda f=f: reply(f) for f in fills])
    assert same([lambda f=f: encrypted(public().encryption, form, np.full((1, 2, 3, 1), f)) for f in fills])
    assert same([lambda r=r: entries(form, decrypted(key, form, r)) for r in replies])


def test_a_public_number_does_show() -> None:
    """The measure sees what it should: lines depend on public factors."""
    assert not same([lambda v=v: ciphertexts() * paillier.public(v) for v in (3, 2**40)])
