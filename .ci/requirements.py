"""What some of Parley's extras need beside Parley itself, a line each: `python .ci/requirements.py test lint`.

For pip to install while Parley itself is compiled.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())["project"]
OF_OURS = re.compile(rf"{PROJECT['name']}\[([\w,-]+)\]")


def needed(extras: Iterable[str]) -> Iterator[str]:
    """The requirements of Parley and of its extras, those that an extra takes from another included."""
    pending, seen = [*PROJECT["dependencies"]], set()
    waiting = list(extras)
    while waiting:
        extra = waiting.pop()
        if extra in seen:
            continue
        seen.add(extra)
        for line in PROJECT["optional-dependencies"][extra]:
            others = OF_OURS.fullmatch(line)
            if others:
                waiting += others[1].split(",")
            else:
                pending.append(line)
    yield from dict.fromkeys(pending)


if __name__ == "__main__":
    print("\n".join(needed(sys.argv[1:])))
