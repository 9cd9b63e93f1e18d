"""Training over a star in memory: the mean of those who stay, clients that come and go, and what is refused."""

from __future__ import annotations

from time import time

import numpy as np
import pytest
import trio
from federations import FRESH, model, rows
from training_stars import ALL_ROWS, DATA, QUICK, SHORT, Run, drop, federation, member

from mpc import aggregation, federated
from mpc.errors import LocalError, PeerError
from protocols.federated.joining import take_part


def same_weights(run, wanted, tolerance=1e-5):
    return all(np.allclose(run.served.trained.weights[name], wanted[name], atol=tolerance) for name in wanted)


def simulated(partitions, **options):
    return federated.simulate(model(), partitions, strategy=ALL_ROWS, **options)


def test_all_clients_end_with_what_one_process_computes():
    run = Run(federation(), client_options={"held_out": [rows(30, 50 + i) for i in range(6)]})()
    wanted = simulated(DATA, rounds=3)
    assert same_weights(run, wanted.weights)
    assert [r.examples for r in run.served.trained.rounds] == [sum(len(y) for _, y in DATA)] * 3
    assert run.served.trained.held_out.examples == 180
    assert run.served.trained.held_out.loss < run.served.trained.rounds[0].held_out.loss
    for joined in run.told.values():
        assert joined.rounds == 4  # with the one for the losses at the end
        assert same_weights(run, joined.weights, 1e-12)


def test_what_server_and_clients_end_with_says_who_saw_what_and_no_weight():
    run = Run(federation(rounds=1))()
    assert str(run.served.trained).endswith("In each round the server saw the sum of all updates.")
    assert {str(joined) for joined in run.told.values()} == {"<in sums: 1; dialled: 1; weights: 15 in 2 arrays>"}


@pytest.mark.parametrize("step", [0, 1, 2])
def test_the_mean_is_that_of_those_who_stay(step):
    gone = lambda tag: tag == (0, step)  # noqa: E731
    run = Run(federation(rounds=1), others={1: drop(1, gone), 4: drop(4, gone)})()
    assert same_weights(run, simulated([DATA[i] for i in (0, 2, 3, 5)], rounds=1).weights)
    (report,) = run.reports
    assert (report.invited, report.survivors) == (6, 4)


def test_a_round_names_who_was_lost_and_in_which_step():
    others = {1: drop(1, lambda tag: tag == (0, 2)), 4: drop(4, lambda tag: tag == (0, 0))}
    run = Run(federation(rounds=2), others=others)()
    lost, after = run.reports[0].lost, run.reports[1].lost
    assert sorted(lost) == [("client-1", "masked input"), ("client-4", "advertise")]
    assert after == ()
    assert "lost client-4 (in advertise), client-1 (in masked input)" in str(run.reports[0])


def test_a_round_without_a_sum_names_who_was_lost():
    at = lambda tag: tag == (0, 2)  # noqa: E731
    run = Run(federation(rounds=1), others={i: drop(i, at) for i in (0, 1, 2)})()
    assert str(run.reports[0]).startswith("no sum of 6 clients (quorum-missed), lost client-")
    assert sorted(run.reports[0].lost) == [(f"client-{i}", "masked input") for i in (0, 1, 2)]


def test_who_goes_in_the_last_step_is_in_the_sum():
    run = Run(federation(rounds=1), others={1: drop(1, lambda tag: tag == (0, 3))})()
    assert same_weights(run, simulated(DATA, rounds=1).weights)


def test_who_comes_again_is_in_the_next_round():
    run = Run(federation(rounds=3), others={1: drop(1, lambda tag: tag == (1, 2))})()
    assert [report.survivors for report in run.reports] == [6, 5, 6]


def test_too_few_stay_and_the_next_round_has_all():
    at = lambda tag: tag == (0, 2)  # noqa: E731
    run = Run(federation(rounds=2), others={i: drop(i, at) for i in (0, 1, 2)})()
    assert [report.round is None for report in run.reports] == [True, False, False]
    assert run.reports[0].missed.code in ("quorum-missed", "aggregation-too-few")
    assert same_weights(run, simulated(DATA, rounds=2).weights)
    assert run.served.begun == 3


