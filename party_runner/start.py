"""How the command begins: in a process that orders sets of texts as every other party's does.

Python salts the hashes of texts anew in each process, so that `for name in {"age", "income"}` takes another order at
each party: one would put in as its age what another computes with as an income. So the command replaces its own process
by one without salt, and parties compare what they hash a text to (`hash_of_texts`). The new one looks for no module in
the current folder.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

SEED = "PYTHONHASHSEED"
INTERRUPTED = 130
_begun = False


def main() -> None:
    """The `parley` command."""
    _refuse_others_as_ours()
    if os.environ.get(SEED) != "0" and os.name == "posix":
        os.execve(sys.executable, [sys.executable, "-P", *sys.orig_argv[1:]], os.environ | {SEED: "0"})
    take_process()
    gc.disable()  # what is imported stays: looking for garbage in it takes a fifth of the time to begin
    try:
        from party_runner.cli import main as command
    except ImportError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:  # nothing has begun that there would be something to say of
        sys.exit(INTERRUPTED)
    command()  # looks for garbage again once its own part is imported


def take_process() -> None:
    """From here on this process is the command and nothing else. It is told how its processes end, though whoever
    started it may ignore that of its own."""
    global _begun
    _begun = True
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def is_all_of_process() -> bool:
    """Whether this process is the command and nothing else: not a notebook or a test that calls it."""
    return _begun


def hash_of_texts() -> int:
    """What a text is hashed to in this process: the same wherever sets of texts have the same order."""
    return hash("Parley") % (1 << 32)


def _refuse_others_as_ours() -> None:
    house = Path(__file__).resolve().parent.parent
    for name in ("mpc", "protocols", "native"):
        found = find_spec(name)
        place = found.origin if found is not None else None
        if place is not None and Path(place).resolve().parent.parent != house:
            sys.exit(f"error: {place} takes the place of Parley's own package `{name}`: rename it, or move it away")
