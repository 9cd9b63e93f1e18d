"""Modules of torch: chains of layers, and transformers as the library `transformers` has them. Torch is not imported:
names of classes, `children()`, `state_dict()` and `config` are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocols.models.architectures import Architecture
from protocols.models.chain import Chain
from protocols.models.model import Model
from protocols.models.predictor import Activation, Floats, Predictor, require_finite
from protocols.models.refusals import Unsupported, unsupported
from protocols.models.safetensors_file import Stored
from protocols.models.tensors import FloatArray
from protocols.models.tokenizing import Tokenizer
from protocols.models.transformer_files import FAMILIES, own_tensors, raise_unknown

_ACTIVATIONS: dict[str, Activation] = {"ReLU": "relu", "Sigmoid": "logistic", "Tanh": "tanh"}
_NOTHING = ("Identity", "Dropout", "Flatten")
SUPPORTED = ("Linear", *_ACTIVATIONS, "Softmax", "BatchNorm1d", *_NOTHING)


def is_module(source: Any) -> bool:
    """Whether it looks like a module of torch."""
    return callable(getattr(source, "state_dict", None)) and callable(getattr(source, "children", None))


def model_of(module: Any, architecture: Architecture | None, tokenizer: Tokenizer | None) -> Model | Predictor:
    """A module as a model. LocalError `unsupported-model` listing what of it is not supported."""
    config = getattr(module, "config", None)
    if config is None and architecture is None:
        return _chain_of(module)
    stated = {} if config is None else config.to_dict()
    kind = str(stated.get("model_type")) if architecture is None else type(architecture).__name__.lower()
    if kind not in FAMILIES:
        raise_unknown("the module", kind)
    known = FAMILIES[kind].of_config(stated, "the module", None) if architecture is None else architecture
    tensors = own_tensors("the module", _stored(module.state_dict()), FAMILIES[kind], known)
    return Model(known, tensors, tokenizer)


def _chain_of(module: Any) -> Predictor:
    steps = _steps(module)
    problems, chain = Unsupported("the module"), Chain()
    for step in steps:
        name = type(step).__name__
        if name not in SUPPORTED:
            nearest = "torch.onnx.export(...), and load of its file, where forward is more than a Sequential"
            problems.add(f"a {name}", f"layers among {', '.join(SUPPORTED)} in a Sequential; {nearest}")
    problems.refuse()
    try:
        for step in steps:
            _take(chain, step)
        return require_finite(chain.predictor(), "the module")
    except ValueError as error:
        raise unsupported("the module", str(error), "layers that follow one another") from None


def _steps(module: Any) -> list[Any]:
    """The modules of a Sequential, and of those inside it, in order; what is none stands for itself."""
    if type(module).__name__ != "Sequential":
        return [module]
    return [step for child in module.children() for step in _steps(child)]


def _take(chain: Chain, step: Any) -> None:
    name = type(step).__name__
    if name == "Linear":
        chain.dense(_numbers(step.weight).T, None if step.bias is None else _numbers(step.bias))
    elif name == "BatchNorm1d":
        chain.elementwise(*_normalising(step))
    elif name in _ACTIVATIONS:
        chain.activate(_ACTIVATIONS[name])
    elif name == "Softmax":
        if step.dim not in (-1, 1):
            raise ValueError("a Softmax of another axis than the last")
        chain.softmax()


def _normalising(step: Any) -> tuple[Floats, Floats]:
    """What the running mean and variance make of each number. ValueError where the module has none."""
    if step.running_mean is None:
        raise ValueError("a BatchNorm1d without running statistics")
    gain = 1 / np.sqrt(_numbers(step.running_var) + step.eps)
    gain = gain if step.weight is None else gain * _numbers(step.weight)
    shift = -_numbers(step.running_mean) * gain
    return gain, shift if step.bias is None else shift + _numbers(step.bias)


def _numbers(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().cpu().double().numpy(), np.float64)


def _stored(state: Any) -> dict[str, Stored]:
    return {name: _one(tensor) for name, tensor in state.items()}


def _one(tensor: Any) -> Stored:
    def read() -> FloatArray:
        return np.asarray(tensor.detach().cpu().float().numpy(), np.float32)

    return Stored(tuple(int(s) for s in tensor.shape), "F32" if tensor.is_floating_point() else "I64", read)
