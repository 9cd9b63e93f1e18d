"""Seeds and their streams: separation of domains, one stream however it is divided, and nothing shown."""

import copy
import pickle
from hashlib import shake_256
from itertools import pairwise

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from hypothesis import given
from hypothesis import strategies as st

import native
from mpc.algebra.bits import words_for
from mpc.errors import LocalError
from mpc.prg import Encoded, Prg, Seed, encode_domain, streams

SEED = Seed(bytes(range(32)))
PARTS = st.one_of(
    st.text(max_size=4), st.binary(max_size=4), st.integers(), st.lists(st.integers(), max_size=3).map(tuple)
)
DOMAINS = st.lists(PARTS, max_size=4).map(tuple)
NEAR_MISSES = [
    (), ("",), (b"",), (0,), ((),), ("", ""), ((0,),), ((0, 0),), ((0,), (0,)), (0, 0), ("0",), (b"0",), (48,),
    ("a", "b"), ("ab",), ("a", b"b"), (1,), (-1,), (255,), (256,), (-256,), (128,), (-128,), (2**64,), ((1, 2),),
    (1, 2), ("i", 1), ((1,), 2), (1, (2,)),
]  # fmt: skip


@given(DOMAINS, DOMAINS)
def test_different_domains_are_encoded_differently(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    typed = [[(type(part), part) for part in domain] for domain in (one, other)]
    assert (encode_domain(one) == encode_domain(other)) == (typed[0] == typed[1])


def test_near_misses_are_different_domains() -> None:
    assert len({encode_domain(d) for d in NEAR_MISSES}) == len(NEAR_MISSES)
    assert len({SEED.derive(*d).secret for d in NEAR_MISSES}) == len(NEAR_MISSES)
    assert len({SEED.prg(*d).bytes(16) for d in NEAR_MISSES}) == len(NEAR_MISSES)


@given(DOMAINS)
def test_no_encoding_begins_another(domain: tuple[str, ...]) -> None:
    longer = encode_domain((*domain, "more"))
    assert not longer.startswith(encode_domain(domain))


def test_derived_seeds_and_streams_are_apart() -> None:
    assert SEED.derive("x").secret[:16] != shake_256(b"parley1:prg." + SEED.secret + encode_domain(("x",))).digest(16)
    assert SEED.derive("x").prg().bytes(32) != SEED.prg("x").bytes(32)
    assert SEED.derive("x") != SEED.derive("x").derive()
    assert SEED.derive("x") == Seed(bytes(range(32))).derive("x")
    assert Seed.fresh() != Seed.fresh()


def reference(domain: tuple[str, ...], length: int) -> bytes:
    """The stream from its definition, with other people's code."""
    key = shake_256(b"parley1:prg." + SEED.secret + encode_domain(domain)).digest(16)
    return Cipher(AES(key), CTR(bytes(16))).encryptor().update(bytes(length))


@pytest.mark.parametrize("name", native.implementations())
def test_stream_is_aes_counter_mode(name: str) -> None:
    with native.using(name):
        assert SEED.prg("a", "b").bytes(5000) == reference(("a", "b"), 5000)
        assert SEED.prg("w").words((3, 5)).tobytes() == reference(("w",), 120)


def test_a_transcript_of_the_stream() -> None:
    assert SEED.prg("test", 1, b"\x00", (2, 3)).bytes(16).hex() == "b54ad1d13cc7b2d6fa699936d382de02"
    assert SEED.derive("test", 1, b"\x00", (2, 3)).secret[:16].hex() == "f9996575359b709bf4fb2773e7c86bd4"


@pytest.mark.parametrize("name", native.implementations())
@given(cuts=st.lists(st.integers(0, 700), max_size=6))
def test_a_stream_does_not_depend_on_its_division(name: str, cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), 700]
    with native.using(name):
        prg = SEED.prg("division")
        assert b"".join(prg.bytes(b - a) for a, b in pairwise(ends)) == reference(("division",), 700)


def test_kinds_of_output_share_one_stream() -> None:
    prg, expected = SEED.prg("mixed"), reference(("mixed",), 3 + 5 * 8 + 2 * 16)
    assert prg.bytes(3) == expected[:3]
    assert prg.words(5).tobytes() == expected[3:43]
    rows = prg.packed(2, 70)
    whole = np.frombuffer(expected[43:], np.uint64).reshape(2, 2)
    assert (rows[:, 0] == whole[:, 0]).all()
    assert (rows[:, 1] == whole[:, 1] % np.uint64(2**6)).all()


