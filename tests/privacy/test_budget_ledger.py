"""A ledger spends before it reveals, adds up exactly, and notices whatever is done to its file."""

import json
import shutil
import sqlite3
import stat
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.ledgers import ASKER, OUTPUTS, SetClock, begun, identity, signer

from mpc.errors import LocalError
from mpc.network.signing import is_signed
from protocols.consent.keeper import HEAD_BYTES, NO_HEAD
from protocols.privacy.ledger.balance import Balance
from protocols.privacy.ledger.chain import Chain
from protocols.privacy.ledger.charges import budget, charge
from protocols.privacy.ledger.entries import START, begin, chained, decoded, encoded
from protocols.privacy.ledger.heads import unpacked
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.refusals import missing, setting
from protocols.privacy.ledger.verifying import export, verify
from protocols.privacy.neighbours import add_or_remove, group, substitute, user


def spend(ledger, **amounts):
    number = ledger.reserve(ASKER, "salaries", charge(**amounts), OUTPUTS)
    ledger.commit(number, "00" * 32)
    return number


def code_of(call, *args):
    with pytest.raises(LocalError) as caught:
        call(*args)
    return caught.value.code


def test_what_was_reserved_counts_until_it_is_released(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=3)
    account = ledger.balance.account("salaries")
    spend(ledger, epsilon=2)
    assert account.left == (1, 0)
    with pytest.raises(LocalError, match=r"epsilon 3: spent 2, this asks for 1\.5, 1 is left") as caught:
        ledger.reserve(ASKER, "salaries", charge(epsilon=1.5), OUTPUTS)
    assert caught.value.code == "budget-exceeded"
    number = ledger.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS)
    assert account.left == (0, 0)
    assert code_of(lambda: spend(ledger, epsilon="1e-30")) == "budget-exceeded"
    ledger.release(number, "south", {})
    assert account.left == (1, 0)
    for end in (ledger.commit, lambda n, _: ledger.release(n, "south", {})):
        assert code_of(end, number, "") == "ledger-step", "a reservation ends once"
    spend(ledger, epsilon="1e-30")
    ledger.close()


def test_ten_times_a_tenth_is_one_and_not_a_hair_more(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=1.0)
    for _ in range(10):
        spend(ledger, epsilon=0.1)
    assert ledger.balance.account("salaries").left == (0, 0)
    assert code_of(lambda: spend(ledger, epsilon="1e-30")) == "budget-exceeded"


def test_what_is_to_be_set_can_be_typed(tmp_path):
    with pytest.raises(LocalError, match="budget-missing") as caught:
        begun(tmp_path / "l").consider("pay; of all", charge(epsilon=1, neighbours=substitute()))
    assert "`parley budget set LEDGER 'pay; of all' --key NAME.key --epsilon ...`" in caught.value.remedy


def test_what_has_no_budget_is_not_spent(tmp_path):
    ledger = begun(tmp_path / "l")
    assert code_of(lambda: spend(ledger, epsilon=0.1)) == "budget-missing"


def test_an_epsilon_is_charged_to_a_rho_and_never_the_reverse(tmp_path):
    ledger = begun(tmp_path / "l", rho=1)
    spend(ledger, epsilon=1)
    spend(ledger, rho="1/4")
    assert ledger.balance.account("salaries").left[0] == Fraction(1, 4)
    assert code_of(ledger.set_budget, "salaries", budget(epsilon=5)) == "budget-other-measure"
    other = begun(tmp_path / "m", epsilon=1)
    assert code_of(lambda: spend(other, rho="1/100")) == "budget-other-measure"


def test_deltas_have_a_budget_of_their_own(tmp_path):
    ledger = begun(tmp_path / "l")
    ledger.set_budget("salaries", budget(epsilon=10, delta="1e-6"))
    spend(ledger, epsilon=1, delta="4e-7")
    assert code_of(lambda: spend(ledger, epsilon=1, delta="7e-7")) == "budget-exceeded"
    spend(ledger, epsilon=1, delta="6e-7")
    assert ledger.balance.account("salaries").left == (8, 0)


