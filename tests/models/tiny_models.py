"""Random models of two layers in the formats that real ones come in, written by the formats' own libraries."""

import json

import numpy as np
import pytest

from protocols.models.architectures import Bert, Llama

BERT = Bert(layers=2, width=12, heads=3, feed_forward=20, vocabulary=40, positions=16, epsilon=1e-12)
LLAMA = Llama(
    layers=2, width=32, heads=4, key_value_heads=2, head=8, feed_forward=64, vocabulary=300, positions=48,
    rope_base=100.0,
)  # fmt: skip
_BERT_NAMES = {
    "embedding.tokens": "embeddings.word_embeddings.weight",
    "embedding.positions": "embeddings.position_embeddings.weight",
    "embedding.types": "embeddings.token_type_embeddings.weight",
    "embedding.norm": "embeddings.LayerNorm",
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention.norm": "attention.output.LayerNorm",
    "feed_forward.up": "intermediate.dense",
    "feed_forward.down": "output.dense",
    "feed_forward.norm": "output.LayerNorm",
}
_LLAMA_NAMES = {
    "embedding.tokens": ("model.embed_tokens.weight", "token_embd.weight"),
    "norm.gain": ("model.norm.weight", "output_norm.weight"),
    "output.weight": ("lm_head.weight", "output.weight"),
    "attention.norm.gain": ("input_layernorm.weight", "attn_norm.weight"),
    "attention.query.weight": ("self_attn.q_proj.weight", "attn_q.weight"),
    "attention.key.weight": ("self_attn.k_proj.weight", "attn_k.weight"),
    "attention.value.weight": ("self_attn.v_proj.weight", "attn_v.weight"),
    "attention.output.weight": ("self_attn.o_proj.weight", "attn_output.weight"),
    "feed_forward.norm.gain": ("post_attention_layernorm.weight", "ffn_norm.weight"),
    "feed_forward.gate.weight": ("mlp.gate_proj.weight", "ffn_gate.weight"),
    "feed_forward.up.weight": ("mlp.up_proj.weight", "ffn_up.weight"),
    "feed_forward.down.weight": ("mlp.down_proj.weight", "ffn_down.weight"),
}


def weights(architecture, seed=0):
    """Random numbers of the size that trained weights have; gains are about 1."""
    random = np.random.default_rng(seed)
    found = {}
    for name, shape in architecture.shapes().items():
        array = random.normal(0, 1 if name.startswith("embedding.t") else 0.3, shape)
        found[name] = (array + name.endswith("gain")).astype(np.float32)
    return found


def hf_name(architecture, name):
    """What transformers calls a weight, and whether it stands there the other way round."""
    layer, rest = _apart(name)
    if isinstance(architecture, Llama):
        stored = _LLAMA_NAMES[rest][0]
        return f"model.layers.{layer}.{stored}" if layer else stored, rest.endswith("weight")
    if rest in _BERT_NAMES:
        return _BERT_NAMES[rest], False
    place, _, part = rest.rpartition(".")
    stored = f"{_BERT_NAMES[place]}.{'bias' if part == 'shift' else 'weight'}"
    return f"encoder.layer.{layer}.{stored}" if layer else stored, part == "weight"


def _apart(name):
    if name.startswith("layers."):
        _, layer, rest = name.split(".", 2)
        return layer, rest
    return None, name


def hf_tensors(architecture, own):
    """The weights as transformers stores them."""
    found = {}
    for name, array in own.items():
        stored, turned = hf_name(architecture, name)
        found[stored] = np.ascontiguousarray(array.T if turned else array)
    return found


def bert_config(architecture=BERT):
    a = architecture
    return {
        "model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": a.layers, "hidden_size": a.width,
        "num_attention_heads": a.heads, "intermediate_size": a.feed_forward, "vocab_size": a.vocabulary,
        "max_position_embeddings": a.positions, "type_vocab_size": a.types, "layer_norm_eps": a.epsilon,
        "position_embedding_type": "absolute",
    }  # fmt: skip


