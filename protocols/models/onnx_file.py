"""ONNX files of networks that are a chain of layers: products by constant matrices, and functions of each number.

The file is read by the format's own library; what it names elsewhere, on disk, is not opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.models.chain import Chain
from protocols.models.predictor import Activation, Predictor
from protocols.models.refusals import Unsupported, library, unreadable, unsupported

LARGEST_FILE = 1 << 30

_ACTIVATIONS: dict[str, Activation] = {"Relu": "relu", "Sigmoid": "logistic", "Tanh": "tanh"}
_NOTHING = ("Identity", "Dropout", "Flatten", "Cast")
"""What changes no row of numbers when a network is asked."""

_FLOATS = (1, 10, 11, 16)
"""Floating-point types of 32, 16 and 64 bits, and bfloat16, by ONNX's numbers."""

_AFFINE = ("Add", "Sub", "Mul", "Div")
SUPPORTED = ("Gemm", "MatMul", *_AFFINE, *_ACTIVATIONS, "Softmax", *_NOTHING)


def predictor_in(path: Path) -> Predictor:
    """A chain of layers as a predictor. LocalError `unsupported-model` with all operators that are not supported;
    `unreadable-model`, `models-not-installed`."""
    onnx = library("onnx")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise unreadable(path.name, f"over {LARGEST_FILE:,} bytes")
        graph = onnx.load(str(path), load_external_data=False).graph
    except (OSError, onnx.checker.ValidationError) as error:
        raise unreadable(path.name, str(error)) from None
    except Exception as error:  # that of protobuf, which is not imported here
        if type(error).__name__ != "DecodeError":
            raise
        raise unreadable(path.name, "as ONNX: it is cut short, or something else") from None
    _require_names(path.name, graph)
    return _Reading(path.name, graph, _constants(onnx, path.name, graph)).predictor()


def _require_names(subject: str, graph: Any) -> None:
    """LocalError `unreadable-model` where a node gives nothing, or a name is no text."""
    nodes = graph.node
    names = [name for node in nodes for name in (node.op_type, *node.input, *node.output)]
    names += [attribute.name for node in nodes for attribute in node.attribute]
    names += [each.name for part in (graph.initializer, graph.input, graph.output) for each in part]
    if not all(isinstance(name, str) for name in names) or not all(node.output for node in nodes):
        raise unreadable(subject, "as ONNX: it is damaged")


def _constants(onnx: Any, subject: str, graph: Any) -> dict[str, Any]:
    """Arrays by name. LocalError `unsupported-model` for those that lie in other files."""
    tensors = {each.name: each for each in graph.initializer}
    tensors |= {
        node.output[0]: attribute.t
        for node in graph.node
        for attribute in node.attribute
        if node.op_type == "Constant" and attribute.name == "value"
    }
    problems = Unsupported(subject)
    if any(each.data_location == onnx.TensorProto.EXTERNAL for each in tensors.values()):
        problems.add("weights in other files", "onnx.save(model, path) with its weights inside")
    problems.refuse()
    try:
        return {name: onnx.numpy_helper.to_array(each) for name, each in tensors.items()}
    except (ValueError, TypeError, KeyError) as error:
        raise unreadable(subject, f"a constant of it: {error}") from None


