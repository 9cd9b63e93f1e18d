"""The summary of a run: of all parties as one, for machines and for people."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from mpc.errors import LocalError
from party_runner.report import data, describe, present, report
from party_runner.summary import check_writable, merged, write_summary


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this test alone, in processes that it starts too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def account(me: int, **other: Any) -> dict[str, Any]:
    lines = [{"line": "study.py:4", "rounds": 1 + me, "bytes": 100 * (me + 1), "material": {"triple": 3}}]
    return {
        "program": "study.py",
        "me": me,
        "parties": ["north", "south"],
        "suite": "beaver",
        "preprocessing": "dealer",
        "security": "Semi-honest; the dealer must not collude.",
        "seconds": {"connect": 0.1, "offline": 0.2 + me, "online": 0.3},
        "rounds": 2,
        "rounds_by_party": [1, 2],
        "bytes_sent": [100, 200],
        "offline_bytes": 48 * me,
        "material": {"triple": 3},
        "reveals": [
            {"line": "study.py:9", "shape": [2, 3], "to": [0, 1], "error": 0.0003, "decided": False},
            {"line": "study.py:9", "shape": [], "to": [1], "error": 0.0, "decided": False},
        ],
        "decisions": [],
        "circuits": [],
        "ways": [],
        "lines": lines,
        "warnings": [f"careful {me}", "both"],
        "network": "",
        "device": {"name": "a card", "operations": {"matmul": 7 + me}, "lost": None} if me == 0 else None,
        "result": [0.5],
        "bounds": {},
    } | other


def test_messages_of_parts_stand_beside_those_of_their_combination() -> None:
    parts = [{"rounds": 7, "bytes_sent": [1000, 20_000]}, {"rounds": 9, "bytes_sent": [500, 20_000]}]
    with (console := Console(width=100)).capture() as shown:
        console.print(report(account(0, parts=parts), "north"))
    (told,) = re.findall(r"sessions of 2 parts.*?\n\n", shown.get(), re.DOTALL)
    assert [line.split() for line in told.splitlines()[2:4]] == [
        ["north", "9", "1.5", "kB"], ["south", "9", "40.0", "kB"],
    ]  # fmt: skip


def test_accounts_become_one_summary() -> None:
    summary = merged([account(0), account(1)])
    assert summary["seconds"] == {"connect": 0.1, "offline": 1.2, "online": 0.3}
    assert summary["lines"] == [{"line": "study.py:4", "rounds": 2, "bytes": 300, "material": {"triple": 3}}]
    assert summary["offline_bytes"] == [0, 48]
    assert summary["warnings"] == ["careful 0", "both", "careful 1"]
    assert summary["device"] == [{"name": "a card", "operations": {"matmul": 7}, "lost": None}, None]
    assert summary["result"] == [0.5]
    assert "results" not in summary
    assert "me" not in summary


def test_bounds_of_errors_and_decisions_are_shown() -> None:
    shown = [line.split() for line in printed(merged([account(0), account(1)])).splitlines()]
    assert ["study.py:9", "2", "x", "3", "+-", "0.0003", "everybody"] in shown
    assert ["study.py:9", "one", "number", "exact", "south"] in shown
    unbounded = {"line": "study.py:9", "shape": [], "to": [0, 1], "error": "inf", "decided": True}
    one = {"reveals": [unbounded], "decisions": [{"line": "study.py:7", "margin": 0.25}], "result": 62.75}
    shown = [line.split() for line in printed(account(0, **one, device=[None]), "north").splitlines()]
    assert ["study.py:9", "one", "number", "no", "useful", "bound", "everybody"] in shown
    assert ["study.py:7", "+-", "0.25"] in shown
    exact = {"reveals": [unbounded | {"error": 0.0}], "decisions": one["decisions"], "result": 3}
    assert "exact, if decided as shown below" in " ".join(printed(account(0, **exact, device=[None]), "north").split())
    assert ["result", "62.75"] in shown
    far = {"reveals": [unbounded | {"error": 1.7e-5}], "decisions": [{"line": "study.py:7", "margin": "inf"}]}
    far["bounds"] = {"result": {"error": 1.7e-5, "decided": True}}
    text = " ".join(printed(account(0, **far, result=62.75, device=[None]), "north").split())
    assert text.count("+- 1.7e-05, if decided as shown below") == 2
    assert "study.py:7 no useful bound" in text


def test_an_error_beside_noise_is_said_to_be_beside_noise() -> None:
    noisy = {"line": "study.py:9", "shape": [], "to": [0, 1], "error": 0.0, "decided": False, "privacy": "epsilon 1"}
    text = printed(account(0, reveals=[noisy, noisy | {"error": 0.5}], device=[None]), "north")
    assert " exact " not in text
    assert "noise alone" in text
    assert "noise and +- 0.5" in text


def test_what_says_itself_in_words_is_shown_so() -> None:
    mean, count = ({"in_words": text, "values": 3.0, "charge": "epsilon 1"} for text in ("3 (2 to 4)", "7 (7 to 9)"))
    shown = [printed(account(0, result=made, device=[None]), "north").split("Time")[0] for made in
             (mean, [mean, count], {"mean": mean})]  # fmt: skip
    assert all("3 (2 to 4)" in text and "values" not in text and "in_words" not in text for text in shown)
    assert ["[1]", "7", "(7", "to", "9)"] in [line.split() for line in shown[1].splitlines()]


def test_bounds_stand_beside_what_of_the_result_was_revealed() -> None:
    bound = {"error": 0.0003, "decided": False}
    shown = printed(account(0, result=62.75, bounds={"result": bound}, device=[None]), "north")
    assert "62.75 +- 0.0003" in shown
    assert "62.75 +-" not in printed(account(0, result=62.75, device=[None]), "north")
    shown = printed(account(0, result={"mean": 62.75, "twice": 125.5}, bounds={"mean": bound}, device=[None]), "north")
    assert "62.75 +- 0.0003" in shown
    assert "125.5 +-" not in shown
    shown = printed(account(0, result=[62.75, 3], bounds={"[0]": bound | {"decided": True}}, device=[None]), "north")
    assert "[0]    62.75 +- 0.0003, if decided as shown below" in shown
    accounts = [account(0, bounds={}), account(1, result=62.75, bounds={"result": bound})]
    shown = printed(merged(accounts))
    assert "south: result    62.75 +- 0.0003" in shown
    assert "0.5 +-" not in shown


def test_what_was_made_ahead_and_not_used_is_shown_beside_what_was_taken() -> None:
    shown = printed(merged([account(i, unused={"triple": 1234, "dabit": 5}) for i in range(2)]))
    assert ["triple", "3", "1,234"] in [line.split() for line in shown.splitlines()]
    assert ["dabit", "0", "5"] in [line.split() for line in shown.splitlines()]
    assert "not used" not in printed(merged([account(0), account(1)]))


def test_results_that_differ_are_all_kept() -> None:
    summary = merged([account(0, result=None), account(1, result=3)])
    assert summary["results"] == [None, 3]


def test_accounts_are_left_as_they_were() -> None:
    accounts = [account(0), account(1)]
    merged(accounts)
    assert accounts == [account(0), account(1)]


def printed(summary: dict[str, Any], alone: str = "", width: int = 100) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(report(summary, alone))
    return console.export_text()


def test_a_person_reads_everything() -> None:
    text = printed(merged([account(0), account(1)]))
    expected = ["0.5", "north", "200 B", "study.py:9", "2 x 3", "everybody", "south", "study.py:4", "300 B", "triple"]
    expected += [
        "a card",
        "matmul 7",
        "connect 0.10 s",
        "offline 1.20 s",
        "careful 1",
        "Semi-honest; the dealer must not collude.",
    ]
    for word in expected:
        assert word in text


def test_what_is_revealed_often_is_one_row() -> None:
    once, often = [{"line": "study.py:9", "shape": s, "to": [0, 1], "error": 0.0, "decided": False} for s in ([2], [])]
    shown = [line.split() for line in printed(account(0, reveals=[often, once, often, often]), "north").splitlines()]
    assert ["study.py:9", "one", "number", "exact", "everybody", "3"] in shown
    assert ["study.py:9", "2", "exact", "everybody", "1"] in shown


def test_a_run_that_reveals_nothing_says_so() -> None:
    assert "Revealed\n  nothing; what a program sends" in printed(account(0, reveals=[]), "north")


def test_what_each_party_is_told_of_security_is_kept() -> None:
    said = merged([account(0), account(1, security="Proved at study.py:3.")])["security"]
    assert said == "north: Semi-honest; the dealer must not collude.\nsouth: Proved at study.py:3."


def test_one_party_reads_what_it_received_itself() -> None:
    north, south = (line for line in printed(account(1), "south").splitlines() if re.match(r"(north|south) +\d", line))
    assert "B" not in north.replace("100 B", "")
    assert south.endswith("48 B")


def test_results_that_differ_are_shown_by_party() -> None:
    text = printed(merged([account(0, result=None), account(1, result={"a": 7.0})]))
    assert "north: result" in text
    assert "south: a" in text


CIRCUIT = {
    "line": "study_of_both.py:11", "circuit": "aes_128", "ands": 6400, "instances": 1000,
    "by": "authenticated garbling",
    "elements": 0,
    "adversary": "one of two, malicious", "scheme": "three-halves", "garbling": "ahead", "tables": 160_000_000,
    "gmw": 0.25, "bmr": 1.5,
}  # fmt: skip


@pytest.mark.parametrize(("width", "table"), [(60, False), (80, False), (110, True), (200, True)])
def test_a_table_without_room_breaks_no_word(width: int, table: bool) -> None:
    """It has a paragraph a row there, in which each figure has its name."""
    text = printed(account(0, circuits=[CIRCUIT], network="wan"), "north", width)
    assert "Circuits, with the seconds of gmw and bmr on the network wan" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= width
    words = ["study_of_both.py:11", "aes_128", "6,400", "1,000", "authenticated", "three-halves,", "malicious", "0.25"]
    assert set(words) <= {word.strip(";") for word in text.split()}
    assert ("instances 1,000;" in " ".join(text.split())) != table


def test_a_relation_that_was_proved_has_one_line_at_80_columns() -> None:
    shown = {"circuit": "accurate", "ands": 0, "by": "a proof", "adversary": "either, malicious", "elements": 8608}
    rows = printed(account(0, circuits=[CIRCUIT | shown | {"instances": 1}]), "north", 80).splitlines()
    assert "Relations that were proved to one verifier" in rows
    assert ["study_of_both.py:11", "accurate", "8,608", "1", "either,", "malicious"] in [row.split() for row in rows]
    assert not any("ANDs" in row for row in rows)


def test_truth_values_beside_numbers_are_shown_apart() -> None:
    both = [[1.5, 0.0], [True, False]]
    shown = [line.split() for line in printed(account(0, result=both), "north").splitlines()]
    assert ["[0]", "[1.5,", "0]", "(2)"] in shown
    assert ["[1]", "[True,", "False]", "(2)"] in shown


def test_brackets_in_names_are_not_markup() -> None:
    assert "[red]x" in printed(merged([account(0, result={"[red]x": 1}), account(1, result={"[red]x": 1})]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.98594, "0.98594"),
        (None, "None"),
        ([1, 2], "[1, 2]  (2)"),
        ([[1.5] * 30] * 4, "[1.5, 1.5, 1.5, 1.5, 1.5, 1.5, ...]  (4 x 30)"),
    ],
)
def test_values_in_one_line(value: Any, text: str) -> None:
    assert describe(value) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_500_000, "2.5 MB")])
def test_bytes(count: int, text: str) -> None:
    assert data(count) == text


def test_the_summary_is_strict_json_and_whole(tmp_path: Path) -> None:
    target = tmp_path / "summary.json"
    write_summary(account(0, result=[float("nan"), float("inf")]), target)
    assert json.loads(target.read_text())["result"] == ["nan", "inf"]
    assert list(tmp_path.iterdir()) == [target]


def test_an_unwritable_target_is_refused_before_the_run(tmp_path: Path) -> None:
    check_writable(None)
    check_writable("-")
    check_writable(str(tmp_path / "new.json"))
    check_writable("/dev/stdout")
    for target in (tmp_path, tmp_path / "none" / "a.json"):
        with pytest.raises(LocalError, match="summary-unwritable"):
            check_writable(str(target))


def shown_before(written: list[str], *steps: Any, target: str | None = None) -> LocalError:
    with pytest.raises(LocalError) as caught:
        present(account(0), target, lambda summary, console: written.append("shown"), steps)
    return caught.value


def test_a_result_is_shown_before_anything_is_written(tmp_path: Path) -> None:
    seen: list[str] = []
    target = tmp_path / "vanished" / "summary.json"
    error = shown_before(seen, lambda: seen.append("another file"), target=str(target))
    assert seen == ["shown", "another file"]
    assert error.code == "summary-unwritable"
    assert str(target) in error.cause


def test_a_full_disk_is_said_after_the_result() -> None:
    seen: list[str] = []
    error = shown_before(seen, target="/dev/full")
    assert seen == ["shown"]
    assert (error.code, "No space left" in error.cause) == ("summary-unwritable", True)
    assert Path("/dev/full").is_char_device()


SHOW = """
from party_runner.report import present
summary = {"result": 42, "security": "the result is 42"}
present(summary, TARGET, lambda summary, console: console.print(summary["security"]))
"""


@pytest.mark.parametrize("target", [None, "-"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_result_that_stdout_does_not_take_is_shown_on_stderr(target: str | None, closed: bool) -> None:
    """On a full disk, and where nobody reads the pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "w") as full, os.fdopen(writer, "w") as pipe:
        command = [sys.executable, "-c", SHOW.replace("TARGET", repr(target))]
        done = subprocess.run(command, stdout=pipe if closed else full, stderr=subprocess.PIPE, text=True, check=False)
    assert "the result is 42" in done.stderr
    assert "[stdout-unwritable]" in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_summary_is_written_though_nobody_reads_the_pipe_of_both_streams(tmp_path: Path) -> None:
    """As of `parley run ... --json FILE 2>&1 | head`."""
    reader, writer = os.pipe()
    os.close(reader)
    target = tmp_path / "summary.json"
    command = [sys.executable, "-c", SHOW.replace("TARGET", repr(str(target)))]
    with os.fdopen(writer, "w") as pipe:
        subprocess.run(command, stdout=pipe, stderr=pipe, text=True, check=False)
    assert json.loads(target.read_text())["result"] == 42


