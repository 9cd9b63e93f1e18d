"""Architectures of transformers: what is public of a model, and the names and shapes of its weights.

Names are the house's own, whatever a file calls them. A matrix is (inputs, outputs), so that y = x W + b. Of `Llama`,
rotary pairs are halves: the i-th of a head's first half turns with the i-th of its second half.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

from mpc.errors import LocalError

Shapes: TypeAlias = dict[str, tuple[int, ...]]

MOST = {
    "layers": 1 << 8,
    "width": 1 << 15,
    "heads": 1 << 10,
    "key_value_heads": 1 << 10,
    "head": 1 << 10,
    "feed_forward": 1 << 17,
    "vocabulary": 1 << 20,
    "positions": 1 << 20,
    "types": 1 << 8,
    "window": 1 << 20,
}
MOST_WEIGHTS = 1 << 33
"""What a file may claim before anything of its size is allocated."""


@dataclass(frozen=True, slots=True)
class Bert:
    """An encoder with normalisation after each sum, learned positions and GELU by the error function.

    Devlin et al., NAACL 2019. `window`: tokens of the longest text. `pooling`: what becomes of a text's hidden rows:
    their mean, divided by its length.
    """

    layers: int
    width: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int = 2
    window: int = 0
    epsilon: float = 1e-12
    pooling: Literal["mean"] = "mean"

    def __post_init__(self) -> None:
        if not self.window:
            object.__setattr__(self, "window", self.positions)
        _check(self, ("layers", "width", "heads", "feed_forward", "vocabulary", "positions", "types", "window"))

    @property
    def key_value_heads(self) -> int:
        """As many as there are of queries."""
        return self.heads

    @property
    def head(self) -> int:
        """The width of one head."""
        return self.width // self.heads

    def shapes(self) -> Shapes:
        """The shape of every weight by its name."""
        w, f = self.width, self.feed_forward
        found: Shapes = {
            "embedding.tokens": (self.vocabulary, w),
            "embedding.positions": (self.positions, w),
            "embedding.types": (self.types, w),
            **_norm("embedding.norm", w),
        }
        for i in range(self.layers):
            attention, feed_forward = f"layers.{i}.attention", f"layers.{i}.feed_forward"
            for part in ("query", "key", "value", "output"):
                found |= {f"{attention}.{part}.weight": (w, w), f"{attention}.{part}.shift": (w,)}
            found |= _norm(f"{attention}.norm", w)
            found |= {f"{feed_forward}.up.weight": (w, f), f"{feed_forward}.up.shift": (f,)}
            found |= {f"{feed_forward}.down.weight": (f, w), f"{feed_forward}.down.shift": (w,)}
            found |= _norm(f"{feed_forward}.norm", w)
        return found


@dataclass(frozen=True, slots=True)
class Llama:
    """A decoder with root-mean-square norms before each part, rotary positions, grouped heads and SiLU gates.

    Touvron et al., arXiv 2302.13971; grouped heads: Ainslie et al., EMNLP 2023. `tied`: logits are products with
    `embedding.tokens`, and otherwise with `output.weight`. `window`: tokens of a text and its answer together.
    """

    layers: int
    width: int
    heads: int
    key_value_heads: int
    head: int
    feed_forward: int
    vocabulary: int
    positions: int
    window: int = 0
    epsilon: float = 1e-5
    rope_base: float = 10_000.0
    tied: bool = True

    def __post_init__(self) -> None:
        if not self.window:
            object.__setattr__(self, "window", self.positions)
        counts = ("layers", "width", "heads", "key_value_heads", "head", "feed_forward", "vocabulary", "positions")
        _check(self, (*counts, "window"))

    def shapes(self) -> Shapes:
        """The shape of every weight by its name."""
        w, f, q, kv = self.width, self.feed_forward, self.heads * self.head, self.key_value_heads * self.head
        found: Shapes = {"embedding.tokens": (self.vocabulary, w), "norm.gain": (w,)}
        if not self.tied:
            found["output.weight"] = (w, self.vocabulary)
        for i in range(self.layers):
            attention, feed_forward = f"layers.{i}.attention", f"layers.{i}.feed_forward"
            found |= {f"{attention}.norm.gain": (w,), f"{feed_forward}.norm.gain": (w,)}
            found |= {f"{attention}.query.weight": (w, q), f"{attention}.output.weight": (q, w)}
            found |= {f"{attention}.key.weight": (w, kv), f"{attention}.value.weight": (w, kv)}
            found |= {f"{feed_forward}.{part}.weight": (w, f) for part in ("gate", "up")}
            found[f"{feed_forward}.down.weight"] = (f, w)
        return found


Architecture: TypeAlias = Bert | Llama


def weights_of(architecture: Architecture) -> int:
    """How many numbers the weights are."""
    return sum(map(prod, architecture.shapes().values()))


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.gain": (width,), f"{name}.shift": (width,)}


def _check(architecture: Any, counts: tuple[str, ...]) -> None:
    """LocalError `wrong-architecture` naming every count that is none, or that does not go with the others."""
    kind = type(architecture).__name__
    wrong = [name for name in counts if not _within(getattr(architecture, name), MOST[name])]
    if wrong:
        stated = ", ".join(f"{name}={getattr(architecture, name)!r}, from 1 to {MOST[name]:,}" for name in wrong)
        raise _wrong(kind, stated)
    if isinstance(architecture, Bert) and architecture.width % architecture.heads:
        raise _wrong(kind, f"width={architecture.width} is no multiple of heads={architecture.heads}")
    if isinstance(architecture, Bert) and architecture.pooling != "mean":
        raise _wrong(kind, f"pooling={architecture.pooling!r}, and 'mean' is the one there is")
    if isinstance(architecture, Llama):
        if architecture.heads % architecture.key_value_heads:
            raise _wrong(kind, f"heads={architecture.heads} for key_value_heads={architecture.key_value_heads}")
        if architecture.head % 2:
            raise _wrong(kind, f"head={architecture.head} is odd, and rotary positions turn pairs")
        if type(architecture.tied) is not bool:
            raise _wrong(kind, f"tied={architecture.tied!r}, which is neither True nor False")
        _check_real(kind, "rope_base", architecture.rope_base, 1.0, 1e12)
    _check_real(kind, "epsilon", architecture.epsilon, 1e-15, 1e-1)
    if architecture.window > architecture.positions:
        raise _wrong(kind, f"window={architecture.window} of positions={architecture.positions}")
    if weights_of(architecture) > MOST_WEIGHTS:
        raise _wrong(kind, f"{weights_of(architecture):,} weights, at most {MOST_WEIGHTS:,}")


def _within(count: Any, most: int) -> bool:
    return type(count) is int and 1 <= count <= most


def _check_real(kind: str, name: str, value: Any, least: float, most: float) -> None:
    if type(value) not in (int, float) or not least <= value <= most:
        raise _wrong(kind, f"{name}={value!r}, from {least:g} to {most:g}")


def _wrong(kind: str, what: str) -> LocalError:
    return LocalError("wrong-architecture", f"a {kind} cannot be of {what}", "the numbers of the model's own config")
