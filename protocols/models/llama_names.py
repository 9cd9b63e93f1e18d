"""Llama as Hugging Face's transformers store it: its config, and which weight is which. Rotary pairs are halves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from protocols.models.architectures import Llama
from protocols.models.configs import Config
from protocols.models.refusals import Unsupported

LEFT_OUT = re.compile(r"layers\.\d+\.self_attn\.rotary_emb\.inv_freq|rotary_emb\.inv_freq")
"""What follows from the config."""

_WHOLE = {
    "embed_tokens.weight": ("embedding.tokens", False),
    "norm.weight": ("norm.gain", False),
    "lm_head.weight": ("output.weight", True),
}
_OF_LAYERS = {
    "input_layernorm.weight": ("attention.norm.gain", False),
    "self_attn.q_proj.weight": ("attention.query.weight", True),
    "self_attn.k_proj.weight": ("attention.key.weight", True),
    "self_attn.v_proj.weight": ("attention.value.weight", True),
    "self_attn.o_proj.weight": ("attention.output.weight", True),
    "post_attention_layernorm.weight": ("feed_forward.norm.gain", False),
    "mlp.gate_proj.weight": ("feed_forward.gate.weight", True),
    "mlp.up_proj.weight": ("feed_forward.up.weight", True),
    "mlp.down_proj.weight": ("feed_forward.down.weight", True),
}
_LAYER = re.compile(r"layers\.(\d{1,4})\.(.+)")


def own_name(name: str) -> tuple[str, bool] | None:
    """The house's name of a weight without its prefix, and whether it is stored (outputs, inputs). None: unknown."""
    layer = _LAYER.fullmatch(name)
    if layer is None:
        return _WHOLE.get(name)
    found = _OF_LAYERS.get(layer[2])
    return None if found is None else (f"layers.{int(layer[1])}.{found[0]}", found[1])


def prefix_of(names: Iterable[str]) -> str:
    """What stands before the names of the decoder in this file; `lm_head` has none."""
    return "model." if any(name.startswith("model.") for name in names) else ""


def llama_of(config: Mapping[str, Any], subject: str, window: int | None = None) -> Llama:
    """The architecture that a config.json states. LocalError `unsupported-model` listing all that is another one's."""
    read, problems = Config(config, subject), Unsupported(subject)
    read.expect(problems, "hidden_act", ("silu",), "silu")
    for name in ("attention_bias", "mlp_bias", "rope_interleaved"):
        read.expect(problems, name, (False,), False)
    for name in ("rope_scaling", "sliding_window"):
        read.expect(problems, name, (None,), None)
    rope = read.part("rope_parameters")
    rope.expect(problems, "rope_type", ("default",), "default")
    problems.refuse()
    heads, positions = read.whole("num_attention_heads"), read.whole("max_position_embeddings", 2048)
    width = read.whole("hidden_size")
    return Llama(
        layers=read.whole("num_hidden_layers"),
        width=width,
        heads=heads,
        key_value_heads=read.whole("num_key_value_heads", heads),
        head=read.whole("head_dim", width // heads),
        feed_forward=read.whole("intermediate_size"),
        vocabulary=read.whole("vocab_size"),
        positions=positions,
        window=min(positions, window or positions),
        epsilon=read.real("rms_norm_eps", 1e-6),
        rope_base=rope.real("rope_theta", read.real("rope_theta", 10_000.0)),
        tied=read.truth("tie_word_embeddings", False),
    )
