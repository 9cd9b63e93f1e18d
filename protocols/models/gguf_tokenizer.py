"""The tokenizer that a GGUF file states, rebuilt of its tokens and merges, and the frame of its chats."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from protocols.models.gguf_file import GgufFile
from protocols.models.refusals import Unsupported, unreadable
from protocols.models.tokenizing import Frame, Tokenizer, byte_pair_tokenizer

SPLITS = ("smollm",)
"""Names of splits of a text before pairs are merged; each is a rule of its own, and another one gives other tokens."""

_CONTROL, _USER_DEFINED = 3, 4
_SMOLLM = (
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\n"
)
_FRAMES = {
    "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788": (
        _SMOLLM,
        "<|im_end|>\n<|im_start|>assistant\n",
    ),
}
"""Templates of chats by their SHA-256, and what they put before one question and after it.

A template is a program of whoever wrote the file: it is known or not, and never runs."""


def tokenizer_of(file: GgufFile) -> Tokenizer:
    """LocalError `unsupported-model` listing what of it is another family's, `unreadable-model`."""
    fields, problems = file.fields, Unsupported(file.name)
    fields.expect(problems, "tokenizer.ggml.model", ("gpt2",), "none")
    fields.expect(problems, "tokenizer.ggml.pre", SPLITS, "none")
    for name in ("tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_eos_token", "tokenizer.ggml.add_space_prefix"):
        fields.expect(problems, name, (False,), False)
    problems.refuse()
    tokens = _texts(file, "tokenizer.ggml.tokens")
    types = _list(file, "tokenizer.ggml.token_type")
    if len(types) != len(tokens):
        raise unreadable(file.name, f"{len(types):,} types of {len(tokens):,} tokens")
    special = [place for place, kind in enumerate(types) if kind in (_CONTROL, _USER_DEFINED)]
    inner = byte_pair_tokenizer(tokens, _texts(file, "tokenizer.ggml.merges"), special, file.name)
    return Tokenizer(inner, _frame(file, inner))


def _frame(file: GgufFile, inner: Any) -> Frame | None:
    """Of a chat whose template is known; None otherwise. Special tokens of the template are such."""
    template = file.fields.values.get("tokenizer.chat_template")
    texts = _FRAMES.get(sha256(template.encode()).hexdigest()) if isinstance(template, str) else None
    if texts is None:
        return None
    inner.encode_special_tokens = False
    before, after = (np.array(inner.encode(text, add_special_tokens=False).ids, np.int64) for text in texts)
    inner.encode_special_tokens = True
    return Frame(before, after, _end(file, inner))


def _end(file: GgufFile, inner: Any) -> int:
    end = file.fields.whole("tokenizer.ggml.eos_token_id")
    if end >= inner.get_vocab_size():
        raise unreadable(file.name, "the token that ends an answer is none of the vocabulary")
    return end


def _list(file: GgufFile, name: str) -> list[Any]:
    found = file.fields.values.get(name)
    if not isinstance(found, list) or not found:
        raise unreadable(file.name, f"{name} is no list")
    return found


def _texts(file: GgufFile, name: str) -> list[str]:
    found = _list(file, name)
    if not all(isinstance(each, str) for each in found):
        raise unreadable(file.name, f"{name} has what is no text")
    return found
