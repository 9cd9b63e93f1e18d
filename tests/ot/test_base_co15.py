"""Base transfers: the receiver has the keys of its choices and no others, and no bad point gets past a party."""

from hashlib import shake_256

import numpy as np
import pytest
from nacl import bindings as sodium
from pairs import all_choices, chosen, digest, results, run_pair, with_fault

from mpc.errors import LocalError, PeerError
from mpc.prg import encode_domain
from mpc.testing import Fault, insecure_agreements, insecure_seed
from protocols.ot import base_co15

ORDER = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
CHOICES = np.array([0, 1, 1, 0, 1], np.uint8)

OFF_THE_CURVE = (2).to_bytes(32, "little")
NEUTRAL = (1).to_bytes(32, "little")
OF_ORDER_TWO = (P - 1).to_bytes(32, "little")
OF_ORDER_EIGHT = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
NOT_CANONICAL = (P + 1).to_bytes(32, "little")
BASE = sodium.crypto_scalarmult_ed25519_base_noclamp((1).to_bytes(32, "little"))
OUTSIDE_THE_SUBGROUP = sodium.crypto_core_ed25519_add(BASE, OF_ORDER_TWO)
BAD = {
    "off the curve": OFF_THE_CURVE,
    "neutral": NEUTRAL,
    "of order two": OF_ORDER_TWO,
    "of order eight": OF_ORDER_EIGHT,
    "not canonical": NOT_CANONICAL,
    "outside the subgroup": OUTSIDE_THE_SUBGROUP,
    "zeros": bytes(32),
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
    assert found == "07a107a955283e487730fe71f5c3a101a8be399bfe77912fc468d368b97481b3"


def compressed(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expanded(encoded):
    """RFC 8032, section 5.1.3."""
    value = int.from_bytes(encoded, "little")
    y, sign = value % 2**255, value >> 255
    d = -121665 * pow(121666, -1, P) % P
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x & 1 == sign else P - x), y


def add(a, b):
    d = -121665 * pow(121666, -1, P) % P
    (x1, y1), (x2, y2) = a, b
    product = d * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + y1 * x2) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def times(scalar, point):
    total = (0, 1)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def test_keys_against_the_paper_in_integers():
    """The same run with points as pairs of Python integers: S = y B, R = x B + c S, keys of y R, y R - y S, x S."""
    keys, own = transfer(CHOICES)
    base = expanded(BASE)

    def scalars(party, count):
        stream = insecure_seed("pair", party).prg("base ot scalars", (0, 1), 0)
        return [int.from_bytes(stream.bytes(64), "little") % ORDER for _ in range(count)]

    (y,) = scalars(0, 1)
    s = times(y, base)
    t = times(y, s)
    session = insecure_agreements(2, "pair")[0].session
    prefix = encode_domain(("base ot", session, (0, 1), 0, 1, compressed(s)))

    def key(i, r, shared):
        return shake_256(prefix + i.to_bytes(8, "little") + compressed(r) + compressed(shared)).digest(16)

    for i, (x, c) in enumerate(zip(scalars(1, len(CHOICES)), CHOICES, strict=True)):
        r = add(times(x, base), s) if c else times(x, base)
        shared = times(y, r)
        assert keys[i, 0].tobytes() == key(i, r, shared)
        assert keys[i, 1].tobytes() == key(i, r, add(shared, (P - t[0], t[1])))
        assert own[i].tobytes() == key(i, r, times(x, s))


def test_the_points_that_are_tried_are_what_they_are_called():
    eight = expanded(OF_ORDER_EIGHT)
    assert times(8, eight) == (0, 1)
    assert times(4, eight) != (0, 1)
    assert times(2, expanded(OF_ORDER_TWO)) == (0, 1)
    assert sodium.crypto_core_ed25519_is_valid_point(BASE)
    assert times(ORDER, expanded(BASE)) == (0, 1)


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
    """Half of all flips leave the curve. The rest is another point: the keys do not match, and that leaks nothing."""
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
