"""Base transfers: the receiver has the keys of its choices and no others, and no bad point gets past a party."""

from hashlib import shake_256

import numpy as np
import pytest
from pairs import all_choices, chosen, digest, results, run_pair, with_fault
from ristretto_reference import NEUTRAL, P, add, decode, encode, mul

from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.errors import LocalError, PeerError
from mpc.prg import encode_domain
from mpc.testing import Fault, insecure_agreements, insecure_seed
from protocols.ot import base_co15

CHOICES = np.array([0, 1, 1, 0, 1], np.uint8)

BAD = {
    "neutral": bytes(32),
    "no element": next(i for i in (n.to_bytes(32, "little") for n in range(2, 100, 2)) if decode(i) is None),
    "negative": (1).to_bytes(32, "little"),
    "not canonical": (P + 2).to_bytes(32, "little"),
    "above the field": (1 << 255).to_bytes(32, "little"),
    "ones": b"\xff" * 32,
}


def transfer(choices, **options):
    return results(
        lambda ctx, peer: base_co15.send(ctx, peer, len(choices)),
        lambda ctx, peer: base_co15.receive(ctx, peer, choices),
        **options,
    )


def test_the_receiver_has_the_key_of_each_choice():
    for choices in all_choices(3):
        keys, own = transfer(choices)
        assert (own == chosen(keys, choices)).all()
        assert not (own == chosen(keys, 1 - choices)).all(axis=1).any()


def test_all_keys_differ():
    keys, _ = transfer(np.zeros(20, np.uint8))
    assert len({row.tobytes() for row in keys.reshape(-1, 2)}) == 40


def test_the_cost_is_as_declared():
    transfer(CHOICES, audit=True)


def test_no_transfer_at_all():
    keys, own = transfer(np.zeros(0, np.uint8))
    assert keys.shape == (0, 2, 2)
    assert own.shape == (0, 2)


@pytest.mark.parametrize("places", [(1, 0), (2, 0), (0, 2), (1, 2)])
def test_any_two_of_three_parties(places):
    keys, own = transfer(CHOICES, n=3, places=places)
    assert (own == chosen(keys, CHOICES)).all()


def test_other_seeds_give_other_keys():
    assert not (transfer(CHOICES, seed="a")[0] == transfer(CHOICES, seed="b")[0]).any()


def test_no_message_has_changed():
    found = digest(
        lambda ctx, peer: base_co15.send(ctx, peer, 5),
        lambda ctx, peer: base_co15.receive(ctx, peer, CHOICES),
    )
    assert found == "103ebcb7af489043b5299d08c6d11c2a129a3f2ba199bd0ef15faab876c096e4"


def test_keys_against_the_paper_in_integers():
    """The same run with points as pairs of Python integers: S = y B, R = x B + c S, keys of y R, y R - y S, x S."""
    keys, own = transfer(CHOICES)
    base = decode(generator().to_bytes().tobytes())

    def scalars(party, count):
        stream = insecure_seed("pair", party).prg("base ot scalars", (0, 1), 0)
        return Scalars.random(ORDER, (count,), stream.bytes).to_ints()

    (y,) = scalars(0, 1)
    s = mul(y, base)
    t = mul(y, s)
    session = insecure_agreements(2, "pair")[0].session
    prefix = encode_domain(("base ot", session, (0, 1), 0, 1, encode(s)))

    def key(i, r, shared):
        return shake_256(prefix + i.to_bytes(8, "little") + encode(r) + encode(shared)).digest(16)

    for i, (x, c) in enumerate(zip(scalars(1, len(CHOICES)), CHOICES, strict=True)):
        r = add(mul(x, base), s) if c else mul(x, base)
        shared = mul(y, r)
        assert keys[i, 0].tobytes() == key(i, r, shared)
        assert keys[i, 1].tobytes() == key(i, r, add(shared, (P - t[0], t[1])))
        assert own[i].tobytes() == key(i, r, mul(x, s))


def test_the_bytes_that_are_tried_are_what_they_are_called():
    assert encode(NEUTRAL) == BAD["neutral"]
    assert all(decode(bad) is None for name, bad in BAD.items() if name != "neutral")


@pytest.mark.parametrize("party", [0, 1])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_points_are_refused_by_the_name_of_who_sent_them(bad, party, monkeypatch):
    original = base_co15.Context.send

    def send(self, to, array):
        if self.me == party:
            array = array.copy()
            array.reshape(-1)[:32] = np.frombuffer(bad, np.uint8)
        return original(self, to, array)

    monkeypatch.setattr(base_co15.Context, "send", send)
    runs = run_pair(
        lambda ctx, peer: base_co15.send(ctx, peer, 5),
        lambda ctx, peer: base_co15.receive(ctx, peer, CHOICES),
        collect=True,
    )
    error = runs[1 - party].error
    assert isinstance(error, PeerError)
    assert error.code == "bad-point"
    assert error.party == f"party{party}"


@pytest.mark.parametrize("party", [0, 1])
def test_points_of_a_wrong_length_are_refused(party):
    runs, struck = with_fault(
        lambda ctx, peer: base_co15.send(ctx, peer, 5),
        lambda ctx, peer: base_co15.receive(ctx, peer, CHOICES),
        party, Fault("truncate", 0),
    )  # fmt: skip
    assert struck == 1
    error = runs[1 - party].error
    assert isinstance(error, PeerError)
    assert (error.code, error.party) == ("unexpected-message", f"party{party}")


@pytest.mark.parametrize("bit", range(0, 256, 17))
@pytest.mark.parametrize("party", [0, 1])
def test_a_flipped_bit_is_refused_or_gives_other_keys(party, bit):
    """Most flips leave the group. The rest is another point: the keys do not match, and that leaks nothing."""
    runs, struck = with_fault(
        lambda ctx, peer: base_co15.send(ctx, peer, 5),
        lambda ctx, peer: base_co15.receive(ctx, peer, CHOICES),
        party, Fault("flip", 0, byte=bit // 8, bit=bit % 8),
    )  # fmt: skip
    assert struck == 1
    if runs[1 - party].error is None:
        keys, own = runs[0].result, runs[1].result
        assert not (own[0] == keys[0]).all(axis=1).any()
    else:
        assert runs[1 - party].error.party == f"party{party}"


def test_choices_must_be_bytes():
    for wrong in (np.zeros(3, np.uint64), np.zeros((1, 3), np.uint8)):
        with pytest.raises(LocalError) as caught:
            transfer(wrong)
        assert caught.value.code == "wrong-choices"
