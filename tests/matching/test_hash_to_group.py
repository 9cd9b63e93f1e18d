"""Bytes become elements as RFC 9380 says, and the function of RFC 9497 has its vectors."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import ristretto_reference as reference

from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import ORDER, RISTRETTO
from protocols.matching.hash_to_group_rfc9380 import expanded, hash_to_group
from protocols.matching.oprf_rfc9497 import evaluated, finalized, unblinded

EXPANDER = b"QUUX-V01-CS02-with-expander-SHA512-256"
SHORT = {
    b"": "6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba",
    b"abc": "0da749f12fbe5483eb066a5f595055679b976e93abe9be6f0f6318bce7aca8dc",
}
"""RFC 9380, K.3, 32 bytes each."""

LONG = (
    "41b037d1734a5f8df225dd8c7de38f851efdb45c372887be655212d07251b921b052b62eaed99b46f72f2ef4cc96bfaf254ebbbec091e1a3b9e4"
    "fb5e5b619d2e0c5414800a1d882b62bb5cd1778f098b8eb6cb399d5d9d18f5d5842cf5d13d7eb00a7cff859b605da678b318bd0e65ebff70bec8"
    "8c753b159a805d2c89c55961"
)
"""RFC 9380, K.3, 128 bytes of the empty message."""

OPRF = b"HashToGroup-OPRFV1-\x00-ristretto255-SHA512"
KEY = "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e"
BLIND = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
VECTORS = {
    b"\0": (
        "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
        "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
    ),
    b"Z" * 17: (
        "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
        "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
        "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
        "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
    ),
}
"""RFC 9497, A.1.1: blinded element, evaluated element, output."""


def scalar(text: str) -> Scalars:
    found, below = Scalars.from_bytes(ORDER, np.frombuffer(bytes.fromhex(text), np.uint8))
    assert below.all()
    return found


def test_expansion_has_the_vectors_of_the_rfc() -> None:
    assert [one.hex() for one in expanded(list(SHORT), EXPANDER, 32)] == list(SHORT.values())
    assert expanded([b""], EXPANDER, 128)[0].hex() == LONG


def test_elements_are_those_of_the_map_in_integers() -> None:
    messages = [b"", b"a", b"b" * 300]
    uniform = expanded(messages, b"a tag")
    wanted = [reference.encode(reference.from_uniform(one)) for one in uniform]
    assert [row.tobytes() for row in hash_to_group(messages, b"a tag").to_bytes()] == wanted


def test_the_function_has_the_vectors_of_the_rfc() -> None:
    messages, key, blind = list(VECTORS), scalar(KEY), scalar(BLIND)
    questions = hash_to_group(messages, OPRF) * blind
    answers = questions * key
    outputs = unblinded(messages, blind.broadcast((2,)), answers)
    found = zip(questions.to_bytes(), answers.to_bytes(), outputs, strict=True)
    assert [(q.tobytes().hex(), a.tobytes().hex(), o.hex()) for q, a, o in found] == list(VECTORS.values())
    assert evaluated(messages, OPRF, key) == outputs


def test_another_tag_or_length_is_another_element() -> None:
    made = {hash_to_group([m], tag).to_bytes().tobytes() for m in (b"x", b"x\0") for tag in (b"t", b"u", b"t\1")}
    assert len(made) == 6


@pytest.mark.parametrize("first", [b"", b"ab"])
def test_outputs_take_message_and_element_apart(first: bytes) -> None:
    """Lengths stand before both, so that no two pairs are hashed alike."""
    element = Points(RISTRETTO, RISTRETTO.generator()).reshape(1)
    encoding = element.to_bytes().tobytes()
    wanted = len(first).to_bytes(2, "big") + first + b"\0\x20" + encoding + b"Finalize"
    assert finalized([first], element) == [hashlib.sha512(wanted).digest()]