@dataclass(slots=True)
class _Reading:
    """A graph that is walked from its input on."""

    subject: str
    graph: Any
    constants: dict[str, Any]

    def predictor(self) -> Predictor:
        self._refuse_operators()
        inputs = [each for each in self.graph.input if each.name not in self.constants]
        if len(inputs) != 1:
            raise self._none(f"{len(inputs)} inputs", "a network of one input")
        if len(inputs[0].type.tensor_type.shape.dim) not in (0, 2):
            raise self._none("an input of other than two dimensions", "rows of numbers: (rows, features)")
        value, chain = inputs[0].name, Chain(_width(inputs[0]))
        for node in self.graph.node:
            if node.op_type != "Constant":
                self._step(chain, node, value)
                value = node.output[0]
        if value not in [each.name for each in self.graph.output]:
            raise self._none("an output that is no end of the chain", "a network of one output")
        try:
            return chain.predictor()
        except ValueError as error:
            raise self._none(str(error), "a layer or more") from None

    def _refuse_operators(self) -> None:
        """LocalError `unsupported-model` with each operator that is not supported, and how often it stands there."""
        found = Counter(node.op_type for node in self.graph.node if node.op_type not in (*SUPPORTED, "Constant"))
        problems = Unsupported(self.subject)
        for name, count in sorted(found.items()):
            problems.add(f"{count} of {name[:60]}", _nearest(name))
        problems.refuse()

    def _step(self, chain: Chain, node: Any, value: str) -> None:
        """One node upon the value before it. LocalError `unsupported-model` where it takes others."""
        others = [name for name in node.input if name and name != value]
        if list(node.input).count(value) != 1 or any(name not in self.constants for name in others):
            raise self._none(f"a {node.op_type} of other values than the one before it", "a chain without branches")
        constants = [self.constants[name] for name in others]
        named = {each.name: _attribute(each) for each in node.attribute}
        try:
            self._take(chain, node, value, constants, named)
        except (ValueError, IndexError) as error:
            raise self._none(f"a {node.op_type}: {error}", "rows of numbers through matrices") from None

    def _take(self, chain: Chain, node: Any, value: str, constants: list[Any], named: dict[str, Any]) -> None:
        kind, first = node.op_type, node.input[0] == value
        if kind == "Gemm":
            if not first or named.get("transA", 0):
                raise ValueError("a matrix on the left")
            weight = constants[0].T if named.get("transB", 0) else constants[0]
            shift = constants[1] * named.get("beta", 1.0) if len(constants) > 1 else None
            chain.dense(weight * named.get("alpha", 1.0), shift)
        elif kind == "MatMul":
            if not first:
                raise ValueError("a matrix on the left")
            chain.dense(constants[0], None)
        elif kind in _AFFINE:
            _affine(chain, kind, constants[0], first)
        elif kind in _ACTIVATIONS:
            chain.activate(_ACTIVATIONS[kind])
        elif kind in _NOTHING:
            _require_nothing(kind, named)
        elif kind == "Softmax":
            if named.get("axis", -1) not in (-1, 1):
                raise ValueError("of another axis than the last")
            chain.softmax()

    def _none(self, what: str, nearest: str) -> LocalError:
        return unsupported(self.subject, what, nearest)


def _affine(chain: Chain, kind: str, number: Any, first: bool) -> None:
    """x + c, x - c, c - x, x c, x / c. ValueError for c / x."""
    number = np.asarray(number, np.float64)
    rules: dict[str, Callable[[], tuple[Any, Any]]] = {
        "Add": lambda: (1.0, number),
        "Sub": lambda: (1.0, -number) if first else (-1.0, number),
        "Mul": lambda: (number, 0.0),
        "Div": lambda: (1 / number, 0.0),
    }
    if kind == "Div" and (not first or not number.all()):
        raise ValueError("a division by a secret, or by zero")
    chain.elementwise(*rules[kind]())


def _require_nothing(kind: str, named: dict[str, Any]) -> None:
    """ValueError where it changes numbers or shapes after all."""
    if kind == "Flatten" and named.get("axis", 1) not in (1, -1):
        raise ValueError("of another axis than the second")
    if kind == "Cast" and named.get("to") not in _FLOATS:
        raise ValueError("to no floating-point type")


def _attribute(each: Any) -> Any:
    return each.f if each.type == 1 else each.i


def _width(value: Any) -> int | None:
    dimensions = value.type.tensor_type.shape.dim
    return int(dimensions[1].dim_value) or None if len(dimensions) == 2 else None


def _nearest(name: str) -> str:
    if "Tree" in name or name in ("LinearClassifier", "LinearRegressor", "Scaler", "SVMClassifier", "SVMRegressor"):
        return "load(estimator): the fitted estimator of scikit-learn itself"
    if name in ("LSTM", "GRU", "Conv", "BatchNormalization", "LayerNormalization"):
        return "layers of Gemm or MatMul; transformers as safetensors or GGUF"
    return f"operators among {', '.join(SUPPORTED)}"
