"""Builds one virtual environment a peer from PyPI under build/peers: `python -m bench.peers.environments [NAME ...]`.

A peer that cannot be installed leaves build/peers/NAME.failed with the end of the log, and the others go on.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "peers"
LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class Environment:
    """What pip installs, one call of `pip install` after the other, and the script that must then be importable."""

    name: str
    script: str
    installs: tuple[tuple[str, ...], ...]

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return FOLDER / self.name / "bin" / "python"

    @property
    def failed(self) -> Path:
        """Where the end of the log stands if the last attempt failed."""
        return FOLDER / f"{self.name}.failed"

    @property
    def ready(self) -> Path:
        """The mark of a finished environment: what it was made from."""
        return FOLDER / self.name / "installed.txt"

    def complaint(self) -> str | None:
        """Why the environment can't be used, in a line; None if it can."""
        if self.ready.exists():
            return None
        if self.failed.exists():
            lines = [line for line in self.failed.read_text().splitlines() if line.strip()]
            return f"could not be installed: {lines[-1] if lines else 'no output'}"
        return "not installed: run `make bench-peers`"


ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("spu", "spu", (("spu==0.9.5", "jax==0.4.34", "jaxlib==0.4.34", "setuptools<81"),)),
        # CrypTen's own list of requirements holds a package that no longer installs; what it imports is this.
        Environment(
            "crypten", "crypten", (("torch==2.13.0", "numpy", "omegaconf", "onnx"), ("--no-deps", "crypten==0.4.1"))
        ),
        Environment("mpyc", "mpyc", (("mpyc==0.11", "numpy", "gmpy2"),)),
        Environment("phe", "phe", (("phe==1.5.0", "gmpy2"),)),
        Environment("sf-heu", "sf_heu", (("sf-heu==0.5.2b0", "numpy"),)),
        Environment("gmpy2", "gmpy2", (("gmpy2",),)),
        Environment("flwr", "flwr", (("flwr==1.42.0", "numpy"),)),
    )
}


def build(environment: Environment) -> bool:
    """Makes the environment unless it is there and made from the same list; whether it can be used."""
    wanted = repr(environment.installs)
    if environment.ready.exists() and environment.ready.read_text() == wanted:
        return True
    shutil.rmtree(FOLDER / environment.name, ignore_errors=True)
    environment.failed.unlink(missing_ok=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    pip = [str(environment.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    commands = [
        [sys.executable, "-m", "venv", str(FOLDER / environment.name)],
        *([*pip, *install] for install in environment.installs),
        [str(environment.python), "-c", f"import bench.peers.{environment.script}"],
    ]
    for command in commands:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-LOG_LINES:])
            environment.failed.write_text(f"{' '.join(command)}\n{last}\n")
            return False
    environment.ready.write_text(wanted)
    return True


def main(names: Sequence[str]) -> None:
    """Builds the named environments, all if none is named, and says how each went."""
    for name in names or ENVIRONMENTS:
        environment = ENVIRONMENTS[name]
        done = build(environment)
        print(f"{name}: {'ready' if done else environment.complaint()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
