"""A whole round of Flower's SecAgg+ with 100 clients of ten neighbours: its own workflow and mod, their messages kept.

A round is made once, with the state that each client had and what it was asked; then the server's work is done again
on the clients' answers, or one client's on what it was asked.
"""

from __future__ import annotations

import copy
import logging
import random
from types import SimpleNamespace
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, RecordDict
from flwr.client.mod import secaggplus_mod
from flwr.common import Code, FitIns, FitRes, Status, ndarrays_to_parameters
from flwr.compat.common.recorddict_compat import fitres_to_recorddict
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.supercore.task_identity import TaskIdentity

CLIENTS, NEIGHBOURS = 100, 10
logging.getLogger("flwr").setLevel(logging.CRITICAL)
TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 1, 1, 1


class FlowerRound:
    """`gone` of the clients vanish with their masked vectors."""

    def __init__(self, length: int, gone: int) -> None:
        self.vector = np.arange(length, dtype=np.float64) / length
        self.gone = gone
        self.contexts = {i: Context(1, i, {}, RecordDict(), {}) for i in range(1, CLIENTS + 1)}
        self.asked: list[tuple[Message, Context]] = []
        self.answers: list[list[Message]] = []
        self.stage = 0
        self.grid = SimpleNamespace(send_and_receive=self._clients)
        self._stages()
        self.grid = SimpleNamespace(send_and_receive=self._kept)

    def server(self) -> Any:
        """All that the server does in a round."""
        self.stage = 0
        self._stages()

    def client(self) -> Any:
        """All that the last client does in a round."""
        for message, context in self.asked:
            secaggplus_mod(_again(message), copy.deepcopy(context), self._fit)

    def _stages(self) -> None:
        random.seed(1)
        flow, state = SecAggPlusWorkflow(NEIGHBOURS + 1, NEIGHBOURS // 2 + 1), _state()
        context = _context(self.vector)
        for step in (flow.setup_stage, flow.share_keys_stage, flow.collect_masked_vectors_stage, flow.unmask_stage):
            if not step(self.grid, context, state):
                raise ArithmeticError("Flower's round has no sum")

    def _clients(self, messages: list[Message], timeout: float | None = None) -> list[Message]:
        stage, found = len(self.answers), []
        for message in messages:
            node = message.metadata.dst_node_id
            if stage >= 2 and node <= self.gone:
                continue
            if node == CLIENTS:
                self.asked.append((_again(message), copy.deepcopy(self.contexts[node])))
            found.append(secaggplus_mod(_again(message), self.contexts[node], self._fit))
        self.answers.append(found)
        return [_again(message) for message in found]

    def _kept(self, messages: list[Message], timeout: float | None = None) -> list[Message]:
        self.stage += 1
        return [_again(message) for message in self.answers[self.stage - 1]]

    def _fit(self, message: Message, context: Context) -> Message:
        result = FitRes(Status(Code.OK, ""), ndarrays_to_parameters([self.vector]), 10, {})
        return Message(fitres_to_recorddict(result, True), reply_to=message)


def _again(message: Message) -> Message:
    """A message whose records may be changed; what they hold is shared."""
    other = copy.copy(message)
    other.__dict__["_content"] = RecordDict({
        name: type(record)(dict(record)) for name, record in message.content.items()
    })  # fmt: skip
    return other


def _state() -> Any:
    from flwr.server.workflow.secure_aggregation.secaggplus_workflow import WorkflowState

    return WorkflowState()


def _context(vector: np.ndarray[Any, Any]) -> Any:
    """What Flower's stages look at of a server's context."""
    parameters = ndarrays_to_parameters([vector])
    chosen = [(SimpleNamespace(node_id=i), FitIns(parameters, {})) for i in range(1, CLIENTS + 1)]
    strategy = SimpleNamespace(configure_fit=lambda *_: chosen, aggregate_fit=lambda *_: (None, {}))
    records = SimpleNamespace(
        config_records={"config": ConfigRecord({"current_round": 1})},
        array_records={"parameters": ArrayRecord([vector])},
    )
    manager = SimpleNamespace(num_available=lambda: CLIENTS)
    return SimpleNamespace(state=records, strategy=strategy, client_manager=manager)
