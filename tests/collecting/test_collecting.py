"""Batches: the sum is of the valid reports, each counts once, and no batch is given out twice in different ways."""

import threading
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import trio
from collecting_cases import HOUR, KEY, NOW, TASK, VECTORS, aggregators, filled, upload

import mpc
from mpc.errors import LocalError, PeerError
from protocols.collecting import (
    Batch,
    Book,
    Helper,
    Interval,
    Leader,
    Task,
    combine,
    deliver,
    report,
    take_reports,
    verify_all,
)
from protocols.collecting.in_memory import collect
from protocols.collecting.in_stars import _tag
from protocols.collecting.messages import Fate, Job, Reply, Report
from protocols.prio3 import Prio3MultihotCountVec, Prio3Sum, Prio3SumVec

START = NOW // HOUR * HOUR
ONE = Interval(START, HOUR)


def test_a_batch_is_the_sum_of_its_reports():
    pair = filled([1, 2, 10, 0, 5])
    verify_all(*pair, most=2)
    assert collect(*pair, ONE).result == 18


def test_intervals_and_clients():
    pair = aggregators()
    for i in range(4):
        for hour in range(2):
            upload(pair, i + hour, f"client {i}", NOW + hour * HOUR)
    verify_all(*pair)
    assert collect(*pair, ONE).result == 6
    assert collect(*pair, Interval(START + HOUR, HOUR)).result == 10


def test_named_batches():
    pair = aggregators(VECTORS, by_name=True, most_per_client=9)
    for name in (b"one", b"two"):
        for i in range(3):
            upload(pair, [i, 3], f"client {i}")
        verify_all(*pair, batch=name)
    results = [collect(*pair, Batch(name)) for name in (b"one", b"two")]
    assert [r.result for r in results] == [[3, 9]] * 2
    with pytest.raises(LocalError, match="wrong-task"):
        pair[0].next_job(b"one")


def test_what_is_not_valid_does_not_count():
    pair = filled([1, 2, 3])
    leader, helper = report(TASK, 4, NOW)
    broken = Report.read(leader, "x")
    changed = Report(broken.name, broken.time, b"", bytes([broken.input_share[0] ^ 1]) + broken.input_share[1:])
    pair[0].upload("mallory", changed.pack(), NOW)
    pair[1].upload("mallory", helper, NOW)
    for aggregator in pair:
        with pytest.raises(PeerError, match="malformed"):
            aggregator.upload("eve", Report(bytes(16), START, b"", b"x").pack(), NOW)
    high = Report(bytes(16), START, b"", b"\xff" * len(broken.input_share))
    pair[0].upload("eve", high.pack(), NOW)
    verify_all(*pair)
    assert collect(*pair, ONE).count == 3


def test_a_report_that_one_aggregator_has_waits_for_the_other():
    pair = filled([1, 2, 3])
    leader, helper = report(TASK, 4, NOW)
    pair[0].upload("late", leader, NOW)
    verify_all(*pair)
    assert pair[0].waiting == 1
    pair[1].upload("late", helper, NOW)
    verify_all(*pair)
    assert collect(*pair, ONE).result == 10


def test_a_client_cannot_make_the_books_differ():
    """Two public shares, or one that is wrong for the leader alone, with a measurement that needs no challenge."""
    pair = aggregators(VECTORS)
    task = pair[0].task
    for i in range(2):
        upload(pair, [i, 3], f"client {i}")
    for i, wrong_at_both in enumerate((False, True)):
        leader, helper = (Report.read(data, "x") for data in report(task, [3, 3], NOW))
        public = leader.public_share[:32] + bytes(32)
        other = public if wrong_at_both else helper.public_share
        pair[0].upload(f"m{i}", Report(leader.name, leader.time, public, leader.input_share).pack(), NOW)
        pair[1].upload(f"m{i}", Report(leader.name, leader.time, other, helper.input_share).pack(), NOW)
    verify_all(*pair)
    assert collect(*pair, ONE).result == [1, 6]


