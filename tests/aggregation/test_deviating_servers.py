"""A malicious server: what clients refuse, by name, before they reveal anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from aggregation_rounds import AUTHORITY, NOW, Round, a_round, credential, refused, vectors

from mpc.errors import Abort, LocalError, PeerError
from protocols.aggregation import Authority, Client, Credential, Server, Step, Terms, plan
from protocols.aggregation.messages import HEADER_BYTES, header, subset_bytes


def with_survivors(everybody: Round, step: Step, members: list[int]) -> bytes:
    return header(everybody.terms, step) + subset_bytes(members, len(everybody.rows))


def test_both_kinds_of_share_about_one_client() -> None:
    """It says that c4 is there, and once it has the shares of b, that c4 vanished."""
    everybody = a_round(5).until(Step.UNMASK)
    client = everybody.clients["c0"]
    client.unmask(everybody.told["c0"])
    with pytest.raises(Abort, match=r"both kinds of share about c4") as error:
        client.answer(with_survivors(everybody, Step.UNMASK, [0, 1, 2, 3]))
    assert (error.value.code, error.value.party) == ("both-shares", "the server")
    assert client.evidence == (everybody.told["c0"], with_survivors(everybody, Step.UNMASK, [0, 1, 2, 3]))
    with pytest.raises(LocalError, match="aggregation-order"):
        client.answer(everybody.told["c0"])


def test_both_kinds_of_share_where_survivors_are_signed() -> None:
    everybody = a_round(5, malicious=True).until(Step.CONSISTENCY)
    client = everybody.clients["c0"]
    client.consistency(everybody.told["c0"])
    with pytest.raises(Abort, match="both-shares"):
        client.consistency(with_survivors(everybody, Step.CONSISTENCY, [0, 1, 2, 3]))
    with pytest.raises(LocalError, match="aggregation-order"):
        client.unmask(everybody.told["c0"])


def test_two_sets_of_survivors() -> None:
    """Half the clients are shown another set. No quorum signs either; a signature on the other set tells."""
    everybody = a_round(5, malicious=True).until(Step.CONSISTENCY)
    other = with_survivors(everybody, Step.CONSISTENCY, [0, 1, 2, 3])
    signed = {
        name: client.answer(other if name in ("c2", "c3") else everybody.told[name])[HEADER_BYTES:]
        for name, client in everybody.clients.items()
        if name != "c4"
    }
    body = header(everybody.terms, Step.UNMASK) + subset_bytes([0, 1, 2, 3], 5) + b"".join(signed.values())
    with refused("split-view", "the server"):
        everybody.clients["c0"].unmask(body)
    assert everybody.clients["c0"].evidence == (everybody.told["c0"], body)
    fewer = header(everybody.terms, Step.UNMASK) + subset_bytes([0, 1], 5) + signed["c0"] + signed["c1"]
    with refused("aggregation-too-few", "the server"):
        everybody.clients["c1"].unmask(fewer)


def test_a_vector_masked_for_another_set_is_not_opened() -> None:
    """c4 was shown another U2, and so left out a mask; the others see that its signature is on another set."""
    everybody = a_round(6, malicious=True, dropouts=0.2).until(Step.MASKED_INPUT)
    everybody.step()
    consents = everybody.server._consents
    consents[4] = everybody.credentials["c4"].sign("masked input", b"another U2")
    everybody.step()
    with refused("aggregation-signature", "c4"):
        everybody.clients["c0"].answer(everybody.told["c0"])


def test_too_small_sets() -> None:
    everybody = a_round(5).until(Step.UNMASK)
    with refused("aggregation-too-few", "the server"):
        everybody.clients["c0"].answer(with_survivors(everybody, Step.UNMASK, [0, 1]))
    with refused("aggregation-not-in-round", "c1"):
        everybody.clients["c1"].answer(with_survivors(everybody, Step.UNMASK, [0, 2, 3, 4]))


def test_survivors_that_shared_no_keys() -> None:
    everybody = a_round(5).until(Step.UNMASK, {Step.SHARE_KEYS: ["c4"]})
    with refused("wrong-survivors", "the server"):
        everybody.clients["c0"].answer(with_survivors(everybody, Step.UNMASK, [0, 1, 2, 3, 4]))


@pytest.mark.parametrize("who", ["unknown authority", "expired", "not yet", "another name"])
def test_clients_that_the_authority_did_not_enrol(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lets them in (its checks are off), and the others do not."""
    dates = {"expired": (0, NOW - 1), "not yet": (NOW + 1, NOW + 2)}.get(who, (NOW, NOW))
    authority = Authority() if who == "unknown authority" else AUTHORITY
    theirs = Credential.enrolled(authority, "c4", not_before=dates[0], not_after=dates[1])
    if who == "another name":
        theirs = Credential(
            theirs.key, replace(credential("c9").certificate, name="c4", public_key=theirs.key.public_key)
        )
    everybody = a_round(5, malicious=True)
    everybody.clients["c4"]._credential = theirs
    with refused("aggregation-not-enrolled", "c4"):
        everybody.step()
    monkeypatch.setattr("protocols.aggregation.server_bbglr20.prove", lambda *_: None)
    lenient = a_round(5, malicious=True)
    lenient.clients["c4"]._credential = theirs
    lenient.step()
    with refused("aggregation-not-enrolled", "c4"):
        lenient.clients["c0"].answer(lenient.told["c0"])