@pytest.mark.parametrize("closed", ["1", "1, 2", "0, 1, 2"])
def test_a_result_is_kept_though_the_standard_streams_are_closed(tmp_path: Path, closed: str) -> None:
    """As `parley run ... >&-` starts it; what is opened next must not become standard output."""
    shown = SHOW.replace("TARGET", "None")
    opened = "from party_runner.standard_streams import open_standard_streams\nopen_standard_streams()\n"
    (tmp_path / "show.py").write_text(f"{opened}assert open({str(tmp_path / 'show.py')!r}).fileno() > 2\n{shown}")
    start = (
        f"import os, sys\nfor fd in ({closed},): os.close(fd)\nos.execv(sys.executable, [sys.executable, 'show.py'])"
    )
    command = [sys.executable, "-c", start]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    (kept,) = tmp_path.glob("parley-result-*.json")
    assert json.loads(kept.read_text()) == 42
    assert ("[stdout-unwritable]" in done.stderr) == ("2" not in closed)


def kept_after(tmp_path: Path, *steps: Any, near: Path | None = None, target: str | None = None, **more: Any) -> Any:
    """What is kept of a result that no file took, and the error's way out."""
    with pytest.raises(LocalError) as caught:
        present(account(0, **more), target, lambda summary, console: None, steps, near)
    matched = re.search(r"The whole result is in (\S+)\.$", caught.value.remedy)
    return None if matched is None else json.loads(Path(matched[1]).read_text())


