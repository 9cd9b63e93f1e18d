"""Flower's records to arrays and numbers, and back, in both forms of its messages: those of message-based strategies,
and those that carry the calls of a `NumPyClient`. Flower is imported when the first of them is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import ParleyError
from protocols.aggregation import Step
from protocols.flower.refusals import malformed, not_installed, wrong_content

Named = dict[str, npt.NDArray[Any]]

RECORD = "parley"
"""The record that carries a step, in both directions; and, in a client's own state, what it remembers."""

MOST_BODY = 1 << 34
_OLD_ARRAYS, _OLD_EXAMPLES = "fitins.parameters", "num_examples"


def flower_app() -> Any:
    """`flwr.app`. LocalError `flower-not-installed`."""
    try:
        return import_module("flwr.app")
    except ImportError:
        raise not_installed() from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the server asks in a step. `size`: numbers of the model; `seed`: all clients' seed, in the step that needs
    it."""

    round: int
    step: Step
    size: int
    body: bytes
    seed: bytes

    def record(self) -> Any:
        """As Flower sends it."""
        return flower_app().ConfigRecord({
            "round": self.round, "step": int(self.step), "size": self.size, "body": self.body, "seed": self.seed,
        })  # fmt: skip


def read_asked(content: Any, server: str) -> Asked | None:
    """None where there is no such record. PeerError `flower-message` for one that is none of ours."""
    record = content.config_records.get(RECORD)
    if record is None:
        return None
    values = [record.get(name) for name in ("round", "step", "size", "body", "seed")]
    kinds = (int, int, int, bytes, bytes)
    if any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        raise malformed(server, "a record of Parley's with other fields than it has")
    number, step, size, body, seed = values
    right = 0 <= number < 1 << 32 and 0 < size < 1 << 32 and len(seed) in (0, 32)
    if not right or step not in Step.__members__.values():
        raise malformed(server, f"round {number}, step {step}, {size} numbers, which there is not")
    return Asked(number, Step(step), size, body, seed)


def answer_content(name: str, body: bytes) -> Any:
    """A client's reply to a step: nothing but this."""
    app = flower_app()
    return app.RecordDict({RECORD: app.ConfigRecord({"name": name, "body": body})})


def read_answer(content: Any, node: str) -> tuple[str, bytes]:
    """Who a client says it is, and its message. PeerError `flower-message`."""
    record = content.config_records.get(RECORD)
    if record is None or set(content) != {RECORD}:
        raise malformed(node, "a reply that is not masked")
    name, body = record.get("name"), record.get("body")
    if type(name) is not str or type(body) is not bytes:
        raise malformed(node, "a reply with other fields than it has")
    return name, body


def arrays_of(content: Any, peer: str) -> Named:
    """The arrays of the one record of them. PeerError `flower-message` where there are other than one, or arrays that
    are none of numpy's."""
    records = list(content.array_records.values())
    if len(records) != 1:
        raise malformed(peer, f"{len(records)} records of arrays, and there is one")
    try:
        return {key: array.numpy() for key, array in records[0].items()}
    except (TypeError, ValueError, OSError, EOFError):
        raise malformed(peer, "arrays that numpy cannot read") from None


def trained_arrays(content: Any) -> Named:
    """What this client's own app returned. LocalError `flower-content`."""
    try:
        return arrays_of(content, "this client's app")
    except ParleyError as error:
        raise wrong_content(error.cause) from None


def examples_of(content: Any, name: str) -> int:
    """The number of examples in an app's reply. LocalError `flower-content` unless there is one."""
    found = [v for k, v in _metrics(content) if k in (name, _OLD_EXAMPLES)]
    if len(found) != 1 or isinstance(found[0], list) or found[0] < 0 or found[0] != int(found[0]):
        raise wrong_content(f"the reply has {len(found)} numbers of examples called {name!r}, or none that is whole")
    return int(found[0])


def loss_of(content: Any, name: str) -> float | None:
    """The training loss in an app's reply, if it tells one."""
    found = [value for key, value in _metrics(content) if key == name and isinstance(value, int | float)]
    return float(found[0]) if found and isfinite(found[0]) else None


def as_reply(content: Any, arrays: Named, metrics: Mapping[str, float], examples: tuple[str, int]) -> Any:
    """The mean in the form of the reply of one client that was asked `content`."""
    app = flower_app()
    name, count = examples
    key = next(iter(content.array_records))
    record = app.ArrayRecord({array: app.Array(np.asarray(value)) for array, value in arrays.items()})
    if key != _OLD_ARRAYS:
        return app.RecordDict({key: record, "metrics": app.MetricRecord({name: count, **metrics})})
    return app.RecordDict({
        "fitres.parameters": record,
        "fitres.num_examples": app.MetricRecord({_OLD_EXAMPLES: count}),
        "fitres.metrics": app.ConfigRecord(dict(metrics)),
        "fitres.status": app.ConfigRecord({"code": 0, "message": "Success"}),
    })  # fmt: skip


def _metrics(content: Any) -> Iterator[tuple[str, Any]]:
    """Numbers by name: in records of metrics, and in the one of configurations where a `NumPyClient` tells them."""
    for record in content.metric_records.values():
        yield from record.items()
    yield from content.config_records.get("fitres.metrics", {}).items()
