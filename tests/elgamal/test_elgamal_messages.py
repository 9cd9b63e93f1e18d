"""Ciphertexts and keys on their way and in files: nothing shows of how they were made, what comes is checked."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from elgamal.elgamal_keys import key, tiny_key

from mpc import elgamal
from mpc.algebra.ristretto import generator
from mpc.errors import LocalError, PeerError
from mpc.network.wire import pack, unpack

VALUES = np.array([[1, -2, 3], [100, 0, -128]], np.int8)


def received(data: bytes, **options: object) -> elgamal.Ciphertexts:
    return key().public.ciphertexts_from(data, "bank", **options)  # type: ignore[arg-type]


def contents(x: elgamal.Ciphertexts) -> set[bytes]:
    """Of each ciphertext the encodings, as they are."""
    first, second = (part.to_bytes().reshape(-1, 32) for part in x.parts)
    return {bytes(a) + bytes(b) for a, b in zip(first, second, strict=True)}


@pytest.fixture
def x() -> elgamal.Ciphertexts:
    return key().public.encrypt(VALUES)


def test_there_and_back(x: elgamal.Ciphertexts) -> None:
    data = elgamal.to_bytes(x)
    y = received(data, shape=(2, 3))
    assert np.array_equal(key().decrypt(y), VALUES)
    assert y.scale == x.scale
    assert len(unpack(data)["content"]) == 64 * 6
    reals = received(elgamal.to_bytes(key().public.encrypt([0.5, -1.25], fractional_bits=7, bound=3)))
    assert key().decrypt(reals).tolist() == [0.5, -1.25]
    for shape in ((), (0,), (3, 0, 2)):
        assert received(elgamal.to_bytes(key().public.encrypt(np.zeros(shape, np.int8)))).shape == shape


def test_only_what_is_fresh_leaves_as_it_is(x: elgamal.Ciphertexts) -> None:
    assert x.fresh
    for computed in (x + np.int8(1), x * elgamal.public(0), -x, x + x, x.sum(0), x[::-1], x[0, [0, 0]]):
        assert not computed.fresh
        arrived = received(elgamal.to_bytes(computed))
        assert not contents(arrived) & contents(computed)
        assert len(contents(arrived)) == arrived.size
        assert np.array_equal(key().decrypt(arrived), key().decrypt(computed))
    assert contents(received(elgamal.to_bytes(x.T))) == contents(x)
    assert not contents(received(elgamal.to_bytes(x))) & contents(x)


def test_of_two_threads_one_sends_what_is_fresh() -> None:
    x = key().public.encrypt([1], bound=1)
    with ThreadPoolExecutor(4) as pool:
        there = list(pool.map(lambda _: contents(received(elgamal.to_bytes(x))), range(16)))
    assert there.count(contents(x)) == 1


def refused(data: bytes, code: str, **options: object) -> None:
    with pytest.raises(PeerError, match=rf"\[{code}\] bank sent") as caught:
        received(data, **options)
    assert caught.value.party == "bank"


def changed(x: elgamal.Ciphertexts, **fields: object) -> bytes:
    return pack(unpack(elgamal.to_bytes(x)) | fields)


def test_each_fault_has_its_error(x: elgamal.Ciphertexts) -> None:
    refused(elgamal.to_bytes(elgamal.generate().encrypt(VALUES)), "elgamal-other-key")
    refused(elgamal.to_bytes(x), "elgamal-shape", shape=(3, 2))
    refused(changed(x, shape=(2, 2)), "elgamal-count")
    refused(changed(x, content=unpack(elgamal.to_bytes(x))["content"][:-1]), "elgamal-count")
    content = bytearray(unpack(elgamal.to_bytes(x))["content"])
    for place in (0, 32, 64 * 5 + 32):
        for wrong in (b"\xff" * 32, b"\x01" + bytes(31), (2**255 - 19).to_bytes(32, "little")):
            bent = content[:place] + wrong + content[place + 32 :]
            refused(changed(x, content=bytes(bent)), "elgamal-element")


@pytest.mark.parametrize(
    "fields",
    [{"version": 1}, {"version": 3}, {"format": "parley paillier ciphertexts"}, {"shape": 5}, {"shape": (-1,)},
     {"shape": (1,) * 9},
     {"shape": (0, 2**31, 2**31), "content": b""}, {"shape": (True,)}, {"fractional_bits": 0}, {"fractional_bits": b""},
     {"fractional_bits": (1001).to_bytes(2, "little")}, {"fractional_bits": bytes(3)}, {"bound": b""},
     {"bound": bytes(5)}, {"bound": 3},
     {"bound": b"\x01" + bytes(5) + b"\x01"}, {"bound": b"\x01" * 10000}, {"content": "x"}, {"layout": 1},
     {"layout": (8, 3, 5)}, {"key": 1}, {"more": 1}],
    ids=lambda fields: str(fields)[:40],
)  # fmt: skip
def test_descriptions_that_make_no_sense(x: elgamal.Ciphertexts, fields: dict[str, object]) -> None:
    refused(changed(x, **fields), "elgamal-malformed")


def outcome(data: bytes) -> PeerError | None:
    try:
        tiny_key().public.ciphertexts_from(data, "bank")
    except PeerError as error:
        return error
    return None


def test_every_message_that_is_cut_or_changed_is_refused_or_a_ciphertext() -> None:
    """Of a tiny group, whose message is short: PeerError or ciphertexts, never another exception."""
    data = elgamal.to_bytes(tiny_key().public.encrypt([1, 2], bound=5))
    for at in range(len(data)):
        for wrong in (data[:at], data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]):
            error = outcome(wrong)
            assert error is None or (error.party == "bank" and error.code.startswith("elgamal-"))


def test_keys_there_and_back() -> None:
    public = elgamal.PublicKey.from_bytes(key().public.to_bytes(), "bank")
    assert public == key().public
    assert len({public, key().public}) == 1
    assert public != elgamal.generate().public
    assert key().decrypt(public.encrypt([7], bound=7)).tolist() == [7]


def test_what_is_no_key() -> None:
    good = unpack(key().public.to_bytes())
    wrong = [b"", b"\xc1", bytes(5000), pack(7)]
    wrong += [pack(good | fields) for fields in ({"version": 2}, {"format": ""}, {"key": b"\xff" * 32}, {"key": 5},
                                                 {"key": good["key"][:-1]}, {"more": 1})]  # fmt: skip
    for data in wrong:
        with pytest.raises(PeerError, match=r"\[elgamal-malformed\] what bank sent"):
            elgamal.PublicKey.from_bytes(data, "bank")
    with pytest.raises(PeerError, match=r"\[elgamal-neutral-key\] bank sent"):
        elgamal.PublicKey.from_bytes(pack(good | {"key": bytes(32)}), "bank")


def test_keys_in_files(tmp_path: Path) -> None:
    elgamal.new_key_file(tmp_path / "secret")
    key().save(tmp_path / "key", key_file=tmp_path / "secret")
    again = elgamal.load(tmp_path / "key", key_file=tmp_path / "secret")
    assert again.public == key().public
    assert again.decrypt(key().encrypt(VALUES)).tolist() == VALUES.tolist()
    assert key().secret_scalar.to_bytes().tobytes() not in (tmp_path / "key").read_bytes()
    with pytest.raises(LocalError, match="key-exists"):
        key().save(tmp_path / "key", key_file=tmp_path / "secret")
    with pytest.raises(LocalError, match="no-passphrase"):
        key().save(tmp_path / "other")
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(LocalError, match="secret-key"):
            copied(key())


def test_a_ciphertext_is_the_textbooks() -> None:
    """Of the scalar in the clear: the second element less x times the first is m G."""
    c = key().encrypt([3, -2], bound=3)
    first, second = c.parts
    of_m = (second - first * key().secret_scalar).to_bytes()
    g = generator()
    assert bytes(of_m[0]) == bytes((g + g + g).to_bytes())
    assert bytes(of_m[1]) == bytes((-(g + g)).to_bytes())
