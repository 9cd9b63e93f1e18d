"""Who is a client: what the authority signs, what the judge accepts, and what star.toml may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mpc.errors import LocalError, PeerError
from mpc.network.identity import load_certificate, load_identity, new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from mpc.network.star.credentials import Judge
from mpc.network.star.star_file import StarFile

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def authority(folder: Path, clock: Clock, name: str = "authority") -> Authority:
    return Authority(new_authority(name, folder, now=clock), clock)


def judge(folder: Path, clock: Clock, *, revoked: bool = True) -> Judge:
    return Judge(load_certificate(folder / "authority.crt"), folder / "authority.crl" if revoked else None, clock)


def enrolled(of: Authority, folder: Path, name: str = "anna", hours: float = 24) -> bytes:
    request = folder / f"{name}.csr"
    if not request.exists():
        new_request(name, folder)
    of.enroll(name, request, folder, timedelta(hours=hours))
    return load_identity(name, folder).certificate.der


def refusal(judge: Judge, der: bytes) -> PeerError:
    with pytest.raises(PeerError) as caught:
        judge.credential(der)
    return caught.value


def test_an_enrolled_client_is_known_by_its_name(tmp_path: Path, clock: Clock) -> None:
    der = enrolled(authority(tmp_path, clock), tmp_path)
    credential = judge(tmp_path, clock).credential(der)
    assert credential.name == "anna"
    assert credential.certificate.der == der


@pytest.mark.parametrize(
    ("hours", "code"), [(-1, "certificate-not-yet-valid"), (23, None), (25, "certificate-expired")]
)
def test_a_certificate_holds_for_its_time(tmp_path: Path, clock: Clock, hours: float, code: str | None) -> None:
    der = enrolled(authority(tmp_path, clock), tmp_path)
    clock.now = NOW + timedelta(hours=hours)
    if code is None:
        assert judge(tmp_path, clock).credential(der).name == "anna"
        return
    error = refusal(judge(tmp_path, clock), der)
    assert (error.code, error.party) == (code, "anna")
    assert f"{clock.now:%H:%M}" in error.cause
    assert "clock" in error.remedy


def test_another_authority_is_refused_even_of_the_same_name(tmp_path: Path, clock: Clock) -> None:
    authority(tmp_path, clock)
    (tmp_path / "other").mkdir()
    der = enrolled(authority(tmp_path / "other", clock), tmp_path / "other")
    assert refusal(judge(tmp_path, clock), der).code == "wrong-authority"


def test_what_is_no_clients_certificate_is_refused(tmp_path: Path, clock: Clock) -> None:
    authority(tmp_path, clock)
    judged = judge(tmp_path, clock)
    assert refusal(judged, new_identity("anna", tmp_path).certificate.der).code == "wrong-authority"
    assert refusal(judged, load_certificate(tmp_path / "authority.crt").der).code == "wrong-certificate"
    assert refusal(judged, b"\x30\x03abc").code == "wrong-authority"


def test_every_changed_byte_of_a_certificate_is_refused(tmp_path: Path, clock: Clock) -> None:
    der = enrolled(authority(tmp_path, clock), tmp_path)
    judged = judge(tmp_path, clock)
    for i in range(0, len(der), 3):
        changed = der[:i] + bytes([der[i] ^ 4]) + der[i + 1 :]
        assert refusal(judged, changed).code == "wrong-authority"


def test_revoking_a_client_ends_all_its_certificates_at_once(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    first, second = enrolled(of, tmp_path), enrolled(of, tmp_path)
    bert = enrolled(of, tmp_path, "bert")
    judged = judge(tmp_path, clock)
    credential = judged.credential(first)
    assert of.revoke("anna") == 2
    assert of.revoke("anna") == 0
    for der in (first, second):
        assert refusal(judged, der).code == "certificate-revoked"
    with pytest.raises(PeerError, match="certificate-revoked"):
        judged.check(credential)
    assert judged.credential(bert).name == "bert"
    assert judge(tmp_path, clock, revoked=False).credential(first).name == "anna"
    with pytest.raises(LocalError, match="unknown-client"):
        of.revoke("nobody")


def test_a_list_past_its_date_admits_nobody_until_it_is_renewed(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    judged = judge(tmp_path, clock)
    clock.now = NOW + timedelta(days=31)
    der = enrolled(of, tmp_path)
    assert refusal(judged, der).code == "revocations-stale"
    of.revoke()
    assert judged.credential(der).name == "anna"


def test_an_older_list_in_the_place_of_a_newer_one_takes_nothing_back(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    der, older = enrolled(of, tmp_path), (tmp_path / "authority.crl").read_bytes()
    judged = judge(tmp_path, clock)
    of.revoke("anna")
    assert refusal(judged, der).code == "certificate-revoked"
    (tmp_path / "authority.crl").write_bytes(older)
    assert refusal(judged, der).code == "certificate-revoked"


def test_a_list_that_becomes_unreadable_leaves_what_was_known(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    der = enrolled(of, tmp_path)
    of.revoke("anna")
    judged = judge(tmp_path, clock)
    (tmp_path / "authority.crl").write_text("nonsense")
    assert refusal(judged, der).code == "certificate-revoked"
    with pytest.raises(LocalError, match="bad-revocations"):
        judge(tmp_path, clock)
    (tmp_path / "other").mkdir()
    authority(tmp_path / "other", clock)
    (tmp_path / "authority.crl").write_bytes((tmp_path / "other" / "authority.crl").read_bytes())
    with pytest.raises(LocalError, match="not signed"):
        judge(tmp_path, clock)


def test_enrolling_again_renews_and_never_for_another_key(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    first = enrolled(of, tmp_path)
    clock.now = NOW + timedelta(hours=20)
    second = enrolled(of, tmp_path)
    assert first != second
    clock.now = NOW + timedelta(hours=30)
    assert judge(tmp_path, clock).credential(second).name == "anna"
    (tmp_path / "other").mkdir()
    with pytest.raises(LocalError, match="key-exists"):
        of.enroll("anna", new_request("anna", tmp_path / "other"), tmp_path)
    assert load_identity("anna", tmp_path).certificate.der == second


def test_a_request_for_another_name_or_time_is_not_signed(tmp_path: Path, clock: Clock) -> None:
    of = authority(tmp_path, clock)
    request = new_request("anna", tmp_path)
    with pytest.raises(LocalError, match="bad-request"):
        of.enroll("bert", request, tmp_path)
    for valid in (timedelta(seconds=1), timedelta(days=365)):
        with pytest.raises(LocalError, match="bad-lifetime"):
            of.enroll("anna", request, tmp_path, valid)
    request.write_bytes(request.read_bytes()[:-60])
    with pytest.raises(LocalError, match="bad-request"):
        of.enroll("anna", request, tmp_path)
    for name in ("", "a/b", "x" * 65, "-a"):
        with pytest.raises(LocalError, match="bad-name"):
            new_request(name, tmp_path)


def test_a_certificate_never_outlives_its_authority(tmp_path: Path, clock: Clock) -> None:
    of = Authority(new_authority("authority", tmp_path, timedelta(hours=2), clock), clock)
    der = enrolled(of, tmp_path)
    assert x509.load_der_x509_certificate(der).not_valid_after_utc == NOW + timedelta(hours=2)
    clock.now = NOW + timedelta(hours=3)
    with pytest.raises(LocalError, match="certificate-expired"):
        judge(tmp_path, clock)


def test_keys_of_an_authority_are_its_own_affair(tmp_path: Path, clock: Clock) -> None:
    key = new_authority("authority", tmp_path, now=clock)
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(LocalError, match="key-exists"):
        new_authority("authority", tmp_path, now=clock)
    key.chmod(0o644)
    with pytest.raises(LocalError, match="key-exposed"):
        Authority(key, clock)
    key.chmod(0o600)
    other = new_identity("other", tmp_path)
    key.with_suffix(".crt").write_bytes(other.certificate_file.read_bytes())
    with pytest.raises(LocalError, match="wrong-key"):
        Authority(key, clock)
    with pytest.raises(LocalError, match="bad-certificate"):
        Judge(other.certificate, None, clock)
    assert serialization.load_pem_private_key(key.read_bytes(), None)


WHOLE = """
[server]
name = "center"
address = "[::1]:7100"
certificate = "center.crt"

