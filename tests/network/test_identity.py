"""Keys and parties.toml: what is written, what is refused, and that the errors teach."""

from __future__ import annotations

import errno
import os
import resource
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from forks import FORKS, forked

from mpc.errors import LocalError
from mpc.network.identity import Roster, load_certificate, load_identity, new_identity, parse_address

TEXT = """
[[party]]
name = "north"
address = "localhost:7001"
certificate = "north.crt"

[[party]]
name = "south"
address = "[::1]:7002"
certificate = "south.crt"

[dealer]
name = "dealer"
address = "dealer.example.org:7003"
certificate = "dealer.crt"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("north", "south", "dealer"):
        new_identity(name, tmp_path)
    (tmp_path / "parties.toml").write_text(TEXT)
    return tmp_path


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        identity = new_identity("north", tmp_path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(identity.key_file.stat().st_mode) == 0o600
    assert identity == load_identity("north", tmp_path)
    assert b"PRIVATE" not in identity.certificate_file.read_bytes()
    left = identity.certificate.not_after - datetime.now(UTC)
    assert timedelta(days=5 * 365 - 2) < left < timedelta(days=5 * 365 + 2)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    identity = new_identity("north", tmp_path)
    identity.key_file.chmod(mode)
    with pytest.raises(LocalError, match="key-exposed") as caught:
        load_identity("north", tmp_path)
    assert "chmod 600" in caught.value.remedy


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    before = new_identity("north", tmp_path).key_file.read_bytes()
    with pytest.raises(LocalError, match="key-exists"):
        new_identity("north", tmp_path)
    (tmp_path / "south.key").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LocalError, match="key-exists"):
        new_identity("south", tmp_path)
    assert (tmp_path / "north.key").read_bytes() == before


def told_without_room(folder: Path, telling: Connection) -> None:
    """Files of this process end after 100 bytes from here on: less than a key takes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    try:
        new_identity("north", folder)
    except LocalError as error:
        telling.send_bytes(str(error).encode())


def test_where_there_is_no_room_for_a_key_there_is_none(tmp_path: Path) -> None:
    # In a process of its own, since what others of this one write at that time, as compilers of devices, is lost too.
    told, telling = FORKS.Pipe(duplex=False)
    process = forked(told_without_room, tmp_path, telling)
    telling.close()
    error = told.recv_bytes().decode()
    process.join()
    assert "unwritable" in error
    assert "too large" in error
    assert not list(tmp_path.iterdir())