@pytest.mark.parametrize("neighbours", [substitute(), add_or_remove(group(2))])
def test_charges_of_other_neighbours_are_not_added(tmp_path, neighbours):
    ledger = begun(tmp_path / "l", epsilon=1)
    assert code_of(lambda: spend(ledger, epsilon=0.1, neighbours=neighbours)) == "other-neighbours"
    spend(ledger, epsilon=0.1)
    assert code_of(ledger.set_budget, "salaries", budget(epsilon=1, neighbours=neighbours)) == "other-neighbours"


@pytest.mark.parametrize(
    ("neighbours", "written"),
    [
        (substitute(), "mpc.privacy.substitute()"),
        (add_or_remove(user(3)), "mpc.privacy.add_or_remove(mpc.privacy.user(3))"),
        (substitute(group(2, user(3))), "mpc.privacy.substitute(mpc.privacy.group(2, mpc.privacy.user(3)))"),
    ],
)
def test_a_budget_for_other_neighbours_says_how_to_ask_and_what_to_set(tmp_path, neighbours, written):
    ledger = begun(tmp_path / "l", epsilon=1)
    with pytest.raises(LocalError, match="other-neighbours") as caught:
        spend(ledger, epsilon=0.1, neighbours=neighbours)
    assert "neighbours=mpc.privacy.add_or_remove()" in caught.value.remedy
    asked = f"`{setting('salaries', '...', neighbours)}`"
    assert (asked in caught.value.remedy) == (neighbours.unit.together == 1), "no option says a group"
    ledger.set_budget("salaries", budget(epsilon=1, neighbours=neighbours))
    spend(ledger, epsilon=0.1, neighbours=neighbours)
    with pytest.raises(LocalError, match="other-neighbours") as caught:
        spend(ledger, epsilon=0.1)
    assert f"neighbours={written};" in caught.value.remedy


def test_a_budget_without_delta_says_that_drawn_noise_needs_one(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=1)
    with pytest.raises(LocalError, match="has no delta") as caught:
        spend(ledger, epsilon="0.5", delta="1e-14")
    assert "`parley budget set LEDGER salaries --key NAME.key --epsilon 1 --delta 1e-9 --neigh" in caught.value.remedy


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "-1", -0.1, True, "much", None])
def test_what_is_no_amount_is_neither_charged_nor_a_budget(bad):
    for make in (charge, budget):
        with pytest.raises(LocalError) as caught:
            make(epsilon=bad)
        assert caught.value.code in ("infinite-amount", "negative-amount", "wrong-amount")


def test_amounts_between_the_steps_are_charged_up_and_budgeted_down():
    assert charge(epsilon="1/3").main > Fraction(1, 3) > budget(epsilon="1/3").main
    assert charge(epsilon="1/3").main - budget(epsilon="1/3").main == Fraction(1, 10**30)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "commit", "release", "reopen", "lower"]), st.integers(0, 40)), max_size=12
)


@given(STEPS)
def test_whatever_happens_no_more_is_spent_than_the_budget_was(tmp_path_factory, steps):
    file = tmp_path_factory.mktemp("any") / "l"
    ledger, open_, limit, used = begun(file, epsilon=3), {}, Fraction(3), Fraction(0)
    for step, number in steps:
        asked = Fraction(number, 10)
        if step == "reserve":
            fits = used + asked <= limit
            try:
                open_[ledger.reserve(ASKER, "salaries", charge(epsilon=asked), OUTPUTS)] = asked
                used += asked
                taken = True
            except LocalError:
                taken = False
            assert taken == fits
        elif step in ("commit", "release") and open_:
            which = sorted(open_)[number % len(open_)]
            amount = open_.pop(which)
            if step == "commit":
                ledger.commit(which, "")
            else:
                ledger.release(which, "south", {})
                used -= amount
        elif step == "lower":
            limit = asked
            ledger.set_budget("salaries", budget(epsilon=limit))
        elif step == "reopen":
            ledger.close()
            ledger = Ledger(file, signer(), clock=SetClock())
        account = ledger.balance.account("salaries")
        assert account.used == (used, 0)
        assert account.unknown.count == len(open_)
    ledger.close()
    assert verify(file, identity().certificate).balance.account("salaries").used == (used, 0)


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=3)
    for wrong in ("1e309", "1e1100", "9" * 1000 + "/7"):
        assert code_of(lambda text=wrong: budget(rho=text)) == "amount-out-of-range"
    ledger.set_budget("others", budget(epsilon=1.7e308))
    assert code_of(ledger.set_budget, "x" * 70_000, budget(epsilon=1)) == "ledger-unwritable"
    assert code_of(ledger.reserve, ASKER, "salaries", charge(epsilon=1), OUTPUTS * 1500) == "ledger-unwritable"
    assert code_of(ledger.reveal, ASKER, "salaries", OUTPUTS * 1500) == "ledger-unwritable"
    spend(ledger, epsilon=3)
    ledger.close()
    assert Ledger(tmp_path / "l", signer(), clock=SetClock()).balance.entries == 5


