"""What is said of an error, and which exit code stands for it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import trio

from mpc.errors import Abort, LocalError, ParleyError, PeerError, SupplyError
from party_runner.children import Child
from party_runner.failures import failure_of, leading
from party_runner.program import load_program
from party_runner.start import SEED, main


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (LocalError("a", "cause"), 2),
        (PeerError("a", "cause"), 3),
        (Abort("a", "cause"), 4),
        (SupplyError("a", "cause"), 5),
        (ZeroDivisionError("x"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(error: BaseException, exit_code: int) -> None:
    assert failure_of(error).exit_code == exit_code


@pytest.mark.parametrize(
    ("how", "begun", "sent"),
    [("SIGINT", False, "SIGTERM"), ("SIGINT", True, "SIGINT"), ("SIGTERM", True, "SIGTERM"), ("SIGKILL", False, None)],
)
def test_a_party_that_only_imports_is_not_interrupted(
    monkeypatch: pytest.MonkeyPatch, how: str, begun: bool, sent: str | None
) -> None:
    """Ctrl-C would have it print where it was."""
    signals: list[signal.Signals] = []
    monkeypatch.setattr(os, "killpg", lambda pid, number: signals.append(number))
    process = SimpleNamespace(returncode=None, pid=1)
    Child("north", cast("trio.Process", process), cast("trio.SocketStream", None), begun=begun).end(signal.Signals[how])
    assert signals == [signal.Signals[sent or how]]


class Interrupting:
    """A module whose import somebody interrupts."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_an_interrupt_while_modules_are_loaded_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEED, "0")
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setitem(sys.modules, "party_runner.cli", Interrupting())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == failure_of(KeyboardInterrupt()).exit_code


def test_a_parley_error_teaches_without_a_traceback() -> None:
    error = LocalError("range-exceeded", "it does not fit", "scale it", line="study.py:7")
    text = failure_of(error).text
    assert text == "error: it does not fit  [range-exceeded]\n  at: study.py:7\n  what to do: scale it"


@pytest.mark.parametrize(
    ("errors", "first"),
    [
        ([PeerError("lost", ""), LocalError("own", "")], 1),
        ([LocalError("own", ""), Abort("check", "")], 1),
        ([PeerError("lost", ""), ZeroDivisionError()], 1),
        ([PeerError("lost", ""), SupplyError("spent", "")], 1),
        ([ZeroDivisionError(), KeyboardInterrupt()], 1),
    ],
)
def test_the_cause_is_shown_and_not_what_followed(errors: list[BaseException], first: int) -> None:
    nested = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", errors[:1]), *errors[1:]])
    assert leading(nested) is errors[first]
    assert leading(BaseExceptionGroup("", errors[::-1])) is errors[first]


SOURCE = """
import numpy

async def main(ctx, mine):
    return deeper(mine)

def deeper(mine):
    return numpy.linalg.inv(mine)
"""


def raised(folder: Path, source: str, mine: object) -> tuple[BaseException, Path]:
    path = folder / "study.py"
    path.write_text(source)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        trio.run(load_program(path).main, None, mine)
    return caught.value, path


def test_a_program_that_raises_is_shown_with_its_own_frames_only(tmp_path: Path) -> None:
    error, path = raised(tmp_path, SOURCE, [[0.0]])
    failure = failure_of(error, path)
    assert failure.exit_code == 1
    assert failure.code == "program-failed"
    assert failure.text.startswith("Traceback")
    assert 'study.py", line 5, in main' in failure.text
    assert 'study.py", line 8, in deeper' in failure.text
    assert failure.text.endswith("Singular matrix")
    assert "linalg.py" not in failure.text
    assert "trio" not in failure.text


def test_a_parley_error_without_a_line_gets_that_of_the_program(tmp_path: Path) -> None:
    source = "import mpc.algebra.ring\nasync def main(ctx, mine):\n    mpc.algebra.ring.Ring(99)\n"
    error, path = raised(tmp_path, source, None)
    assert isinstance(error, ParleyError)
    assert "at: study.py:3" in failure_of(error, path).text


def test_a_fault_of_parley_keeps_its_whole_traceback(tmp_path: Path) -> None:
    with pytest.raises(AttributeError) as caught:
        load_program(3)  # type: ignore[arg-type]
    failure = failure_of(caught.value, tmp_path / "study.py")
    assert failure.exit_code == 70
    assert "program.py" in failure.text
