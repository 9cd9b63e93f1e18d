"""Clients of Flower (flwr) as models: their `fit` and `evaluate` are called as Flower's server would have them called.

Nothing of Flower is imported before a client needs it: a `NumPyClient` is known by its methods. What a client tells
beside its arrays stays with its site, but for the number of examples and the losses, which are summed under masks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.federated.layout import Weights
from protocols.federated.models import Data, Evaluated, Fitted, Local, Partition

Arrays = list[npt.NDArray[Any]]
Config = Callable[[int, Local], Mapping[str, Any]]

_OF_FLOWER = "pip install flwr, in an environment that has Parley as well"


def first_config(number: int, local: Local) -> dict[str, Any]:
    """What a client's `fit` is told unless `config` says otherwise: the number of its round, and `Local` by name."""
    return {
        "server-round": number, "server_round": number, "epochs": local.epochs, "local_epochs": local.epochs,
        "batch_size": local.batch or 0, "lr": local.rate, "proximal_mu": local.proximal,
    }  # fmt: skip


@dataclass(slots=True)
class FlowerModel:
    """A client, or what makes one for each part of the data, as a `Model`. Made by `flower_client`."""

    find: Callable[[Partition], Any]
    arrays: Arrays
    config: Config
    loss: str
    accuracy: str
    _found: dict[Partition, Any] = field(default_factory=dict, repr=False)
    _rounds: dict[Partition, int] = field(default_factory=dict, repr=False)

    @property
    def statistics(self) -> Sequence[str]:
        """None: Flower's arrays have no names, so that running statistics are averaged like weights."""
        return ()

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies, named "0", "1" and so on."""
        return {str(i): array.copy() for i, array in enumerate(self.arrays)}

    def load(self, weights: Weights) -> None:
        """As of `Model`; a client gets them with the next call of its `fit` or `evaluate`."""
        for name, array in weights.items():
            self.arrays[int(name)] = np.array(array)

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """As of `Model`: the client's own training, with its own randomness.

        LocalError `unsuitable-client` for what no client may return, `wrong-shape` for other arrays than it was given.
        """
        where = _partition(data)
        self._rounds[where] = self._rounds.get(where, 0) + 1
        told = self._client(where).fit(self._copies(), dict(self.config(self._rounds[where], local)))
        arrays, examples, metrics = _three("fit", told)
        if not isinstance(arrays, list | tuple) or not _is_count(examples):
            raise _unsuitable("fit returned no list of arrays with a number of examples")
        found = [np.array(array) for array in arrays]
        if [array.shape for array in found] != [array.shape for array in self.arrays]:
            raise LocalError(
                "wrong-shape",
                f"the client was given arrays of shapes {[a.shape for a in self.arrays]} and returned "
                f"{[a.shape for a in found]}",
                "fit returns the weights that it was given, trained, in the same order",
            )
        if examples:
            self.arrays = found
        return Fitted(int(examples), _number(metrics, self.loss))

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`: the client's own evaluation; hits are its accuracy times its examples."""
        loss, examples, metrics = _three("evaluate", self._client(_partition(data)).evaluate(self._copies(), {}))
        if not _is_count(examples) or not isinstance(loss, float | int | np.number):
            raise _unsuitable("evaluate returned no loss with a number of examples")
        accuracy = _number(metrics, self.accuracy)
        correct = None if accuracy is None else round(min(max(accuracy, 0.0), 1.0) * int(examples))
        return Evaluated(int(examples), float(loss) if examples else 0.0, correct)

    def _client(self, where: Partition) -> Any:
        if where not in self._found:
            self._found[where] = self.find(where)
        return self._found[where]

    def _copies(self) -> Arrays:
        return [array.copy() for array in self.arrays]