# what is done to the file


def lived(tmp_path, name="l"):
    """A ledger that has spent something, closed."""
    ledger = begun(tmp_path / name, epsilon=3)
    spend(ledger, epsilon=1)
    ledger.reveal(ASKER, "salaries", OUTPUTS)
    ledger.close()
    return tmp_path / name


def behind_its_back(file, *statements):
    """Change a file as somebody would who knows SQLite."""
    database = sqlite3.connect(file)
    for trigger in ("appended_only_1", "appended_only_2"):
        database.execute(f"DROP TRIGGER {trigger}")
    for statement, *values in statements:
        database.execute(statement, values)
    database.commit()
    database.close()


def open_code(file, who="north"):
    with pytest.raises(LocalError) as opened:
        Ledger(file, signer(who), clock=SetClock())
    with pytest.raises(LocalError) as verified:
        verify(file, identity(who).certificate)
    assert opened.value.code == verified.value.code
    assert str(file) in opened.value.cause
    assert opened.value.remedy
    return opened.value.code


def chain_of(contents):
    """Rows that are chained as they should be, whatever they say."""
    hash_, rows = START, []
    for number, content in enumerate(contents, 1):
        text = encoded(content)
        hash_ = chained(hash_, text)
        rows.append((number, text, hash_))
    return rows


def contents_of(file):
    database = sqlite3.connect(file)
    found = [decoded(content) for (content,) in database.execute("SELECT content FROM entries ORDER BY number")]
    database.close()
    return found


def rewritten(file, change):
    """The whole chain anew after a change, under the head as it was."""
    contents = contents_of(file)
    change(contents)
    inserts = [("INSERT INTO entries VALUES (?, ?, ?)", *row) for row in chain_of(contents)]
    behind_its_back(file, ("DELETE FROM entries",), *inserts)


def test_the_file_is_its_owners_alone_and_only_appended_to(tmp_path):
    file = lived(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    database = sqlite3.connect(file)
    for statement in ("DELETE FROM entries WHERE number = 3", "UPDATE entries SET content = x'7b7d'"):
        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            database.execute(statement)
    database.close()


@pytest.mark.parametrize("number", range(1, 6))
def test_every_byte_of_every_entry_counts(tmp_path, number):
    file = lived(tmp_path)
    (text,) = sqlite3.connect(file).execute("SELECT content FROM entries WHERE number = ?", (number,)).fetchone()
    for place in range(0, len(text), 29):
        changed = text[:place] + bytes((text[place] ^ 1,)) + text[place + 1 :]
        copy = tmp_path / f"copy{place}"
        shutil.copy(file, copy)
        behind_its_back(copy, ("UPDATE entries SET content = ? WHERE number = ?", changed, number))
        assert open_code(copy) == "ledger-edited"


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries[2]["charge"].update(epsilon="1/1000"),
        lambda entries: entries[1]["budget"].update(epsilon="300"),
        lambda entries: entries.pop(2),
        lambda entries: entries.insert(3, entries[2]),
        lambda entries: entries[3].update(of=2),
        lambda entries: entries[4].update(time=1),
        lambda entries: entries[4].update(event="forgive"),
        lambda entries: entries.insert(2, entries[0]),
        lambda entries: entries[0].update(format=2),
    ],
    ids=["charge", "budget", "gone", "twice", "wrong end", "time", "event", "begun twice", "format"],
)
def test_a_chain_that_was_rewritten_whole_is_not_what_the_head_signs(tmp_path, change):
    file = lived(tmp_path)
    rewritten(file, change)
    assert open_code(file) == "ledger-edited"


