"""`parley run`, with real processes over real connections."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import trio

from mpc.errors import LocalError
from party_runner import launch
from party_runner.children import Child
from party_runner.forked import ForkedProcess

from .processes import PRODUCT, call, gone, parley, parley_as_started, product_of, start_endless, write

pytestmark = pytest.mark.slow

KEYS = {"program", "parties", "suite", "preprocessing", "seconds", "rounds", "bytes_sent", "reveals", "security"}


@pytest.mark.parametrize("parties", [3])
def test_parties_compute_together(tmp_path: Path, parties: int) -> None:
    target = tmp_path / "summary.json"
    done = parley(*product_of(tmp_path, parties), "--json", str(target), "--preprocessing", "dealer")
    assert done.returncode == 0, done.stderr
    summary = json.loads(target.read_text())
    assert summary.keys() >= KEYS | {"result"}
    assert summary["result"] == {"product": pytest.approx(1.0, abs=1e-3)}
    assert summary["parties"] == [f"party{place}" for place in range(parties)]
    assert summary["seconds"].keys() == {"connect", "offline", "online"}
    assert len(summary["bytes_sent"]) == parties
    assert min(summary["bytes_sent"]) > 0
    assert [(reveal["line"], reveal["shape"], reveal["to"]) for reveal in summary["reveals"]] == [
        ("product.py:7", [], list(range(parties)))
    ]
    assert summary["rounds"] >= 2
    for said in ("Result", "product", "Revealed", "product.py:7", "everybody", summary["security"].split(",")[0][:40]):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("parties", "options", "check"),
    [
        (2, ("--prefetch",), "nothing"),
        (3, ("--check-material", "all"), "all"),
    ],
)
def test_parties_make_their_own_material(tmp_path: Path, parties: int, options: tuple[str, ...], check: str) -> None:
    """No process but theirs, and nobody else to trust."""
    done = parley(*product_of(tmp_path, parties), "--json", "-", *options)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["result"] == {"product": pytest.approx(1.0, abs=1e-3)}
    assert (summary["preprocessing"], summary["check_material"]) == ("ot", check)
    assert "dealer" not in summary["security"]
    assert "nobody else is trusted" in summary["security"]
    assert min(summary["offline_bytes"]) > 10_000


@dataclass(frozen=True, slots=True)
class Talk:
    """A run of a program that prints, and the folder where it kept what it needed."""

    done: subprocess.CompletedProcess[str]
    folder: Path


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    folder = tmp_path_factory.mktemp("talk")
    arguments = [*product_of(folder, 2), "--json", "-", "--name", "0=north", "--name", "1=south"]
    write(folder, "product.py", PRODUCT + '    print("never")\nprint("[hello]")\n')
    return Talk(parley(*arguments, env={**os.environ, "TMPDIR": str(folder)}), folder)


def test_a_tolerance_holds_for_a_run_and_its_plan(tmp_path: Path) -> None:
    words = product_of(tmp_path, 2)
    for command in (words, ("plan", *words[1:])):
        assert parley(*command, "--tolerance", "0.5").returncode == 0
        refused = parley(*command, "--tolerance", "1e-9")
        assert refused.returncode != 0
        assert "tolerance-exceeded" in refused.stderr
        assert "product.py:7" in refused.stderr


def test_json_on_stdout_is_alone_there(talk: Talk) -> None:
    assert json.loads(talk.done.stdout)["parties"] == ["north", "south"]
    assert "\x1b" not in talk.done.stderr


def test_the_keys_of_a_run_are_gone_after_it(talk: Talk) -> None:
    assert talk.done.returncode == 0, talk.done.stderr
    assert not list(talk.folder.glob("parley-*"))


def test_what_a_party_prints_is_shown_with_its_name(talk: Talk) -> None:
    assert "north | [hello]" in talk.done.stderr
    assert "south | [hello]" in talk.done.stderr


def test_a_wrong_input_ends_the_run_before_any_connection(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 3)
    write(tmp_path, "b.csv", "x\n1\n\n2\n")
    done = parley(*arguments)
    assert done.returncode == 2
    assert "the run failed: party1 ended with exit code 2 [input-malformed]" in done.stderr
    assert "b.csv, line 3 is blank" in done.stderr


def test_a_program_that_raises_at_one_party_names_it(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 3)
    source = PRODUCT.replace("async def main(ctx, mine):\n", "async def main(ctx, mine):\n    {}[ctx.me - 1]\n")
    write(tmp_path, "product.py", source.replace("{}", "{-1: 0, 1: 0}"))
    done = parley(*arguments)
    assert done.returncode == 1
    assert "the run failed: party1 ended with exit code 1 [program-failed]" in done.stderr
    assert "KeyError: 0" in done.stderr
    assert 'product.py", line 5, in main' in done.stderr
    assert "trio/" not in done.stderr


@pytest.mark.slow
def test_what_others_have_learnt_is_shown_though_one_partys_program_fails_afterwards(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 2)
    late = PRODUCT.replace("    return {", "    result = {") + "    [0][ctx.me]\n    return result\n"
    write(tmp_path, "product.py", late)
    done = parley(*arguments, "--output", str(tmp_path / "r.json"))
    assert done.returncode == 1
    assert done.stdout.split()[:4] == ["Result", "party0:", "product", "1"]
    assert "the run failed: party1 ended with exit code 1 [program-failed]" in done.stderr
    assert json.loads((tmp_path / "r.party0.json").read_text()) == {"product": pytest.approx(1.0, abs=1e-3)}
    assert not (tmp_path / "r.json").exists()


def test_what_another_had_sent_before_its_program_failed_is_still_opened(tmp_path: Path) -> None:
    """party0 is busy, though party1 has sent its part and has failed since."""
    arguments = product_of(tmp_path, 2)
    product = "    return {"
    late = "    if ctx.me == 0:\n        await trio.sleep(1)\n"
    late += "    result = await mpc.reveal(ctx, a + b, to=0)\n    [0][ctx.me]\n"
    program = PRODUCT.replace("import mpc", "import mpc\nimport trio").partition(product)[0] + late
    write(tmp_path, "product.py", program + "    return {'sum': float(result.sum())}\n")
    done = parley(*arguments)
    assert done.returncode == 1
    assert done.stdout.split()[:3] == ["Result", "party0:", "sum"], done.stdout + done.stderr


def test_a_program_that_is_none(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 2)
    write(tmp_path, "product.py", "x = 1\n")
    done = parley(*arguments)
    assert done.returncode == 2
    assert "[program-without-main]" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "none.py", "-n", "2"],
        ["run", "none.py"],
        ["run", "none.py", "-n", "1"],
        ["run", "none.py", "-n", "2", "--input", "2=a.csv"],
        ["run", "none.py", "-n", "2", "--name", "0=party1"],
        ["join", "none.toml", "none.py", "--party", "a"],
        ["dealer", "none.toml"],
        ["dealer", "none.toml", "--program", "none.py"],
        ["plan", "none.py", "-n", "2", "--shape", "0=x"],
        ["keys", "show", "none.crt"],
        ["keys", "new", "a/b"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = call(*arguments)
    assert code == 2
    assert "Traceback" not in printed
    assert printed


def test_a_summary_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    code, printed = call(*product_of(tmp_path, 2), "--json", str(tmp_path / "none" / "a.json"))
    assert code == 2
    assert "[summary-unwritable]" in printed


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_process(tmp_path: Path, how: signal.Signals) -> None:
    run = start_endless(tmp_path, 2)
    pids = run.pids("party0", "party1")
    run.process.send_signal(how)
    code, printed = run.end(20)
    assert code == 130
    assert "interrupted" in printed
    assert gone(pids)
    assert not list(tmp_path.glob("parley-*"))


SEEN = """
import mpc, os, random, sys
import numpy as np