def refused() -> None:
    raise LocalError("output-shape", "no columns", "Name another.")


def test_a_result_that_its_file_cannot_hold_is_kept_beside_it(tmp_path: Path) -> None:
    """What is shown are six numbers of an array, and six digits of a number."""
    result = list(np.arange(1000) / 3)
    assert kept_after(tmp_path, refused, near=tmp_path / "r.csv", result=result) == result
    assert json.loads((tmp_path / "r.json").read_text()) == result
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("other")
    assert kept_after(tmp_path, refused, near=tmp_path / "r.csv", result=1 / 3) == 1 / 3
    assert (tmp_path / "r.json").read_text() == "other"


def test_results_of_several_are_kept_by_name(tmp_path: Path) -> None:
    assert kept_after(tmp_path, refused, results=[1, None]) == {"north": 1, "south": None}


def test_nothing_is_kept_where_a_file_has_it(tmp_path: Path) -> None:
    assert kept_after(tmp_path, refused, target=str(tmp_path / "summary.json")) is None
    assert kept_after(tmp_path, lambda: None, target="/dev/full") is None
    assert kept_after(tmp_path, refused, target="/dev/full") == [0.5]


def test_where_no_disk_has_room_the_result_is_printed_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(target: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("party_runner.kept.write_whole", full)
    result = list(range(1000))
    assert kept_after(tmp_path, refused, near=tmp_path / "r.csv", result=result) is None
    assert json.loads(capsys.readouterr().err) == result
