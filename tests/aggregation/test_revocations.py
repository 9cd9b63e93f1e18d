"""Who is enrolled no longer: the authority's list, whom it refuses, and when it is as none."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aggregation_rounds import ANY, AUTHORITY, NOW, Round, credential, refused, small_plan, vectors

from mpc.errors import LocalError
from mpc.network.star.authority import Authority as StarAuthority
from mpc.network.star.authority import new_authority, new_request
from protocols.aggregation import (
    Authority,
    Client,
    RevocationFile,
    Revocations,
    Server,
    SigningKey,
    Step,
    Terms,
    credential_of_star,
    read_revocations,
    revocation_list,
    vouch,
)

DAY = 86_400


def listed(*keys: bytes, number: int = 1, until: int = NOW + DAY, authority: Authority = AUTHORITY) -> bytes:
    return revocation_list(authority, keys, number=number, since=NOW - DAY, until=until)


def known(*keys: bytes, number: int = 1) -> Revocations:
    return read_revocations(listed(*keys, number=number), AUTHORITY.public_key)


def test_a_list_says_its_number_its_dates_and_the_keys() -> None:
    keys = [SigningKey().public_key for _ in range(3)]
    found = known(*keys, number=7)
    assert (found.number, found.since, found.until) == (7, NOW - DAY, NOW + DAY)
    assert found.keys == frozenset(keys)
    assert known().keys == frozenset()


def test_only_the_authority_makes_lists() -> None:
    with pytest.raises(LocalError, match=r"aggregation-revocations.*not signed by this authority"):
        read_revocations(listed(authority=Authority()), AUTHORITY.public_key)
    for content in (b"", b"nonsense", listed()[:-40]):
        with pytest.raises(LocalError, match="aggregation-revocations"):
            read_revocations(content, AUTHORITY.public_key)


def test_a_changed_byte_changes_nothing_or_is_refused() -> None:
    """Of the base64 between the lines; some characters there are not looked at, as at an end of a line."""
    key = SigningKey().public_key
    content, right = listed(key), known(key)
    for place in range(len(b"-----BEGIN X509 CRL-----\n"), len(content) - len(b"-----END X509 CRL-----\n"), 3):
        bent = bytearray(content)
        bent[place] = ord("A") if bent[place] != ord("A") else ord("B")
        found = None
        with suppress(LocalError):
            found = read_revocations(bytes(bent), AUTHORITY.public_key)
        assert found in (None, right)


@pytest.mark.parametrize(("number", "since", "until"), [(0, 0, 1), (1, 2, 1), (1, -1, 1), (1.5, 0, 1)])
def test_lists_that_are_none_are_not_made(number: int, since: int, until: int) -> None:
    with pytest.raises(LocalError, match="bad-lifetime"):
        revocation_list(AUTHORITY, [], number=number, since=since, until=until)
    with pytest.raises(LocalError, match="wrong-key"):
        revocation_list(AUTHORITY, [b"short"], number=1, since=0, until=1)


def a_round(revoked_at_server: bool) -> Round:
    """Of five clients, who all have a list with the key of c4."""
    everybody = Round(Terms(small_plan(5, malicious=True), "tests", 0), vectors(5))
    found = known(everybody.credentials["c4"].certificate.public_key, number=3)
    for client in everybody.clients.values():
        client._revocations = found
    if revoked_at_server:
        everybody.server._revocations = found
    return everybody


def test_the_server_refuses_a_revoked_client_by_name_and_goes_on() -> None:
    everybody = a_round(revoked_at_server=True)
    for name, body in everybody.answers().items():
        if name == "c4":
            with refused("aggregation-revoked", "c4"):
                everybody.server.receive(name, Step.ADVERTISE, body)
        else:
            everybody.server.receive(name, Step.ADVERTISE, body)
    everybody.told = everybody.server.advance()
    assert sorted(everybody.told) == ["c0", "c1", "c2", "c3"]
    everybody.step()
    assert everybody.server.step == Step.MASKED_INPUT


def test_clients_refuse_a_round_that_a_server_lets_a_revoked_client_into() -> None:
    """It has an old list, or works with that client."""
    everybody = a_round(revoked_at_server=False)
    everybody.step()
    for name in ("c0", "c1", "c2", "c3"):
        with refused("aggregation-revoked", "c4"):
            everybody.clients[name].answer(everybody.told[name])
        assert everybody.clients[name].step is None, "nothing more of this round"


def test_a_list_past_its_date_is_as_none() -> None:
    stale = read_revocations(listed(until=NOW - 1), AUTHORITY.public_key)
    terms, own = Terms(small_plan(5, malicious=True), "tests", 0), credential("c0")
    with pytest.raises(LocalError, match=r"aggregation-revocations.*held until 2023-11-14"):
        Client(terms, "c0", credential=own, authority=AUTHORITY.public_key, now=NOW, demands=ANY, revocations=stale)
    with pytest.raises(LocalError, match="aggregation-revocations"):
        Server(terms, authority=AUTHORITY.public_key, now=NOW, revocations=stale)


def test_a_file_is_read_anew_and_never_goes_back(tmp_path: Path) -> None:
    file, key = tmp_path / "authority.crl", SigningKey().public_key
    with pytest.raises(LocalError, match=r"aggregation-revocations.*cannot read"):
        RevocationFile(file, AUTHORITY.public_key)

    def put(content: bytes, turn: int) -> None:
        file.write_bytes(content)
        os.utime(file, ns=(turn, turn))

    put(listed(number=1), 1)
    kept = RevocationFile(file, AUTHORITY.public_key)
    assert kept.current(NOW).keys == frozenset()
    put(listed(key, number=2), 2)
    assert kept.current(NOW).keys == {key}
    for turn, content in enumerate((listed(number=1), listed(number=9, authority=Authority()), b"nonsense"), 3):
        put(content, turn)
        assert kept.current(NOW).number == 2
    file.unlink()
    assert kept.current(NOW).keys == {key}
    with pytest.raises(LocalError, match="aggregation-revocations"):
        kept.current(NOW + DAY + 1)


def test_the_list_of_a_stars_authority_is_one_for_its_sums(tmp_path: Path) -> None:
    """One file for both, with a number that grows; a revoked key is not enrolled again."""
    clock = lambda: datetime.fromtimestamp(NOW, UTC)  # noqa: E731
    star = StarAuthority(new_authority("authority", tmp_path, now=clock), clock)
    for name in ("anna", "bert"):
        star.enroll(name, new_request(name, tmp_path), tmp_path, timedelta(hours=1), vouch=vouch)
    (anna, public), (bert, _) = (
        credential_of_star(tmp_path / f"{name}.key", tmp_path / "authority.crt") for name in ("anna", "bert")
    )
    kept = RevocationFile(tmp_path / "authority.crl", public)
    assert (kept.current(NOW).number, kept.current(NOW).keys) == (1, frozenset())
    assert star.revoke("anna") == 1
    assert star.revoke("anna") == 0
    found = kept.current(NOW)
    assert (found.number, found.keys) == (3, {anna.certificate.public_key})
    found.check(bert.certificate)
    with refused("aggregation-revoked", "anna"):
        found.check(anna.certificate)
    with pytest.raises(LocalError, match=r"bad-request.*was revoked"):
        star.enroll("anna", tmp_path / "anna.csr", tmp_path, vouch=vouch)
    assert star.revoke("bert") == 1
    assert kept.current(NOW).keys == {one.certificate.public_key for one in (anna, bert)}
