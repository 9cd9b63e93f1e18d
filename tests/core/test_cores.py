"""Work in parts covers everything once, on as many threads as it may use."""

import threading

import pytest
import trio

from mpc.algebra.cores import available_cores, cores, in_parts, using_cores
from mpc.errors import LocalError


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 63, 64, 65, 1000])
@pytest.mark.parametrize("step", [1, 8])
@pytest.mark.parametrize("allowed", [1, 2, 3, 16])
def test_parts_cover_all_once(count: int, step: int, allowed: int) -> None:
    seen: list[tuple[int, int]] = []
    with using_cores(allowed):
        in_parts(count, lambda start, end: seen.append((start, end)), step=step)
    assert sorted(i for start, end in seen for i in range(start, end)) == list(range(count))
    assert len(seen) <= allowed
    assert all(start % step == 0 for start, _ in seen)


def test_small_work_is_not_split() -> None:
    threads: set[int] = set()
    with using_cores(4):
        in_parts(199, lambda start, end: threads.add(threading.get_ident()), smallest=100)
    assert threads == {threading.get_ident()}


def test_parts_run_side_by_side() -> None:
    meeting = threading.Barrier(3, timeout=60)
    with using_cores(3):
        in_parts(3, lambda start, end: meeting.wait())


@pytest.mark.parametrize("failing", [0, 1])
def test_an_exception_of_any_part_arrives(failing: int) -> None:
    def run(start: int, end: int) -> None:
        if start == failing:
            raise ZeroDivisionError

    with using_cores(2), pytest.raises(ZeroDivisionError):
        in_parts(2, run)


def test_threads_of_a_task_inherit_the_number() -> None:
    async def main() -> int:
        with using_cores(3):
            return await trio.to_thread.run_sync(cores)

    assert trio.run(main) == 3
    assert cores() == available_cores()


def test_no_cores_are_refused() -> None:
    with pytest.raises(LocalError, match="0 cores") as caught, using_cores(0):
        pass
    assert caught.value.code == "wrong-cores"