@pytest.mark.parametrize("shape", [(), 0, 3, (0, 4), (2, 3, 4)])
def test_shapes_of_words(shape: int | tuple[int, ...]) -> None:
    words = SEED.prg().words(shape)
    assert words.shape == np.empty(shape).shape
    assert words.dtype == np.uint64


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 130])
def test_packed_bits_have_zero_padding(count: int) -> None:
    rows = SEED.prg().packed(5, count)
    assert rows.shape == (5, words_for(count))
    if count % 64:
        assert (rows[:, -1] < 2 ** (count % 64)).all()


def test_streams_look_uniform() -> None:
    ones = np.unpackbits(SEED.prg("u").words(100_000).view(np.uint8)).reshape(-1, 64).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 0.01


def test_nothing_shows_the_secret() -> None:
    prg = SEED.prg("x")
    for thing in (SEED, prg):
        assert repr(thing).endswith("(...)")
        assert str(thing) == repr(thing)
        for leak in (pickle.dumps, copy.deepcopy):
            with pytest.raises(LocalError, match="wrong-seed"):
                leak(thing)
    with pytest.raises(TypeError, match="unhashable"):
        hash(SEED)


def test_equality() -> None:
    assert Seed(bytes(32)) == Seed(bytes(32))
    assert Seed(bytes(32)) != Seed(bytes(31) + b"\x01")
    assert Seed(bytes(32)) != bytes(32)


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33), "0" * 32, bytearray(32), None])
def test_a_seed_is_32_bytes(wrong: bytes) -> None:
    with pytest.raises(LocalError, match="wrong-seed") as caught:
        Seed(wrong)
    assert "0000" not in str(caught.value)


@pytest.mark.parametrize("wrong", [True, 1.0, None, [1], (1, "a"), (True,), ((1,),), bytearray(1)])
def test_other_domain_parts_are_refused(wrong: str) -> None:
    for call in (SEED.derive, SEED.prg):
        with pytest.raises(LocalError, match="wrong-domain"):
            call("x", wrong)


def test_a_prg_of_a_known_key() -> None:
    key = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    assert Prg(key).bytes(16).hex() == "c6a13b37878f5b826f4f8162a1c8d879"


@pytest.mark.parametrize("name", native.implementations())
def test_a_key_of_32_bytes_is_aes_256(name: str) -> None:
    key = bytes(range(60, 92))
    with native.using(name):
        prg = Prg(key)
        assert prg.bytes(5) + prg.bytes(1000) == Cipher(AES(key), CTR(bytes(16))).encryptor().update(bytes(1005))


@pytest.mark.parametrize("wrong", [b"", bytes(15), bytes(17), bytes(24), bytes(33), bytearray(16), "0" * 16])
def test_the_key_of_a_stream_is_16_or_32_bytes(wrong: bytes) -> None:
    with pytest.raises(LocalError, match="wrong-seed"):
        Prg(wrong)


MODULI = [2, 3, 5, 257, 2**32 - 5, 2**61 - 1, 2**63 + 29, 2**64 - 2**32 + 1, 2**64 - 59, 2**64 - 1]
LONG_MODULI = [2**64, 2**64 + 13, 2**66 * 4611686018427387897 + 1, 2**127 - 1, 2**127 + 29, 2**128 - 159]


def drawn(p: int, count: int) -> list[int]:
    """Field elements as the VDAF draft makes them of a stream: draws, cut to the bits of p, that are below p."""
    size, mask = (8 if p < 2**64 else 16), 2 ** p.bit_length() - 1
    stream, kept = Prg(bytes(16)), list[int]()
    while len(kept) < count:
        draw = int.from_bytes(stream.bytes(size), "little") & mask
        if draw < p:
            kept.append(draw)
    return kept


@pytest.mark.parametrize("name", native.implementations())
@pytest.mark.parametrize("p", MODULI)
def test_field_elements_are_the_draws_below_p(name: str, p: int) -> None:
    with native.using(name):
        assert Prg(bytes(16)).elements(p, 517).tolist() == drawn(p, 517)


