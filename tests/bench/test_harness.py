"""Repetitions take turns, failures stay where they are, medians are medians."""

from __future__ import annotations

from collections.abc import Callable

from bench.harness import Failed, Options, interleaved, label, machine, middle


def test_the_middle_and_the_spread_of_repetitions() -> None:
    assert middle([3.0, 1.0, 2.0]) == (2.0, 2.0)


def test_works_take_turns_back_and_forth_and_warm_ups_do_not_count() -> None:
    turns: list[str] = []

    def work(name: str) -> Callable[[], int]:
        def once() -> int:
            turns.append(name)
            return len(turns)

        return once

    results = interleaved({name: work(name) for name in "abc"}, repeat=2, warm_up=1)
    assert "".join(turns) == "abccbaabc"
    assert results == {"a": [6, 7], "b": [5, 8], "c": [4, 9]}


def test_a_failure_takes_no_further_turn_and_the_others_go_on() -> None:
    attempts: list[None] = []

    def broken() -> int:
        attempts.append(None)
        raise Failed("it broke")

    results = interleaved({"broken": broken, "sound": lambda: 1}, repeat=3, warm_up=1)
    assert len(attempts) == 1
    assert str(results["broken"]) == "it broke"
    assert results["sound"] == [1, 1, 1]


def test_workloads_are_chosen_by_name_or_family() -> None:
    names = ["ring.add_64", "ring.mul_64", "aes.ctr_128", "mul_1m"]
    assert Options().chosen(names) == names
    assert Options(workloads=("ring", "mul_1m")).chosen(names) == ["ring.add_64", "ring.mul_64", "mul_1m"]
    assert Options(workloads=("aes.ctr_128",)).chosen(names) == ["aes.ctr_128"]


def test_the_machine_is_described_by_features() -> None:
    assert machine()["label"] == label()
    assert label().endswith("core")
