"""A model in the clear: what its owner computes alone, to compare with and to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.models import clear_bert, clear_llama
from protocols.models.architectures import Architecture, Bert, Llama
from protocols.models.clear_llama import Past
from protocols.models.clear_numbers import Nobody, Watch
from protocols.models.refusals import too_long, wrong_token
from protocols.models.tensors import FloatArray
from protocols.models.tokenizing import Frame, Tokenizer, Tokens


@dataclass(frozen=True, slots=True, eq=False)
class ClearModel:
    """Weights in memory, float32, and what follows from them. `watch` sees each value on the way; `dtype`: in which
    all is computed that is no weight. Nothing of it is sent anywhere."""

    architecture: Architecture
    tensors: Mapping[str, FloatArray] = field(repr=False)
    tokenizer: Tokenizer | None
    watch: Watch = field(default_factory=Nobody, repr=False)
    dtype: type[np.floating] = np.float32

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Embeddings (texts, width) of length 1, each text by itself. LocalError `unsupported-model` unless it is an
        encoder; `wrong-argument` for no list of texts, `text-too-long`, `wrong-text`."""
        several = several_texts(texts)
        if not several:
            raise no_texts(several)
        tokenizer = self._tokenizer()
        return np.stack([self.embed_tokens(tokenizer.encode(text)) for text in several])

    def embed_tokens(self, tokens: npt.ArrayLike) -> FloatArray:
        """The embedding (width,) of one text's tokens. LocalError `wrong-token`, `text-too-long`."""
        architecture = self._bert()
        ids = checked_tokens(architecture, tokens)
        return clear_bert.pooled(clear_bert.hidden_rows(architecture, self.tensors, ids, self.watch, self.dtype))

    def logits(self, tokens: npt.ArrayLike, past: Past | None = None) -> FloatArray:
        """Logits (tokens, vocabulary) after each of these tokens, which follow those of `past`; it is extended.

        LocalError `unsupported-model` unless it is a decoder; `wrong-token`, `text-too-long`.
        """
        rows = self.hidden(tokens, past)
        return clear_llama.logits_of(self._llama(), self.tensors, rows, self.watch)

    def hidden(self, tokens: npt.ArrayLike, past: Past | None = None) -> FloatArray:
        """The rows (tokens, width) that logits are products of. Errors as of `logits`."""
        architecture, past = self._llama(), Past() if past is None else past
        ids = checked_tokens(architecture, tokens, len(past))
        return clear_llama.hidden_rows(architecture, self.tensors, ids, past, self.watch, self.dtype)

    def past_of(self, tokens: npt.ArrayLike) -> Past:
        """Keys and values of public tokens, such as those before a question, to go on from. Errors as of `logits`."""
        past = Past()
        self.hidden(tokens, past)
        return past

    def generate(self, tokens: npt.ArrayLike, most: int, past: Past | None = None) -> Iterator[int]:
        """The likeliest token after these, and so on: at most so many, up to and without the one that ends an answer.

        Errors as of `logits`.
        """
        architecture, past = self._llama(), Past() if past is None else past.copy()
        end = self.tokenizer.frame.end if self.tokenizer and self.tokenizer.frame else None
        following = checked_tokens(architecture, tokens, len(past))
        for _ in range(min(most, architecture.window - len(past) - len(following) + 1)):
            row = self.hidden(following, past)[-1:]
            token = int(clear_llama.logits_of(architecture, self.tensors, row, self.watch)[0].argmax())
            if token == end:
                return
            yield token
            following = np.array([token])

    def answer(self, question: str, most: int = 64) -> str:
        """The likeliest answer to a question in the model's own frame. LocalError `no-frame`, and as of `logits`."""
        tokenizer = self._tokenizer()
        tokens = framed(tokenizer, question)
        return tokenizer.decode(list(self.generate(tokens, most)))

    def _tokenizer(self) -> Tokenizer:
        return need_tokenizer(self.tokenizer)

    def _bert(self) -> Bert:
        if not isinstance(self.architecture, Bert):
            raise _other(self.architecture, "an embedding", "an encoder, such as Bert")
        return self.architecture

    def _llama(self) -> Llama:
        if not isinstance(self.architecture, Llama):
            raise _other(self.architecture, "logits of next tokens", "a decoder, such as Llama")
        return self.architecture


def several_texts(texts: Any) -> list[Any]:
    """What somebody gives as texts, one after the other, each to be looked at. LocalError `wrong-argument` for a text
    by itself or the tokens of one, which would be taken for as many texts as they have characters or tokens."""
    if isinstance(texts, str | bytes | Mapping | Set) or not isinstance(texts, Iterable):
        raise no_texts(texts)
    several = list(texts)
    if any(isinstance(text, int | np.integer) for text in several):
        raise LocalError("wrong-argument", "tokens of one text are given as several texts", "a list of them: [tokens]")
    return several


def no_texts(texts: Any) -> LocalError:
    """The error for what is no list of texts, or one of none; it says nothing of a text."""
    told = f"a {type(texts).__name__}" + (" of none" if isinstance(texts, list) else "")
    return LocalError("wrong-argument", f"{told} is given as `texts`", "one text or more: [text, ...]")


def checked_tokens(architecture: Architecture, tokens: npt.ArrayLike, before: int = 0) -> Tokens:
    """Tokens (count,) of a vocabulary, that fit in the window behind those before. LocalError `wrong-token`,
    `text-too-long`."""
    ids = np.asarray(tokens)
    if ids.ndim != 1 or not ids.size or ids.dtype.kind not in "iu":
        raise wrong_token(f"tokens of shape {ids.shape} and dtype {ids.dtype}")
    if int(ids.min()) < 0 or int(ids.max()) >= architecture.vocabulary:
        raise wrong_token(f"tokens outside the vocabulary of {architecture.vocabulary:,}")
    if before + len(ids) > architecture.window:
        raise too_long(before + len(ids), architecture.window)
    return ids.astype(np.int64)


def framed(tokenizer: Tokenizer, question: str) -> Tokens:
    """All tokens of a question in the model's frame. LocalError `no-frame`, `wrong-text`."""
    frame = need_frame(tokenizer)
    return np.concatenate([frame.before, tokenizer.encode_question(question), frame.after])


def need_frame(tokenizer: Tokenizer) -> Frame:
    """LocalError `no-frame` where what is around a question is not known."""
    if tokenizer.frame is None:
        raise LocalError(
            "no-frame",
            "this model has no frame for questions, or its file has a template that is not known",
            "give the tokens themselves: model.encode(text)",
        )
    return tokenizer.frame


def need_tokenizer(tokenizer: Tokenizer | None) -> Tokenizer:
    """LocalError `no-tokenizer` where there is none."""
    if tokenizer is None:
        raise LocalError(
            "no-tokenizer",
            "this model was loaded without a tokenizer",
            "load(..., tokenizer='tokenizer.json'), or give tokens",
        )
    return tokenizer


def _other(architecture: Architecture, what: str, nearest: str) -> LocalError:
    return LocalError("unsupported-model", f"a {type(architecture).__name__} gives no {what}", nearest)
