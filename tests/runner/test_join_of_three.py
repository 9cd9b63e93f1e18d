"""`parley join` of three parties with the suite replicated3, as processes of their own, with keys and parties.toml."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from free_ports import free_ports

from mpc.network.identity import new_identity

from .processes import ENDLESS, LIMIT, PRODUCT, write
from .template import Begun

NAMES = ("north", "south", "east")

pytestmark = pytest.mark.slow


@pytest.fixture
def roster(tmp_path: Path) -> str:
    sections = []
    for name, port in zip(NAMES, free_ports(3), strict=True):
        new_identity(name, tmp_path)
        sections.append(f'[[party]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
        write(tmp_path, f"{name}.csv", "1.0\n2\n")
    return write(tmp_path, "parties.toml", "\n".join(sections))


def join(roster: str, name: str, program: str, *more: str, suite: str = "replicated3") -> Begun:
    data = str(Path(roster).with_name(f"{name}.csv"))
    arguments = ("join", roster, program, "--party", name, "--input", data, "--suite", suite, *more)
    return Begun(arguments, Path(roster).parent)


def test_three_parties_compute_without_material(roster: str, tmp_path: Path) -> None:
    program = write(tmp_path, "product.py", PRODUCT)
    for done in [party.ended(LIMIT) for party in [join(roster, name, program, "--json", "-") for name in NAMES]]:
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
        assert summary["result"] == {"product": pytest.approx(5, abs=1e-3)}
        assert "honest majority" in summary["security"]


def test_one_with_another_suite_is_named(roster: str, tmp_path: Path) -> None:
    program = write(tmp_path, "product.py", PRODUCT)
    suites = {name: "beaver" if name == "south" else "replicated3" for name in NAMES}
    ends = [party.ended(LIMIT) for party in [join(roster, name, program, suite=suites[name]) for name in NAMES]]
    assert [done.returncode for done in ends] == [3, 3, 3]
    assert "[different-suite]" in ends[0].stderr
    assert "south" in ends[0].stderr


def test_a_killed_party_is_named_by_both_others_at_once(roster: str, tmp_path: Path) -> None:
    program = write(tmp_path, "endless.py", ENDLESS)
    parties = {name: join(roster, name, program) for name in NAMES}
    deadline = time.monotonic() + LIMIT
    while not all("under way" in party.printed() for party in parties.values()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    parties["south"].send(signal.SIGKILL)
    for name in ("north", "east"):
        done = parties[name].ended(10)
        assert done.returncode == 3
        assert "south" in done.stderr
        assert "[peer-lost]" in done.stderr or "[peer-failed]" in done.stderr  # told by the other one, who was first
    assert parties["south"].ended(10).returncode == -signal.SIGKILL
