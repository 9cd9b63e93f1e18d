"""The handshake, without a network: agreement, and a named error for every difference and every lie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError, PeerError
from mpc.network.handshake import Agreement, Handshake, Terms
from mpc.network.wire import CONFIRM, HELLO, pack, unpack

TERMS = Terms("1", ("north", "south", "east"), False, "abc", "beaver", {"fractional_bits": 16, "mode": "fast"})


def greeted(terms: Terms = TERMS) -> list[Handshake]:
    """Handshakes on which all HELLOs have gone."""
    sides = [Handshake(me, terms) for me in range(len(terms.parties))]
    for side in sides:
        for j in side.peers:
            sides[j].receive(side.me, *side.hello(j))
    return sides


@pytest.mark.parametrize("n", [2, 3, 5, 9])
def test_all_agree(n: int) -> None:
    agreements = Agreement.simulate(n)
    assert len({agreement.session for agreement in agreements}) == 1
    assert len(agreements[0].session) == 32
    for i in range(n):
        assert agreements[i].common == agreements[0].common
        assert agreements[i].pairwise[i] is None
        for j in range(n):
            assert agreements[i].pairwise[j] == agreements[j].pairwise[i]


def test_seeds_are_fresh_and_differ_by_pair() -> None:
    first, again = Agreement.simulate(4), Agreement.simulate(4)
    seeds = [a.pairwise[j] for a in first for j in range(4)] + [a.common for a in (first[0], again[0])]
    distinct = {seed.secret for seed in seeds if seed is not None}
    assert len(distinct) == 4 * 3 // 2 + 2
    assert first[0].session != again[0].session
    assert first[0].session not in distinct


def test_nothing_is_opened_before_everybody_has_committed() -> None:
    side = Handshake(0, TERMS)
    side.receive(1, *Handshake(1, TERMS).hello(0))
    with pytest.raises(RuntimeError):
        side.confirm(1)
    with pytest.raises(RuntimeError):
        side.agreement()


@pytest.mark.parametrize(
    ("change", "code", "shown"),
    [
        ({"version": "2"}, "different-version", ("version", "'2'", "'1'")),
        ({"program_digest": "xyz"}, "different-program", ("program digest", "'xyz'", "'abc'")),
        ({"suite": "ideal"}, "different-suite", ("suite", "'ideal'", "'beaver'")),
        ({"parties": ("north", "south", "west")}, "different-parties", ("parties", "'west'", "'east'")),
        ({"has_dealer": True}, "different-parties", ("has dealer", "True", "False")),
        ({"parameters": {"fractional_bits": 12, "mode": "fast"}}, "different-parameters", ("bits", "12", "16")),
        ({"parameters": {"fractional_bits": 16}}, "different-parameters", ("mode", "'absent'", "'fast'")),
        (
            {"parameters": {"fractional_bits": 16, "mode": "fast", "numpy": "2.0.0"}},
            "different-numpy",
            ("numpy", "'2.0.0'", "'absent'"),
        ),
    ],
)
def test_a_difference_names_the_peer_the_field_and_both_values(
    change: dict[str, Any], code: str, shown: tuple[str, ...]
) -> None:
    side, other = Handshake(0, TERMS), Handshake(1, replace(TERMS, **change))
    with pytest.raises(PeerError) as caught:
        side.receive(1, *other.hello(0))
    assert (caught.value.code, caught.value.party) == (code, "south")
    assert all(text in caught.value.cause for text in shown), caught.value.cause
    assert caught.value.remedy


def test_a_version_with_other_fields_is_a_different_version() -> None:
    hello = pack((1, bytes(32), bytes(32), {"version": "9", "colour": "red"}))
    with pytest.raises(PeerError, match="different-version"):
        Handshake(0, TERMS).receive(1, HELLO, hello)


def test_two_hellos_of_one_party_are_found_out() -> None:
    liar, twin = Handshake(1, TERMS), Handshake(1, TERMS)
    north, east = Handshake(0, TERMS), Handshake(2, TERMS)
    north.receive(1, *liar.hello(0))
    east.receive(1, *twin.hello(2))
    for a, b in ((north, east), (east, north)):
        b.receive(a.me, *a.hello(b.me))
    with pytest.raises(PeerError) as caught:
        north.receive(2, *east.confirm(0))
    assert (caught.value.code, caught.value.party) == ("different-session", "east")


def test_an_opening_must_fit_its_commitment() -> None:
    sides = greeted()
    kind, body = sides[1].confirm(0)
    parts = list(unpack(body))
    for i in (1, 2):
        lie = list(parts)
        lie[i] = bytes(32)
        with pytest.raises(PeerError, match="malformed-message"):
            greeted_copy(sides, 0).receive(1, kind, pack(lie))


def greeted_copy(sides: list[Handshake], me: int) -> Handshake:
    """A fresh handshake of `me` that has heard the same HELLOs of the others."""
    copy = Handshake(me, TERMS)
    for j in copy.peers:
        copy.receive(j, *sides[j].hello(me))
    return copy


def test_a_confirm_may_come_before_the_last_hello() -> None:
    sides = greeted()
    late = Handshake(0, TERMS)
    north = sides[0].hello(0)
    late._bodies[0] = north[1]
    late._commitments[0] = sides[0]._commitments[0]
    late.receive(1, *sides[1].hello(0))
    late.receive(1, *sides[1].confirm(0))
    assert not late.greeted
    late.receive(2, *sides[2].hello(0))
    late.receive(2, *sides[2].confirm(0))
    assert late.complete


def test_nothing_comes_twice_or_out_of_turn() -> None:
    sides = greeted()
    for kind, body in (sides[1].hello(0), (99, b"")):
        with pytest.raises(PeerError, match="malformed-message"):
            sides[0].receive(1, kind, body)
    fresh = Handshake(0, TERMS)
    with pytest.raises(PeerError, match="malformed-message"):
        fresh.receive(1, *sides[1].confirm(0))


def test_a_place_that_is_not_the_senders() -> None:
    with pytest.raises(PeerError, match="wrong-certificate"):
        Handshake(0, TERMS).receive(1, *Handshake(2, TERMS).hello(0))


@given(st.binary(max_size=200), st.sampled_from([HELLO, CONFIRM]))
def test_random_bodies(body: bytes, kind: int) -> None:
    sides = greeted()
    target = Handshake(0, TERMS) if kind == HELLO else sides[0]
    with pytest.raises(PeerError) as caught:
        target.receive(1, kind, body)
    assert caught.value.party == "south"


@pytest.mark.parametrize("kind", [HELLO, CONFIRM])
def test_every_single_byte_change_is_an_error_or_harmless(kind: int) -> None:
    sides = greeted()
    body = (sides[1].hello(0) if kind == HELLO else sides[1].confirm(0))[1]
    refused = 0
    for i in range(len(body)):
        target = Handshake(0, TERMS) if kind == HELLO else greeted_copy(sides, 0)
        try:
            target.receive(1, kind, body[:i] + bytes([body[i] ^ 1]) + body[i + 1 :])
        except PeerError:
            refused += 1
    assert refused >= len(body) - 2 * 32 if kind == HELLO else refused == len(body)


def test_terms_that_do_not_fit() -> None:
    with pytest.raises(LocalError):
        Handshake(0, replace(TERMS, parameters={"x": "y" * 40_000}))
