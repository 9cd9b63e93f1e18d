"""A party that is killed or stopped in the middle of a run: the others end soon, and everybody names it."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from trio import Process, SocketStream

from party_runner.children import Child
from party_runner.launch import Crew, _hopeless
from party_runner.progress import ProgressBar

from .processes import gone, kill, start_endless

pytestmark = pytest.mark.slow

PARTIES = ("party0", "party1", "party2")
WITH_DEALER = (*PARTIES, "dealer")
DEALT = ("--preprocessing", "dealer")
REPLICATED = ("--suite", "replicated3")


@pytest.mark.parametrize(
    ("victim", "processes", "options"),
    [
        ("dealer", WITH_DEALER, DEALT),
        ("party0", PARTIES, ("--prefetch",)),
        *((victim, PARTIES, REPLICATED) for victim in PARTIES),
    ],
)
def test_a_killed_process_is_named_by_all_others(
    tmp_path: Path, victim: str, processes: tuple[str, ...], options: tuple[str, ...]
) -> None:
    run = start_endless(tmp_path, 3, *options)
    pids = run.pids(*processes)
    kill(run.pid_of(victim))
    code, printed = run.end(60)
    assert code == 3
    assert f"the run failed: {victim} was killed by signal 9 (SIGKILL)" in printed
    for other in set(processes) - {victim}:
        # It ended by itself, within the launcher's grace: one that the launcher had to end is listed in other words.
        said = rf"then {other} ended with exit code 3 \[(peer-lost|peer-failed)\]: .*{victim}"
        assert re.search(said, printed), (other, printed)
    assert gone(pids)


def test_nobody_waits_for_others_to_find_out_who_was_killed_before_they_met() -> None:
    def child(code: int | None, connected: bool, said: int | None = None) -> Child:
        process = cast(Process, SimpleNamespace(returncode=code))
        return Child("party0", process, cast(SocketStream, None), connected=connected, said=said)

    def hopeless(one: Child) -> bool:
        return _hopeless(Crew(cast(ProgressBar, None), [child(None, False), one]))

    assert hopeless(child(-9, connected=False))
    assert not hopeless(child(-9, connected=True))
    assert not hopeless(child(3, connected=False, said=3))


def test_a_stopped_process_is_named_within_the_stall_timeout(tmp_path: Path) -> None:
    run = start_endless(tmp_path, 3, "--stall-timeout", "2", *DEALT)
    pids = run.pids(*WITH_DEALER)
    kill(run.pid_of("party1"), signal.SIGSTOP)
    code, printed = run.end(60)
    assert code == 3
    said = printed.partition("the run failed: ")[2]
    for other in ("party0", "party2", "dealer"):
        in_words = rf"{other} ended with exit code 3 \[peer-stalled\]"
        assert re.search(rf"{in_words}|{other}( and \w+)? ended in the same way", said), (other, printed)
    causes = re.findall(r"(?:error|\[peer-stalled\]): (.*)", said)
    assert causes
    assert all("party1" in cause for cause in causes)
    assert gone(pids)


def test_a_killed_launcher_leaves_nobody_behind(tmp_path: Path) -> None:
    run = start_endless(tmp_path, 2, *DEALT)
    pids = run.pids("party0", "party1", "dealer")
    run.process.kill()
    run.process.wait()
    deadline = time.monotonic() + 60
    while not gone(pids):
        assert time.monotonic() < deadline, "processes of the run are left"
        time.sleep(0.05)
