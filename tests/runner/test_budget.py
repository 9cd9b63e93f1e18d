"""`parley budget`, and ledgers and policies of runs: set, shown, charged, verified by anyone, refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from free_ports import free_ports

import mpc
from mpc.network.identity import load_certificate, new_identity
from protocols.privacy.ledger.verifying import verify

from .processes import call, parley, write
from .test_join import ends, start

CHARGED = """
import mpc
from protocols.array.revealing import reveal_charged
from protocols.privacy.ledger.charges import charge

class Declared:
    charge = charge(epsilon="0.75", neighbours=mpc.privacy.substitute())

async def main(ctx, mine, times=1):
    x = await mpc.secret(ctx, owner=0, value=mine)
    await mpc.reveal(ctx, x.sum())
    for _ in range(times):
        mean = await reveal_charged(ctx, x.mean(), privacy=Declared)
    return mean
"""

POLICY = """
[reveal]
to = ["north"]
most_elements = 1
most_epsilon = 0.1
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the keys of two parties, and their parties.toml."""
    sections = []
    for name, port in zip(("north", "south"), free_ports(2), strict=True):
        new_identity(name, tmp_path)
        address = f'address = "127.0.0.1:{port}"'
        sections.append(f'[[party]]\nname = "{name}"\n{address}\ncertificate = "{name}.crt"\n')
    write(tmp_path, "parties.toml", "\n".join(sections))
    write(tmp_path, "north.csv", "1\n2\n6\n")
    return tmp_path


def budget(place: Path, way: str, *more: str, name: str = "north") -> tuple[int, str]:
    return call("budget", way, str(place / f"{name}.ledger"), *more)


def set_(place: Path, *more: str, name: str = "north") -> tuple[int, str]:
    return budget(place, "set", "salaries", "--key", str(place / f"{name}.key"), *more, name=name)


def test_a_budget_is_set_shown_verified_and_exported(place: Path) -> None:
    code, printed = set_(place, "--epsilon", "3", "--delta", "1e-6", "--neighbours", "substitute")
    assert code == 0, printed
    for said in ("Budgets of north", "salaries", "1e-6", "substituting one record", "2 entries in order"):
        assert said in printed
    code, printed = set_(place, "--epsilon", "5/2", "--neighbours", "substitute", "--json", "-")
    (account,) = json.loads(printed)["accounts"]
    assert account["budget"] == account["left"] == {"amount": "5/2", "delta": "0"}
    assert account["neighbours"] == str(mpc.Laplace(epsilon=1).neighbours), "as of noise where nothing is said"
    shown = budget(place, "show")[1]
    assert shown.count("2.5") == 2
    assert "salaries: without a delta no noise" in shown
    exported = place / "north.jsonl"
    assert budget(place, "export", str(exported)) == (0, "3 entries\n")
    for file in (place / "north.ledger", exported):
        code, printed = call("budget", "verify", str(file), "--certificate", str(place / "north.crt"), "--json", "-")
        assert code == 0, printed
        found = json.loads(printed)
        assert found["entries"] == 3
        known = call("budget", "verify", str(file), "--certificate", str(place / "north.crt"), "--known", found["head"])
        assert known[0] == 0, known[1]
    assert "this is no head" in budget(place, "verify", "--known", "00ff")[1]


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        (("--epsilon", "nan"), "infinite-amount"),
        (("--epsilon", "inf"), "infinite-amount"),
        (("--epsilon", "-1"), "negative-amount"),
        (("--epsilon", "much"), "wrong-amount"),
        (("--epsilon", "1", "--delta", "1"), "amount-out-of-range"),
    ],
)
def test_what_is_no_budget_is_refused_and_changes_nothing(place: Path, amounts: tuple[str, ...], code: str) -> None:
    assert set_(place, "--epsilon", "3")[0] == 0
    before = (place / "north.ledger").read_bytes()
    exit_code, printed = set_(place, *amounts)
    assert exit_code == 2
    assert f"[{code}]" in printed
    assert "what to do" in printed
    assert (place / "north.ledger").read_bytes() == before


@pytest.mark.parametrize(
    "named", ["north.ledger", "north.key", "policy.toml", "kept", "linked", "north.ledger-journal", "north.ledger-wal"]
)
@pytest.mark.parametrize("way", ["show", "export"])
def test_nothing_is_written_over_what_cannot_be_made_again(place: Path, named: str, way: str) -> None:
    assert set_(place, "--epsilon", "3")[0] == 0
    write(place, "policy.toml", POLICY)
    write(place, "north.ledger-journal", "")
    (place / "kept").write_bytes((place / "south.key").read_bytes())
    (place / "linked").symlink_to(place / "north.ledger")
    before = (place / named).read_bytes() if (place / named).exists() else None
    code, printed = budget(place, way, *(["--json"] if way == "show" else []), str(place / named))
    assert code == 2
    assert "[would-overwrite]" in printed or "[ledger-exists]" in printed
    assert (before is None and not (place / named).exists()) or (place / named).read_bytes() == before


def test_a_result_takes_the_place_of_no_file_that_the_command_reads(place: Path) -> None:
    program = write(place, "charged.py", CHARGED)
    inputs = ["--input", f"0={place / 'north.csv'}"]
    for named in ("north.csv", "charged.py"):
        before = (place / named).read_bytes()
        code, printed = call("run", program, "-n", "2", *inputs, "--json", str(place / named))
        assert (code, "[would-overwrite]" in printed) == (2, True), printed
        assert (place / named).read_bytes() == before


def test_an_amount_of_each_measure_is_one_too_many(place: Path) -> None:
    for amounts in ((), ("--epsilon", "1", "--rho", "1")):
        code, printed = set_(place, *amounts)
        assert code == 2
        assert "--epsilon or --rho" in printed
    assert not (place / "north.ledger").exists()


def test_whoever_shows_a_ledger_checks_it(place: Path) -> None:
    assert set_(place, "--epsilon", "3")[0] == 0
    for way in ("show", "verify"):
        code, printed = budget(place, way, "--certificate", str(place / "south.crt"))
        assert code == 2
        assert "[ledger-of-another-party]" in printed
        code, printed = call("budget", way, str(place / "none.ledger"), "--certificate", str(place / "north.crt"))
        assert code == 2
        assert "[ledger-missing]" in printed


TWICE = ("--arg", "times=2")


def joined(place: Path, *norths: str) -> list[tuple[int, str, str]]:
    """A run of both parties as separate commands; what north says beside."""
    file = write(place, "charged.py", CHARGED)
    roster = str(place / "parties.toml")
    north = start("join", roster, file, "--party", "north", "--input", str(place / "north.csv"), *TWICE, *norths)
    return ends(north, start("join", roster, file, "--party", "south", *TWICE))


@pytest.mark.slow
def test_runs_are_charged_until_nothing_is_left(place: Path) -> None:
    assert set_(place, "--epsilon", "1")[0] == 0
    ledger = ("--ledger", str(place / "north.ledger"), "--data", "salaries")
    (north, _, said), (south, _, other) = joined(place, *ledger)
    assert (north, south) == (2, 3), said + other
    assert "budget of salaries, epsilon 1: spent 0.75, this asks for 0.75, 0.25 is left" in said
    assert "charged.py:13" in said
    assert "north refuses this reveal: its budget has no room for it" in other
    assert "0.25" not in other
    balance = verify(place / "north.ledger", load_certificate(place / "north.crt")).balance
    assert balance.entries == 2 + 1 + 2, "begun, a budget; a reveal without noise; one reserved and committed"
    assert str(balance.account("salaries").left[0]) == "1/4"


def test_a_plan_says_what_a_policy_would_refuse(place: Path) -> None:
    program, policy = write(place, "charged.py", CHARGED), write(place, "policy.toml", POLICY)
    plan = ["plan", program, "-n", "2", "--shape", "0=3x1", "--policy", policy, "--json", "-"]
    code, printed = call(*plan, "--name", "0=north", "--name", "1=south")
    assert code == 0, printed
    refused = json.loads(printed)["refused"]
    assert {(each["line"], each["code"]) for each in refused} == {
        ("charged.py:11", "policy-receiver"),
        ("charged.py:13", "policy-receiver"),
    }
    lenient = write(place, "lenient.toml", POLICY.replace('["north"]', '["north", "south"]'))
    code, printed = call(*plan[:-4], "--policy", lenient, "--name", "0=north", "--name", "1=south")
    assert code == 0, printed
    assert "charged.py:13: a reveal asks for epsilon 0.75" in " ".join(printed.split())
    assert "charged.py:11:" not in printed.partition("Refused")[2]


@pytest.mark.slow
def test_a_plan_says_what_a_budget_has_no_room_for_and_spends_nothing(place: Path) -> None:
    program = write(place, "sums.py", CHARGED)
    plan = ["plan", program, "-n", "2", "--shape", "0=3x1", "--json", "-", "--ledger", str(place / "north.ledger")]
    set_(place, "--epsilon", "2")
    for times, codes in (("2", []), ("4", ["budget-exceeded"] * 2)):
        code, printed = call(*plan, "--data", "salaries", "--arg", f"times={times}")
        assert code == 0, printed
        refused = json.loads(printed)["refused"]
        assert [each["code"] for each in refused] == codes[:1], "equal ones once"
    assert "spent 1.5, this asks for 0.75, 0.5 is left" in refused[0]["cause"]
    assert "[budget-missing]" in call(*plan[:6], *plan[8:], "--data", "others")[1]
    assert "belong together" in call(*plan)[1]
    assert verify(place / "north.ledger", load_certificate(place / "north.crt")).balance.entries == 2


def test_a_policy_ends_a_run_before_anything_is_revealed(place: Path) -> None:
    program, policy = write(place, "charged.py", CHARGED), write(place, "policy.toml", POLICY)
    done = parley("run", program, "-n", "2", "--input", f"0={place / 'north.csv'}", "--policy", policy)
    assert done.returncode == 2, done.stderr
    assert "[policy-receiver]" in done.stderr
    assert "charged.py:11" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no [reveal]"),
        ("[reveal", "is not TOML"),
        ("[other]", "has 'other'"),
        ("[reveal]\nmost_epsilom = 1", "unknown rule 'most_epsilom'"),
        ("[reveal]\nmost_epsilon = nan", "wrong amount"),
        ("[reveal]\nmost_epsilon = true", "wrong amount"),
        ("[reveal]\nto = 'north'", "wrong type"),
        ("[reveal]\nmost_elements = -1", "wrong type"),
        ("[reveal]\nnoise = 1", "wrong type"),
    ],
)
def test_a_policy_that_is_not_understood_allows_nothing(place: Path, text: str, said: str) -> None:
    program, policy = write(place, "charged.py", CHARGED), write(place, "policy.toml", text)
    code, printed = call("plan", program, "-n", "2", "--shape", "0=3x1", "--policy", policy)
    assert code == 2
    assert "[bad-policy]" in printed
    assert said in printed


def test_options_that_belong_together(place: Path) -> None:
    program, roster = write(place, "charged.py", CHARGED), str(place / "parties.toml")
    join = ["join", roster, program, "--party", "north"]
    assert "--ledger and --data" in call(*join, "--ledger", "x.ledger")[1]
    policy = write(place, "policy.toml", "[reveal]\nruns_a_day = 2")
    assert "name it with --ledger" in call(*join, "--policy", policy)[1]
    lone = [*join, "--ledger", str(place / "none.ledger"), "--data", "salaries"]
    assert "[ledger-missing]" in call(*lone)[1]
