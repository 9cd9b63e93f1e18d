"""What a party has to compute its parts on: Dask's workers, or threads of its own process.

One part runs on one worker at a time. A task of Dask's is bound to the worker that it was given to: where that one is
gone, Dask runs it nowhere else, and the parties begin another attempt together (`schedule.py`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from mpc.errors import LocalError
from party_runner.scale.part import Done, Failed, Order, run_part
from party_runner.scale.schedule import State

if TYPE_CHECKING:
    from distributed import Client

GATHER_SECONDS = 30
"""How long a result may take from the worker that has it; it is the sealed result of one part."""

PENDING, FINISHED = "pending", "finished"


@dataclass(frozen=True, slots=True)
class Worker:
    """`host`: where peers reach it; "" where that is the party's own address in `parties.toml`."""

    name: str
    host: str = ""


class Task(Protocol):
    """One attempt at one part. Its methods block, but for `drop`."""

    def state(self, alive: set[str]) -> State:
        """How it stands, given the workers that live."""

    def outcome(self) -> Done | Failed | None:
        """Of one that is DONE: what the worker said, None if that is lost with the worker."""

    def drop(self) -> None:
        """Nobody waits for it any more."""


class Cluster(Protocol):
    """Where parts are computed. Its methods block."""

    def workers(self) -> list[Worker]:
        """Those that live now."""

    def start(self, worker: Worker, order: Order, data: Any) -> Task:
        """Have a worker begin."""


@dataclass(slots=True)
class Threads:
    """Parts run in threads of this process: for one machine, and to hold the other against."""

    slots: int
    run: Callable[[Order, Any], Done | Failed] = run_part
    _pool: ThreadPoolExecutor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.slots, "parley-part")

    def workers(self) -> list[Worker]:
        """One for each thread."""
        return [Worker(f"thread {number}") for number in range(self.slots)]

    def start(self, worker: Worker, order: Order, data: Any) -> Task:
        """In the next thread that is free."""
        return _InThread(self._pool.submit(self.run, order, data))


@dataclass(frozen=True, slots=True)
class _InThread:
    future: Future[Done | Failed]

    def state(self, alive: set[str]) -> State:
        return State.DONE if self.future.done() else State.RUNS

    def outcome(self) -> Done | Failed | None:
        return self.future.result()

    def drop(self) -> None:
        self.future.cancel()


@dataclass(frozen=True, slots=True)
class Dask:
    """The workers of a party's own cluster, by the client that is connected to it.

    Dask pickles orders, data and sealed results, between the party's own machines alone. Whoever reaches the scheduler
    acts as the party, so it is to be reached by nobody else: give it Dask's own TLS, or a network of its own.
    """

    client: Client

    def workers(self) -> list[Worker]:
        """Those that the scheduler has; peers reach one on this machine under the party's own address."""
        return [Worker(address, _host_of(address)) for address in self.client.nthreads()]

    def start(self, worker: Worker, order: Order, data: Any) -> Task:
        """Bound to this worker; `data` may be a future of Dask's, which is then not moved where it lies there."""
        future = self.client.submit(
            run_part, order, data, key=f"parley-part-{order.part}-{order.attempt}-{uuid4()}", pure=False, retries=0,
            workers=[worker.name], allow_other_workers=False,
        )  # fmt: skip
        return _OfDask(future, worker.name)


@dataclass(frozen=True, slots=True)
class _OfDask:
    future: Any
    worker: str

    def state(self, alive: set[str]) -> State:
        status = self.future.status
        if status == PENDING:
            return State.RUNS if self.worker in alive else State.LOST
        return State.DONE if status == FINISHED else State.LOST

    def outcome(self) -> Done | Failed | None:
        try:
            said: Done | Failed = self.future.result(timeout=GATHER_SECONDS)
        except Exception:  # whatever Dask makes of a worker that has gone, or of a task that it could not give to one
            return None
        return said

    def drop(self) -> None:
        self.future.cancel()


def _host_of(address: str) -> str:
    """The host of a worker of Dask's, "" for this machine's own."""
    host = urlsplit(address).hostname or ""
    if address.startswith("inproc") or host == "localhost":
        return ""
    try:
        return "" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


def dask_cluster(address: str) -> Dask:
    """The cluster of a scheduler, as `tcp://10.0.0.5:8786`. LocalError `extra-missing`, `no-cluster`."""
    try:
        from distributed import Client
    except ImportError:
        raise LocalError(
            "extra-missing", "a cluster of Dask's needs the package distributed", "pip install 'parley-mpc[dask]'"
        ) from None
    try:
        return Dask(Client(address, set_as_default=False, timeout=GATHER_SECONDS))
    except (OSError, ValueError) as error:
        raise LocalError(
            "no-cluster",
            f"no scheduler of Dask's answers at {address}: {type(error).__name__}",
            "start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`",
        ) from None
