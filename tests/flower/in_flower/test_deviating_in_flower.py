"""A server that deviates from the steps, records that are none, and a state that Flower lost: refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from flwr.app import ConfigRecord, Context, Message, MetricRecord, RecordDict
from test_secure_sums_in_flower import TERMS
from worlds import RUN, copied, record

from mpc import flower
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.prg import Seed
from protocols.aggregation import Server, Step

SIZE, NODES = 3, 5
START = np.array([1.0, 2.0, 3.0])
APART = flower.FlowerTerms(clients=6, updates=TERMS.updates)


def reply_of(trained, **metrics):
    return RecordDict({"arrays": trained, "metrics": MetricRecord({"num-examples": 7, **metrics})})


def plain(message, context):
    return Message(reply_of(message.content["arrays"]), reply_to=message)


def context_of(node):
    return Context(run_id=RUN, node_id=node, node_config={}, state=RecordDict(), run_config={})


def message_of(node, number, step, body=b"", seed=b"", changed=()):
    content = RecordDict({} if step != Step.MASKED_INPUT else {"arrays": record(START), "config": ConfigRecord({})})
    asked = {"round": number, "step": int(step), "size": SIZE, "body": body, "seed": seed, **dict(changed)}
    content["parley"] = ConfigRecord({key: value for key, value in asked.items() if value is not None})
    return Message(content, dst_node_id=node, message_type="train")


class Round:
    """A round by hand: a mod and a context for each client, and the server's machine."""

    def __init__(self, terms=TERMS, number=1, contexts=None, **options):
        self.terms, self.number = terms, number
        self.mods = [flower.mod(terms, **options) for _ in range(NODES)]
        self.contexts = contexts or [context_of(i) for i in range(NODES)]
        self.server = Server(terms.round(SIZE, RUN, number))
        self.bodies = {str(i): b"" for i in range(NODES)}

    def ask(self, node, step, body=None, app=plain, changed=()):
        seed = bytes(32) if step == Step.MASKED_INPUT else b""
        message = message_of(node, self.number, step, self.bodies[str(node)] if body is None else body, seed, changed)
        reply = self.mods[node](message, self.contexts[node], app)
        return copied(reply.content)["parley"]["body"]

    def step(self, step, app=plain):
        for node in range(NODES):
            self.server.receive(str(node), step, self.ask(node, step, app=app))
        self.bodies = self.server.advance()

    def until(self, step):
        for each in (Step.ADVERTISE, Step.SHARE_KEYS, Step.MASKED_INPUT):
            if each < step:
                self.step(each)
        return self


def test_each_step_is_answered_once():
    for step in (Step.ADVERTISE, Step.SHARE_KEYS, Step.MASKED_INPUT, Step.UNMASK):
        round_ = Round().until(step)
        round_.ask(0, step)
        with pytest.raises(ParleyError, match=r"flower-answered-before|aggregation-late"):
            round_.ask(0, step)


def test_a_second_set_of_survivors_is_not_answered_even_if_the_state_is_lost(tmp_path):
    round_ = Round(once=tmp_path).until(Step.UNMASK)
    before = copied(round_.contexts[0].state)
    round_.ask(0, Step.UNMASK)
    with pytest.raises(LocalError, match="flower-answered-before"):
        round_.ask(0, Step.UNMASK)
    round_.contexts[0].state = before
    with pytest.raises(LocalError, match="flower-answered-before"):
        round_.ask(0, Step.UNMASK)


def test_a_round_that_was_begun_is_not_begun_again_and_none_before_it():
    round_ = Round(number=4).until(Step.SHARE_KEYS)
    for number in (4, 3, 0):
        with pytest.raises(LocalError, match="flower-answered-before"):
            round_.mods[0](message_of(0, number, Step.ADVERTISE), round_.contexts[0], plain)
    Round(number=5, contexts=round_.contexts).until(Step.UNMASK)


def test_secrets_are_gone_when_the_round_is_over():
    round_ = Round().until(Step.UNMASK)
    state = round_.contexts[0].state["parley"]
    assert len(state["seed"]) == 32
    assert len(state["bodies"]) == 2
    round_.step(Step.UNMASK)
    for context in round_.contexts:
        assert (context.state["parley"]["seed"], context.state["parley"]["bodies"]) == (b"", [])
    again = Round(number=2, contexts=round_.contexts).until(Step.SHARE_KEYS)
    with pytest.raises(PeerError):
        again.ask(0, Step.SHARE_KEYS, body=b"what is not a message")
    assert again.contexts[0].state["parley"]["seed"] == b""