def test_rows_that_end_with_an_error_are_taken_up_where_they_ended(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=3)
    for _ in range(3):
        spend(ledger, epsilon=1)
    rows, chain = list(ledger._book.rows(0)), Chain(tmp_path / "l")

    def lost():
        yield from rows[:4]
        raise missing(tmp_path / "l", "the connection is lost")

    with pytest.raises(LocalError, match="ledger-missing"):
        chain.extend(lost())
    chain.extend(rows[4:])
    chain.check(ledger.head.packed(), identity().certificate, "north")
    assert chain.balance.account("salaries").left == (0, 0)


def test_a_tail_that_was_cut_off_is_missed_and_one_that_was_put_on_is_seen(tmp_path):
    file = lived(tmp_path)
    shutil.copy(file, tmp_path / "longer")
    behind_its_back(file, ("DELETE FROM entries WHERE number = 5",))
    assert open_code(file) == "ledger-truncated"
    rewritten(tmp_path / "longer", lambda entries: entries.append(entries[-1]))
    assert open_code(tmp_path / "longer") == "ledger-edited"


@pytest.mark.parametrize("place", [0, 16, 24, 56, 57, 100, HEAD_BYTES - 1])
def test_every_part_of_the_head_counts(tmp_path, place):
    file = lived(tmp_path)
    (head,) = sqlite3.connect(file).execute("SELECT sealed FROM head").fetchone()
    changed = head[:place] + bytes((head[place] ^ 1,)) + head[place + 1 :]
    behind_its_back(file, ("UPDATE head SET sealed = ?", changed))
    assert open_code(file) == "ledger-edited"


def test_a_ledger_without_a_head_or_with_that_of_another_is_edited(tmp_path):
    file, other = lived(tmp_path), lived(tmp_path, "other")
    (head,) = sqlite3.connect(other).execute("SELECT sealed FROM head").fetchone()
    behind_its_back(file, ("UPDATE head SET sealed = ?", head))
    assert open_code(file) == "ledger-edited"
    behind_its_back(other, ("DELETE FROM head",))
    assert open_code(other) == "ledger-edited"


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(4000), b"no database at all", bytes(100)])
def test_what_is_no_database_is_edited(tmp_path, content):
    file = tmp_path / "l"
    file.write_bytes(content)
    assert open_code(file) == "ledger-edited"


def test_a_ledger_that_is_not_there_and_one_that_is(tmp_path):
    assert open_code(tmp_path / "none") == "ledger-missing"
    assert code_of(begun, lived(tmp_path)) == "ledger-exists"


def test_the_ledger_of_another_party_is_refused(tmp_path):
    assert open_code(lived(tmp_path), "south") == "ledger-of-another-party"


def test_a_file_that_cannot_be_written_reveals_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("protocols.privacy.ledger.sqlite_book.BUSY_SECONDS", 0.01)
    file = lived(tmp_path)
    ledger = Ledger(file, signer(), clock=SetClock())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert code_of(lambda: spend(ledger, epsilon=1)) == "ledger-unwritable"
    other.execute("ROLLBACK")
    spend(ledger, epsilon=1)


def test_a_clock_that_was_set_back_stops_the_ledger(tmp_path):
    clock = SetClock()
    ledger = begun(tmp_path / "l", epsilon=3, clock=clock)
    clock.now -= 30
    spend(ledger, epsilon=1)
    assert ledger.balance.time == 1_800_000_000, "times never fall"
    clock.now -= 31
    assert code_of(lambda: spend(ledger, epsilon=1)) == "ledger-clock"
    clock.now += 3600
    spend(ledger, epsilon=1)