async def main(ctx, mine):
    assert sys.argv[1] == "join" and "" not in sys.path and sys.stdin.read() == ""
    assert os.environ["PYTHONUNBUFFERED"] == "1"
    assert not any("held.txt" in os.readlink(place) for place in map("/proc/self/fd/{}".format, range(3, 200))
                   if os.path.lexists(place))
    print("first h\u00e4lf", end="")
    os.write(1, b", second half\\n")
    with open("/proc/self/comm") as file:
        print(os.getsid(0) == os.getpgid(0) == os.getpid(), file.read().strip(), random.random(), np.random.rand())
"""


def test_each_process_is_told_of_its_own_input_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Sequence[str]] = {}

    async def start(name: str, words: Sequence[str], *_: object) -> Child:
        told[name] = words
        if name == "dealer":
            raise LocalError("enough", "all were told", "")
        return cast(Child, None)

    monkeypatch.setattr(launch, "start", start)
    assert "[enough]" in call(*product_of(tmp_path, 2), "--preprocessing", "dealer")[1]
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    assert {name: [file in words for file in files] for name, words in told.items()} == {
        "party0": [True, False],
        "party1": [False, True],
        "dealer": [False, False],
    }


@pytest.mark.parametrize("forked", [True, False])
def test_processes_are_forked_or_new(tmp_path: Path, forked: bool) -> None:
    """A launcher that may import from its current folder forks nothing; parties are alike in what a program sees,
    whatever the launcher was started with: open files, an encoding, not to be told of ends."""
    write(tmp_path, "seen.py", SEEN)
    of_latin = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    warned = {"PYTHONWARNINGS": "always::ResourceWarning"}
    environment = os.environ | of_latin | warned | {"PYTHONHASHSEED": "random" if forked else "0"}
    with open(write(tmp_path, "held.txt", "")) as held:
        done = parley_as_started(
            "run", "seen.py", "-n", "3", cwd=tmp_path, env=environment,
            pass_fds=[held.fileno()], encoding="latin-1", preexec_fn=ignore_ends,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ResourceWarning" not in done.stderr
    seen = re.findall(r"(party\d) \| first hälf, second half\n\1 \| (\w+) (\w+) (\S+) (\S+)\n", in_order(done.stderr))
    parties, leaders, names, *drawn = zip(*seen, strict=True)
    assert parties == ("party0", "party1", "party2")
    assert leaders == ("True",) * 3
    assert (names == parties) is forked
    assert [len(set(numbers)) for numbers in drawn] == [3, 3]


WHERE_TO_FORK = """
import threading, os
from party_runner import forked, start
found = [forked.can_fork()]
start.take_process()
found.append(forked.can_fork())
go_on = threading.Event()
other = threading.Thread(target=go_on.wait)
other.start()
found.append(forked.can_fork())
go_on.set()
other.join()
del os.pidfd_open
found.append(forked.can_fork())
print(found)
"""


def test_nothing_is_forked_that_is_more_than_the_command() -> None:
    """Forks of a notebook or a test run would go on with it; threads, and systems without pidfd, forbid it too."""
    command = [sys.executable, "-P", "-c", WHERE_TO_FORK]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    assert done.stdout == "[False, True, False, False]\n"


def test_who_waits_for_a_process_that_was_collected_before_is_told_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = ForkedProcess(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 7"], os.environ), ours, -1)
        while process.returncode is None:
            time.sleep(0.002)
        assert trio.run(process.wait) == 7


def test_a_run_that_ignores_hangups_goes_on() -> None:
    ends = {signal.SIGINT, signal.SIGTERM}
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert set(launch._heeded()) == ends
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert set(launch._heeded()) == {*ends, signal.SIGHUP}
    finally:
        signal.signal(signal.SIGHUP, before)


def ignore_ends() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def in_order(printed: str) -> str:
    """The lines of each party together."""
    return "".join(f"{line}\n" for line in sorted(printed.splitlines(), key=lambda line: line.partition(" | ")[0]))


@pytest.mark.slow
def test_the_result_is_printed_though_its_file_is_full(tmp_path: Path) -> None:
    target = tmp_path / "result.npy"
    done = parley(*product_of(tmp_path, 2), "--json", "/dev/full", "--output", str(target.with_suffix(".json")))
    assert done.returncode == 2
    assert done.stdout.split()[:3] == ["Result", "product", "1"]
    assert "[summary-unwritable]" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(target.with_suffix(".json").read_text()) == {"product": pytest.approx(1.0, abs=1e-3)}


def test_an_error_of_all_parties_is_said_once(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 3)
    program = PRODUCT.replace("(a * b).sum()", "np.sqrt(a)").replace("import mpc", "import mpc\nimport numpy as np")
    write(tmp_path, "product.py", program)
    done = parley(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("  error: the square root of a value") == 1
    assert len(re.findall(r"party\d", done.stderr)) >= 3
    assert "party0 |" not in done.stderr


SETS = """
import mpc