def test_a_key_without_its_certificate_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def refuse(part: str, path: Path) -> None:
        if path.suffix == ".crt":
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        link(part, path)

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(LocalError, match="quota"):
        new_identity("north", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_key_has_its_name_only_when_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    fsync = os.fsync

    def look(descriptor: int) -> None:
        fsync(descriptor)
        seen.append(sorted(path.suffix for path in tmp_path.iterdir()))

    monkeypatch.setattr(os, "fsync", look)
    new_identity("north", tmp_path)
    assert seen == [[".part"], [".part", ".part"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["north.crt", "north.key"]


@pytest.mark.parametrize("name", ["", "../north", "a b", "-x", "x" * 65, "nörd", "a/b", "a\n"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocalError, match="bad-name"):
        new_identity(name, tmp_path)


def test_keys_that_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no-key"):
        load_identity("north", tmp_path)
    new_identity("north", tmp_path)
    new_identity("south", tmp_path)
    (tmp_path / "north.crt").write_bytes((tmp_path / "south.crt").read_bytes())
    with pytest.raises(LocalError, match="wrong-key"):
        load_identity("north", tmp_path)
    (tmp_path / "north.key").write_text("nothing")
    with pytest.raises(LocalError, match="bad-key"):
        load_identity("north", tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="unwritable"):
        new_identity("north", tmp_path / "none")


def test_certificates_are_compared_by_their_bytes(tmp_path: Path) -> None:
    identity = new_identity("north", tmp_path)
    assert load_certificate(identity.certificate_file) == identity.certificate
    assert bytes.fromhex(identity.certificate.fingerprint) == sha256(identity.certificate.der).digest()


def test_expiry_is_announced_a_month_ahead(folder: Path) -> None:
    roster = Roster.load(folder / "parties.toml")
    last = roster.endpoints[0].certificate.not_after
    assert roster.warnings() == []
    assert roster.warnings(last - timedelta(days=31)) == []
    soon = roster.warnings(last - timedelta(days=29, hours=12))
    assert len(soon) == 3
    assert "north" in soon[0]
    assert "29 days" in soon[0]
    assert not roster.endpoints[0].certificate.expired(last)
    assert roster.endpoints[0].certificate.expired(last + timedelta(seconds=1))


def test_a_roster_is_read_in_order_with_the_dealer_last(folder: Path) -> None:
    roster = Roster.load(folder / "parties.toml")
    assert roster.names == ("north", "south", "dealer")
    assert (roster.parties, roster.has_dealer) == (2, True)
    assert [endpoint.address for endpoint in roster.endpoints] == [
        "localhost:7001",
        "[::1]:7002",
        "dealer.example.org:7003",
    ]
    assert roster.index("south") == 1
    with pytest.raises(LocalError, match="unknown-party") as caught:
        roster.index("west")
    assert "north, south, dealer" in caught.value.cause


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ('name = "south"', 'name = "north"', "name north twice"),
        ("[::1]:7002", "localhost:7001", "address localhost:7001 twice"),
        ("south.crt", "north.crt", "certificate twice: north and south"),
        ("localhost:7001", "localhost", "host:port"),
        ("localhost:7001", "localhost:0", "ports are 1 to 65535"),
        ("localhost:7001", "localhost:65536", "ports are 1 to 65535"),
        ("localhost:7001", "localhost:http", "'http' is no port"),
        ("localhost:7001", ":7001", "host:port"),
        ("[::1]:7002", "::1:7002", "in brackets"),
        ('name = "north"', "", "[[party]] number 1 needs a name"),
        ('name = "north"', "name = 3", "needs a name"),
        ('name = "north"', 'name = "../north"', "cannot name a party"),
        ('name = "north"', 'name = "north"\ncolour = "red"', "unknown field 'colour'"),
        ("[dealer]", "[deeler]", "unknown entry 'deeler'"),
        ("[[party]]", "[[party", "is not TOML"),
    ],
)
def test_mistakes_in_a_roster(folder: Path, old: str, new: str, shown: str) -> None:
    (folder / "parties.toml").write_text(TEXT.replace(old, new, 1))
    with pytest.raises(LocalError, match="bad-roster") as caught:
        Roster.load(folder / "parties.toml")
    assert shown in caught.value.cause
    assert "parties.toml" in caught.value.cause
    assert caught.value.remedy


def test_fewer_than_two_parties(folder: Path) -> None:
    (folder / "parties.toml").write_text(TEXT.partition('[[party]]\nname = "south"')[0])
    with pytest.raises(LocalError, match="names 1 parties; 2 is the least"):
        Roster.load(folder / "parties.toml")
    (folder / "parties.toml").write_text("[party]\nname = 'x'\n")
    with pytest.raises(LocalError, match="double brackets"):
        Roster.load(folder / "parties.toml")


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="bad-roster") as caught:
        Roster.load(tmp_path / "parties.toml")
    assert "cannot read" in caught.value.cause


@pytest.mark.parametrize(
    "content", [None, b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_a_certificate_that_cannot_be_read(folder: Path, content: bytes | None) -> None:
    (folder / "south.crt").unlink()
    if content is not None:
        (folder / "south.crt").write_bytes(content)
    with pytest.raises(LocalError, match="bad-certificate") as caught:
        Roster.load(folder / "parties.toml")
    assert "south.crt" in caught.value.cause


def test_addresses() -> None:
    assert parse_address("127.0.0.1:1") == ("127.0.0.1", 1)
    assert parse_address("[fe80::1]:65535") == ("fe80::1", 65535)