def test_no_sum_again_and_again_ends_it():
    others = {i: drop(i, lambda tag: tag[1] == 2) for i in (0, 1, 2)}
    run = Run(federation(), others=others, waiting=federated.Waiting(more=30, most=40, failures=2))()
    assert run.error.code == "training-missed"
    assert len(run.reports) == 2


def test_nobody_comes():
    run = Run(federation(), DATA[:2], waiting=federated.Waiting(more=1.5, most=1.5))()
    assert run.error.code == "quorum-missed"
    assert "2 clients came" in str(run.error)


def test_more_clients_than_may_take_part():
    run = Run(federation(clients=4, dropouts=0.25, rounds=4))()
    assert {report.invited for report in run.reports} == {4}
    assert {report.survivors for report in run.reports} == {4}
    assert sum(joined.rounds for joined in run.told.values()) == 16


def test_no_examples_weigh_nothing():
    empty = (np.empty((0, 4)), np.empty(0, int))
    run = Run(federation(rounds=1), [*DATA[:5], empty])()
    assert same_weights(run, simulated(DATA[:5], rounds=1).weights)
    assert run.reports[0].survivors == 6


def test_nobody_has_examples():
    empty = (np.empty((0, 4)), np.empty(0, int))
    run = Run(federation(), [empty] * 6, waiting=federated.Waiting(more=30, most=40, failures=1))()
    assert run.error.code == "training-missed"
    assert run.reports[0].missed.code == "no-examples"


def test_an_update_that_is_no_number_is_refused_where_it_was_made():
    broken = DATA[2][0].copy()
    broken[3] = np.nan
    run = Run(federation(rounds=2), [*DATA[:2], (broken, DATA[2][1]), *DATA[3:]])()
    assert run.told[2].code == "update-not-finite"
    assert run.told[2].party == "client-2"
    assert [report.survivors for report in run.reports] == [5, 5]
    assert all(np.isfinite(weights).all() for weights in run.served.trained.weights.values())


def test_another_federation_is_named_with_what_differs():
    async def other(star, run):
        return await federated.join(star, model(), DATA[3], federation(rounds=7))

    async def other_model(star, run):
        return await federated.join(star, federated.softmax_regression(4, 2), DATA[3], federation())

    run = Run(federation(), others={3: other, 4: other_model})()
    assert run.told[3].code == "different-training"
    assert "rounds: 7" in str(run.told[3])
    assert run.told[3].party == "server"
    assert run.told[4].code == "different-model"
    assert [report.survivors for report in run.reports] == [4, 4, 4]


def test_early_stopping_keeps_the_best_weights():
    held = [rows(30, 50 + i) for i in range(6)]
    stopping = federated.Stopping(patience=1, least=10.0)
    run = Run(federation(rounds=9, stopping=stopping), client_options={"held_out": held})()
    assert run.served.trained.stopped
    assert len(run.served.trained.rounds) == 2
    assert same_weights(run, model().weights())


def test_against_a_malicious_server_clients_are_enrolled():
    authority = aggregation.Authority()
    enrolled = [
        aggregation.Credential.enrolled(authority, f"client-{i}", not_before=0, not_after=2**40) for i in range(6)
    ]
    agreed = federation(rounds=2, malicious=True, dropouts=0.17)
    options = {"credential": enrolled, "authority": [authority.public_key] * 6}
    run = Run(agreed, authority=authority.public_key, client_options=options)()
    assert same_weights(run, simulated(DATA, rounds=2).weights)
    without = Run(agreed, client_options={})()
    assert without.error.code == "aggregation-credential"


