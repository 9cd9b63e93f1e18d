"""`python -m party_runner` is the `parley` command."""

import sys
from importlib.util import find_spec
from pathlib import Path

found = find_spec("mpc")
place = found.origin if found is not None else None
if place is None or Path(place).resolve().parent.parent != Path(__file__).resolve().parent.parent:
    sys.exit(f"error: {place} takes the place of Parley's own package `mpc`: rename it, or move it away")
try:
    from party_runner.cli import main
except ImportError as error:
    sys.exit(f"error: {error}")

main()
