"""Clients that deviate: the server refuses their messages by name, and the sum of the others is right."""

from __future__ import annotations

import numpy as np
import pytest
from aggregation_rounds import AUTHORITY, NOW, Round, a_round, credential, refused, vectors

from mpc.errors import Abort, LocalError, PeerError
from protocols.aggregation import Client, Server, Step, Terms, plan
from protocols.aggregation import shares_shamir79 as shamir
from protocols.aggregation.messages import HEADER_BYTES, number


def right(everybody: Round, *without: int) -> bool:
    rows = np.delete(everybody.rows, without, axis=0)
    return bool((everybody.server.total == rows.sum(axis=0, dtype=np.uint32)).all())


def test_messages_twice_late_of_another_round_and_of_strangers() -> None:
    everybody = a_round(5)
    body = everybody.clients["c0"].advertise()
    with refused("aggregation-late", "c0"):
        everybody.server.receive("c0", Step.SHARE_KEYS, body)
    with refused("aggregation-other-round", "c0"):
        everybody.server.receive("c0", Step.ADVERTISE, a_round(5, number=1).clients["c0"].advertise())
    with refused("aggregation-other-plan", "c0"):
        everybody.server.receive("c0", Step.ADVERTISE, a_round(5, bits=16).clients["c0"].advertise())
    everybody.server.receive("c0", Step.ADVERTISE, body)
    with refused("aggregation-twice", "c0"):
        everybody.server.receive("c0", Step.ADVERTISE, body)
    for name in ("c1", "c2", "c3"):
        everybody.server.receive(name, Step.ADVERTISE, everybody.clients[name].advertise())
    everybody.told = everybody.server.advance()
    with refused("aggregation-not-in-round", "c4"):
        everybody.server.receive("c4", Step.SHARE_KEYS, body)
    with refused("aggregation-late", "c0"):
        everybody.server.receive("c0", Step.ADVERTISE, body)
    everybody.until(None)
    assert right(everybody, 4)
    with pytest.raises(LocalError, match="the round is over"):
        everybody.server.advance()


def test_only_the_invited_and_no_more_than_the_plan_has() -> None:
    everybody = a_round(4)
    server = Server(everybody.terms, invited=["c0", "c1"])
    assert server.missing() == ["c0", "c1"]
    with refused("aggregation-not-in-round", "c3"):
        server.receive("c3", Step.ADVERTISE, everybody.clients["c3"].advertise())
    for name in ("c0", "c1", "c2"):
        everybody.server.receive(name, Step.ADVERTISE, everybody.clients[name].advertise())
    extra = Client(everybody.terms, "c9").advertise()
    everybody.server.receive("c9", Step.ADVERTISE, extra)
    with refused("aggregation-not-in-round", "c8"):
        everybody.server.receive("c8", Step.ADVERTISE, Client(everybody.terms, "c8").advertise())


def test_a_key_with_which_nothing_is_secret() -> None:
    """The point of order 1, 2, 4 or 8 gives the same number with whoever: RFC 7748, section 6.1."""
    everybody = a_round(5)
    body = everybody.clients["c0"].advertise()
    for zero in (body[:HEADER_BYTES] + bytes(32) + body[-32:], body[:-32] + bytes(32)):
        with refused("aggregation-key", "c0"):
            everybody.server.receive("c0", Step.ADVERTISE, zero)
    everybody.server.receive("c0", Step.ADVERTISE, body)


@pytest.mark.parametrize("malicious", [False, True])
def test_every_byte_of_what_the_server_is_told(malicious: bool) -> None:
    """Refused by name, or taken: never another exception, and nothing is kept of what is refused."""
    everybody = a_round(4, malicious=malicious, dropouts=0.25, corrupted=0)
    while (step := everybody.server.step) is not None:
        body = everybody.answers()["c1"]
        for bent in (body[:-1], body + b"\0", b"", bytes(len(body))):
            with pytest.raises(PeerError) as error:
                everybody.server.receive("c1", step, bent)
            assert error.value.party == "c1"
        for place in range(HEADER_BYTES):
            with pytest.raises(PeerError):
                everybody.server.receive("c1", step, body[:place] + bytes([body[place] ^ 64]) + body[place + 1 :])
        for name, said in everybody.said.items():
            everybody.server.receive(name, step, said)
        everybody.told = everybody.server.advance()
    assert right(everybody)


