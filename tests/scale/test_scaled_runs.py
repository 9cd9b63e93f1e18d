"""A computation in parts, its workers threads of this process: what comes of it, and what goes wrong by name."""

from __future__ import annotations

import pickle
import socket
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scaled import MEAN, NAMES, Club, club, outcomes, run_all

from mpc.errors import LocalError, ParleyError, PeerError
from party_runner.join import Choices
from party_runner.material import Material
from party_runner.scale.cluster import Task, Threads, Worker
from party_runner.scale.part import Done, Failed, Files, Order, run_part
from party_runner.scale.schedule import State
from party_runner.scale.whole import _host, _hosts

PARTS = 3
X = [np.arange(4.0) + part for part in range(PARTS)]
Y = [np.array([0.5, -1, 2, 3]) * (part + 1) for part in range(PARTS)]
EXPECTED = sum(x @ y for x, y in zip(X, Y, strict=True)) / (4 * PARTS)


@pytest.fixture
def pair(tmp_path: Path) -> Club:
    return club(tmp_path, parts=PARTS)


def test_parts_on_clusters_of_different_sizes_give_what_one_session_gives(pair: Club) -> None:
    """Of files and of arrays; nothing is revealed but what `combine` reveals, and the accounts of parts are there."""
    files = [pair.folder / f"x{part}.npy" for part in range(PARTS)]
    for file, x in zip(files, X, strict=True):
        np.save(file, x)
    north = pair.party("north", [Files(file) for file in files], Threads(3))
    south = pair.party("south", Y, Threads(2))
    for end in outcomes(north, south):
        assert abs(end.result - EXPECTED) < 2**-10
        assert [reveal.shape for reveal in end.report.reveals] == [()]
        assert end.report.rounds < 5
        assert {cost.line.partition(":")[0] for cost in end.report.lines} == {"between sessions", "program.py"}
    assert len(north.accounts) == PARTS
    assert all(sum(account["bytes_sent"]) > 0 and account["material"] for account in north.accounts)
    assert north.failed == south.failed == []


@dataclass
class Dying(Threads):
    """Threads of which some end as a killed worker does: the attempt is over, and nothing says what became of it.

    `falls`: at which attempts at which parts, before its session or after it.
    """

    falls: dict[tuple[int, int], str] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)

    def start(self, worker: Worker, order: Order, data: Any) -> Task:
        self.orders.append(order)
        how = self.falls.get((order.part, order.attempt))
        return (
            Gone(None if how == "before" else super().start(worker, order, data))
            if how
            else super().start(worker, order, data)
        )


@dataclass
class Gone:
    """What a lost worker leaves: a task that ends with nothing, at once or when its session is over."""

    task: Task | None

    def state(self, alive: set[str]) -> State:
        return State.LOST if self.task is None or self.task.state(alive) is State.DONE else State.RUNS

    def outcome(self) -> Done | Failed | None:
        return None

    def drop(self) -> None:
        return


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_part_whose_worker_dies_is_another_session_at_all_parties(tmp_path: Path, how: str) -> None:
    """Before it meets the others, whose workers then wait in vain, or after its session, when these are done."""
    pair = club(tmp_path, parts=2)
    north = pair.party("north", X[:2], Threads(2))
    dying = Dying(2, falls={(1, 0): how})
    south = pair.party("south", Y[:2], dying)
    for party in (north, south):
        party.seat = replace(party.seat, patience=replace(party.seat.patience, connect_timeout=2.5))
    for end in outcomes(north, south):
        assert abs(end.result - sum(x @ y for x, y in zip(X[:2], Y[:2], strict=True)) / 8) < 2**-10
    assert [(start.part, start.attempt, at) for start, at in north.failed] == [(1, 0, ("south",))]
    assert north.failed == south.failed
    first, second = (order for order in dying.orders if order.part == 1)
    assert (first.attempt, second.attempt) == (0, 1)
    assert {port for _, _, port, _ in first.endpoints}.isdisjoint(port for _, _, port, _ in second.endpoints)


def test_a_part_that_always_fails_ends_all_and_names_whose_worker_it_was(tmp_path: Path) -> None:
    pair = club(tmp_path, parts=1)
    north = pair.party("north", X[:1], Threads(1))
    south = pair.party("south", Y[:1], Dying(1, falls={(0, attempt): "after" for attempt in range(3)}))
    for error in run_all(north, south):
        assert isinstance(error, PeerError)  # whoever is told of the other's end before it comes to its own, says so
        assert error.code == "part-failed" or "[part-failed]" in error.cause
        assert "south lost the worker" in error.cause


def failure(pair: Club, x: Any, y: Any, **choices: Any) -> list[ParleyError]:
    """The errors with which both parties end."""
    ends = run_all(
        pair.party("north", x, Threads(2), Choices(**choices)), pair.party("south", y, Threads(2), Choices(**choices))
    )
    assert all(isinstance(end, ParleyError) for end in ends), ends
    return ends  # type: ignore[return-value]


def test_other_numbers_of_parts_are_named(pair: Club) -> None:
    north, south = failure(pair, X, Y[:2])
    assert (north.code, north.party) == ("different-parameters", "south")
    assert "another parts: 2 there, 3 here" in north.cause
    assert south.party == "north"