def test_a_client_that_the_server_made_up_and_that_nobody_chose_for_a_holder() -> None:
    """It would count for an honest one, among as many as the plan says."""
    given = plan(30, 3, dropouts=0.1, corrupted=0.04, malicious=True, failure=2**-4, incorrect=2**-4)
    everybody = Round(Terms(given, "tests", 0), vectors(30)).until(Step.SHARE_KEYS)
    probe = everybody.copied("c0")
    probe.answer(everybody.told["c0"])
    other = next(i for i in range(30) if i not in probe._holders and i != probe._directory.me)
    bent = bytearray(everybody.told["c0"])
    at = bent.index(everybody.server._entries[other].certificate.signature)  # type: ignore[union-attr]
    bent[at] ^= 1
    with refused("aggregation-not-enrolled", everybody.server._entries[other].name):
        everybody.clients["c0"].answer(bytes(bent))


def test_keys_that_a_client_did_not_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server puts a key of its own in the place of a client's."""
    everybody = a_round(5, malicious=True).until(Step.SHARE_KEYS)
    entries = everybody.server._entries
    key = entries[3].channel_key
    bent = everybody.told["c0"].replace(key, Authority().public_key)
    with refused("aggregation-signature", "c3"):
        everybody.clients["c0"].answer(bent)
    with refused("wrong-survivors", "the server"):
        everybody.clients["c3"].answer(everybody.told["c3"].replace(key, Authority().public_key))


def test_a_message_of_another_round_or_session_or_plan() -> None:
    everybody = a_round(5).until(Step.SHARE_KEYS)
    for others, code in (
        (a_round(5, number=1), "aggregation-other-round"),
        (a_round(5, session="another"), "aggregation-other-plan"),
        (a_round(5, length=4), "aggregation-other-plan"),
    ):
        others.until(Step.SHARE_KEYS)
        with refused(code, "the server"):
            everybody.clients["c0"].answer(others.told["c0"])
        everybody = a_round(5).until(Step.SHARE_KEYS)


def test_shares_sealed_in_another_round_do_not_open() -> None:
    """Replayed with this round's header: the key of the seal is another one, and the share is left out by name."""
    everybody, before = (a_round(5, number=k).until(Step.MASKED_INPUT) for k in (1, 0))
    replayed = header(everybody.terms, Step.MASKED_INPUT) + before.told["c0"][HEADER_BYTES:]
    everybody.told["c0"] = replayed
    everybody.until(None)
    assert set(everybody.clients["c0"].complaints) == {
        everybody.server._entries[i].name for i in everybody.server._owners[0]
    }
    assert len(everybody.server.survivors) == 5


@pytest.mark.parametrize("step", list(Step)[1:])
def test_every_byte_of_what_a_client_is_told(step: Step) -> None:
    """One bit of each byte in turn: refused by name, or a share that does not open is noted by name, or no matter."""
    before = a_round(4, malicious=True, dropouts=0.25, corrupted=0).until(step)
    body = before.told["c1"]
    right = before.copied("c1").answer(body)
    for place in range(len(body)):
        bent = bytearray(body)
        bent[place] ^= 1 << place % 8
        client, answer = before.copied("c1"), None
        with suppress(PeerError):
            answer = client.answer(bytes(bent))
        assert answer is None or client.complaints or answer == right, place


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.ADVERTISE, Step.CONSISTENCY)])
def test_cut_and_longer_messages(step: Step) -> None:
    before = a_round(4, corrupted=0).until(step)
    body = before.told["c1"]
    for bent in (body + b"\0", b"", *(body[:end] for end in range(0, len(body), 5))):
        with refused("aggregation-malformed", "the server"):
            before.copied("c1").answer(bent)


def test_the_plan_says_what_cannot_be() -> None:
    for refused_plan in ({"dropouts": 0.5, "malicious": True}, {"dropouts": 0.7, "corrupted": 0.25}):
        with pytest.raises(LocalError, match="aggregation-impossible"):
            plan(20, 1, **refused_plan)  # type: ignore[arg-type]
    for wrong in ({"clients": 2}, {"bits": 7}, {"length": 0}, {"dropouts": 1.0}, {"failure": 0.0}):
        with pytest.raises(LocalError, match="aggregation-plan"):
            plan(**{"clients": 20, "length": 1, **wrong})  # type: ignore[arg-type]


def test_who_says_who_it_is() -> None:
    terms = Terms(plan(5, 3, malicious=True, dropouts=0.2), "tests", 0)
    with pytest.raises(LocalError, match="aggregation-credential"):
        Client(terms, "c0", vectors(5)[0])
    with pytest.raises(LocalError, match="aggregation-credential"):
        Client(terms, "c0", credential=credential("c1"), authority=AUTHORITY.public_key, now=NOW)
    with pytest.raises(LocalError, match="aggregation-credential"):
        Server(terms)
    with pytest.raises(LocalError, match="wrong-key"):
        Credential(credential("c0").key, credential("c0").certificate)
    with pytest.raises(LocalError, match="bad-name"):
        AUTHORITY.enrol("a b", bytes(32), not_before=0, not_after=1)
    for dates in ((-1, 1), (2, 1), (0, 1 << 64), (0.5, 1)):
        with pytest.raises(LocalError, match="bad-lifetime"):
            AUTHORITY.enrol("a", bytes(32), not_before=dates[0], not_after=dates[1])  # type: ignore[arg-type]
    with pytest.raises(LocalError, match="wrong-key"):
        AUTHORITY.enrol("a", bytes(31), not_before=0, not_after=1)
    for empty in (b"", bytes(31), bytearray(32)):
        with pytest.raises(LocalError, match="wrong-key"):
            Authority(empty)