def test_signatures_that_do_not_hold() -> None:
    everybody = a_round(5, malicious=True)
    while (step := everybody.server.step) is not None:
        body = everybody.answers()["c1"]
        bent = {
            Step.ADVERTISE: body[:-1] + bytes([body[-1] ^ 1]),
            Step.MASKED_INPUT: body[:HEADER_BYTES] + bytes(64) + body[HEADER_BYTES + 64 :],
            Step.CONSISTENCY: body[:-64] + bytes(64),
        }
        if step in bent:
            with refused("aggregation-signature", "c1"):
                everybody.server.receive("c1", step, bent[step])
        for name, said in everybody.said.items():
            everybody.server.receive(name, step, said)
        everybody.told = everybody.server.advance()
    assert right(everybody)


def test_a_certificate_of_somebody_else() -> None:
    everybody = a_round(5, malicious=True)
    other = Client(
        everybody.terms, "c1", credential=credential("c1"), authority=AUTHORITY.public_key, now=NOW
    ).advertise()
    with refused("aggregation-malformed", "c0"):
        everybody.server.receive("c0", Step.ADVERTISE, other)


def bent_share(body: bytes, row: int) -> bytes:
    place = HEADER_BYTES + 4 + row * (5 + shamir.SHARE_BYTES) + 5
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def test_a_wrong_share_where_there_is_one_to_spare() -> None:
    """The sum is right, and who sent it is named. Nobody vanished, so there is one share more than the threshold."""
    everybody = a_round(6, dropouts=0.35).until(Step.UNMASK)
    for name, body in everybody.answers().items():
        everybody.server.receive(name, Step.UNMASK, bent_share(body, 0) if name == "c1" else body)
    everybody.server.advance()
    assert right(everybody)
    assert everybody.server.culprits == ["c1"]


def test_a_wrong_share_where_there_is_none_to_spare() -> None:
    everybody = a_round(5, dropouts=0.2, corrupted=0).until(Step.UNMASK, {Step.SHARE_KEYS: ["c4"]})
    for name, body in everybody.answers().items():
        everybody.server.receive(name, Step.UNMASK, bent_share(body, 0) if name == "c1" else body)
    with pytest.raises(Abort, match="do not fit together") as error:
        everybody.server.advance()
    assert error.value.code == "aggregation-bad-share"


def test_two_wrong_shares_where_there_are_four_to_spare() -> None:
    everybody = a_round(12, dropouts=0.5, corrupted=0.2).until(Step.UNMASK, {Step.SHARE_KEYS: ["c11"]})
    assert everybody.terms.plan.threshold + 4 < 10
    for name, body in everybody.answers().items():
        everybody.server.receive(name, Step.UNMASK, bent_share(body, 0) if name in ("c1", "c5") else body)
    everybody.server.advance()
    assert np.array_equal(everybody.server.total, everybody.rows[:11].sum(axis=0, dtype=np.uint32))
    assert everybody.server.culprits == ["c1", "c5"]