[clients]
authority = "authority.crt"
revoked = "authority.crl"

[proxy]
address = "edge.example.org:443"

[limits]
message_bytes = 1000
stall_seconds = 60.5
"""


def test_star_toml_says_where_and_who(tmp_path: Path, clock: Clock) -> None:
    center = new_identity("center", tmp_path)
    authority(tmp_path, clock)
    file = tmp_path / "star.toml"
    file.write_text(WHOLE)
    star = StarFile.load(file)
    assert (star.server.name, star.server.address) == ("center", "[::1]:7100")
    assert star.server.certificate.der == center.certificate.der
    assert star.revoked == tmp_path / "authority.crl"
    assert star.proxy is not None
    assert (star.proxy.host, star.proxy.port, star.proxy.roots) == ("edge.example.org", 443, None)
    assert (star.limits.message_bytes, star.limits.stall_seconds) == (1000, 60.5)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("[server]", "[sever]", "unknown entry"),
    ('name = "center"', 'name = "a b"', "cannot name"),
    ('name = "center"', "name = 3", "needs name"),
    ('address = "[::1]:7100"', 'address = "here"', "host:port"),
    ('authority = "authority.crt"', "", "needs authority"),
    ("revoked =", "revokd =", "unknown field"),
    ("message_bytes = 1000", "message_bytes = 0", "message_bytes"),
    ("message_bytes = 1000", 'message_bytes = "1"', "message_bytes"),
    ("message_bytes = 1000", "mesage_bytes = 1", "unknown field"),
    ("stall_seconds = 60.5", "stall_seconds = 11", "stall_seconds"),
    ('address = "edge.example.org:443"', "", "needs address"),
    ("[limits]", "limits = 3\n[x]", "unknown entry"),
    ("[server]", "server]", "TOML"),
])  # fmt: skip
def test_what_is_wrong_in_star_toml_is_said(tmp_path: Path, clock: Clock, old: str, new: str, said: str) -> None:
    new_identity("center", tmp_path)
    authority(tmp_path, clock)
    file = tmp_path / "star.toml"
    assert WHOLE.count(old) == 1
    file.write_text(WHOLE.replace(old, new))
    with pytest.raises(LocalError) as caught:
        StarFile.load(file)
    assert caught.value.code == "bad-star"
    assert said in caught.value.cause
