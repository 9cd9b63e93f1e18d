"""BERT as Hugging Face's transformers and sentence-transformers store it: its config, and which weight is which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from protocols.models.architectures import Bert
from protocols.models.configs import Config
from protocols.models.refusals import Unsupported

PREFIXES = ("", "bert.", "model.", "0.auto_model.", "0.model.")
LEFT_OUT = re.compile(r"embeddings\.position_ids|pooler\.dense\.(weight|bias)")
"""What no embedding of a text depends on."""

_PLACES = {
    "embeddings.word_embeddings.weight": "embedding.tokens",
    "embeddings.position_embeddings.weight": "embedding.positions",
    "embeddings.token_type_embeddings.weight": "embedding.types",
    "embeddings.LayerNorm": "embedding.norm",
    "attention.self.query": "attention.query",
    "attention.self.key": "attention.key",
    "attention.self.value": "attention.value",
    "attention.output.dense": "attention.output",
    "attention.output.LayerNorm": "attention.norm",
    "intermediate.dense": "feed_forward.up",
    "output.dense": "feed_forward.down",
    "output.LayerNorm": "feed_forward.norm",
}
_OF_NORMS = {"weight": "gain", "bias": "shift", "gamma": "gain", "beta": "shift"}
_OF_DENSE = {"weight": "weight", "bias": "shift"}
_LAYER = re.compile(r"encoder\.layer\.(\d{1,4})\.(.+)")


def own_name(name: str) -> tuple[str, bool] | None:
    """The house's name of a weight without its prefix, and whether it is stored (outputs, inputs). None: unknown."""
    if name in _PLACES:
        return _PLACES[name], False
    layer = _LAYER.fullmatch(name)
    before, rest = (f"layers.{int(layer[1])}.", layer[2]) if layer else ("", name)
    place, _, part = rest.rpartition(".")
    if place not in _PLACES or (layer is None) != place.startswith("embeddings"):
        return None
    norm = place.endswith("LayerNorm")
    named = (_OF_NORMS if norm else _OF_DENSE).get(part)
    return None if named is None else (f"{before}{_PLACES[place]}.{named}", named == "weight")


def prefix_of(names: Iterable[str]) -> str:
    """What stands before all names of the encoder in this file."""
    told = set(names)
    return next((p for p in PREFIXES if f"{p}embeddings.word_embeddings.weight" in told), "")


def bert_of(config: Mapping[str, Any], subject: str, window: int | None = None) -> Bert:
    """The architecture that a config.json states. LocalError `unsupported-model` listing all that is another one's."""
    read, problems = Config(config, subject), Unsupported(subject)
    read.expect(problems, "hidden_act", ("gelu",), "gelu")
    read.expect(problems, "position_embedding_type", ("absolute",), "absolute")
    read.expect(problems, "is_decoder", (False,), False)
    read.expect(problems, "add_cross_attention", (False,), False)
    problems.refuse()
    positions = read.whole("max_position_embeddings", 512)
    return Bert(
        layers=read.whole("num_hidden_layers"),
        width=read.whole("hidden_size"),
        heads=read.whole("num_attention_heads"),
        feed_forward=read.whole("intermediate_size"),
        vocabulary=read.whole("vocab_size"),
        positions=positions,
        types=read.whole("type_vocab_size", 2),
        window=min(positions, window or positions),
        epsilon=read.real("layer_norm_eps", 1e-12),
    )
