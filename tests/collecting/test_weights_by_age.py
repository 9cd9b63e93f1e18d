"""Batches whose reports count as often as their age says: sums, aggregators that mean others, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from collecting.collecting_cases import KEY, aggregators, upload

from mpc.errors import LocalError, PeerError
from protocols.collecting import Batch, Book, Helper, Leader, Task, collect, combine, verify_all
from protocols.collecting.messages import Closing, Job, Part, Reply
from protocols.prio3 import Prio3BoundedL2, Prio3Sum

AGED = Task(
    b"aged", Prio3Sum(2, 10), KEY, least=2, precision=1, by_name=True, weights=(5, 3, 1), keep=2, early=0,
    most_per_client=9,
)  # fmt: skip


def filled(times, now=4, task=AGED):
    pair = aggregators(task)
    for i, time in enumerate(times):
        upload(pair, i + 1, f"client {i}", time)
    verify_all(*pair, Batch.of(now).name)
    return pair


@pytest.mark.parametrize("times", [(4, 4), (2, 3, 4), (3, 3, 2, 4, 2), (2, 2)])
def test_a_report_counts_as_often_as_its_age_says(times):
    found = collect(*filled(times), Batch.of(4))
    each = [AGED.weights[4 - time] for time in times]
    assert found.count == len(times)
    assert found.weight == sum(each)
    assert found.result == sum(w * (i + 1) for i, w in enumerate(each))


def test_reports_go_into_the_batch_that_is_filled_when_they_come():
    pair = filled((3, 4))
    assert collect(*pair, Batch.of(4)).result == 3 * 1 + 5 * 2
    for i, time in enumerate((3, 4, 5)):
        upload(pair, 10, f"late {i}", time)
    verify_all(*pair, Batch.of(5).name)
    assert collect(*pair, Batch.of(5)).result == 10 * (1 + 3 + 5)
    assert collect(*pair, Batch.of(4)).result == 13


def test_what_is_too_old_or_too_new_for_a_batch_is_dropped_by_both():
    pair = filled((0, 1, 2, 3, 5))
    assert [aggregator.counted(Batch.of(4)) for aggregator in pair] == [2, 2]
    assert collect(*pair, Batch.of(4)).result == 3 * 1 + 4 * 3
    assert pair[0].waiting == 0


def test_a_helper_refuses_reports_that_have_no_weight_in_a_leaders_batch():
    leader, helper = aggregators(AGED)
    upload((leader, helper), 1, "client", 4)
    job = Job.read(leader.next_job(Batch.of(4).name), "x")
    reply = Reply.read(helper.on_job(replace(job, batch=Batch.of(7).name).pack()), "x")
    assert [fate for fate, _ in reply.reports] == [2]
    with pytest.raises(PeerError, match="the leader"):
        helper.on_job(replace(job, job=bytes(16), batch=b"short").pack())


def test_aggregators_that_mean_other_weights_close_nothing():
    leader, helper = Leader(AGED, Book()), Helper(replace(AGED, weights=(5, 3, 2)), Book())
    for client in range(2):
        upload((leader, helper), 1, f"client {client}", 4)
    verify_all(leader, helper, Batch.of(4).name)
    with pytest.raises(PeerError) as differ:
        collect(leader, helper, Batch.of(4))
    assert differ.value.code == "aggregators-differ"


def test_a_book_is_of_one_set_of_weights(tmp_path):
    Leader(AGED, Book(tmp_path / "book"))
    with pytest.raises(LocalError) as other:
        Leader(replace(AGED, weights=(5, 3)), Book(tmp_path / "book"))
    assert other.value.code == "collecting-book"


@pytest.mark.parametrize("weight", [0, 1, 11, 1 << 61])
def test_a_collector_takes_no_weight_that_cannot_be(weight):
    leader, helper = filled((4, 4))
    collect(leader, helper, Batch.of(4))
    parts = [replace(Part.read(a.part(Batch.of(4)), "x"), weight=weight).pack() for a in (leader, helper)]
    with pytest.raises(PeerError) as refused:
        combine(AGED, parts)
    assert refused.value.code == "aggregators-differ"


def test_a_helper_closes_no_batch_of_another_weight():
    leader, helper = filled((4, 4))
    closing = Closing.read(leader.close(Batch.of(4)), "x")
    with pytest.raises(PeerError) as refused:
        helper.on_closing(replace(closing, weight=closing.weight + 1).pack())
    assert refused.value.code == "aggregators-differ"


def test_vectors_of_signed_numbers_have_their_weights_too():
    task = replace(AGED, vdaf=Prio3BoundedL2(2, 3, 8))
    pair = aggregators(task)
    upload(pair, [-100, 5, 0], "a", 4)
    upload(pair, [1, 2, 127 - 100], "b", 3)
    verify_all(*pair, Batch.of(4).name)
    assert collect(*pair, Batch.of(4)).result == [-5 * 100 + 3, 25 + 6, 3 * 27]


def test_tasks_whose_weights_are_none_are_refused():
    for wrong in (
        {"weights": (0,)},
        {"weights": (1 << 21,)},
        {"weights": [1]},
        {"weights": (1.5,)},
        {"by_name": False},
        {"vdaf": Prio3Sum(2, 2**40)},
    ):
        with pytest.raises(LocalError) as refused:
            replace(AGED, **wrong)
        assert refused.value.code == "wrong-task"
    with pytest.raises(LocalError):
        Batch.of(-1)
    with pytest.raises(LocalError):
        aggregators(AGED)[0].next_job(b"name")
