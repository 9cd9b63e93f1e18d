"""The server's side: a Flower Grid whose training messages are answered by one mean, of a secure sum.

Strategies of Flower send what they have for the chosen nodes through `Grid.send_and_receive` and make a mean of the
replies. Under this grid there is one reply to that: the mean, and the sum of the examples. A round takes four of
Flower's exchanges, five against a malicious server.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.aggregation import Server, Step
from protocols.aggregation import Terms as Round
from protocols.federated.figures import Figures
from protocols.federated.layout import layout_of
from protocols.flower.records import RECORD, Asked, Named, arrays_of, as_reply, flower_app, read_answer
from protocols.flower.refusals import malformed, not_for_means
from protocols.flower.terms import FlowerTerms

_LOG = logging.getLogger("parley.flower")
_SEED_BYTES = 32
_ONE_BY_ONE = ("Krum", "MultiKrum", "Bulyan", "FedMedian", "FedTrimmedAvg", "QFedAvg", "FedXgb", "DifferentialPrivacy")


@dataclass(frozen=True, slots=True)
class FlowerRound:
    """What the server learnt of a round. `survivors`: whose updates are in the mean; `lost`: why each other is not, as
    far as it is known. `figures`: sums over the survivors. `failure`: why there is no mean, if there is none."""

    number: int
    survivors: tuple[str, ...]
    lost: dict[str, str]
    figures: Figures = field(default_factory=Figures)
    failure: str = ""


class SecuredGrid:
    """A Grid of Flower's with secure sums for training messages; all else is the grid's own. Made by `secured`."""

    def __init__(self, grid: Any, terms: FlowerTerms, authority: bytes | None) -> None:
        self.rounds: list[FlowerRound] = []
        self._grid, self._terms, self._authority = grid, terms, authority

    def __getattr__(self, name: str) -> Any:
        return getattr(self._grid, name)

    def send_and_receive(self, messages: Iterable[Any], *, timeout: float | None = None) -> Iterable[Any]:
        """As of Flower's Grid. Of training messages one reply comes back, from the first of the survivors, with the
        mean; or for each an error that says why there is none. `timeout` in seconds is that of each step."""
        sent = list(messages)
        trained = [m for m in sent if m.metadata.message_type.partition(".")[0] == "train"]
        if not trained:
            return list(self._grid.send_and_receive(sent, timeout=timeout))
        if len(trained) < len(sent):
            raise LocalError("flower-content", "training messages among others in one call", "one call for each kind")
        exchange = _Exchange(self._grid, self._terms, sent, len(self.rounds) + 1, timeout, self._authority)
        found = exchange.summed()
        self.rounds.append(found)
        if found.failure:
            _LOG.warning("round %d of secure aggregation has no sum: %s", found.number, found.failure)
            app = flower_app()
            return [app.Message(app.Error(code=0, reason=found.failure), reply_to=message) for message in sent]
        _LOG.info("round %d: %d updates in the sum, %d lost", found.number, len(found.survivors), len(found.lost))
        return [exchange.reply(found)]


class _Exchange:
    """One round."""

    def __init__(
        self, grid: Any, terms: FlowerTerms, messages: list[Any], number: int, timeout: float | None,
        authority: bytes | None,
    ) -> None:  # fmt: skip
        self.grid, self.terms, self.number, self.timeout = grid, terms, number, timeout
        self.messages = {str(message.metadata.dst_node_id): message for message in messages}
        _require_distinct(messages, self.messages, terms)
        self.before = _common_arrays(messages)
        self.layout = layout_of(self.before)
        self.round: Round = terms.round(self.layout.size, grid.run.run_id, number)
        self.seed = os.urandom(_SEED_BYTES)
        invited = None if terms.malicious else self.messages
        self.server = Server(self.round, invited=invited, authority=authority, now=int(time.time()))
        self.nodes = {} if terms.malicious else {node: node for node in self.messages}
        self.lost: dict[str, str] = {}

    def summed(self) -> FlowerRound:
        """All steps. What one client sends wrong leaves that client out; too few of them end the round."""
        bodies = dict.fromkeys(self.messages, b"")
        try:
            while (step := self.server.step) is not None:
                self._ask(step, bodies)
                answers = self.server.advance()
                bodies = {self.nodes[name]: body for name, body in answers.items()}
        except PeerError as error:
            return FlowerRound(self.number, (), self.lost, failure=f"[{error.code}] {error.cause}")
        words = self.terms.ring(self.layout.size).parts(self.server.total)
        survivors = tuple(self.nodes[name] for name in self.server.survivors)
        lost = {node: self.lost.get(node, "no answer") for node in self.messages if node not in survivors}
        try:
            mean = self.terms.coder(self.layout.size).mean(words, len(survivors), Seed(self.seed))
        except LocalError as error:
            return FlowerRound(self.number, survivors, lost, failure=f"[{error.code}] {error.cause}")
        self.moved = mean.moved
        return FlowerRound(self.number, survivors, lost, mean.figures)

    def reply(self, found: FlowerRound) -> Any:
        """The mean as one client's reply."""
        figures = found.figures
        arrays: Named = {**self.before, **self.layout.unflatten(self.layout.flatten(self.before) + self.moved)}
        metrics = {self.terms.loss: figures.loss / figures.told} if figures.told > 0 else {}
        asked = self.messages[found.survivors[0]]
        ordered = {name: arrays[name] for name in self.before}
        content = as_reply(asked.content, ordered, metrics, (self.terms.examples, max(figures.examples, 1)))
        return flower_app().Message(content, reply_to=asked)

    def _ask(self, step: Step, bodies: dict[str, bytes]) -> None:
        app = flower_app()
        out = [self._message(app, node, step, body) for node, body in bodies.items()]
        for reply in self.grid.send_and_receive(out, timeout=self.timeout):
            node = str(reply.metadata.src_node_id)
            try:
                self._receive(step, node, reply)
            except PeerError as error:
                self.lost[node] = f"[{error.code}] {error.cause}"

    def _receive(self, step: Step, node: str, reply: Any) -> None:
        if node not in self.messages:
            return
        if reply.has_error():
            self.lost[node] = str(reply.error.reason or f"an error of Flower's, code {reply.error.code}")
            return
        name, body = read_answer(reply.content, f"node {node}")
        if step == Step.ADVERTISE and self.terms.malicious and name not in self.nodes:
            self.server.receive(name, step, body)
            self.nodes[name] = node
            return
        if self.nodes.get(name) != node:
            raise malformed(f"node {node}", "the name of another client")
        self.server.receive(name, step, body)

    def _message(self, app: Any, node: str, step: Step, body: bytes) -> Any:
        given = self.messages[node]
        content = app.RecordDict(dict(given.content) if step == Step.MASKED_INPUT else {})
        seed = self.seed if step == Step.MASKED_INPUT else b""
        content[RECORD] = Asked(self.number, step, self.layout.size, body, seed).record()
        told = given.metadata
        return app.Message(
            content, dst_node_id=told.dst_node_id, message_type=told.message_type, ttl=told.ttl, group_id=told.group_id
        )


