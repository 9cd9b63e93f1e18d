"""The way to peers: their environments, the lines they speak, and what becomes of one that fails."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from bench import crew, launch, online
from bench.arithmetic import WORKLOADS
from bench.display import slowness
from bench.harness import Failed, Options, Row
from bench.peers import catalogue, environments, functions, numbers
from bench.peers.catalogue import Peer
from bench.peers.environments import ENVIRONMENTS, Environment
from bench.peers.order import Order


@dataclass(frozen=True, slots=True)
class Here(Environment):
    """The environment that the tests run in."""

    @property
    def python(self) -> Path:
        return Path(sys.executable)

    def complaint(self) -> str | None:
        return None


def peer(variant: str, environment: str = "here") -> Peer:
    return Peer(
        f"fake:{variant}", environment, "tests.bench.fake_peer", variant, 2, "Nothing at all", "everything",
        {"mul_1m": 0.5},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setitem(ENVIRONMENTS, "here", Here("here", "", ()))
    monkeypatch.setitem(ENVIRONMENTS, "elsewhere", Environment("elsewhere", "", ()))


def rows_of(*peers: Peer) -> dict[str, Row]:
    options = Options(workloads=("mul_1m",), parties=(2,), sizes=(40,), repeat=2, peers=True)
    (rows,) = online.measure("arithmetic", WORKLOADS, peers, options)
    return {row.system: row for row in rows if not row.tls}


@pytest.mark.slow
def test_a_peer_has_its_row_beside_ours_and_a_failed_one_says_why() -> None:
    rows = rows_of(peer("sound"), peer("wrong"), peer("crash"), peer("absent", "elsewhere"))
    sound = rows["fake:sound"]
    assert rows["parley"].seconds
    assert "mul_1m gave a wrong result" in rows["fake:wrong"].note
    assert "the peer fell over" in rows["fake:crash"].note
    assert rows["fake:crash"].seconds is None
    assert rows["fake:absent"].note == "no figure: not installed: run `make bench-peers`"
    assert sound.seconds
    assert (sound.size, sound.version, sound.security, sound.note) == (20, "1.2", "Nothing at all", "everything")
    assert slowness(sound, [rows["parley"]]) == pytest.approx(2 * sound.seconds / rows["parley"].seconds)


def test_bytes_are_counted_by_the_system() -> None:
    with launch.theirs(peer("sound"), "mul_1m", 3) as processes:
        assert processes.ready()["version"] == "1.2"
        for _ in range(2):
            repetition = processes.repetition()
            assert repetition.bytes == 2000
            assert 0 < repetition.seconds < 60
            assert repetition.rounds is None


def test_a_silent_peer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "REPETITION_SECONDS", 0.2)
    with launch.theirs(peer("silent"), "mul_1m", 3) as processes:
        processes.ready()
        with pytest.raises(Failed, match="no answer within"):
            processes.repetition()


def test_a_crew_that_is_over_leaves_no_process() -> None:
    with suppress(Failed), launch.theirs(peer("wrong"), "mul_1m", 3) as processes:
        processes.ready()
        processes.repetition()
    assert all(process.poll() is not None for process in processes.processes())


@pytest.mark.slow
def test_an_environment_that_cannot_be_made_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = Environment("broken", "", (("--no-index", "no-such-package"),))
    assert not environments.build(broken)
    assert "no-such-package" in (tmp_path / "broken.failed").read_text()
    assert (broken.complaint() or "").startswith("could not be installed: ")


def test_every_peer_of_the_catalogue_has_an_environment_and_a_script() -> None:
    outside = [peer for work in catalogue.OUTSIDE.values() for peer in work.peers]
    for each in (*catalogue.ARITHMETIC, *catalogue.FUNCTIONS, *outside):
        script = Path(*each.module.split(".")).with_suffix(".py")
        assert (environments.ROOT / script).exists()
        assert each.module == f"bench.peers.{ENVIRONMENTS[each.environment].script}"
    assert all(each.security for each in catalogue.ARITHMETIC)
    for each in catalogue.ARITHMETIC:
        assert set(each.shares) <= set(WORKLOADS)
    for each in catalogue.FUNCTIONS:
        assert {*each.shares, *each.lacks} <= set(functions.FUNCTIONS)


def test_what_a_peer_lacks_is_said_in_its_row() -> None:
    lacking = replace(peer("sound"), lacks={"mul_1m": "it does not multiply"})
    with pytest.raises(Failed, match="it does not multiply"), launch.theirs(lacking, "mul_1m", 3):
        raise AssertionError("it was started")


def test_peers_do_all_that_computes_and_nothing_that_they_do_not_know() -> None:
    assert set(WORKLOADS) - set(numbers.CLEAR) == {"ring_1000", "mul_1m_128", "cmp_100k_128"}
    options = Options(workloads=("ring_1000",), parties=(2,), sizes=(3,), repeat=1, peers=True)
    (rows,) = online.measure("arithmetic", WORKLOADS, (peer("sound"),), options)
    assert not any(row.system.startswith("fake") for row in rows)


@pytest.mark.parametrize("workload", numbers.CLEAR)
def test_what_peers_are_checked_against_is_right(workload: str) -> None:
    order = Order(workload, 5, 0, (1, 2))
    x, y = (np.asarray(value, object) for value in numbers.inputs(order))
    result = {
        "mul_1m": lambda: x * y,
        "cmp_100k": lambda: x < y,
        "matmul_1000": lambda: x.dot(y),
        "max_1000": lambda: x.max(),
        **dict.fromkeys(numbers.CHAINS, lambda: x * y**5),
    }[workload]()
    assert np.array_equal((numbers.expected(order).astype(object) - result) % 2**64, np.zeros_like(result))
    numbers.same(numbers.expected(order), order)
    with pytest.raises(ArithmeticError):
        numbers.same(1 - numbers.expected(order), order)