def test_a_revoked_client_is_left_out_by_name(tmp_path):
    """By the server that has the newest list; where it has none, by the clients, who refuse its rounds."""
    authority, now = aggregation.Authority(), int(time())
    enrolled = [
        aggregation.Credential.enrolled(authority, f"client-{i}", not_before=0, not_after=2**40) for i in range(6)
    ]
    revoked = [enrolled[2].certificate.public_key]
    (tmp_path / "list.crl").write_bytes(
        aggregation.revocation_list(authority, revoked, number=1, since=now - 9, until=now + 999)
    )
    kept = aggregation.RevocationFile(tmp_path / "list.crl", authority.public_key)
    options = {"credential": enrolled, "authority": [authority.public_key] * 6, "revoked": [kept] * 6}
    agreed = federation(rounds=1, malicious=True, dropouts=0.17)
    run = Run(agreed, authority=authority.public_key, revoked=kept, client_options=options)()
    assert run.reports[0].lost == (("client-2", "advertise"),)
    assert same_weights(run, simulated([DATA[i] for i in (0, 1, 3, 4, 5)], rounds=1).weights)
    assert run.told[2].code == "aggregation-revoked"
    patient = federated.Waiting(more=30, most=40, failures=1)
    fooled = Run(agreed, authority=authority.public_key, client_options=options, waiting=patient)()
    assert fooled.error.code == "training-missed"
    assert {(error.code, error.party) for number, error in fooled.told.items() if number != 2} == {
        ("aggregation-revoked", "client-2")
    }


def test_a_client_without_credential_says_so_before_anything_is_sent():
    async def main(star, run):
        return await federated.join(star, model(), DATA[0], federation(malicious=True, dropouts=0.17))

    run = Run(federation(rounds=1), others={0: main}, waiting=SHORT)()
    assert isinstance(run.told[0], LocalError)
    assert run.told[0].code == "aggregation-credential"


def test_personal_weights_stay():
    run = Run(federation(rounds=2, personal=["*.bias"]))()
    assert list(run.served.trained.weights) == ["layer0.weight"]
    assert all(joined.own["layer0.bias"].any() for joined in run.told.values())


def test_what_does_not_fit_is_refused_before_anything_is_sent():
    with pytest.raises(LocalError, match="ring-too-small"):
        federation(updates=federated.Updates(bits=8, step=1e-6)).agreed(model())
    with pytest.raises(LocalError, match="aggregation-impossible"):
        federation(clients=3, dropouts=0.67).agreed(model())
    with pytest.raises(LocalError, match="wrong-argument"):
        federation(privacy=federated.SiteNoise(rho=1, clip=1.0), stopping=federated.Stopping())
    with pytest.raises(LocalError, match="wrong-amount"):
        federation(step_seconds=0)
    with pytest.raises(LocalError, match="wrong-amount"):
        federated.Waiting(more=9, most=1)


def test_a_rehearsal_in_one_process():
    found = federated.rehearse(
        model, DATA, federation(rounds=5), leaves=lambda client, tag: tag[1] == 2 and client == tag[0], waiting=QUICK
    )
    trained = model()
    trained.load(found.trained.weights)
    assert trained.evaluate(FRESH).correct > 130
    assert [len(each.sites) for each in found.trained.rounds] == [5] * 5
    assert len({id(each.sites) for each in found.trained.rounds}) == 1, "rounds of thousands keep lists of their own"
    with pytest.raises(LocalError, match="update-not-finite"):
        federated.rehearse(model, [(DATA[0][0] * np.nan, DATA[0][1]), *DATA[1:]], federation(rounds=1))


def test_who_returns_other_shares_is_left_out_ever_longer():
    async def liar(star, run):
        one = member(run.federation, 2)
        one.meet(star.session)
        while not one.over:
            delivery = await star.receive()
            answer = bytearray(one.answer(delivery.tag, delivery.content))
            if delivery.tag[1] == 3:
                answer[-8] ^= 1
            await star.send(delivery.tag, bytes(answer))
            if delivery.tag == (2, 3):
                return None

    run = Run(federation(rounds=6), others={2: liar}, waiting=federated.Waiting(more=1.0, most=40.0))()
    assert [report.invited for report in run.reports] == [6, 5, 6, 5, 5, 5]
    assert all(report.survivors == report.invited for report in run.reports)
    assert np.isclose(run.reports[0].round.moved, simulated(DATA, rounds=1).rounds[0].moved, atol=1e-5)


