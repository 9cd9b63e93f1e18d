"""Llama in a GGUF file: which tensor is which weight, and rotary pairs that stand side by side put into halves.

What converts files to GGUF reorders the rows of query and key for the architecture "llama", so that a head's rotary
pairs are (2i, 2i + 1). Other architectures keep halves, or leave out some layers: none of them is taken for this one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from protocols.models.architectures import Llama
from protocols.models.gguf_file import GgufFile
from protocols.models.refusals import Unsupported
from protocols.models.tensors import FloatArray, Read, Tensors, matched

_WHOLE = {"token_embd.weight": "embedding.tokens", "output_norm.weight": "norm.gain", "output.weight": "output.weight"}
_OF_LAYERS = {
    "attn_norm.weight": "attention.norm.gain",
    "attn_q.weight": "attention.query.weight",
    "attn_k.weight": "attention.key.weight",
    "attn_v.weight": "attention.value.weight",
    "attn_output.weight": "attention.output.weight",
    "ffn_norm.weight": "feed_forward.norm.gain",
    "ffn_gate.weight": "feed_forward.gate.weight",
    "ffn_up.weight": "feed_forward.up.weight",
    "ffn_down.weight": "feed_forward.down.weight",
}
_AS_IT_STANDS = ("embedding.tokens", "gain")


def llama_in(file: GgufFile) -> Llama:
    """The architecture that a file states. LocalError `unsupported-model` listing all that is another one's."""
    fields, problems = file.fields, Unsupported(file.name)
    fields.expect(problems, "general.architecture", ("llama",), "unknown")
    problems.refuse()
    for name in ("llama.rope.scaling.type", "llama.rope.scaling.factor", "llama.expert_count"):
        if fields.values.get(name) not in (None, "none", 0, 1.0):
            problems.add(f"{name}={fields.values[name]!r}", f"no {name}")
    heads, width = fields.whole("llama.attention.head_count"), fields.whole("llama.embedding_length")
    head = fields.whole("llama.attention.key_length", width // heads)
    turned = fields.whole("llama.rope.dimension_count", head)
    if turned != head:
        problems.add(f"rotary positions on {turned} of {head} places of a head", "rotary positions on all of them")
    problems.refuse()
    tokens = file.tensors.get("token_embd.weight")
    return Llama(
        layers=fields.whole("llama.block_count"),
        width=width,
        heads=heads,
        key_value_heads=fields.whole("llama.attention.head_count_kv", heads),
        head=head,
        feed_forward=fields.whole("llama.feed_forward_length"),
        vocabulary=fields.whole("llama.vocab_size", None if tokens is None else int(tokens.shape[-1])),
        positions=fields.whole("llama.context_length"),
        epsilon=fields.real("llama.attention.layer_norm_rms_epsilon", 1e-5),
        rope_base=fields.real("llama.rope.freq_base", 10_000.0),
        tied="output.weight" not in file.tensors,
    )


def tensors_in(file: GgufFile, architecture: Llama) -> Tensors:
    """Its weights by the house's names. LocalError `unsupported-model` for what is missing, of other shapes, more."""
    file.require_known_types()
    names = {name: own_name(name) for name in file.tensors}
    shapes = file.shapes()
    found = {own: shapes[name] if _stands(own) else shapes[name][::-1] for name, own in names.items() if own}
    matched(file.name, found, architecture.shapes(), [name for name, own in names.items() if own is None])
    reads = {own: _reader(file, name, own, architecture) for name, own in names.items() if own}
    return Tensors(file.name, reads, architecture.shapes())


def own_name(name: str) -> str | None:
    """The house's name of a tensor; None where it has none."""
    if not name.startswith("blk."):
        return _WHOLE.get(name)
    _, layer, rest = name.split(".", 2)
    own = _OF_LAYERS.get(rest)
    return f"layers.{int(layer)}.{own}" if own and layer.isascii() and layer.isdigit() and len(layer) < 5 else None


def halves(rows: FloatArray, heads: int) -> FloatArray:
    """Rows (heads * head, inputs) whose rotary pairs stand side by side, with the first of all pairs before the
    second ones, head by head."""
    head = rows.shape[0] // heads
    return rows.reshape(heads, head // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def _reader(file: GgufFile, name: str, own: str, architecture: Llama) -> Read:
    read: Callable[[], FloatArray] = partial(file.read, name)
    if _stands(own):
        return read
    if own.endswith("query.weight"):
        return lambda: halves(read(), architecture.heads).T
    if own.endswith("key.weight"):
        return lambda: halves(read(), architecture.key_value_heads).T
    return lambda: read().T


def _stands(own: str) -> bool:
    """Whether a tensor's shape is that of the weight, and not the other way round."""
    return own.endswith(_AS_IT_STANDS)