def llama_config(architecture=LLAMA):
    a = architecture
    return {
        "model_type": "llama", "hidden_act": "silu", "num_hidden_layers": a.layers, "hidden_size": a.width,
        "num_attention_heads": a.heads, "num_key_value_heads": a.key_value_heads, "head_dim": a.head,
        "intermediate_size": a.feed_forward, "vocab_size": a.vocabulary, "max_position_embeddings": a.positions,
        "rms_norm_eps": a.epsilon, "rope_theta": a.rope_base, "tie_word_embeddings": a.tied,
    }  # fmt: skip


def write_safetensors(folder, architecture, own, config=None, more=None):
    """A folder as transformers writes it. The path of the file of weights."""
    numpy = pytest.importorskip("safetensors.numpy")
    folder.mkdir(exist_ok=True)
    path = folder / "model.safetensors"
    numpy.save_file(hf_tensors(architecture, own) | (more or {}), path)
    stated = bert_config(architecture) if isinstance(architecture, Bert) else llama_config(architecture)
    (folder / "config.json").write_text(json.dumps(stated | (config or {})))
    return path


def pairs(rows, heads):
    """Rows in halves, as transformers has them, with rotary pairs side by side, as GGUF files of Llama do."""
    head = rows.shape[0] // heads
    return rows.reshape(heads, 2, head // 2, -1).swapaxes(1, 2).reshape(rows.shape)


BYTES = [*map(chr, range(33, 127)), *map(chr, range(161, 173)), *map(chr, range(174, 256))]
"""The signs that stand for those bytes which are printed as they are; the rest follows in order from 256 on."""


def vocabulary():
    """300 tokens: three special ones, 256 bytes, merges, and words that no merge makes."""
    signs = BYTES + [chr(256 + i) for i in range(256 - len(BYTES))]
    merges = ["h e", "l l", "Ġ t", "he ll", "Ġt he"]
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *signs, *(m.replace(" ", "") for m in merges)]
    return tokens + [f"unused{i}" for i in range(300 - len(tokens))], merges


def write_gguf(path, architecture, own, quantised=None, fields=None, leave_out=()):
    """A GGUF file of Llama; `fields` replaces what it states, None leaving a field out."""
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(path, (fields or {}).get("general.architecture", "llama"))
    _write_fields(writer, architecture, fields or {})
    for name, array in own.items():
        layer, rest = _apart(name)
        stored = (f"blk.{layer}." if layer else "") + _LLAMA_NAMES[rest][1]
        rows = array.T if rest.endswith("weight") else array
        if rest.startswith(("attention.query", "attention.key")):
            rows = pairs(rows, architecture.heads if "query" in rest else architecture.key_value_heads)
        if stored in leave_out:
            continue
        if quantised and rows.ndim == 2:
            kind = gguf.GGMLQuantizationType[quantised]
            writer.add_tensor(stored, gguf.quantize(np.ascontiguousarray(rows), kind), raw_dtype=kind)
        else:
            writer.add_tensor(stored, np.ascontiguousarray(rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_fields(writer, a, replaced):
    tokens, merges = vocabulary()
    fields = {
        "llama.block_count": a.layers, "llama.context_length": a.positions, "llama.embedding_length": a.width,
        "llama.feed_forward_length": a.feed_forward, "llama.attention.head_count": a.heads,
        "llama.attention.head_count_kv": a.key_value_heads, "llama.rope.freq_base": a.rope_base,
        "llama.rope.dimension_count": a.head, "llama.vocab_size": a.vocabulary,
        "llama.attention.layer_norm_rms_epsilon": a.epsilon, "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.token_type": [3] * 3 + [1] * 297, "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.add_bos_token": False, "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": TEMPLATE,
    }  # fmt: skip
    for name, value in (fields | replaced).items():
        if value is None or name == "general.architecture":
            continue
        if isinstance(value, list):
            writer.add_array(name, value)
        elif isinstance(value, bool):
            writer.add_bool(name, value)
        elif isinstance(value, int):
            writer.add_uint32(name, value)
        elif isinstance(value, float):
            writer.add_float32(name, value)
        else:
            writer.add_string(name, value)


TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The template of SmolLM2's chats."""