def test_who_comes_when_the_end_is_told_is_told_it_too():
    """Client 3 loses its line where the end comes, while client 5 still has not taken it."""

    async def away(star, run):
        one = member(run.federation, 3)
        one.meet(star.session)
        while True:
            delivery = await star.receive()
            if delivery.tag == (2, 0):
                break
            await star.send(delivery.tag, one.answer(delivery.tag, delivery.content))
        await star.reconnect()
        back.set()
        return await take_part(star, one)

    async def slow(star, run):
        one = member(run.federation, 5)
        one.meet(star.session)
        while True:
            delivery = await star.receive()
            if delivery.tag == (2, 0):
                await back.wait()
                return one.answer(delivery.tag, delivery.content)
            await star.send(delivery.tag, one.answer(delivery.tag, delivery.content))

    back = trio.Event()
    run = Run(federation(rounds=2), others={3: away, 5: slow})()
    assert same_weights(run, run.told[3].weights, 1e-12)


NOTICED = ("dies", "garbage", "empty", "cut", "twice", "earlier")
SILENT = ("nothing", "other-round", "untagged")
"""What the server waits for until the step's deadline."""
FAULTS = [(step, fault) for fault in NOTICED for step in range(4)]
FAULTS += [(0, "nothing"), (2, "nothing"), (2, "other-round"), (0, "untagged")]


@pytest.mark.parametrize(("step", "fault"), FAULTS)
def test_a_fault_at_each_message_costs_one_client_one_round(step, fault):
    """Whatever client 2 sends in the place of a message of round 0: the others' round has a sum, and the next all."""

    async def faulty(star, run):
        one = member(run.federation, 2)
        one.meet(star.session)
        while not one.over:
            try:
                delivery = await star.receive()
                answer = one.answer(delivery.tag, delivery.content)
                if answer is None:
                    continue
                if delivery.tag == (0, step):
                    if fault == "dies":
                        await star.reconnect()
                        one.meet(star.session)
                        continue
                    for tag, body in messages(fault, delivery.tag, answer):
                        await star.send(tag, body)
                else:
                    await star.send(delivery.tag, answer)
            except PeerError as error:
                told.append(error.code)
                await star.reconnect()
                one.meet(star.session)
        return one

    told = []
    seconds = 3.0 if fault in SILENT else 30.0
    run = Run(federation(rounds=2, step_seconds=seconds, training_seconds=seconds), others={2: faulty})()
    sure = fault in ("twice", "earlier") or step == 3
    assert [report.survivors for report in run.reports] == [6 if sure else 5, 6]
    wanted = simulated(DATA if sure else [*DATA[:2], *DATA[3:]], rounds=1)
    assert np.isclose(run.reports[0].round.moved, wanted.rounds[0].moved, atol=1e-5)
    refused = {reason for client, reason in run.served.refused if client == "client-2"}
    assert refused == {"other-round": {"other-round"}, "untagged": {"untagged"}}.get(fault, refused)
    assert bool(refused) == (fault in ("twice", "earlier", "other-round", "untagged"))
    assert refused <= {"duplicate", "late", "other-round", "untagged"}
    assert bool(told) == (fault in ("garbage", "empty", "cut"))


def messages(fault, tag, answer):
    number, step = tag
    return {
        "nothing": [],
        "garbage": [(tag, b"x" * len(answer))],
        "empty": [(tag, b"")],
        "cut": [(tag, answer[:-1])],
        "twice": [(tag, answer), (tag, answer)],
        "other-round": [((number + 5, step), answer)],
        "earlier": [(tag, answer), ((number, max(step - 1, 0)), answer)],
        "untagged": [((), answer)],
    }[fault]