def test_a_ledger_from_a_copy_does_not_hold_what_its_party_has_shown(tmp_path):
    ledger, whom = begun(tmp_path / "l", epsilon=3), "south"
    spend(ledger, epsilon=1)
    shown = ledger.head
    ledger.confront(shown, whom)
    shutil.copy(tmp_path / "l", tmp_path / "copy")
    spend(ledger, epsilon=1)
    later = ledger.head
    ledger.confront(shown, whom)
    copy = Ledger(tmp_path / "copy", signer(), clock=SetClock())
    copy.confront(shown, whom)
    assert code_of(copy.confront, later, whom) == "ledger-restored"
    for _ in range(3):
        spend(copy, epsilon="1/10")
    assert copy.head.number > later.number
    assert code_of(copy.confront, later, whom) == "ledger-restored", "longer by now, and of another course"
    other = begun(tmp_path / "another", epsilon=3)
    assert code_of(other.confront, shown, whom) == "ledger-restored"


def test_a_head_that_this_party_did_not_sign_proves_nothing_against_it(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=3)
    forged = unpacked(ledger.head.packed()[:16] + (99).to_bytes(8, "little") + ledger.head.packed()[24:])
    ledger.confront(forged, "south")


def test_whoever_has_kept_a_head_can_tell_whether_a_ledger_is_older(tmp_path):
    certificate, ledger = identity().certificate, begun(tmp_path / "l", epsilon=3)
    shutil.copy(tmp_path / "l", tmp_path / "copy")
    spend(ledger, epsilon=1)
    shown = ledger.head
    spend(ledger, epsilon=1)
    assert verify(tmp_path / "l", certificate, shown).head.number == shown.number + 2
    export(tmp_path / "l", tmp_path / "lines")
    verify(tmp_path / "lines", certificate, shown)
    assert code_of(verify, tmp_path / "copy", certificate, shown) == "ledger-restored"
    copy = Ledger(tmp_path / "copy", signer(), clock=SetClock())
    for _ in range(5):
        spend(copy, epsilon="1/10")
    assert code_of(verify, tmp_path / "copy", certificate, shown) == "ledger-restored", "longer, of another course"
    forged = replace(shown, number=2)
    assert code_of(verify, tmp_path / "l", certificate, forged) == "ledger-of-another-party"


def test_the_heads_of_peers_are_kept(tmp_path):
    ledger, south = begun(tmp_path / "l", epsilon=3), identity("south").certificate
    assert ledger.peer(south) is None
    head = Ledger.begin(tmp_path / "m", signer("south"), clock=SetClock()).head
    number = ledger.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS)
    ledger.commit(number, "", [(south, head)])
    ledger.close()
    assert Ledger(tmp_path / "l", signer(), clock=SetClock()).peer(south) == head
    assert verify(tmp_path / "l", identity().certificate).peers == ((south.digest.hex(), head),)


def test_a_ledger_of_two_names_is_not_written(tmp_path):
    file = lived(tmp_path)
    (tmp_path / "second").hardlink_to(file)
    for name in (file, tmp_path / "second"):
        assert code_of(lambda name=name: Ledger(name, signer(), clock=SetClock())) == "ledger-unwritable"
        assert verify(name, identity().certificate).balance.entries == 5
    (tmp_path / "second").unlink()
    Ledger(file, signer(), clock=SetClock()).close()


def test_what_was_half_written_when_a_process_ended_is_taken_back_by_whoever_reads(tmp_path):
    ledger = begun(tmp_path / "l", epsilon=3)
    database = ledger._book._database
    database.execute("PRAGMA cache_size = 1")
    database.execute("BEGIN IMMEDIATE")
    for number in range(200):
        database.execute("INSERT INTO peers VALUES (?, ?)", (number.to_bytes(32, "little"), NO_HEAD))
    for name in ("l", "l-journal"):
        shutil.copy(tmp_path / name, tmp_path / name.replace("l", "m", 1))
    found = verify(tmp_path / "m", identity().certificate)
    assert (found.balance.entries, found.peers) == (2, ())
    database.execute("ROLLBACK")
    ledger.close()


