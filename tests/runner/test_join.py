"""`parley join`, `parley dealer` and `parley keys` as real parties use them: separate commands, keys, parties.toml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from free_ports import free_ports

from mpc.network.identity import new_identity

from .processes import LIMIT, PRODUCT, call, write
from .template import Begun

NAMES = ("north", "south")
DEALT = ("--preprocessing", "dealer")


@dataclass(frozen=True, slots=True)
class Club:
    """Two parties and a dealer with keys and a parties.toml, as the README shows it."""

    folder: Path
    program: str

    @property
    def roster(self) -> str:
        return str(self.folder / "parties.toml")

    def joining(self, name: str, *more: str, program: str | None = None) -> list[str]:
        data = str(self.folder / f"{name}.csv")
        return ["join", self.roster, program or self.program, "--party", name, "--input", data, *more]

    def dealing(self, *more: str) -> list[str]:
        return ["dealer", self.roster, "--program", self.program, *more]

    def join(self, name: str, *more: str, program: str | None = None) -> Begun:
        return start(*self.joining(name, *more, program=program))

    def dealer(self, *more: str) -> Begun:
        return start(*self.dealing(*more))


def start(*arguments: str) -> Begun:
    """A process of a party, or of the dealer."""
    return Begun(arguments, Path.cwd())


def start_at(terminal: int, *arguments: str) -> subprocess.Popen[str]:
    """The command as a person starts it, at a terminal."""
    command = [sys.executable, "-m", "party_runner", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, text=True)


def all_of(terminal: int) -> str:
    """What a terminal showed, whose programs have ended."""
    shown = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    return shown.decode()


def ends(*processes: Begun | subprocess.Popen[str]) -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of each, in order; none may run for ever."""
    return [_end(process) for process in processes]


def _end(process: Begun | subprocess.Popen[str]) -> tuple[int, str, str]:
    if isinstance(process, Begun):
        done = process.ended(LIMIT)
        return done.returncode, done.stdout, done.stderr
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, out, err