@pytest.mark.parametrize("name", native.implementations())
@pytest.mark.parametrize("p", LONG_MODULI)
def test_long_field_elements_are_pairs(name: str, p: int) -> None:
    with native.using(name):
        pairs = Prg(bytes(16)).elements(p, (11, 13))
    assert pairs.shape == (11, 13, 2)
    assert [int(low) + (int(high) << 64) for low, high in pairs.reshape(-1, 2)] == drawn(p, 143)


def test_field_elements_continue_the_stream() -> None:
    p = 2**63 + 29
    one, other = Prg(bytes(16)), Prg(bytes(16))
    assert one.elements(p, 100).tolist() == [int(other.elements(p, ())) for _ in range(100)]
    assert one.bytes(16) == other.bytes(16)


def test_many_field_elements_across_the_portions_in_which_they_are_drawn() -> None:
    p = 2**63 + 29
    whole = Prg(bytes(16)).elements(p, 50_000)
    parts = Prg(bytes(16))
    assert (whole == np.concatenate([parts.elements(p, 20_000), parts.elements(p, 30_000)])).all()
    assert whole.max() < p


@pytest.mark.parametrize("shape", [(), 0, 3, (0, 4), (2, 3, 4)])
def test_shapes_of_elements(shape: int | tuple[int, ...]) -> None:
    assert Prg(bytes(16)).elements(2**61 - 1, shape).shape == np.empty(shape).shape
    assert Prg(bytes(16)).elements(2**100, shape).shape == (*np.empty(shape).shape, 2)


@pytest.mark.parametrize("p", [-3, 0, 1, 2**128])
def test_moduli_out_of_range_are_refused(p: int) -> None:
    with pytest.raises(LocalError, match="wrong-modulus"):
        Prg(bytes(16)).elements(p, 3)


@pytest.mark.parametrize("name", native.implementations())
@pytest.mark.parametrize("shape", [(), 0, 1, 2, 3, 5, 8, (3, 4), 34, 79])
def test_many_streams_are_those_of_their_keys(name: str, shape: int | tuple[int, ...]) -> None:
    keys = SEED.prg("keys").words((37, 2))
    with native.using(name):
        rows = streams(keys, shape)
        assert rows.shape == (37, *np.empty(shape).shape)
        assert all((row == Prg(key.tobytes()).words(shape)).all() for row, key in zip(rows, keys, strict=True))


@pytest.mark.parametrize("name", native.implementations())
def test_streams_begin_where_they_are_told(name: str) -> None:
    keys = SEED.prg("keys").words((20, 2))[::2]
    first = np.arange(10, dtype=np.uint64) * np.uint64(3)
    with native.using(name):
        for words in (7, 64):
            whole = streams(keys, 64 + words)
            for row, here, begin in zip(streams(keys, words, first=first), whole, first, strict=True):
                assert (row == here[2 * int(begin) :][:words]).all()
            assert (streams(keys, words, first=4) == whole[:, 8 : 8 + words]).all()
    assert streams(keys, 2, first=2**64 - 1).shape == (10, 2)


def test_streams_refuse_wrong_arguments() -> None:
    keys = SEED.prg("keys").words((4, 2))
    for wrong in (keys[0], keys.reshape(2, 4), keys.reshape(2, 2, 2)):
        with pytest.raises(LocalError, match="wrong-labels"):
            streams(wrong, 2)
    with pytest.raises(LocalError, match="wrong-dtype"):
        streams(keys.astype(np.int64), 2)  # type: ignore[arg-type]
    for first in (-1, 2**64, 2**64 - 1, np.array([0, 1, 2], np.uint64), np.full(4, 2**64 - 1, np.uint64)):
        with pytest.raises(LocalError, match="wrong-counter"):
            streams(keys, 3, first=first)


@pytest.mark.parametrize("split", range(5))
def test_parts_that_were_encoded_before_make_the_same_stream(split):
    domain = ("material", (1, 2, 2**40), 7, b"x")
    seed = Seed(bytes(range(32)))
    apart = seed.prg(*domain[:split], more=Encoded(*domain[split:]))
    assert apart.bytes(32) == seed.prg(*domain).bytes(32)
    assert Encoded("a", 1).content != Encoded("a", (1,)).content