def test_an_export_is_never_written_over_a_ledger(tmp_path):
    file, other = lived(tmp_path), lived(tmp_path, "other")
    for target in (file, other):
        assert code_of(export, file, target) == "ledger-exists"
        assert verify(target, identity().certificate).balance.entries == 5


@pytest.mark.parametrize("wrong", [{"time": 1 << 60}, {"data": 5}, {"data": None}])
def test_an_entry_whose_time_or_name_cannot_be_told_is_none(wrong):
    balance = Balance()
    entry = {"event": "budget", "time": 1, "data": "salaries", "budget": budget(epsilon=1).plain()}
    balance.take({"time": 1, **begin(bytes(16), "north", "")})
    with pytest.raises((ValueError, TypeError)):
        balance.take(entry | wrong)
    balance.take(entry)


def test_what_nests_deeply_and_a_name_that_is_too_long_are_refused_in_words(tmp_path):
    (tmp_path / "deep").write_bytes(b"[" * 60_000 + b"\n")
    assert code_of(verify, tmp_path / "deep", identity().certificate) == "ledger-edited"
    assert open_code(tmp_path / ("x" * 300)) == "ledger-missing"


@pytest.mark.parametrize("garbage", ["no head", "not signed"])
def test_what_is_kept_of_a_peer_and_was_edited_is_not_blamed_on_the_peer(tmp_path, garbage):
    file, south = lived(tmp_path), identity("south").certificate
    content = b"\xff" * HEAD_BYTES if garbage == "no head" else verify(file, identity().certificate).head.packed()
    behind_its_back(file, ("INSERT INTO peers VALUES (?, ?)", south.digest, content))
    assert code_of(Ledger(file, signer(), clock=SetClock()).peer, south) == "ledger-edited"


@given(st.binary(min_size=HEAD_BYTES, max_size=HEAD_BYTES) | st.binary(max_size=300) | st.just(NO_HEAD))
def test_any_bytes_are_a_head_of_one_form_or_none(content):
    try:
        head = unpacked(content)
    except ValueError:
        return
    assert head.packed() == content


@pytest.mark.parametrize("p256", [False, True], ids=["Ed25519", "P-256"])
def test_signatures_hold_for_their_key_domain_and_parts(p256):
    certificate = identity("curve", p256=p256).certificate
    signature = signer("curve", p256=p256).sign(b"domain", b"ab", b"c")
    assert is_signed(certificate, signature, b"domain", b"ab", b"c")
    assert not is_signed(certificate, signature, b"domain", b"a", b"bc")
    assert not is_signed(certificate, signature, b"other", b"ab", b"c")
    assert not is_signed(identity("south").certificate, signature, b"domain", b"ab", b"c")
    assert not is_signed(certificate, b"", b"domain", b"ab", b"c")


def test_an_export_is_verified_as_the_file_is_and_as_carefully(tmp_path):
    file, lines = lived(tmp_path), tmp_path / "lines"
    certificate = identity().certificate
    assert export(file, lines) == 5
    assert verify(lines, certificate) == verify(file, certificate)
    texts = lines.read_bytes().splitlines(keepends=True)
    assert [json.loads(text)["event"] for text in texts[:-1]] == ["begin", "budget", "reserve", "commit", "reveal"]
    wrong = {
        "ledger-truncated": [texts[:-2] + texts[-1:]],
        "ledger-edited": [texts[:-1], [*texts, texts[-1]], texts[:2] + texts[3:], [texts[0], *texts], texts[::-1], []],
    }
    for code, cases in wrong.items():
        for case in cases:
            lines.write_bytes(b"".join(case))
            assert code_of(verify, lines, certificate) == code
    lines.write_bytes(b"".join(texts)[:-1])
    assert code_of(verify, lines, certificate) == "ledger-edited"