def flower_client(
    client: Any,
    *,
    initial: Sequence[npt.ArrayLike] | None = None,
    config: Config = first_config,
    loss: str = "train_loss",
    accuracy: str = "accuracy",
) -> FlowerModel:
    """A client of Flower, unchanged, as a model of `train` and `simulate`.

    `client`: a `NumPyClient`, a `Client`, or a `client_fn` that makes one of a `Context`, for which the data are
    `federated.Partition(number, count)`, as `node_config` says it. `initial`: the first weights, those of
    `get_parameters` if not given. `config(round, local)` is what `fit` is told; the round is how often this client has
    trained, from 1. `loss` and `accuracy`: what metrics of `fit` and `evaluate` are called that the mean is told of;
    other metrics stay where they are.

    Data are given as `federated.Partition()` to train on, and to hold out as well where the client has an `evaluate`.
    Integers among the arrays stay with a site. LocalError `flower-not-installed`, `unsuitable-client`, `no-weights`.
    """
    if isinstance(client, type):
        raise _unsuitable("a class was given", "an object of it, or a client_fn")
    is_object = hasattr(client, "fit")
    if not is_object and not callable(client):
        raise _unsuitable(f"an object of type {type(client).__name__} has no fit and cannot be called")
    found = _as_numpy(client) if is_object else None
    find = _made_by(client) if found is None else _always(found)
    first = initial if initial is not None else _parameters(found or find(Partition()))
    return FlowerModel(find, [np.array(array) for array in first], config, loss, accuracy)


@dataclass(frozen=True, slots=True)
class _OfClient:
    """A `Client`, which speaks in messages of bytes, spoken to in arrays."""

    client: Any
    flower: Any

    def get_parameters(self, config: Mapping[str, Any]) -> Arrays:
        told = self.client.get_parameters(self.flower.GetParametersIns(dict(config)))
        return list(self.flower.parameters_to_ndarrays(told.parameters))

    def fit(self, parameters: Arrays, config: Mapping[str, Any]) -> tuple[Arrays, int, Mapping[str, Any]]:
        told = self.client.fit(self.flower.FitIns(self.flower.ndarrays_to_parameters(parameters), dict(config)))
        _require_done("fit", told.status)
        return self.flower.parameters_to_ndarrays(told.parameters), told.num_examples, told.metrics

    def evaluate(self, parameters: Arrays, config: Mapping[str, Any]) -> tuple[float, int, Mapping[str, Any]]:
        told = self.client.evaluate(
            self.flower.EvaluateIns(self.flower.ndarrays_to_parameters(parameters), dict(config))
        )
        _require_done("evaluate", told.status)
        return told.loss, told.num_examples, told.metrics


def _as_numpy(client: Any) -> Any:
    """A client by its methods on arrays: `NumPyClient` has them, and what `to_client` made of one holds one."""
    inner = getattr(client, "numpy_client", client)
    kinds = {kind.__name__ for kind in type(inner).__mro__ if kind.__module__.startswith("flwr.")}
    if "Client" not in kinds:
        return inner
    return _OfClient(inner, _flower("flwr.common"))


def _made_by(client_fn: Callable[[Any], Any]) -> Callable[[Partition], Any]:
    """A client of each part, made once: what it keeps between rounds it keeps itself."""
    app = _flower("flwr.app")

    def find(where: Partition) -> Any:
        numbers = {"partition-id": where.number, "num-partitions": where.count}
        context = app.Context(
            run_id=0, node_id=where.number, node_config=numbers, state=app.RecordDict(), run_config={}
        )
        return _as_numpy(client_fn(context))

    return find


def _always(client: Any) -> Callable[[Partition], Any]:
    return lambda where: client


def _flower(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise LocalError("flower-not-installed", "Flower is not installed", _OF_FLOWER) from None


def _parameters(client: Any) -> Arrays:
    first = client.get_parameters({}) if hasattr(client, "get_parameters") else []
    if not first:
        raise LocalError(
            "no-weights", "the client tells no first weights", "get_parameters that returns them, or initial="
        )
    return list(first)


def _partition(data: Data) -> Partition:
    if isinstance(data, Partition):
        return data
    raise LocalError(
        "wrong-data",
        f"a Flower client has its data itself, and was given {type(data).__name__}",
        "federated.Partition() as data, or Partition(number, count) for a client_fn",
    )


def _three(what: str, told: Any) -> tuple[Any, Any, Mapping[str, Any]]:
    if not isinstance(told, tuple) or len(told) != 3 or not isinstance(told[2], Mapping):
        raise _unsuitable(f"{what} did not return three things, the last of them a dict")
    return told


def _is_count(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= 0


def _number(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    if isinstance(value, float | int | np.number) and isfinite(float(value)):
        return float(value)
    return None


def _require_done(what: str, status: Any) -> None:
    if getattr(status.code, "name", "OK") != "OK":
        raise _unsuitable(f"{what} ended with the status {status.code.name}")


def _unsuitable(
    cause: str, remedy: str = "a NumPyClient, a Client or a client_fn as Flower's documentation has them"
) -> LocalError:
    return LocalError("unsuitable-client", f"Flower: {cause}", remedy)
