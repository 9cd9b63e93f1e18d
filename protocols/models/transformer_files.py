"""Transformers of files: which format and architecture it is, and weights by the house's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mpc.errors import LocalError
from protocols.models import bert_names, llama_names
from protocols.models.architectures import Architecture, Bert, Llama
from protocols.models.configs import config_in
from protocols.models.gguf_file import gguf_file
from protocols.models.gguf_llama import llama_in, tensors_in
from protocols.models.gguf_tokenizer import tokenizer_of
from protocols.models.model import Model
from protocols.models.refusals import unsupported
from protocols.models.safetensors_file import Stored, require_floats, stored_in
from protocols.models.sentence_encoders import window_beside
from protocols.models.tensors import Read, Tensors, matched
from protocols.models.tokenizing import Tokenizer, tokenizer_in


@dataclass(frozen=True, slots=True)
class Family:
    """An architecture as transformers names it: how its config and its weights are read."""

    architecture: type[Architecture]
    of_config: Callable[[Mapping[str, Any], str, int | None], Architecture]
    own_name: Callable[[str], tuple[str, bool] | None]
    prefix_of: Callable[[Any], str]
    left_out: re.Pattern[str]


FAMILIES = {
    "bert": Family(Bert, bert_names.bert_of, bert_names.own_name, bert_names.prefix_of, bert_names.LEFT_OUT),
    "llama": Family(Llama, llama_names.llama_of, llama_names.own_name, llama_names.prefix_of, llama_names.LEFT_OUT),
}
"""By the `model_type` of a config.json."""


def of_gguf(path: Path, architecture: Architecture | str | None, tokenizer: Tokenizer | None) -> Model:
    """A model of a GGUF file, which has its own config and tokenizer. Errors as of `mpc.learning.load`."""
    file = gguf_file(path)
    if architecture is not None and architecture != "llama" and not isinstance(architecture, Llama):
        name = architecture if isinstance(architecture, str) else type(architecture).__name__
        raise unsupported(path.name, f"a GGUF file for the architecture {name[:60]!r}", "Llama; others as safetensors")
    stated = architecture if isinstance(architecture, Llama) else llama_in(file)
    return Model(stated, tensors_in(file, stated), tokenizer or tokenizer_of(file))


def of_safetensors(
    path: Path, architecture: Architecture | str | None, config: Mapping[str, Any] | None, tokenizer: Tokenizer | None
) -> Model:
    """A model of a safetensors file, with config.json and tokenizer.json beside it unless they are given."""
    stored = stored_in(path)
    if not isinstance(architecture, Bert | Llama):
        config = _config_beside(path) if config is None else config
        architecture = architecture_of(config, path, architecture)
    family = next(f for f in FAMILIES.values() if f.architecture is type(architecture))
    beside = path.with_name("tokenizer.json")
    if tokenizer is None and beside.exists():
        tokenizer = tokenizer_in(beside)
    return Model(architecture, own_tensors(path.name, stored, family, architecture), tokenizer)


def _config_beside(path: Path) -> Mapping[str, Any]:
    beside = path.with_name("config.json")
    if not beside.exists():
        raise LocalError(
            "unreadable-model", f"no config.json is beside {path.name}, which states the model's numbers",
            "config=.., the path of one; or architecture=.., all numbers: mpc.learning.Bert(..) or Llama(..)",
        )  # fmt: skip
    return config_in(beside)


def architecture_of(config: Mapping[str, Any], path: Path, kind: str | None) -> Architecture:
    """What a config states. LocalError `unsupported-model` for a family that is not known."""
    name = config.get("model_type") if kind is None else kind
    if not isinstance(name, str) or name not in FAMILIES:
        raise_unknown(path.name, str(name))
    return FAMILIES[name].of_config(config, path.name, window_beside(path))


def own_tensors(subject: str, stored: Mapping[str, Stored], family: Family, architecture: Architecture) -> Tensors:
    """Weights by the house's names. LocalError `unsupported-model` listing what is missing, of other shapes, more."""
    prefix = family.prefix_of(stored)
    found: dict[str, tuple[Stored, bool]] = {}
    unknown: list[str] = []
    for name, each in stored.items():
        inner = name.removeprefix(prefix)
        own = family.own_name(inner)
        if own is not None:
            found[own[0]] = (each, own[1])
        elif not family.left_out.fullmatch(inner):
            unknown.append(name)
    _drop_tied(found, architecture)
    shapes = {own: each.shape[::-1] if turned else each.shape for own, (each, turned) in found.items()}
    matched(subject, shapes, architecture.shapes(), unknown)
    require_floats(subject, {name: each for name, (each, _) in found.items()})
    reads = {own: _turned(each.read) if turned else each.read for own, (each, turned) in found.items()}
    return Tensors(subject, reads, architecture.shapes())


def raise_unknown(subject: str, name: str) -> NoReturn:
    """LocalError `unsupported-model` for an architecture that is none of those here."""
    raise unsupported(subject, f"the architecture {name[:60]!r}", f"one of {', '.join(FAMILIES)}")


def _drop_tied(found: dict[str, Any], architecture: Architecture) -> None:
    """Some files store a tied output beside the embedding that it is."""
    if isinstance(architecture, Llama) and architecture.tied:
        found.pop("output.weight", None)


def _turned(read: Read) -> Read:
    return lambda: read().T