def test_keys_are_new_in_each_round():
    first, second = Round(), Round(number=2)
    assert first.ask(0, Step.ADVERTISE)[22:] != second.ask(0, Step.ADVERTISE)[22:]


def test_terms_are_the_clients_own():
    round_ = Round(APART)
    round_.server = Server(TERMS.round(SIZE, RUN, 1))
    with pytest.raises(PeerError, match="aggregation-other-plan"):
        round_.step(Step.ADVERTISE)
    body = Round(APART).ask(0, Step.ADVERTISE)
    round_ = Round()
    round_.ask(0, Step.ADVERTISE)
    with pytest.raises(PeerError, match="aggregation-other-plan"):
        round_.ask(0, Step.SHARE_KEYS, body=body)


@pytest.mark.parametrize(
    "fields",
    [
        {"round": -1}, {"round": 1 << 32}, {"round": 1.0}, {"step": 9}, {"size": 0}, {"size": 1 << 33}, {"body": "x"},
        {"seed": bytes(31)}, {"seed": None}, {"body": [b"x"]},
    ],
)  # fmt: skip
def test_records_that_are_none(fields):
    with pytest.raises(PeerError, match="flower-message"):
        Round().ask(0, Step.ADVERTISE, changed=fields)


def test_a_model_of_another_size_or_no_model():
    round_ = Round()
    for node in range(NODES):
        round_.server.receive(str(node), Step.ADVERTISE, round_.ask(node, Step.ADVERTISE))
    round_.bodies = round_.server.advance()
    round_.step(Step.SHARE_KEYS)
    message = message_of(0, 1, Step.MASKED_INPUT, round_.bodies["0"], bytes(32))
    message.content["arrays"] = record(np.zeros(4))
    with pytest.raises(PeerError, match=r"flower-message.*a model of 4 numbers"):
        round_.mods[0](message, round_.contexts[0], plain)
    message = message_of(1, 1, Step.MASKED_INPUT, round_.bodies["1"], bytes(32))
    message.content["more"] = record(np.zeros(4))
    with pytest.raises(PeerError, match=r"flower-message.*2 records of arrays"):
        round_.mods[1](message, round_.contexts[1], plain)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: reply_of(record([1.0, np.nan, 2.0])), "update-not-finite"),
        (lambda: reply_of(record([1.0, 2.0])), "wrong-shape"),
        (lambda: RecordDict({"arrays": record(START)}), "flower-content"),
        (lambda: RecordDict({"metrics": MetricRecord({"num-examples": 3})}), "flower-content"),
        (lambda: RecordDict({"a": record(START), "m": MetricRecord({"num-examples": -3})}), "flower-content"),
        (lambda: RecordDict({"a": record(START), "m": MetricRecord({"num-examples": 2.5})}), "flower-content"),
    ],
)
def test_what_an_app_returns_is_checked_before_anything_is_sent(content, code):
    round_ = Round().until(Step.MASKED_INPUT)
    with pytest.raises(LocalError, match=code):
        round_.ask(0, Step.MASKED_INPUT, app=lambda message, context: Message(content(), reply_to=message))


def test_a_client_without_examples_weighs_nothing():
    round_ = Round().until(Step.MASKED_INPUT)

    def app(message, context):
        some = context.node_id != 2
        moved = START + context.node_id / 4 if some else START + 100
        content = RecordDict({"a": record(moved), "m": MetricRecord({"num-examples": 4 if some else 0})})
        return Message(content, reply_to=message)

    round_.step(Step.MASKED_INPUT, app)
    round_.step(Step.UNMASK)
    ring, coder = round_.terms.ring(SIZE), round_.terms.coder(SIZE)
    mean = coder.mean(ring.parts(round_.server.total), NODES, Seed(bytes(32)))
    assert np.allclose(mean.moved, (0 + 1 + 3 + 4) / 4 / 4, atol=1e-6)
    assert mean.figures.examples == 16


def test_parameters_are_told_before_the_first_round_alone():
    round_ = Round()
    message = Message(RecordDict({}), dst_node_id=0, message_type="get_parameters")
    assert round_.mods[0](message, round_.contexts[0], lambda m, c: "told") == "told"
    round_.until(Step.UNMASK)
    with pytest.raises(PeerError, match=r"flower-unprotected.*when it has trained"):
        round_.mods[0](message, round_.contexts[0], plain)


def test_evaluations_and_queries_pass():
    mod = flower.mod(TERMS)
    for kind in ("evaluate", "query.properties"):
        message = Message(RecordDict({"arrays": record(START)}), dst_node_id=1, message_type=kind)
        assert mod(message, context_of(1), lambda m, c: (m, c))[0] is message