@pytest.mark.parametrize("aggregator", [0, 1])
def test_replays_rates_and_times(aggregator):
    pair = aggregators(most_per_client=2)
    taken = pair[aggregator]
    first = report(TASK, 1, NOW)[aggregator]
    taken.upload("a", first, NOW)
    taken.upload("a", first, NOW)
    assert taken.waiting == 1
    with pytest.raises(PeerError, match="report-replayed"):
        taken.upload("b", first, NOW)
    other = Report.read(first, "a")
    with pytest.raises(PeerError, match="report-replayed"):
        taken.upload("a", Report(other.name, other.time, b"", bytes(len(other.input_share))).pack(), NOW)
    taken.upload("a", report(TASK, 1, NOW)[aggregator], NOW)
    with pytest.raises(PeerError, match="too-many-reports"):
        taken.upload("a", report(TASK, 1, NOW)[aggregator], NOW)
    for time in (NOW - 15 * 86400, NOW + 2 * HOUR):
        with pytest.raises(PeerError, match="report-out-of-time"):
            taken.upload("a", report(TASK, 1, time)[aggregator], NOW)
    with pytest.raises(PeerError, match="report-out-of-time"):
        taken.upload("a", Report(bytes(16), START + 1, b"", other.input_share).pack(), NOW)
    assert taken.forget(NOW + 20 * 86400) == 2


def test_a_clock_that_is_set_back_lets_no_report_count_twice():
    pair = aggregators()
    sent = [upload(pair, 1, f"client {i}") for i in range(3)]
    verify_all(*pair)
    for aggregator, data in zip(pair, sent[0], strict=True):
        assert aggregator.forget(NOW + 15 * 86400) == 3
        assert aggregator.forget(NOW) == 0
        with pytest.raises(PeerError, match="report-out-of-time"):
            aggregator.upload("client 0", data, NOW)
    assert collect(*pair, ONE).count == 3


def test_a_batch_is_given_out_once():
    pair = filled([1, 2, 3])
    verify_all(*pair)
    upload(pair, 4, "another")
    first = collect(*pair, ONE)
    verify_all(*pair)
    assert collect(*pair, ONE) == first
    assert first.result == 6
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[0].close(Interval(START - HOUR, 2 * HOUR))
    with pytest.raises(PeerError, match="report-out-of-time"):
        upload(pair, 4, "too late")


def test_a_batch_whose_sum_could_wrap_is_not_closed():
    """It would be given out once, and nobody could read it; shorter batches can be."""
    pair = aggregators(vdaf=Prio3Sum(2, 2**62), least=2, most_per_client=2)
    for hour in range(2):
        for i in range(2):
            upload(pair, 2**62, f"client {i}", NOW + hour * HOUR)
    verify_all(*pair)
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[0].close(Interval(START, 2 * HOUR))
    assert collect(*pair, ONE).result == 2**63


def test_the_longest_interval_takes_reports_until_it_ends():
    task = Task(b"x", Prio3Sum(2, 1), KEY, precision=86400, keep=86400)
    leader, day = Leader(task, Book()), NOW // 86400 * 86400
    for now in (day, day + 86399):
        leader.upload(f"client {now}", report(task, 1, now)[0], now)
    assert leader.waiting == 2


def test_small_batches_and_open_jobs_are_not_collected():
    pair = filled([1, 2])
    verify_all(*pair)
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[0].close(ONE)
    upload(pair, 3, "third")
    job = pair[0].next_job()
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[0].close(ONE)
    confirmation = pair[0].on_reply(pair[1].on_job(job))
    pair[0].on_acknowledgement(pair[1].on_confirmation(confirmation))
    closing = pair[0].close(ONE)
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[0].part(ONE)
    pair[0].on_closed(pair[1].on_closing(closing))
    assert combine(TASK, [p.part(ONE) for p in pair]).result == 6


STEPS = ("next_job", "on_job", "on_reply", "on_confirmation", "on_acknowledgement", "close", "on_closing", "on_closed")


@pytest.mark.parametrize("lost", STEPS)
def test_a_crash_after_any_step_changes_nothing(tmp_path, lost):
    """The answer of one step is lost with both processes; they open their books again and go on, repeating it."""
    files = (tmp_path / "leader", tmp_path / "helper")
    pair = list(aggregators(files=files))
    for i in range(4):
        upload(pair, i, f"client {i}")

    def restarted():
        for aggregator in pair:
            aggregator.book.close()
        pair[:] = aggregators(files=files)

    def step(name, call, *given):
        answer = call(*given)
        if name == lost:
            if name != "next_job":
                assert call(*given) == answer
            restarted()
            raise Lost
        return answer

    def run():
        leader, helper = pair
        jobs = leader.open_jobs() or [j for j in [step("next_job", leader.next_job)] if j]
        confirmations = leader.open_confirmations()
        for job in jobs:
            confirmations.append(step("on_reply", leader.on_reply, step("on_job", helper.on_job, job)))
        for confirmation in confirmations:
            told = step("on_confirmation", helper.on_confirmation, confirmation)
            step("on_acknowledgement", leader.on_acknowledgement, told)
        closing = step("close", leader.close, ONE)
        step("on_closed", leader.on_closed, step("on_closing", helper.on_closing, closing))
        return combine(TASK, [leader.part(ONE), helper.part(ONE)])

    with pytest.raises(Lost):
        run()
    lost = ""
    assert run().result == 6


