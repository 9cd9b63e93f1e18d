"""`import mpc` is quick: what only some programs need is imported where it is needed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("cryptography.x509", "pytest", "rich", "sqlite3", "nacl", "trio.testing", "importlib.metadata", "pandas")


def test_importing_the_library_loads_nothing_that_only_some_programs_need() -> None:
    program = f"import mpc, sys; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"
