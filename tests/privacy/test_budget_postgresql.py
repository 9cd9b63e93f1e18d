"""A ledger in a real PostgreSQL, started here where its programs and the extra `sql` are installed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from postgresql_server import PASSWORD, running_server
from privacy.ledgers import ASKER, OUTPUTS, SetClock, begun, identity, signer
from privacy.test_budget_processes import outcome
from runner.processes import call

from mpc.errors import LocalError
from mpc.network.identity import new_identity
from protocols.privacy.ledger.address import Address, address_of
from protocols.privacy.ledger.charges import charge
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.verifying import export, verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database, whose password stands in a file."""
    with running_server(trust=False) as port, pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("pass") / "pgpass"
        file.write_text(f"127.0.0.1:{port}:*:tester:{PASSWORD}\n")
        file.chmod(0o600)
        patch.setenv("PGPASSFILE", str(file))
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"


@pytest.fixture
def address(base: str, request: pytest.FixtureRequest) -> Address:
    """Of a ledger that this test alone has."""
    name = request.node.originalname[:40] + str(abs(hash(request.node.name)) % 10**6)
    return address_of(f"{base}?ledger={name}")


def sql(address: Address, *statements: str) -> Any:
    """What the last of some statements gives, by whoever may do all in the database."""
    psycopg: Any = pytest.importorskip("psycopg")
    with psycopg.connect(**dict(address.options), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.replace("NAME", address.schema))
        return cursor.fetchall() if cursor.description else None


def test_it_is_the_same_book(address: Address, tmp_path: Path) -> None:
    ledger = begun(address, epsilon=3)
    number = ledger.reserve(ASKER, "salaries", charge(epsilon=2), OUTPUTS)
    ledger.commit(number, "00" * 32)
    beside = Ledger(address, signer(), clock=SetClock())
    with pytest.raises(LocalError, match="budget-exceeded"):
        beside.reserve(ASKER, "salaries", charge(epsilon="1.5"), OUTPUTS)
    beside.release(beside.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS), "south", {})
    ledger.consider("salaries", charge(epsilon=1))
    assert export(address, tmp_path / "north.jsonl") == 6
    for where in (address, tmp_path / "north.jsonl"):
        found = verify(where, identity().certificate)
        assert found.balance.account("salaries").left == (1, 0)
        assert found.head == ledger.head
    with pytest.raises(LocalError, match="ledger-exists"):
        begun(address)
    assert PASSWORD not in str(address)


def test_processes_that_share_it_do_not_overspend(base: str) -> None:
    report = outcome("race", base, 3)
    assert report["codes"] == [0, 0, 0]
    assert sum(report["revealed"]) == 30, "30 tenths fit into 3, whoever takes them"


def test_spent_stays_spent_whenever_the_client_is_killed(base: str, pytestconfig: pytest.Config) -> None:
    """10 kills, or 500 with --examples 500."""
    kills = pytestconfig.getoption("--examples")
    report = outcome("kill", base, kills)
    assert report["kills"] == kills
    assert report["unspent"] == report["failed"] == 0
    assert report["revealed"] > kills / 10


EDITS = {
    "an entry": ("UPDATE NAME.entries SET content = content || ' ' WHERE number = 2", "ledger-edited"),
    "the tail": ("DELETE FROM NAME.entries WHERE number = 2", "ledger-truncated"),
    "the head": ("DELETE FROM NAME.head", "ledger-edited"),
    "not logged": ("ALTER TABLE NAME.entries SET UNLOGGED", "ledger-edited"),
    "content of another type": ("ALTER TABLE NAME.entries ALTER content TYPE text USING 'x'", "ledger-edited"),
    "hashes of another type": ("ALTER TABLE NAME.entries ALTER hash TYPE int USING length(hash)", "ledger-edited"),
    "a head of another type": ("ALTER TABLE NAME.head ALTER sealed TYPE bigint USING 7", "ledger-edited"),
    "a long entry": ("UPDATE NAME.entries SET content = decode(repeat('41', 70000), 'hex')", "ledger-edited"),
    "a view": ("DROP TABLE NAME.peers; CREATE VIEW NAME.peers AS SELECT 1", "ledger-edited"),
    "nothing left": ("DROP SCHEMA NAME CASCADE", "ledger-missing"),
}


@pytest.mark.parametrize("way", EDITS)
def test_what_was_edited_is_refused(address: Address, way: str) -> None:
    statement, code = EDITS[way]
    begun(address, epsilon=3).close()
    psycopg: Any = pytest.importorskip("psycopg")
    if "NAME.entries SET content" in statement:
        with pytest.raises(psycopg.Error, match="only appended"):
            sql(address, statement)
    sql(address, "ALTER TABLE NAME.entries DISABLE TRIGGER appended_only", *statement.split(";"))
    for look in (lambda: verify(address, identity().certificate), lambda: Ledger(address, signer(), clock=SetClock())):
        with pytest.raises(LocalError, match=code):
            look()


def test_a_server_that_would_forget_is_refused(address: Address) -> None:
    begun(address, epsilon=3).close()
    sql(address, "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
    try:
        while sql(address, "SHOW full_page_writes") != [("off",)]:
            pass
        with pytest.raises(LocalError, match=r"ledger-unwritable.*full_page_writes = off"):
            Ledger(address, signer(), clock=SetClock())
        verify(address, identity().certificate)
    finally:
        sql(address, "ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()")
        while sql(address, "SHOW full_page_writes") != [("on",)]:
            pass


def test_a_lost_connection_writes_nothing_and_is_made_again(address: Address) -> None:
    ledger = begun(address, epsilon=3)
    lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley'"
    reserve = partial(ledger.reserve, ASKER, "salaries", charge(epsilon=1), OUTPUTS)
    with pytest.raises(LocalError, match="ledger-unwritable"):
        reserve(runs=lambda _: sql(address, lost))
    sql(address, lost)
    ledger.commit(reserve(), "00" * 32)
    assert verify(address, identity().certificate).balance.account("salaries").left == (2, 0)


def test_a_writer_waits_for_the_one_before_and_sees_what_it_wrote(address: Address) -> None:
    first, second, found = begun(address, epsilon=1), Ledger(address, signer(), clock=SetClock()), list[str]()

    def spend(ledger: Ledger) -> None:
        try:
            ledger.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS)
            found.append("spent")
        except LocalError as error:
            found.append(error.code)

    with first._book.transaction():
        waiting = threading.Thread(target=spend, args=(second,))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join()
    spend(first)
    assert found == ["spent", "budget-exceeded"]


def test_on_the_command_line_no_password_is_shown(base: str, tmp_path: Path) -> None:
    new_identity("north", tmp_path)
    url, key, own = f"{base}?ledger=said", str(tmp_path / "north.key"), str(tmp_path / "north.crt")
    code, printed = call("budget", "set", url, "salaries", "--key", key, "--epsilon", "3")
    assert code == 0, printed
    code, printed = call("budget", "show", url, "--certificate", own, "--json", "-")
    assert code == 0, printed
    assert PASSWORD not in printed
    assert "bad-certificate" in call("budget", "show", url)[1]
    with_password = url.replace("tester@", f"tester:{PASSWORD}@")
    code, printed = call("budget", "show", with_password, "--certificate", own)
    assert (code, PASSWORD in printed, "PGPASSFILE" in printed) == (2, False, True)
    os.environ["PGPASSFILE"], before = os.devnull, os.environ["PGPASSFILE"]
    try:
        code, printed = call("budget", "show", url, "--certificate", own)
    finally:
        os.environ["PGPASSFILE"] = before
    assert (code, "[ledger-missing]" in printed) == (2, True), printed
