"""What a sentence encoder states beside its weights: how a text's rows become one vector, and its longest text.

Embeddings here are the mean of a text's rows, of length 1. Whatever else a folder of sentence-transformers lists would
be left out without a sign, so it is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protocols.models.configs import Config, config_in, json_in
from protocols.models.refusals import Unsupported, unreadable

COMPUTED = ("Transformer", "Pooling", "Normalize")
"""Modules that a text goes through here, in this order."""

_NEAREST = "Transformer, Pooling by the mean, Normalize and nothing else, saved so by sentence-transformers"


def window_beside(path: Path) -> int | None:
    """Tokens of the longest text, where they stand beside. LocalError `unsupported-model` where a vector is not the
    mean of rows, of length 1; `unreadable-model`."""
    _require_modules(path.with_name("modules.json"))
    _require_mean(path.parent / "1_Pooling" / "config.json")
    beside = path.with_name("sentence_bert_config.json")
    return Config(config_in(beside), beside.name).whole("max_seq_length") if beside.exists() else None


def _require_modules(beside: Path) -> None:
    if not beside.exists():
        return
    names, problems = _names(json_in(beside), beside.name), Unsupported(beside.name)
    for name in names:
        if name not in COMPUTED:
            problems.add(f"a {name[:60]}", _NEAREST)
    for name in COMPUTED:
        if name not in names:
            problems.add(f"no {name}", _NEAREST)
    if not problems.what and tuple(names) != COMPUTED:
        problems.add("modules in another order", _NEAREST)
    problems.refuse()


def _names(listed: Any, subject: str) -> list[str]:
    """Of classes, without the packages they are in. LocalError `unreadable-model`."""
    kinds = [each.get("type") if isinstance(each, dict) else None for each in listed] if type(listed) is list else []
    if not kinds or not all(isinstance(kind, str) for kind in kinds):
        raise unreadable(subject, "no list of modules with their types")
    return [str(kind).rpartition(".")[2] for kind in kinds]


def _require_mean(beside: Path) -> None:
    if beside.exists():
        config, problems = Config(config_in(beside), beside.name), Unsupported(beside.name)
        config.expect(problems, "pooling_mode_mean_tokens", (True,), True)
        others = [name for name in config.values if name.startswith("pooling_mode_") and "_mean_tokens" not in name]
        for name in others:
            config.expect(problems, name, (False,), False)
        problems.refuse()
