"""A server that is stopped in the middle of a round goes on from its file, with a new number and new keys."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
import trio
import trio.testing
from federations import model, rows
from training_stars import DATA, LIMITS, QUICK, SOON, federation, member

from mpc import federated
from mpc.errors import LocalError
from mpc.network.star import Backoff, MemoryStar
from mpc.prg import Seed
from protocols.federated.aggregate import Total
from protocols.federated.course import Course
from protocols.federated.figures import Figures
from protocols.federated.joining import take_part
from protocols.federated.keeping import Keeping
from protocols.federated.updates import Mean

STRATEGIES = [
    federated.FedAvg(momentum=0.5), federated.FedAdam(rate=0.1), federated.FedYogi(rate=0.1),
]  # fmt: skip


def course_of(agreed):
    return Course(agreed.terms, agreed.terms.layout.flatten(model().weights()), Seed(bytes(32)))


def moved(course, seed, loss=None):
    """A round with some mean."""
    dice, figures = np.random.default_rng(seed), Figures(examples=10, loss=3.0)
    if loss is not None:
        figures = Figures(examples=10, loss=3.0, held_out=5, held_out_loss=5 * loss, held_out_judged=5)
    mean = Mean(dice.normal(size=len(course.weights)), figures)
    return course.move(mean, Total([], tuple(range(4)), 100))


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
def test_a_course_from_a_file_goes_on_to_the_bit(tmp_path, strategy):
    agreed = federation(rounds=9, strategy=strategy, stopping=federated.Stopping(patience=3)).agreed(model())
    course, keeping = course_of(agreed), Keeping(tmp_path / "training", agreed.terms)
    assert not keeping.resume(course_of(agreed))
    keeping.save(course)
    for number, loss in enumerate((1.0, 0.5, 0.7)):
        keeping.open_round()
        moved(course, number, loss)
        keeping.save(course)
    keeping.open_round()
    keeping.close()
    again, other = Keeping(tmp_path / "training", agreed.terms), course_of(agreed)
    assert again.resume(other)
    assert (again.next, again.attempts) == (4, 4)
    kept, wanted = other.kept(), course.kept()
    assert same([kept.weights, kept.best, *kept.optimiser], [wanted.weights, wanted.best, *wanted.optimiser])
    assert (kept.rounds, kept.least, kept.best_at, kept.common) == (wanted.rounds, 0.5, 2, wanted.common)
    for number, loss in ((7, 0.6), (8, 0.6)):
        assert moved(course, number, loss) == moved(other, number, loss)
    assert course.stopped
    assert same([course.weights], [other.weights])
    again.save(other)
    again.close()


def test_vectors_in_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("protocols.federated.keeping._PART", 16)
    agreed = federation().agreed(model())
    course, other = course_of(agreed), course_of(agreed)
    moved(course, 1)
    keeping = Keeping(tmp_path / "training", agreed.terms)
    keeping.save(course)
    assert keeping.resume(other)
    assert same([course.weights], [other.weights])
    assert other.kept().least == inf
    keeping.close()


def test_a_file_that_does_not_fit(tmp_path):
    agreed, file = federation().agreed(model()), tmp_path / "training"
    keeping = Keeping(file, agreed.terms)
    with pytest.raises(LocalError, match="training-state") as refused:
        Keeping(file, agreed.terms)
    assert "cannot be used" in str(refused.value)
    keeping.save(course_of(agreed))
    keeping._connection.execute("UPDATE vectors SET content = x'00' WHERE name = 'weights'")
    with pytest.raises(LocalError, match="training-state"):
        keeping.resume(course_of(agreed))
    keeping.close()
    with pytest.raises(LocalError, match="other terms"):
        Keeping(file, federation(rounds=8).agreed(model()).terms)
    (tmp_path / "text").write_text("no database" * 100)
    with pytest.raises(LocalError, match="training-state"):
        Keeping(tmp_path / "text", agreed.terms)
    with pytest.raises(LocalError, match="training-state"):
        Keeping(tmp_path / "nowhere" / "training", agreed.terms)


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_a_server_stops_in_each_step_and_comes_again(tmp_path, step):
    """The server is cancelled while clients are in this step of its second round; the next one resumes."""
    agreed, place, keys, tags, told = federation(rounds=4), MemoryStar(limits=LIMITS), [], [], {}
    stop = trio.CancelScope()

    class Watched:
        """A member whose messages the test sees."""

        def __init__(self, number):
            self.inner = member(agreed, number)

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def answer(self, tag, content):
            answer = self.inner.answer(tag, content)
            tags.append(tag)
            if tag[1] == 0 and answer is not None:
                keys.append(answer[-64:-32])
                keys.append(answer[-32:])
            if tag == (1, step):
                trio.from_thread.run_sync(stop.cancel)
            return answer

    async def client(number):
        async with place.dial(f"client-{number}", backoff=Backoff(0.02, 0.05, 20)) as star:
            told[number] = await take_part(star, Watched(number), Backoff(0.02, 0.05, 20))

    async def server(scope, reports):
        with scope:
            async with place.serve() as star:
                return await federated.serve(
                    star, model(), agreed, waiting=QUICK, keep=tmp_path / "training", on_round=reports.append
                )

    async def main():
        first, second = [], []
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                for number in range(6):
                    nursery.start_soon(client, number)
                assert await server(stop, first) is None
                served = await server(trio.CancelScope(), second)
        return first, second, served

    first, second, served = trio.run(main)
    assert [report.number for report in first] == [0]
    assert [report.number for report in second] == [2, 3, 4]
    assert [found.number for found in served.trained.rounds] == [1, 2, 3, 4]
    assert served.begun == 5
    assert len(set(keys)) == len(keys) >= 2 * 6 * 4
    wanted = federated.simulate(model(), DATA, strategy=agreed.strategy, rounds=4).weights
    assert all(np.allclose(served.trained.weights[name], wanted[name], atol=1e-5) for name in wanted)
    assert len(told) == 6


def test_a_training_that_is_over_is_told_to_who_comes(tmp_path):
    agreed, told = federation(rounds=1), []

    async def serve(place):
        async with place.serve() as star:
            return await federated.serve(star, model(), agreed, waiting=QUICK, keep=tmp_path / "training")

    async def client(place, number):
        async with place.dial(f"client-{number}", backoff=SOON) as star:
            told.append(await federated.join(star, model(), rows(9, number), agreed))

    async def main(clients):
        place = MemoryStar(limits=LIMITS)
        async with trio.open_nursery() as nursery:
            for number in range(clients):
                nursery.start_soon(client, place, number)
            return await serve(place)

    one, other = trio.run(main, 6), trio.run(main, 0)
    assert (one.begun, other.begun) == (1, 1)
    assert all(np.array_equal(one.trained.weights[k], other.trained.weights[k]) for k in one.trained.weights)