def secured(grid: Any, terms: FlowerTerms, *, authority: bytes | None = None) -> Any:
    """A grid for Flower's strategies and workflows, under which the server learns means of updates alone.

    `strategy.start(grid=mpc.flower.secured(grid, terms), ...)` for message-based strategies; in the same way for
    `DefaultWorkflow`, with which `NumPyClient`s are trained. The ClientApp has `mpc.flower.mod(terms)`, and the terms
    are the same. `authority`: the public key of who enrolled the clients, needed if `terms.malicious`. `rounds` of the
    grid tells of each round. For other strategies than those of means: `start`.

    The server learns who took part, the mean update, sums of examples and losses, and how many updates were cut; what
    evaluations tell it learns of each client. LocalError `flower-content`, `ring-too-small`, `no-weights`, and as of
    `aggregation.plan`.
    """
    if terms.malicious and authority is None:
        raise LocalError(
            "aggregation-credential",
            "these terms ask who a client is",
            "give the public key of the authority that enrols them",
        )
    return SecuredGrid(grid, terms, authority)


def start(strategy: Any, grid: Any, terms: FlowerTerms, *, authority: bytes | None = None, **options: Any) -> Any:
    """`strategy.start` under a secured grid: Flower's Result.

    LocalError `unsuitable-strategy` for a strategy that looks at single updates: medians, Krum, and those that clip or
    account for clients one by one.
    """
    begin: Callable[..., Any] = strategy.start
    for kind in type(strategy).__mro__:
        if kind.__module__.startswith("flwr.") and kind.__name__.startswith(_ONE_BY_ONE):
            raise not_for_means(kind.__name__)
    return begin(grid=secured(grid, terms, authority=authority), **options)


def _require_distinct(messages: list[Any], by_node: dict[str, Any], terms: FlowerTerms) -> None:
    if len(by_node) < len(messages) or len(messages) > terms.clients:
        raise LocalError(
            "flower-content",
            f"{len(messages)} training messages for {len(by_node)} nodes, and terms for {terms.clients} clients",
            "one for each node, and terms for as many as the strategy may choose",
        )


def _common_arrays(messages: list[Any]) -> Named:
    """The weights that all are given; a mean of updates of different ones would mean nothing."""
    first = arrays_of(messages[0].content, "this strategy")
    record = next(iter(messages[0].content.array_records.values()))
    for message in messages[1:]:
        other = next(iter(message.content.array_records.values()), None)
        if other is record:
            continue
        theirs = arrays_of(message.content, "this strategy")
        if theirs.keys() != first.keys() or not all(np.array_equal(theirs[name], first[name]) for name in first):
            raise LocalError(
                "flower-content", "the strategy has different weights for different clients", "the same for all"
            )
    return first
