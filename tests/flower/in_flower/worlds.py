"""Flower's in-process simulation with its own link state, grid, workers and records, and a small backend in place of
Ray's: what goes to a client and back goes through Flower's bytes, its state too, as if each message met a new process.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from queue import Queue

import numpy as np
from flwr.app import ArrayRecord, Context, RecordDict
from flwr.common.constant import SUPERLINK_NODE_ID
from flwr.common.serde import context_from_proto, context_to_proto, recorddict_from_proto, recorddict_to_proto
from flwr.proto.task_pb2 import Task
from flwr.server.superlink.fleet.vce.backend import Backend
from flwr.server.superlink.fleet.vce.metrics import VceMetrics
from flwr.server.superlink.fleet.vce.vce_api import _register_node_info_stores, _register_nodes, worker
from flwr.server.superlink.linkstate import LinkStateFactory
from flwr.server.superlink.linkstate.in_memory_linkstate import RunRecord
from flwr.supercore.constant import FLWR_IN_MEMORY_DB_NAME, NOOP_FEDERATION_ID
from flwr.supercore.object_store import ObjectStoreFactory
from flwr.supercore.run import Run
from flwr.supercore.task_identity import TaskIdentity
from flwr.superlink.federation import NoOpFederationManager
from flwr.superlink.grid import InMemoryGrid

RUN = 77
TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 5, RUN, SUPERLINK_NODE_ID


def copied(record):
    return recorddict_from_proto(recorddict_to_proto(record))


class Bytes(Backend):
    """Runs the app on copies that went through bytes. `wrong(partition, message)` may raise, or say that nothing comes
    back; `seen` has what left each client."""

    def __init__(self, app, wrong):
        self.app, self.wrong, self.seen = app, wrong, []

    def build(self, app_fn):
        pass

    @property
    def num_workers(self):
        return 1

    def is_worker_idle(self):
        return True

    def terminate(self):
        pass

    def process_message(self, message, context):
        partition = context.node_config["partition-id"]
        if self.wrong(partition, message):
            return None, context
        message.content = copied(message.content)
        before = context_from_proto(context_to_proto(context))
        reply = self.app(message, before)
        reply.content = copied(reply.content)
        self.seen.append((partition, message.metadata.message_type, reply.content))
        return reply, context_from_proto(context_to_proto(before))


@contextmanager
def world(app, nodes, wrong=lambda partition, message: False):
    """A grid with so many nodes that run the app, and the backend."""
    factory = LinkStateFactory(FLWR_IN_MEMORY_DB_NAME, NoOpFederationManager(), ObjectStoreFactory())
    run = Run.create_empty(run_id=RUN)
    run.primary_task_id, run.federation_id = 5, NOOP_FEDERATION_ID
    state = factory.state()
    state.run_ids[RUN] = RunRecord(run=run)
    state.task_store[5] = Task(task_id=5, run_id=RUN)
    mapping = _register_nodes(nodes, factory)
    stores = _register_node_info_stores(mapping, run)
    grid = InMemoryGrid(factory, pull_interval=0.01)
    grid.set_run(run)
    backend, stop = Bytes(app, wrong), threading.Event()
    incoming, outgoing = Queue(), Queue()

    def carry():
        while not stop.is_set():
            for node in mapping:
                for message in state.get_message_ins(node_id=node, limit=1):
                    incoming.put(message)
            while not outgoing.empty():
                state.store_message_res(outgoing.get())
            stop.wait(0.005)

    threads = [
        threading.Thread(target=worker, args=(incoming, outgoing, stores, backend, stop, VceMetrics()), daemon=True),
        threading.Thread(target=carry, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield grid, backend
    finally:
        stop.set()  # the worker ends within a second, when it next looks
        threads[1].join()


def server_context():
    return Context(run_id=RUN, node_id=0, node_config={}, state=RecordDict(), run_config={})


def record(*arrays):
    return ArrayRecord([np.asarray(array) for array in arrays])