@pytest.fixture
def club(tmp_path: Path) -> Club:
    sections = []
    for name, port in zip((*NAMES, "third"), free_ports(3), strict=True):
        new_identity(name, tmp_path)
        heading = "[dealer]" if name == "third" else "[[party]]"
        sections.append(f'{heading}\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    write(tmp_path, "parties.toml", "\n".join(sections))
    write(tmp_path, "north.csv", "1.0\n2\n")
    write(tmp_path, "south.csv", "3.0\n4\n")
    return Club(tmp_path, write(tmp_path, "product.py", PRODUCT))


def test_a_column_of_texts_that_this_partys_file_lacks_ends_before_connecting(club: Club) -> None:
    code, told = call(*club.joining("north", "--text", "mail"))
    assert code == 2
    assert "--text mail: no input has such a column  [no-such-column]" in told
    assert "north.csv has 1." in told


@pytest.mark.slow
def test_two_parties_and_a_dealer(club: Club) -> None:
    target = club.folder / "south.json"
    shown, terminal = os.openpty()
    dealer, south = start_at(terminal, *club.dealing()), club.join("south", *DEALT, "--json", str(target))
    os.close(terminal)
    north = club.join("north", *DEALT, "--json", "-")
    for code, _, stderr in (outcomes := ends(north, south, dealer)):
        assert code == 0, stderr
    said = all_of(shown)
    assert "third, the dealer, waits for north, south" in said
    assert "served one run of product.py" in said
    assert json.loads(outcomes[0][1])["result"] == {"product": pytest.approx(11, abs=1e-3)}
    assert "product" in outcomes[1][1]
    assert json.loads(target.read_text())["parties"] == list(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("listed", [True, False])
def test_two_parties_without_a_dealer(club: Club, listed: bool) -> None:
    """One that is listed does not take part."""
    text = Path(club.roster).read_text()
    Path(club.roster).write_text(text if listed else text[: text.index("[dealer]")])
    for code, stdout, stderr in ends(club.join("north", "--json", "-"), club.join("south", "--json", "-")):
        assert code == 0, stderr
        summary = json.loads(stdout)
        assert summary["result"] == {"product": pytest.approx(11, abs=1e-3)}
        assert summary["preprocessing"] == "ot"
        assert "nobody else is trusted" in summary["security"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--preprocessing", "silent"), "preprocessing: 'silent' there, 'ot' here"),
        (("--ring", "128"), "ring: 128 there, 64 here"),
    ],
)
def test_parties_that_choose_otherwise_are_named(club: Club, options: tuple[str, ...], named: str) -> None:
    outcomes = ends(club.join("north"), club.join("south", *options))
    assert [code for code, _, _ in outcomes] == [3, 3]
    assert f"south has another {named}" in outcomes[0][2]
    assert "[different-parameters]" in outcomes[0][2]


@pytest.mark.slow
def test_nobody_listening_is_named(club: Club) -> None:
    ((code, _, stderr),) = ends(club.join("north", "--connect-timeout", "2"))
    assert code == 3
    assert "south" in stderr
    assert "[nobody-listening]" in stderr or "[connect-timeout]" in stderr
    assert "what to do:" in stderr


@pytest.mark.slow
def test_a_party_with_another_program_is_named(club: Club) -> None:
    other = write(club.folder, "other.py", PRODUCT + "\n# changed\n")
    north, south = club.join("north", *DEALT), club.join("south", *DEALT, program=other)
    processes = north, south, club.dealer("--connect-timeout", "10")
    outcomes = ends(*processes)
    assert [code for code, _, _ in outcomes] == [3, 3, 3]
    assert "south has another program digest" in outcomes[0][2]
    assert "[different-program]" in outcomes[0][2]
    assert "[different-program]" in outcomes[1][2]


@pytest.mark.slow
def test_a_party_with_another_module_is_named_before_anything_is_sent(club: Club) -> None:
    """Both have the same program, whose factor stands in a module beside it."""
    programs = []
    for name, factor in zip(NAMES, (6, 7), strict=True):
        folder = club.folder / name
        folder.mkdir()
        write(folder, "helper.py", f"FACTOR = {factor}\n")
        text = "from helper import FACTOR\n" + PRODUCT.replace("a * b", "a * b * FACTOR")
        programs.append(write(folder, "product.py", text))
    north, south = (club.join(name, program=p) for name, p in zip(NAMES, programs, strict=True))
    for name, (code, stdout, stderr) in zip(reversed(NAMES), ends(north, south), strict=True):
        assert (code, stdout) == (3, "")
        assert f"{name} has another program digest" in stderr
        assert "[different-program]" in stderr
    write(club.folder / "south", "helper.py", "FACTOR = 6\n")
    for code, stdout, stderr in ends(*(club.join(name, "--json", "-", program=p) for name, p in zip(NAMES, programs))):  # noqa: B905
        assert code == 0, stderr
        assert json.loads(stdout)["result"] == {"product": pytest.approx(66, abs=1e-2)}


@pytest.mark.slow
def test_a_late_import_ends_the_run_at_every_party(club: Club) -> None:
    write(club.folder, "helper.py", "FACTOR = 1\n")
    program = write(club.folder, "late.py", PRODUCT.replace("    a = await", "    import helper\n    a = await"))
    outcomes = ends(*(club.join(name, program=program) for name in NAMES))
    assert "[undigested-import]" in "".join(stderr for _, _, stderr in outcomes)
    assert "at: late.py:5" in "".join(stderr for _, _, stderr in outcomes)
    assert 0 not in [code for code, _, _ in outcomes]
    digest = ("--digest", str(club.folder / "helper.py"), "--json", "-")
    for code, stdout, stderr in ends(*(club.join(name, *digest, program=program) for name in NAMES)):
        assert code == 0, stderr
        assert json.loads(stdout)["result"] == {"product": pytest.approx(11, abs=1e-3)}


@pytest.mark.slow
def test_a_party_with_another_certificate_is_refused(club: Club, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in (*NAMES, "third"):
        write(elsewhere, f"{name}.crt", (club.folder / f"{name}.crt").read_text())
    write(elsewhere, "parties.toml", Path(club.roster).read_text())
    (elsewhere / "south.crt").unlink()
    new_identity("south", elsewhere)
    impostor = Club(elsewhere, club.program)
    write(elsewhere, "south.csv", "3.0\n4\n")
    (north_code, _, north), (south_code, _, _), _ = ends(
        club.join("north", *DEALT, "--connect-timeout", "10"),
        impostor.join("south", *DEALT, "--connect-timeout", "10"),
        club.dealer("--connect-timeout", "10"),
    )
    assert (north_code, south_code) == (3, 3)
    assert "south" in north
    assert "[wrong-certificate]" in north


def refused(arguments: list[str], code: str, *says: str) -> None:
    exit_code, printed = call(*arguments)
    assert exit_code == 2
    assert f"[{code}]" in printed
    for text in says:
        assert text in printed


def test_a_wrong_input_is_refused_before_any_connection(club: Club) -> None:
    write(club.folder, "north.csv", "1\nx\n")
    refused(club.joining("north", "--connect-timeout", "1"), "input-not-numeric", "north.csv, line 2, column 1")


def test_a_party_that_is_not_listed(club: Club) -> None:
    refused(club.joining("north", "--party", "east"), "unknown-party", "east")


def test_the_dealer_is_no_party(club: Club) -> None:
    refused(club.joining("north", "--party", "third"), "unknown-party", "parley dealer")


def test_a_missing_key(club: Club) -> None:
    (club.folder / "north.key").unlink()
    refused(club.joining("north"), "no-key", "parley keys new north")


def test_a_key_of_somebody_else(club: Club) -> None:
    refused(club.joining("north", "--key", str(club.folder / "south.key")), "wrong-key", "north")


def test_a_roster_without_a_dealer(club: Club) -> None:
    text = Path(club.roster).read_text()
    Path(club.roster).write_text(text[: text.index("[dealer]")])
    refused(club.joining("north", *DEALT), "no-dealer", "[dealer]")
    refused(club.dealing(), "no-dealer")


def test_keys_are_shown_and_never_overwritten(tmp_path: Path) -> None:
    new = ("keys", "new", "north", "--folder", str(tmp_path / "keys"))
    _, made = call(*new)
    code, shown = call("keys", "show", str(tmp_path / "keys" / "north.crt"))
    assert code == 0
    assert shown.split()[:2] == ["name", "north"]
    assert "fingerprint" in shown
    assert "valid until" in shown
    assert shown in made
    code, again = call(*new)
    assert code == 2
    assert "[key-exists]" in again
    assert call("keys", "show", str(tmp_path / "keys" / "north.key"))[0] == 2
