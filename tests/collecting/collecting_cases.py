"""A small task, its two aggregators, and clients."""

from dataclasses import replace

from protocols.collecting import Book, Helper, Leader, Task, report
from protocols.prio3 import Prio3Sum, Prio3SumVec

NOW = 100_000_000
HOUR = 3600
KEY = bytes(range(32))
TASK = Task(b"tests", Prio3Sum(2, 10), KEY, least=3)
VECTORS = Task(b"vectors", Prio3SumVec(2, 2, 3, 2), KEY, least=2)


def aggregators(task=TASK, files=(":memory:", ":memory:"), **changes):
    task = replace(task, **changes)
    return Leader(task, Book(files[0])), Helper(task, Book(files[1]))


def upload(pair, measurement, client, now=NOW, task=None):
    """A client's report at both."""
    sent = report(task or pair[0].task, measurement, now)
    for aggregator, data in zip(pair, sent, strict=True):
        aggregator.upload(client, data, now)
    return sent


def filled(measurements, **changes):
    pair = aggregators(**changes)
    for i, measurement in enumerate(measurements):
        upload(pair, measurement, f"client {i}")
    return pair
