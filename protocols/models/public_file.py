"""What is public of a model as a file: for users, who have no weights, and for parties to find that they mean the same.

JSON: the architecture's numbers, the tokenizer as the library writes it, and the frame of questions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.arguments import file_path, instance_of
from protocols.models.architectures import Architecture, Bert, Llama
from protocols.models.model import Model
from protocols.models.refusals import unreadable
from protocols.models.tokenizing import LARGEST_TOKENIZER, Frame, Tokenizer, Tokens, tokenizer_from

FORMAT = "parley-model-1"
BEGINNING = b'{"format": "parley-model'

_KINDS: dict[str, type[Architecture]] = {"bert": Bert, "llama": Llama}
_LONGEST_FRAME = 1 << 12


def public_bytes(model: Model) -> bytes:
    """The file of a model's public part; equal models have equal files."""
    tokenizer = model.tokenizer
    kind = next(name for name, each in _KINDS.items() if isinstance(model.architecture, each))
    stated = {
        "format": FORMAT,
        "architecture": {"kind": kind, **asdict(model.architecture)},
        "tokenizer": None if tokenizer is None else tokenizer.inner.to_str(),
        "frame": None if tokenizer is None or tokenizer.frame is None else _frame_as_lists(tokenizer.frame),
    }
    return json.dumps(stated).encode()


def public_digest(model: Model) -> bytes:
    """The SHA-256 of the public part: parties that mean the same model have the same one."""
    return sha256(public_bytes(model)).digest()


def write_public(model: Model, path: str | Path) -> None:
    """Write the public part, for those who ask the model. A file that is there is replaced. LocalError
    `wrong-argument`, `unwritable`."""
    instance_of(model, "model", Model, "what mpc.learning.load gives of a transformer")
    file = file_path(path, "path")
    try:
        file.write_bytes(public_bytes(model))
    except OSError as error:
        raise LocalError("unwritable", f"{file} cannot be written: {error.strerror}", "another folder") from None


def read_public(path: Path) -> Model:
    """The public part of a model, without weights. LocalError `unreadable-model`, `wrong-architecture`."""
    try:
        if path.stat().st_size > 2 * LARGEST_TOKENIZER:
            raise unreadable(path.name, f"over {2 * LARGEST_TOKENIZER:,} bytes")
        stated = json.loads(path.read_bytes())
        return _model_of(stated, path.name)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable(path.name, f"as the public part of a model: {type(error).__name__}") from None


def _model_of(stated: Mapping[str, Any], subject: str) -> Model:
    if stated["format"] != FORMAT:
        raise LocalError("unreadable-model", f"{subject} is of another version", "write it with this version of Parley")
    numbers = dict(stated["architecture"])
    architecture = _KINDS[numbers.pop("kind")](**numbers)
    if stated["tokenizer"] is None:
        return Model(architecture, None, None)
    inner = tokenizer_from(stated["tokenizer"], subject)
    tokenizer = Tokenizer(inner)
    frame = None if stated["frame"] is None else _frame_of(stated["frame"], tokenizer.vocabulary)
    return Model(architecture, None, Tokenizer(inner, frame))


def _frame_as_lists(frame: Frame) -> dict[str, Any]:
    return {"before": frame.before.tolist(), "after": frame.after.tolist(), "end": frame.end}


def _frame_of(stated: Mapping[str, Any], vocabulary: int) -> Frame:
    """ValueError where it is none."""
    before, after = (_tokens(stated[name], vocabulary) for name in ("before", "after"))
    (end,) = _tokens([stated["end"]], vocabulary)
    return Frame(before, after, int(end))


def _tokens(stated: Any, vocabulary: int) -> Tokens:
    if not isinstance(stated, list) or len(stated) > _LONGEST_FRAME:
        raise ValueError("no list of tokens")
    if not all(type(each) is int and 0 <= each < vocabulary for each in stated):
        raise ValueError("tokens of another vocabulary")
    return np.array(stated, np.int64)