class Lost(Exception):
    pass


def test_aggregators_that_counted_differently_do_not_collect():
    pair = filled([1, 2, 3])
    job = pair[0].next_job()
    confirmation = pair[0].on_reply(pair[1].on_job(job))
    some = confirmation[:-3] + bytes([confirmation[-3], confirmation[-2], confirmation[-1] ^ 1])
    pair[0].on_acknowledgement(pair[1].on_confirmation(some))
    with pytest.raises(PeerError, match="aggregators-differ"):
        pair[1].on_confirmation(confirmation)
    with pytest.raises(PeerError, match="aggregators-differ"):
        pair[1].on_closing(pair[0].close(ONE))
    with pytest.raises(LocalError, match="batch-not-collectable"):
        pair[1].part(ONE)


def test_a_report_that_is_too_long_is_not_unpacked():
    """A byte of msgpack is an empty table, which is 64 bytes of memory."""
    leader, _ = aggregators()
    tables = 1 << 18
    data = b"\xdd" + tables.to_bytes(4, "big") + b"\x80" * tables
    tracemalloc.start()
    with pytest.raises(PeerError, match="malformed-collecting-message"):
        leader.upload("mallory", data, NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < tables


def test_any_bytes_are_a_peers_error():
    pair = filled([1, 2, 3])
    job = pair[0].next_job()
    reply = pair[1].on_job(job)
    confirmation = pair[0].on_reply(reply)
    told = pair[1].on_confirmation(confirmation)
    pair[0].on_acknowledgement(told)
    closing = pair[0].close(ONE)
    pair[1].on_closing(closing)
    client = report(TASK, 1, NOW)[0]
    sent = [
        (lambda d: pair[0].upload("c", d, NOW), client),
        (pair[1].on_job, job),
        (pair[0].on_reply, reply),
        (pair[1].on_confirmation, confirmation),
        (pair[0].on_acknowledgement, told),
        (pair[1].on_closing, closing),
        (pair[0].on_closed, closing),
    ]
    for take, good in sent:
        for place in range(0, len(good), max(1, len(good) // 40)):
            for bad in (good[:place], good[:place] + bytes([good[place] ^ 0x41]) + good[place + 1 :], good + b"\0"):
                with suppress(PeerError):
                    take(bad)
    part = pair[1].part(ONE)
    for place in range(0, len(part), 5):
        with pytest.raises(PeerError):
            combine(TASK, [part[:place], part])


def test_books_and_tasks_that_do_not_belong_together(tmp_path):
    Leader(TASK, Book(tmp_path / "book")).book.close()
    assert (tmp_path / "book").stat().st_mode & 0o77 == 0
    with pytest.raises(LocalError, match="collecting-book"):
        Helper(TASK, Book(tmp_path / "book"))
    with pytest.raises(LocalError, match="collecting-book"):
        Book(tmp_path / "no folder" / "book")
    for wrong in (
        lambda: Task(b"", Prio3Sum(2, 1), KEY),
        lambda: Task(b"x", Prio3Sum(3, 1), KEY),
        lambda: Task(b"x", Prio3Sum(2, 1), b"short"),
        lambda: Task(b"x", Prio3Sum(2, 1), KEY, least=1),
        lambda: Task(b"x", Prio3Sum(2, 1), KEY, precision=0),
        lambda: Task(b"x", Prio3Sum(2, 1), KEY, precision=60.0),
        lambda: Task(b"x", Prio3Sum(2, 1), KEY, precision=15 * 86400),
        lambda: Task("x", Prio3Sum(2, 1), KEY),
        lambda: Task(b"x", Prio3Sum(2, 1), "k" * 32),
        lambda: Task(b"x", None, KEY),
        lambda: TASK.range(5),
        lambda: TASK.range(Interval(float(START), HOUR)),
        lambda: replace(TASK, by_name=True).range(Batch("x")),
        lambda: Leader(replace(TASK, by_name=True), Book()).next_job("x"),
        lambda: Leader(TASK, Book()).upload("a", report(TASK, 1, NOW)[0], float("nan")),
        lambda: Leader(TASK, Book()).forget(float("inf")),
        lambda: report(TASK, 1, -1),
        lambda: report(TASK, 1, float("nan")),
        lambda: Leader(TASK, Book()).next_job(most=-1),
        lambda: Leader(TASK, Book()).next_job(most=1 << 17),
        lambda: combine(TASK, [b""]),
        lambda: Leader(Task(b"x", Prio3Sum(2, 1)), Book()),
        lambda: TASK.range(Batch(b"x")),
        lambda: TASK.range(Interval(1, HOUR)),
    ):
        with pytest.raises(LocalError, match="wrong-task"):
            wrong()
    assert TASK.range(Interval(np.int64(START), np.int64(HOUR))) == TASK.range(ONE)
    assert "0102" not in repr(TASK)


SIMILAR = [
    (Prio3SumVec(2, 2, 6, 3), Prio3SumVec(2, 2, 5, 3)),
    (Prio3MultihotCountVec(2, 4, 3, 2), Prio3MultihotCountVec(2, 4, 2, 2)),
    (Prio3Sum(2, 6), Prio3Sum(2, 5)),
]


@pytest.mark.parametrize(("right", "wrong"), SIMILAR)
def test_reports_for_another_bound_do_not_count(right, wrong):
    """Their bits are as many, so the proof holds; they would count as other numbers."""
    pair, other = aggregators(vdaf=right), replace(TASK, vdaf=wrong)
    honest = 1 if isinstance(right, Prio3Sum) else [1, 0, 0, 0][: right.circuit.output_len]
    for i in range(3):
        upload(pair, honest, f"client {i}")
        upload(pair, honest, f"other {i}", task=other)
    verify_all(*pair)
    assert collect(*pair, ONE).count == 3


def test_a_book_stays_with_its_type_and_its_intervals():
    book = Book()
    Leader(TASK, book)
    Leader(replace(TASK, least=5), book)
    for changed in ({"vdaf": Prio3Sum(2, 9)}, {"precision": 60}, {"by_name": True}, {"verify_key": bytes(32)}):
        with pytest.raises(LocalError, match="collecting-book"):
            Leader(replace(TASK, **changed), book)


def meanwhile(monkeypatch, aggregator, name, act):
    """Before the first call of a method of an aggregator goes on, another thread does something from start to end."""
    method, acted = getattr(aggregator, name), []

    def delayed(*given):
        if not acted:
            acted.append(True)
            thread = threading.Thread(target=act)
            thread.start()
            thread.join(60)
            assert not thread.is_alive()
        return method(*given)

    monkeypatch.setattr(aggregator, name, delayed)


@pytest.mark.parametrize("step", ["next_job", "on_job", "on_reply", "on_confirmation"])
def test_a_step_that_two_threads_take_at_once_is_taken_once(monkeypatch, step):
    """A session that broke leaves its thread at work, while the next session sends the same again."""
    pair = filled([1, 2, 3])
    leader, helper = pair
    job = leader.next_job() if step != "next_job" else b""
    reply = helper.on_job(job) if step.startswith("on_") and step != "on_job" else b""
    if step == "next_job":
        meanwhile(monkeypatch, leader, "_begun", leader.next_job)
        assert leader.next_job() is None
    elif step == "on_job":
        meanwhile(monkeypatch, helper, "_begun", lambda: helper.on_job(job))
        assert helper.on_job(job) == helper.on_job(job)
    elif step == "on_reply":
        meanwhile(monkeypatch, leader, "_begun", lambda: leader.on_reply(reply))
        assert leader.on_reply(reply) == leader.on_reply(reply)
    else:
        confirmation = leader.on_reply(reply)
        threads = [threading.Thread(target=helper.on_confirmation, args=(confirmation,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    verify_all(*pair)
    assert collect(*pair, ONE).result == 6
    assert collect(*pair, ONE).count == 3


def test_another_job_takes_a_report_while_the_helper_verifies_it(monkeypatch):
    leader, helper = pair = filled([1, 2, 3])
    job = leader.next_job()
    other = Job.read(job, "x")
    other = Job(bytes(16), b"", other.reports)
    meanwhile(monkeypatch, helper, "_begun", lambda: helper.on_job(other.pack()))
    reply = Reply.read(helper.on_job(job), "x")
    assert [fate for fate, _ in reply.reports] == [Fate.USED] * 3
    assert pair[1].waiting == 0


def test_reports_are_taken_while_jobs_are_made(tmp_path):
    """Several threads, and two connections to one file, as of two processes."""
    book = tmp_path / "book"
    takers = [Leader(TASK, Book(book)) for _ in range(2)]
    reports = [report(TASK, 1, NOW)[0] for _ in range(40)]
    failed = []

    def take(part):
        try:
            for i in range(part, len(reports), 4):
                takers[part % 2].upload(f"client {i}", reports[i], NOW)
        except mpc.ParleyError as error:
            failed.append(error)

    threads = [threading.Thread(target=take, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    jobs = [takers[0].next_job(most=2) for _ in range(8)]
    for thread in threads:
        thread.join(60)
    assert not failed
    names = [name for job in jobs if job for name, *_ in Job.read(job, "x").reports]
    assert len(names) == len(set(names))
    assert takers[1].waiting == len(reports) - len(names)


def test_two_parties_of_a_session():
    task = Task(b"in a session", Prio3Sum(2, 10), KEY, least=3)
    pair = aggregators(task)
    for i in range(5):
        upload(pair, i, f"client {i}", task=task)

    async def main(ctx, mine):
        if ctx.me == 0:
            return await mpc.collecting.lead(ctx, 1, pair[0], most=2, close=ONE)
        await mpc.collecting.help_with(ctx, 0, pair[1])
        return None

    part, _ = mpc.simulate(main, inputs=[None, None]).results
    assert combine(task, [part, pair[1].part(ONE)]).result == 10


def test_clients_of_two_stars():
    """Each client joins both; one loses its line and sends again, one cheats, and each report counts once."""
    pair = aggregators()
    stars = [mpc.star.MemoryStar(name) for name in ("leader", "helper")]
    refused = []

    async def client(name, measurement):
        sent = report(TASK, measurement, NOW)
        for star, data in zip(stars, sent, strict=True):
            async with star.dial(name) as line:
                await deliver(line, data)
                await line.reconnect()
                await deliver(line, data)
                if name == "mallory":
                    with pytest.raises(PeerError, match="report-refused") as error:
                        await deliver(line, b"no report")
                    refused.append(error.value.party)

    async def main():
        async with trio.open_nursery() as tasks:
            lines = [await tasks.start(serve, star, aggregator) for star, aggregator in zip(stars, pair, strict=True)]
            async with trio.open_nursery() as clients:
                for i, name in enumerate(("ada", "ben", "mallory")):
                    clients.start_soon(client, name, i)
            assert len(lines) == 2
            tasks.cancel_scope.cancel()

    async def serve(star, aggregator, task_status):
        async with star.serve() as server:
            task_status.started(server)
            await take_reports(server, aggregator, clock=lambda: NOW)

    trio.run(main)
    assert sorted(refused) == ["helper", "leader"]
    verify_all(*pair)
    assert collect(*pair, ONE).result == 3


def test_a_late_answer_is_not_that_of_the_next_report():
    """The first report is answered twice, as after a line that was lost too late; the second is refused."""
    pair, star = aggregators(), mpc.star.MemoryStar()

    async def main():
        async with star.serve() as server, trio.open_nursery() as tasks:
            tasks.start_soon(partial(take_reports, server, pair[0], clock=lambda: NOW))
            async with star.dial("ada") as line:
                first = report(TASK, 1, NOW)[0]
                await line.send(_tag(first), first)
                await deliver(line, first)
                with pytest.raises(PeerError, match="report-refused"):
                    await deliver(line, report(TASK, 1, NOW)[0])
            tasks.cancel_scope.cancel()

    trio.run(main)


def test_reports_are_taken_until_there_are_enough():
    pair, star = aggregators(), mpc.star.MemoryStar()

    async def main():
        async with star.serve() as server, trio.open_nursery() as tasks:
            tasks.start_soon(client)
            await take_reports(server, pair[0], lambda: pair[0].waiting == 2, clock=lambda: NOW)
            await server.drained()

    async def client():
        async with star.dial("ada") as line:
            for time in (NOW, NOW - HOUR):
                await deliver(line, report(TASK, 1, time)[0])

    trio.run(main)
    assert pair[0].waiting == 2
