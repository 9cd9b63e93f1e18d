"""What a client makes of a server's bytes: an opening or an error that names the server, and no round twice."""

from __future__ import annotations

import numpy as np
import pytest
from federations import model
from hypothesis import given
from hypothesis import strategies as st
from training_stars import federation, member

from mpc.errors import PeerError
from mpc.prg import Seed
from protocols.federated.openings import Kind, Opening, opening_bytes, read_opening, sent_weights

AGREED = federation().agreed(model())
WEIGHTS = np.linspace(-1, 1, AGREED.terms.layout.size)
CONTENT = opening_bytes(AGREED.terms, Opening(Kind.TRAIN, 3, Seed(bytes(32)), WEIGHTS))


def test_an_opening_comes_out_as_it_went_in():
    found = read_opening(AGREED.terms, "server", 3, CONTENT)
    assert (found.kind, found.number, found.seed) == (Kind.TRAIN, 3, Seed(bytes(32)))
    assert (found.weights == WEIGHTS).all()


def test_weights_of_32_bits_travel_in_32_bits():
    def narrow():
        made = model()
        made.load({name: array.astype(np.float32) for name, array in made.weights().items()})
        return made

    terms = federation().agreed(narrow()).terms
    content = opening_bytes(terms, Opening(Kind.TRAIN, 0, Seed(bytes(32)), WEIGHTS))
    wide = len(CONTENT) - len(AGREED.terms.text.encode())
    assert wide - (len(content) - len(terms.text.encode())) == 4 * terms.layout.size
    sent = sent_weights(terms.layout, WEIGHTS)
    assert (read_opening(terms, "server", 0, content).weights == sent).all()
    assert (sent == WEIGHTS.astype(np.float32)).all()


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_an_opening_or_an_error_by_name(place, change):
    body = bytearray(CONTENT)
    body[place] ^= change
    refused_or_read(bytes(body))


@given(st.binary(max_size=200) | st.integers(0, len(CONTENT) + 9).map(lambda n: (CONTENT + bytes(9))[:n]))
def test_any_bytes_give_an_opening_or_an_error_by_name(body):
    refused_or_read(body)


def refused_or_read(body):
    error = None
    try:
        found = read_opening(AGREED.terms, "center", 3, body)
    except PeerError as refused:
        error = refused
    if error is None:
        assert np.isfinite(found.weights).all()
        assert (found.number, len(body)) == (3, len(CONTENT))
    else:
        assert error.party == "center"
        assert error.code in ("training-message", "different-training", "different-model", "weights-not-finite")


def opening(number, kind=Kind.TRAIN):
    return opening_bytes(AGREED.terms, Opening(kind, number, Seed(bytes(32)), WEIGHTS))


def test_no_round_is_taken_part_in_twice():
    one = member(federation(), 0)
    one.meet(b"a session")
    one.answer((3, 0), opening(3))
    for number in (3, 2, 0):
        with pytest.raises(PeerError, match="training-round") as refused:
            one.answer((number, 0), opening(number))
        assert refused.value.party == "the server"
    one.meet(b"a session")  # the same server after a lost line
    with pytest.raises(PeerError, match="training-round"):
        one.answer((3, 0), opening(3))
    one.meet(b"another session")
    assert one.answer((0, 0), opening(0))


@pytest.mark.parametrize("tag", [(3, 2), (2, 1), (4, 1), (), (3,), (3, 1, 0)])
def test_a_message_that_is_not_due(tag):
    one = member(federation(), 0)
    one.meet(b"a session")
    one.answer((3, 0), opening(3))
    with pytest.raises(PeerError, match="training-message"):
        one.answer(tag, b"")


def test_a_new_round_ends_the_one_before():
    one = member(federation(), 0)
    one.meet(b"a session")
    first, second = one.answer((3, 0), opening(3)), one.answer((4, 0), opening(4))
    assert first[-64:] != second[-64:]
    with pytest.raises(PeerError, match="training-message"):
        one.answer((3, 1), b"")


def test_the_end_brings_the_weights():
    made = model()
    one = member(federation(), 0, made=lambda: made)
    one.meet(b"a session")
    assert one.answer((0, 0), opening(0, Kind.END)) is None
    assert one.over
    assert (AGREED.terms.layout.flatten(made.weights()) == WEIGHTS).all()


def test_nothing_of_a_client_shows_in_texts():
    one = member(federation(), 0)
    one.meet(b"a session")
    one.answer((0, 0), opening(0))
    assert repr(one._client) == "Client('client-0', round 0, share keys)"
    assert repr(one) == "Member('client-0', round 0)"
    assert repr(one._site) == "Site('client-0')"