BAD = {
    "revealed-in-a-part": MEAN.replace("return {", "await mpc.reveal(ctx, x)\n    return {", 1),
    "part-result": MEAN.replace('"count": x.size', '"count": {1}'),
    "carried-bits": MEAN.replace('"count": x.size', '"count": x > 0'),
    "parts-differ": MEAN.replace('"count": x.size', '"count": x.size, "ab"[ctx.me]: [x]'),
    "range-exceeded": MEAN.replace("(x * y).sum()", "(x * y * x * y * x * y * x * y * x * y).sum()"),
}


@pytest.mark.parametrize("code", BAD)
def test_what_a_program_must_not_do_in_a_part(tmp_path: Path, code: str) -> None:
    pair = club(tmp_path, BAD[code], parts=2)
    errors = failure(pair, X[:2], Y[:2])
    assert code in [error.code for error in errors], errors
    assert all(error.code in (code, "peer-failed") for error in errors), errors


def test_what_the_programs_own_error_says_stands_with_the_part(tmp_path: Path) -> None:
    pair = club(tmp_path, MEAN.replace("return {", "assert x.size == 4, 'four'\n    return {", 1), parts=2)
    errors = failure(pair, [X[0], np.arange(5.0)], [Y[0], np.arange(5.0)])
    shown = [error for error in errors if error.code == "program-failed"]
    assert shown
    assert "in part 1" in shown[0].cause
    assert "program.py" in shown[0].cause


def test_what_the_programs_own_error_says_does_not_lie_open_in_the_cluster(tmp_path: Path) -> None:
    """Schedulers keep and log what a task gives; an error may name a patient."""
    pair = club(tmp_path, MEAN.replace("return {", "raise KeyError('patient 17')\n    return {", 1), parts=1)
    given: list[bytes] = []

    def run(order: Order, data: Any) -> Done | Failed:
        given.append(pickle.dumps(said := run_part(order, data)))
        return said

    ends = run_all(*(pair.party(name, each[:1], Threads(1, run)) for name, each in zip(NAMES, (X, Y), strict=True)))
    assert any(isinstance(end, LocalError) and "patient 17" in end.cause for end in ends)
    assert given
    assert all(b"patient" not in text and b"KeyError" not in text for text in given)


def test_a_program_without_combine(tmp_path: Path) -> None:
    pair = club(tmp_path, MEAN[: MEAN.index("async def combine")])
    with pytest.raises(LocalError, match="program-without-combine"):
        pair.party("north", X, Threads(1))
    Path(pair.program).write_text(MEAN.replace("async def combine(ctx, parts)", "async def combine(ctx)"))
    with pytest.raises(LocalError, match="program-without-combine"):
        pair.party("north", X, Threads(1))


@pytest.mark.parametrize("material", [Material("dealer"), Material(when="planned")], ids=["dealt", "planned"])
def test_material_that_a_part_does_not_make_as_it_goes_is_refused(pair: Club, material: Material) -> None:
    ends = run_all(pair.party("north", X, Threads(1), Choices(material=material)))
    assert [end.code for end in ends if isinstance(end, LocalError)] == ["bad-material"]


def test_ports_that_do_not_exist(pair: Club) -> None:
    text = pair.roster.read_text()
    port = text.split("127.0.0.1:")[1].split('"')[0]
    pair.roster.write_text(text.replace(port, "65530"))
    ends = run_all(pair.party("north", X, Threads(1)))
    assert [end.code for end in ends if isinstance(end, LocalError)] == ["no-port"]


def test_a_port_that_another_partys_worker_has_tells_how_much_room_they_need(pair: Club) -> None:
    port = int(pair.roster.read_text().split("127.0.0.1:")[1].split('"')[0])
    with socket.create_server(("127.0.0.1", port + 1)):
        north, _ = failure(pair, X[:1], Y[:1])
    assert (north.code, north.party) == ("address-in-use", "north")
    assert "in part 0: another program listens at port 1 above this party's own" in north.cause
    assert "parties.toml that are more than 3 apart" in north.remedy


@pytest.mark.parametrize("host", ["", "10.0.0.5", "worker-3.example.org", "2001:db8::7"])
def test_hosts_of_workers_are_told(host: str) -> None:
    (row,) = _hosts([Worker("w", host)])
    assert _host(row, NAMES[0]) == host


@pytest.mark.parametrize("text", [b"a b", b"\xff", b"a\n", b"[", b"a:b:c d"])
def test_hosts_that_are_none_name_who_tells_them(text: bytes) -> None:
    row = np.zeros(256, np.uint8)
    row[: len(text)] = np.frombuffer(text, np.uint8)
    with pytest.raises(PeerError, match="no host") as caught:
        _host(row, "south")
    assert caught.value.party == "south"


def test_nothing_is_left_listening(pair: Club) -> None:
    outcomes(pair.party("north", X, Threads(2)), pair.party("south", Y, Threads(2)))
    for line in pair.roster.read_text().splitlines():
        if line.startswith("address"):
            port = int(line.rpartition(":")[2].strip('"'))
            for offset in range(PARTS + 1):
                with socket.socket() as free:
                    free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    free.bind(("127.0.0.1", port + offset))
