"""Training without rounds: as in the clear, whatever the ages of reports; late, false and double ones do not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trio
from federated.federations import FRESH, model, rows

import mpc
from mpc import federated
from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.collecting import Book, Helper, Leader, collect, combine, report, verify_all
from protocols.federated import Buffered, FedAdam, FedAvg, Local, Versions, buffered_report
from protocols.federated.buffered_nmzyrmh22 import ONE, buffered_update
from protocols.federated.layout import layout_of
from protocols.federated.rounding_kls21 import most_squared, squared
from protocols.prio3 import Prio3BoundedL2

CLIENTS = [rows(20, i) for i in range(6)]
LOCAL = Local(batch=None, rate=0.5, epochs=4)
TERMS = Buffered(reports=3, clip=2.0, oldest=2, strategy=FedAvg(local=LOCAL))
LAYOUT = layout_of(model().weights())
KEY = bytes(range(32))


def sides(terms=TERMS):
    task = terms.task(b"test", LAYOUT.size, KEY)
    return Versions(terms, LAYOUT, np.zeros(LAYOUT.size)), Leader(task, Book()), Helper(task, Book())


def sent(server, client, version=0, weights=None, terms=TERMS):
    task = terms.task(b"test", LAYOUT.size)
    start = server.weights if weights is None else weights
    return buffered_report(terms, task, LAYOUT, model(), CLIENTS[client], start, version)


def upload(pair, client, reports, version):
    for aggregator, data in zip(pair, reports, strict=True):
        aggregator.upload(f"client {client}", data, version)


def moved_in_the_clear(client, weights):
    """The update of a client, shortened, in the units of the weights."""
    m = model()
    m.load(LAYOUT.unflatten(weights))
    m.fit(CLIENTS[client], LOCAL, Seed(bytes(32)).prg("unused"))
    moved = LAYOUT.flatten(m.weights()) - weights
    return moved * min(1, TERMS.clip / np.linalg.norm(moved))


@pytest.mark.parametrize("strategy", [FedAvg(local=LOCAL, momentum=0.5), FedAdam(local=LOCAL, rate=0.1)])
def test_versions_are_those_of_the_algorithm_in_the_clear(strategy):
    terms = replace(TERMS, strategy=strategy, bits=20)
    server, *pair = sides(terms)
    plain, optimiser = [server.weights], strategy.start(LAYOUT.size)
    for number in range(3):
        reporting = [(client, max(0, number - age)) for client, age in enumerate((0, 1, 2), start=number)]
        for client, version in reporting:
            upload(pair, f"{client} in {number}", sent(server, client, version, plain[version], terms), number)
        verify_all(*pair, server.batch.name)
        collected = collect(*pair, server.batch)
        found = server.take(collected)
        weights = [terms.weights[number - version] for _, version in reporting]
        assert (collected.count, collected.weight, found.weight) == (3, sum(weights), sum(weights) / ONE)
        each = [moved_in_the_clear(client, plain[version]) for client, version in reporting]
        mean = sum(w / ONE * each_moved for w, each_moved in zip(weights, each, strict=True)) / 3
        plain.append(plain[-1] + optimiser.step(mean))
        assert np.abs(server.weights - plain[-1]).max() < 1e-3
    assert np.abs(plain[-1]).max() > 0.1


def test_weights_fall_with_age_as_the_paper_says_and_never_to_zero():
    assert TERMS.weights == tuple(round(4096 / (1 + age) ** 0.5) for age in range(3))
    assert min(Buffered(oldest=4096, exponent=9.0).weights) == 1
    assert set(Buffered(exponent=0).weights) == {ONE}


def test_reports_too_old_double_or_false_do_not_count():
    server, *pair = sides()
    first = server.weights
    late, taken = sent(server, 5), sent(server, 4)
    for number in range(3):
        for client in range(3):
            upload(pair, client, sent(server, client, number), number)
        if number == 0:
            upload(pair, 4, taken, number)
            with pytest.raises(PeerError, match="client 4 sent more than 1") as refused:
                upload(pair, 4, sent(server, 4), number)
            assert refused.value.code == "too-many-reports"
        false = sent(server, 3, number)
        upload(pair, 3, (false[0][:-1] + bytes([false[0][-1] ^ 1]), false[1]), number)
        verify_all(*pair, server.batch.name)
        assert server.take(collect(*pair, server.batch)).reports == (4 if number == 0 else 3)
    with pytest.raises(PeerError) as too_old:
        upload(pair, 5, late, server.number)
    with pytest.raises(PeerError) as too_new:
        upload(pair, 5, sent(server, 5, server.number + 1), server.number)
    assert {too_old.value.code, too_new.value.code} == {"report-out-of-time"}
    assert not np.array_equal(first, server.weights)


def test_no_report_moves_the_weights_by_more_than_the_clip():
    _, *pair = sides(replace(TERMS, reports=2))
    radius, bound = TERMS.radius(LAYOUT.size), 1 << (TERMS.bits - 1)
    for scale in (1e-3, 1.0, 1e6):
        whole = TERMS.measured(np.random.default_rng(1).normal(size=LAYOUT.size) * scale, Seed(bytes(32)).prg("x"))
        assert squared(whole) <= most_squared(radius, LAYOUT.size) < bound**2
    assert radius > 0.99 * bound
    long = np.full(LAYOUT.size, bound - 1)
    with pytest.raises(LocalError, match="norm is not below"):
        report(pair[0].task, long, 0)
    assert isinstance(pair[0].task.vdaf, Prio3BoundedL2)


def test_rounding_of_updates_is_right_on_average():
    terms = Buffered(bits=6, clip=1.0)
    moved, seed = np.linspace(-0.3, 0.3, 5), Seed(bytes(32))
    found = np.mean([terms.measured(moved, seed.prg("r", i)) for i in range(800)], axis=0)
    assert np.abs(found / terms.radius(5) - moved).max() < 0.003


def test_clients_that_take_their_time_learn_a_model():
    seen, m = [], model()
    options = {"durations": [1, 1.3, 1.1, 2, 7, 1.2], "at_once": 4, "seed": bytes(32)}
    before = m.evaluate(FRESH).loss
    done = federated.simulate_buffered(m, CLIENTS, versions=6, terms=TERMS, on_version=seen.append, **options)
    assert m.evaluate(FRESH).loss < 0.7 * before
    assert tuple(seen) == done.versions
    assert [v.number for v in seen] == [1, 2, 3, 4, 5, 6]
    assert any(v.weight < v.reports for v in seen)
    assert "version 6: 3 reports" in str(done)
    again = federated.simulate_buffered(model(), CLIENTS, versions=6, terms=TERMS, **options)
    assert all(np.array_equal(again.weights[name], done.weights[name]) for name in done.weights)


def test_a_slow_client_is_too_old_and_the_others_go_on():
    done = federated.simulate_buffered(
        model(), CLIENTS, versions=9, durations=[1, 1, 1, 1, 1, 3.5], terms=replace(TERMS, oldest=1), seed=bytes(32)
    )
    assert done.too_old > 0
    assert len(done.versions) == 9


def test_what_cannot_be_is_refused():
    for wrong in ({"reports": 1}, {"bits": 1}, {"clip": 0.0}, {"oldest": 0}, {"exponent": -1.0}):
        with pytest.raises(LocalError, match="clip"):
            Buffered(**wrong)
    with pytest.raises(LocalError) as small:
        Buffered(bits=4).task(b"x", 1000)
    assert small.value.code == "ring-too-small"
    with pytest.raises(LocalError, match="at once"):
        federated.simulate_buffered(model(), CLIENTS, versions=1, durations=[1.0])
    broken = (np.full((3, 4), np.nan), np.zeros(3, int))
    with pytest.raises(LocalError) as nan:
        buffered_update(TERMS, LAYOUT, model(), broken, np.zeros(LAYOUT.size), Seed(bytes(32)))
    assert nan.value.code == "update-not-finite"


def test_stars_bring_reports_and_two_parties_of_a_session_verify_them():
    server, *pair = sides()
    stars = [mpc.star.MemoryStar("leader"), mpc.star.MemoryStar("helper")]

    async def serve(star, aggregator, task_status):
        async with star.serve() as line:
            task_status.started()
            await mpc.collecting.take_reports(line, aggregator, clock=lambda: server.number)

    async def version():
        async with trio.open_nursery() as aggregators:
            for star, aggregator in zip(stars, pair, strict=True):
                await aggregators.start(serve, star, aggregator)
            for client in range(3):
                for star, data in zip(stars, sent(server, client, server.number), strict=True):
                    async with star.dial(f"client {client}") as line:
                        await mpc.collecting.deliver(line, data)
            aggregators.cancel_scope.cancel()

    async def main(ctx, mine):
        if ctx.me == 0:
            return await mpc.collecting.lead(ctx, 1, pair[0], batch=server.batch.name, close=server.batch)
        await mpc.collecting.help_with(ctx, 0, pair[1])
        return pair[1].part(server.batch)

    for number in (1, 2):
        trio.run(version)
        found = server.take(combine(pair[0].task, mpc.simulate(main, inputs=[None, None]).results))
        assert (found.number, found.reports, found.weight) == (number, 3, 3.0)