def test_a_client_whose_shares_open_at_none_of_its_holders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody answered, and nobody had a share of it: it is named, not the server."""
    everybody = a_round(5).until(Step.SHARE_KEYS)
    monkeypatch.setattr(everybody.clients["c3"], "_seal", lambda i, content: bytes(len(content) + 16))
    with pytest.raises(Abort, match="dealt them shares that do not open") as error:
        everybody.until(None)
    assert (error.value.code, error.value.party) == ("aggregation-bad-share", "c3")


def test_a_client_that_deals_shares_that_do_not_fit() -> None:
    """It masks with another b than it shared: no sum of this round, and the error names it."""
    everybody = a_round(5).until(Step.MASKED_INPUT)
    everybody.server._commitments[2] = bytes(32)
    with pytest.raises(Abort, match="shares of c2's secret do not fit together") as error:
        everybody.until(None)
    assert (error.value.code, error.value.party) == ("aggregation-bad-share", "c2")


def test_a_list_of_holders_that_is_none_is_noted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client seals a set with bits behind its end: the holders leave its shares out, and go on."""
    given = plan(30, 2, dropouts=0.1, corrupted=0.04, malicious=True, failure=2**-4, incorrect=2**-4)
    assert 0 < given.degree < 29
    everybody = Round(Terms(given, "tests", 0), vectors(30, 2)).until(Step.SHARE_KEYS)
    monkeypatch.setattr(everybody.clients["c7"], "_holders_listed", lambda: b"\xff" * 4)
    everybody.step()
    holders = everybody.server._holders[everybody.server._numbers["c7"]]
    everybody.answers()
    for i in holders:
        assert "behind its end" in everybody.clients[everybody.server._entries[i].name].complaints["c7"]


def test_shares_of_the_wrong_kind_or_of_nobody() -> None:
    everybody = a_round(5).until(Step.UNMASK)
    body = everybody.answers()["c1"]
    kind = HEADER_BYTES + 4 + 4
    with refused("aggregation-malformed", "c1"):
        everybody.server.receive("c1", Step.UNMASK, body[:kind] + b"\1" + body[kind + 1 :])
    with refused("aggregation-malformed", "c1"):
        everybody.server.receive("c1", Step.UNMASK, body[: kind + 1] + b"\xff" * 8 + body[kind + 9 :])
    own = HEADER_BYTES + 4
    with refused("aggregation-malformed", "c0"):
        first = everybody.said["c0"]
        everybody.server.receive("c0", Step.UNMASK, first[:own] + number(0) + first[own + 4 :])


def test_shares_for_others_than_its_holders() -> None:
    everybody = a_round(6, dropouts=0.3, corrupted=0).until(Step.SHARE_KEYS)
    others = a_round(7, dropouts=0.3, corrupted=0)
    body = everybody.answers()["c0"]
    count = HEADER_BYTES + 32
    fewer = body[:count] + number(1) + body[count + 4 : count + 4 + 4 + 96]
    with refused("aggregation-malformed", "c0"):
        everybody.server.receive("c0", Step.SHARE_KEYS, fewer)
    assert others.server.step == Step.ADVERTISE


def test_too_few_are_left() -> None:
    everybody = a_round(5)
    with refused("aggregation-too-few", "the server"):
        everybody.until(None, {Step.MASKED_INPUT: ["c0", "c1", "c2"]})
    everybody = a_round(5, malicious=True)
    with refused("aggregation-too-few", "the server"):
        everybody.until(None, {Step.CONSISTENCY: ["c0", "c1"]})


def test_a_step_fails_and_the_client_says_nothing_more() -> None:
    everybody = a_round(5).until(Step.MASKED_INPUT)
    client = everybody.clients["c0"]
    with pytest.raises(PeerError):
        client.answer(b"")
    with pytest.raises(LocalError, match="aggregation-order"):
        client.answer(everybody.told["c0"])
    with pytest.raises(LocalError, match="aggregation-order"):
        client.advertise()


def test_names_of_the_server_and_rounds() -> None:
    given = plan(5, 3)
    with pytest.raises(LocalError, match="aggregation-plan"):
        Terms(given, "tests", -1)
    named = Terms(given, "tests", 0, server="north")
    client = Client(named, "c0")
    client.advertise()
    with refused("aggregation-malformed", "north"):
        client.answer(b"")
