"""A transformer as it was loaded: what is public of it, and its weights where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy.typing as npt

from mpc.errors import LocalError
from protocols.models.architectures import Architecture, weights_of
from protocols.models.clear_model import ClearModel, checked_tokens, framed, need_tokenizer
from protocols.models.tensors import FloatArray
from protocols.models.tokenizing import Tokenizer, Tokens


@dataclass(frozen=True, eq=False)
class Model:
    """Made by `mpc.learning.load`. `architecture` and `tokenizer` are public; `tensors`, by the names of
    `architecture.shapes()`, are the owner's, and None at everybody else. Nothing of them is in its repr."""

    architecture: Architecture
    tensors: Mapping[str, FloatArray] | None = field(repr=False)
    tokenizer: Tokenizer | None = None

    @property
    def public(self) -> Model:
        """What those have who do not own the model: everything but the weights."""
        return Model(self.architecture, None, self.tokenizer)

    @cached_property
    def clear(self) -> ClearModel:
        """The model in the clear; all weights are then in memory, once. LocalError `no-weights` where it has none."""
        if self.tensors is None:
            raise LocalError(
                "no-weights", "this is the public part of a model, without weights", "ask at the party that owns it"
            )
        return ClearModel(self.architecture, dict(self.tensors.items()), self.tokenizer)

    @property
    def weights(self) -> int:
        """How many numbers its weights are."""
        return weights_of(self.architecture)

    def encode(self, text: str) -> Tokens:
        """Tokens (count,) of a text, which fit in the window. LocalError `no-tokenizer`, `wrong-text`,
        `text-too-long`."""
        return checked_tokens(self.architecture, need_tokenizer(self.tokenizer).encode(text))

    def encode_question(self, text: str) -> Tokens:
        """Tokens of a question with the model's frame around it. LocalError `no-frame`, and as of `encode`."""
        return checked_tokens(self.architecture, framed(need_tokenizer(self.tokenizer), text))

    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        """The text of tokens. LocalError `no-tokenizer`, `wrong-token`."""
        return need_tokenizer(self.tokenizer).decode(tokens)
