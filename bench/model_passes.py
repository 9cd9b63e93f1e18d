"""Whole passes of transformers of the sizes of MiniLM and SmolLM2, with random weights: what they take does not depend
on these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.workloads import Share, Workload
from mpc.algebra.encoding import encode as encoded
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.models.architectures import Architecture, Bert, Llama
from protocols.models.clear_llama import Past as ClearPast
from protocols.models.clear_model import ClearModel
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of
from protocols.transformer.bert import Encoder, encode, stand_encoder
from protocols.transformer.fractions import ACTIVATION, STREAM, WEIGHT
from protocols.transformer.llama import Decoder, decode, logits, places_of, stand_decoder
from protocols.transformer.past import Past

MINILM = Bert(layers=6, width=384, heads=12, feed_forward=1536, vocabulary=30522, positions=512)
SMOLLM2 = Llama(
    layers=30, width=576, heads=9, key_value_heads=3, head=64, feed_forward=1536, vocabulary=49152, positions=8192,
    rope_base=100_000.0,
)  # fmt: skip
OWNER = 1
_STAND = 1 << 20
"""The place of the calls in which weights come to stand, apart from those that are measured."""

Values = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def weights_of(architecture: Architecture) -> dict[str, npt.NDArray[np.float32]]:
    """Of a trained model's size: matrices of deviation 0.05, gains of 1; the same in every process.

    They are multiples of the unit that weights have when they take part: what random layers make of its rounding, one
    after the other, says nothing of a pass.
    """
    random = np.random.default_rng(0)
    found = {}
    for name, shape in architecture.shapes().items():
        size = 0.15 if name.startswith("embedding.t") else 0.0 if name.endswith("gain") else 0.05
        units = np.rint(random.standard_normal(shape, np.float32) * np.float32(size * 2**WEIGHT))
        found[name] = units * np.float32(2.0**-WEIGHT) + np.float32(name.endswith("gain"))
    return found


def _tokens(count: int, vocabulary: int) -> npt.NDArray[np.int64]:
    return np.arange(1, count + 1) * 37 % vocabulary


def _rows(count: int, vocabulary: int) -> Words:
    rows = np.zeros((count, vocabulary), np.uint64)
    rows[np.arange(count), _tokens(count, vocabulary)] = 1
    return rows


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes of so many tokens, `past` others being past; party 1 has the weights, which stand once in a process."""

    architecture: Architecture
    tokens: int
    past: int = 0
    standing: list[Any] = field(default_factory=list, repr=False)

    def values(self, prg: Prg, size: int) -> list[Words]:
        """One-hot rows; keys and values of each layer."""
        found = [_rows(self.tokens, self.architecture.vocabulary)]
        for of_layer in zip(*self._clear_past(), strict=True):
            room = ((0, 0), (0, self.tokens), (0, 0))
            found += [encoded(np.pad(part, room), ACTIVATION, Z64) for part in of_layer]
        return found

    def _clear_past(self) -> tuple[list[Any], list[Any]]:
        if not isinstance(self.architecture, Llama) or not self.past:
            return [], []
        shape = self.architecture.key_value_heads, self.past, self.architecture.head
        random = np.random.default_rng(1)
        of_layers = [[random.standard_normal(shape, np.float32) for _ in range(self.architecture.layers)] for _ in "kv"]
        return of_layers[0], of_layers[1]

    def clear(self, values: Sequence[Words], size: int) -> Values:
        """The embedding, or the last token's logits, in the clear."""
        model = ClearModel(self.architecture, weights_of(self.architecture), None)
        tokens = _tokens(self.tokens, self.architecture.vocabulary)
        if isinstance(self.architecture, Bert):
            return model.embed_tokens(tokens)[None].astype(np.float64)
        return model.logits(tokens, ClearPast(*self._clear_past()))[-1:].astype(np.float64)

    async def online(self, ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
        """`size` passes of the same."""
        weights = self.standing[0] if self.standing else await self._stand(ctx.child("stand", place=(_STAND,)))
        return [await self._once(ctx, weights, shares) for _ in range(size)][-1]

    async def _once(self, ctx: Context, weights: Any, shares: Sequence[ArithmeticShare]) -> ArithmeticShare:
        one_hot, *past = shares
        if isinstance(self.architecture, Bert):
            return await encode(ctx, weights, one_hot[None], (self.tokens,), self.architecture)
        llama = self.architecture
        places = places_of(llama, self.past, self.tokens, self.past + self.tokens)
        before = tuple(Past(*pair) for pair in zip(past[::2], past[1::2], strict=True))
        x, _ = await decode(ctx, weights, one_hot, before, places, llama)
        return await logits(ctx, weights, x[-1:], llama)

    async def _stand(self, ctx: Context) -> Encoder | Decoder:
        own = weights_of(self.architecture) if ctx.me == OWNER and not ctx.planning else None
        if isinstance(self.architecture, Bert):
            return await stand_encoder(ctx, "model", OWNER, self.architecture, own)
        return await stand_decoder(ctx, "model", OWNER, self.architecture, own)

    async def come_to_stand(self, ctx: Context) -> None:
        """Once in a process."""
        if not self.standing:
            self.standing.append(await self._stand(ctx.child("stand", place=(_STAND,))))


@dataclass(frozen=True, slots=True)
class _Workload(Workload):
    passes: Passes | None = None

    async def put_in(self, ctx: Context, values: Sequence[Words], size: int) -> list[Share]:
        """As that of others, with the weights."""
        assert self.passes is not None
        await self.passes.come_to_stand(ctx)
        return [await suite_of(ctx).input(ctx, 0, words, words.shape) for words in values]


def _decoded(words: Words) -> Values:
    return np.asarray(Z64.to_signed(words) * 2.0**-STREAM)


def _workload(name: str, architecture: Architecture, tokens: int, past: int = 0, off: float = 2.0**-8) -> Workload:
    passes = Passes(architecture, tokens, past)
    return _Workload(
        name, 1, passes.values, passes.online, passes.clear, lambda size: size, decoded=_decoded,
        tolerance=lambda size: off, passes=passes,
    )  # fmt: skip


WORKLOADS = {
    workload.name: workload
    for workload in (
        _workload("minilm_32", MINILM, 32),
        _workload("minilm_128", MINILM, 128),
        _workload("smollm2_token", SMOLLM2, 1, past=64, off=0.25),
        _workload("smollm2_prefill_32", SMOLLM2, 32, past=1, off=0.25),
    )
}