async def main(ctx, mine):
    names = {"age", "height", "weight", "salary", "iq", "bmi"}
    columns = {name: await mpc.secret(ctx, owner=0, value=None if ctx.me else mine[name]) for name in names}
    values = await mpc.reveal(ctx, *columns.values())
    return {name: float(value[0]) for name, value in zip(columns, values)}
"""


def test_sets_of_texts_have_one_order_at_all_parties(tmp_path: Path) -> None:
    """Python salts the hashes of texts anew in each process, and its environment may say otherwise."""
    program = write(tmp_path, "sets.py", SETS)
    table = write(tmp_path, "t.csv", "age,height,weight,salary,iq,bmi\n1,2,3,4,5,6\n")
    salted = os.environ | {"PYTHONHASHSEED": "7"}
    done = parley_as_started("run", program, "-n", "2", "--input", f"0={table}", "--json", "-", env=salted)
    assert done.returncode == 0, done.stderr
    expected = {"age": 1, "height": 2, "weight": 3, "salary": 4, "iq": 5, "bmi": 6}
    assert json.loads(done.stdout)["result"] == expected


def as_in_the_background() -> None:
    """A script's `parley run ... &` begins with SIGINT ignored. It heeds hangups, though these tests may not."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


HANGING = (
    PRODUCT.replace("    return {", "    result = {")
    + """
    print("returning" if ctx.me == 0 else "hanging", flush=True)
    if ctx.me == 0:
        return result
    import trio
    await trio.sleep(60)
"""
)


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_result_that_one_party_had_is_shown_though_the_run_is_interrupted(tmp_path: Path, how: str) -> None:
    arguments = product_of(tmp_path, 2)
    write(tmp_path, "product.py", HANGING)
    (tmp_path / "r.json").write_text("an earlier run's")
    command = [sys.executable, "-m", "party_runner", *arguments, "--output", str(tmp_path / "r.json")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=as_in_the_background
    ) as run:
        assert run.stderr is not None
        awaited = {"party0 | returning", "party1 | hanging"}
        for line in run.stderr:
            awaited.discard(line.strip())
            if not awaited:
                break
        time.sleep(2)  # in which the result comes to the launcher
        run.send_signal(getattr(signal, how))
        printed, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert printed.split()[:4] == ["Result", "party0:", "product", "1"]
    assert errors.splitlines()[-1] == "interrupted: all parties were ended"
    assert "Traceback" not in errors
    assert json.loads((tmp_path / "r.party0.json").read_text()) == {"product": pytest.approx(1.0, abs=1e-3)}
    assert not (tmp_path / "r.json").exists()


def test_a_group_of_exceptions_shows_where_it_was_raised(tmp_path: Path) -> None:
    arguments = product_of(tmp_path, 2)
    raising = "    raise ExceptionGroup('several', [ValueError(1), KeyError(2)])\n"
    write(tmp_path, "product.py", PRODUCT.partition("    return {")[0] + raising)
    done = parley(*arguments)
    assert done.returncode == 1
    assert "ExceptionGroup: several (2 sub-exceptions)" in done.stderr
    assert "raise ExceptionGroup('several'" in done.stderr
    assert "fault in Parley" not in done.stderr


def test_no_room_for_the_keys_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    monkeypatch.setattr(tempfile, "tempdir", None)
    code, printed = call(*product_of(tmp_path, 2))
    assert code == 2
    assert "[no-temporary-folder]" in printed
    assert "TMPDIR" in printed
