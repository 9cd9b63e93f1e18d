"""Texts to tokens and back, by the library `tokenizers`; and the frame that a chat puts around what somebody asks.

What stands in a text as a special token does, such as "<|im_end|>", is encoded as the text that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.models.refusals import library, unreadable, wrong_token

Tokens = npt.NDArray[np.int64]

LARGEST_TOKENIZER = 64 << 20
"""Bytes of a tokenizer.json."""

LONGEST_TEXT = 1 << 20
"""Characters that are looked at; no window holds so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What is around a question: `before` and `after` are public tokens, and `end` ends an answer."""

    before: Tokens
    after: Tokens
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Tokenizer:
    """Texts to tokens and back; public. `frame`: of a model that is asked as in a chat."""

    inner: Any
    frame: Frame | None = None

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        count: int = self.inner.get_vocab_size(with_added_tokens=True)
        return count

    def encode(self, text: str) -> Tokens:
        """Tokens (count,), with those that the model's own tokenizer puts at the ends. LocalError `wrong-text`."""
        return np.array(self.inner.encode(_checked(text)).ids, np.int64)

    def encode_question(self, text: str) -> Tokens:
        """Tokens of what stands inside the frame: without the blanks at the text's ends. LocalError `wrong-text`."""
        return np.array(self.inner.encode(_checked(text).strip(), add_special_tokens=False).ids, np.int64)

    def decode(self, tokens: Sequence[int] | Tokens) -> str:
        """The text of tokens, without the special ones. LocalError `wrong-token`."""
        ids = np.asarray(tokens, np.int64).reshape(-1)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocabulary:
            raise wrong_token(f"tokens outside the vocabulary of {self.vocabulary:,}")
        text: str = self.inner.decode(ids.tolist())
        return text

    def __repr__(self) -> str:
        return f"Tokenizer({self.vocabulary:,} tokens)"


def tokenizer_in(path: Path) -> Tokenizer:
    """Of a tokenizer.json. LocalError `models-not-installed`, `unreadable-model`."""
    try:
        if path.stat().st_size > LARGEST_TOKENIZER:
            raise unreadable(path.name, f"over {LARGEST_TOKENIZER:,} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path.name, f"as a tokenizer: {error}") from None
    return Tokenizer(tokenizer_from(text, path.name))


def tokenizer_from(text: str, subject: str) -> Any:
    """The library's tokenizer of the text of a tokenizer.json. LocalError as of `tokenizer_in`."""
    module = library("tokenizers")
    try:
        return _plain(module.Tokenizer.from_str(text))
    except Exception as error:  # the library raises that very class
        raise unreadable(subject, f"as a tokenizer: {error}") from None


def _plain(inner: Any) -> Any:
    """Without cutting and filling, and with special tokens in a text taken as text."""
    inner.no_truncation()
    inner.no_padding()
    inner.encode_special_tokens = True
    return inner


def byte_pair_tokenizer(tokens: Sequence[str], merges: Sequence[str], special: Sequence[int], subject: str) -> Any:
    """The tokenizer of the family that splits digits one by one, and bytes by pairs. LocalError `unreadable-model`.

    Sennrich et al., ACL 2016, on bytes. `merges`: two parts with a blank between; `special`: places of `tokens` that
    no text gives.
    """
    module = library("tokenizers")
    pairs = [tuple(merge.split(" ")) for merge in merges]
    if len(set(tokens)) != len(tokens) or any(len(pair) != 2 for pair in pairs):
        raise unreadable(subject, "tokens that are not all different, or merges that are no pairs")
    vocabulary = {token: place for place, token in enumerate(tokens)}
    try:
        inner = module.Tokenizer(module.models.BPE(vocab=vocabulary, merges=pairs))
    except Exception as error:  # the library raises that very class
        raise unreadable(subject, f"as a tokenizer: {error}") from None
    split = module.pre_tokenizers
    inner.pre_tokenizer = split.Sequence(
        [split.Digits(individual_digits=True), split.ByteLevel(add_prefix_space=False)]
    )
    inner.decoder = module.decoders.ByteLevel()
    inner.add_special_tokens([module.AddedToken(tokens[place], special=True, normalized=False) for place in special])
    return _plain(inner)


def _checked(text: Any) -> str:
    """LocalError `wrong-text`; it says nothing of what the text is."""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        told = f"one of over {LONGEST_TEXT:,} characters" if isinstance(text, str) else f"a {type(text).__name__}"
        raise LocalError("wrong-text", f"{told} is given as a text", f"a str of at most {LONGEST_TEXT:,} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LocalError("wrong-text", "a text has half a surrogate pair", "text that UTF-8 can say") from None
    return text
