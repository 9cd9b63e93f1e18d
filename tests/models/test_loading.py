"""Files of transformers: the same weights in every format, and everything that is in the way said at once."""

import json
import struct

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, hf_tensors, weights, write_gguf, write_safetensors

from mpc.errors import LocalError
from protocols.models.loading import load

TOKENS = [3, 17, 0, 39, 8]


def code_of(call, *arguments, **named):
    with pytest.raises(LocalError) as caught:
        call(*arguments, **named)
    return caught.value.code, str(caught.value)


def same(model, own, tolerance=0.0):
    assert set(model.tensors) == set(own)
    for name, array in own.items():
        assert model.tensors[name].dtype == np.float32
        assert np.allclose(model.tensors[name], array, atol=tolerance), name


@pytest.mark.parametrize("architecture", [BERT, LLAMA])
def test_safetensors_of_transformers_hold_each_weight(tmp_path, architecture):
    own = weights(architecture)
    model = load(write_safetensors(tmp_path, architecture, own))
    assert model.architecture == architecture
    same(model, own)
    same(load(tmp_path), own)
    assert model.weights == sum(array.size for array in own.values())


def test_a_prefix_and_what_no_embedding_depends_on_are_known(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    own = weights(BERT)
    path = write_safetensors(tmp_path, BERT, own)
    stored = {f"bert.{name}": array for name, array in hf_tensors(BERT, own).items()}
    stored["bert.pooler.dense.weight"] = np.zeros((12, 12), np.float32)
    stored["bert.embeddings.position_ids"] = np.arange(16)
    numpy.save_file(stored, path)
    same(load(path), own)


def test_bfloat16_and_half_floats_are_read(tmp_path):
    numpy, ml_dtypes = pytest.importorskip("safetensors.numpy"), pytest.importorskip("ml_dtypes")
    own = weights(LLAMA)
    path = write_safetensors(tmp_path, LLAMA, own)
    for dtype, off in ((np.float16, 2**-8), (ml_dtypes.bfloat16, 2**-6)):
        numpy.save_file({n: a.astype(dtype) for n, a in hf_tensors(LLAMA, own).items()}, path)
        same(load(path), own, off)


def test_an_output_that_is_tied_is_the_embedding_and_another_is_its_own(tmp_path):
    own = weights(LLAMA)
    head = np.zeros((300, 32), np.float32)
    path = write_safetensors(tmp_path / "tied", LLAMA, own, more={"lm_head.weight": head})
    same(load(path), own)
    path = write_safetensors(tmp_path / "apart", LLAMA, own, {"tie_word_embeddings": False}, {"lm_head.weight": head})
    assert not load(path).clear.logits(TOKENS).any()


def test_gguf_files_turn_the_same_pairs(tmp_path):
    own = weights(LLAMA)
    path = write_gguf(tmp_path / "model.gguf", LLAMA, own)
    model = load(path)
    assert model.architecture == load(write_safetensors(tmp_path / "hf", LLAMA, own)).architecture
    same(model, own)


@pytest.mark.parametrize(("quantised", "off"), [("Q8_0", 0.02), ("Q4_1", 0.2), ("F16", 0.002)])
def test_quantised_weights_are_near(tmp_path, quantised, off):
    own = weights(LLAMA)
    model = load(write_gguf(tmp_path / "model.gguf", LLAMA, own, quantised))
    same(model, own, off)
    assert any(not np.array_equal(model.tensors[name], own[name]) for name in own)


def test_the_public_part_has_no_weights_and_no_repr_shows_any(tmp_path):
    model = load(write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA)))
    assert model.public.tensors is None
    assert model.public.architecture == model.architecture
    assert code_of(lambda: model.public.clear)[0] == "no-weights"
    assert "array" not in repr(model) + repr(model.clear) + repr(model.tensors)
    assert len(repr(model.tensors)) < 80
    assert {model: 1}[model] == 1
    assert model != model.public


def test_all_that_another_architecture_states_is_listed(tmp_path):
    odd = {"hidden_act": "gelu_new", "position_embedding_type": "relative_key", "is_decoder": True}
    code, said = code_of(load, write_safetensors(tmp_path / "bert", BERT, weights(BERT), odd))
    assert code == "unsupported-model"
    assert all(repr(value) in said for value in odd.values())
    assert "hidden_act='gelu'" in said.split("what to do")[1]
    odd = {"rope_scaling": {"factor": 8.0}, "attention_bias": True, "hidden_act": "gelu"}
    code, said = code_of(load, write_safetensors(tmp_path / "llama", LLAMA, weights(LLAMA), odd))
    assert code == "unsupported-model"
    assert all(f"{name}={value!r}" in said for name, value in odd.items())


def test_another_family_is_refused_by_name(tmp_path):
    path = write_safetensors(tmp_path, BERT, weights(BERT), {"model_type": "gpt2"})
    code, said = code_of(load, path)
    assert (code, "bert, llama" in said) == ("unsupported-model", True)
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA), fields={"general.architecture": "qwen2"})
    code, said = code_of(load, path)
    assert (code, "'qwen2'" in said) == ("unsupported-model", True)
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA))
    assert (
        code_of(load, path, architecture="bert")[0] == code_of(load, path, architecture=BERT)[0] == "unsupported-model"
    )
    assert load(path, architecture="llama").architecture == load(path, architecture=LLAMA).architecture == LLAMA


def test_weights_that_are_missing_of_other_shapes_or_more_are_listed_together(tmp_path):
    own = weights(BERT)
    del own["layers.1.attention.key.shift"], own["embedding.types"]
    own["layers.0.feed_forward.up.shift"] = np.zeros(21, np.float32)
    path = write_safetensors(tmp_path, BERT, own, more={"classifier.weight": np.zeros((2, 12), np.float32)})
    code, said = code_of(load, path)
    assert code == "unsupported-model"
    for each in ("layers.1.attention.key.shift", "embedding.types", "up.shift (21,) for (20,)", "classifier.weight"):
        assert each in said


def test_a_tensor_that_a_gguf_file_lacks_is_named(tmp_path):
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA), leave_out=("blk.1.ffn_up.weight",))
    code, said = code_of(load, path)
    assert (code, "layers.1.feed_forward.up.weight" in said) == ("unsupported-model", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("tokenizer.ggml.pre", "llama-bpe"), ("tokenizer.ggml.model", "llama"), ("llama.rope.dimension_count", 4),
     ("tokenizer.ggml.add_bos_token", True), ("llama.expert_count", 8), ("llama.rope.scaling.type", "yarn")],
)  # fmt: skip
def test_what_a_gguf_file_states_of_another_kind_is_refused(tmp_path, field, value):
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA), fields={field: value})
    code, said = code_of(load, path)
    assert (code, str(value) in said) == ("unsupported-model", True)


def test_a_config_that_is_none_is_refused(tmp_path):
    path = write_safetensors(tmp_path, BERT, weights(BERT))
    for text in ("", "[]", "{", '{"model_type": "bert"}', "[" * 100_000):
        path.with_name("config.json").write_text(text)
        assert code_of(load, path)[0] == "unreadable-model"
    for field, value in (
        ("num_hidden_layers", 0),
        ("hidden_size", "12"),
        ("layer_norm_eps", -1),
        ("vocab_size", 1 << 30),
    ):
        assert code_of(load, write_safetensors(tmp_path, BERT, weights(BERT), {field: value}))[0] == "unreadable-model"
    code, said = code_of(load, write_safetensors(tmp_path, BERT, weights(BERT), {"num_attention_heads": 5}))
    assert (code, "heads=5" in said) == ("wrong-architecture", True)
    path.with_name("config.json").unlink()
    for kind in (None, "bert"):
        code, said = code_of(load, path, architecture=kind)
        assert (code, "architecture=" in said.split("what to do")[1]) == ("unreadable-model", True)


@pytest.mark.parametrize("architecture", [BERT, LLAMA])
def test_files_that_are_cut_short_are_refused_wherever_it_is(tmp_path, architecture):
    own = weights(architecture)
    whole = write_safetensors(tmp_path, architecture, own).read_bytes()
    path = tmp_path / "model.safetensors"
    for size in (0, 7, 8, 9, 500, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert code_of(load, path)[0] == "unreadable-model", size


def test_gguf_files_that_are_cut_short_are_refused_wherever_it_is(tmp_path):
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA))
    whole = path.read_bytes()
    for size in (4, 8, 23, 24, 40, 200, 1000, 5000, len(whole) // 2, len(whole) - 200):
        path.write_bytes(whole[:size])
        assert code_of(load, path)[0] == "unreadable-model", size


def test_lengths_that_a_gguf_file_claims_are_held_against_it(tmp_path):
    def text(value):
        return struct.pack("<Q", len(value)) + value

    head = b"GGUF" + struct.pack("<I", 3)
    array = text(b"a") + struct.pack("<I", 9)
    files = {
        "many tensors": head + struct.pack("<QQ", 1 << 60, 0),
        "many fields": head + struct.pack("<QQ", 0, 1 << 60),
        "a long name": head + struct.pack("<QQQ", 0, 1, 1 << 60),
        "a long text": head + struct.pack("<QQ", 0, 1) + text(b"a") + struct.pack("<IQ", 8, (1 << 64) - 8),
        "a long array": head + struct.pack("<QQ", 0, 1) + array + struct.pack("<IQ", 4, 1 << 60),
        "arrays in arrays": head + struct.pack("<QQ", 0, 1) + array + struct.pack("<IQ", 9, 1),
        "an unknown type": head + struct.pack("<QQ", 0, 1) + text(b"a") + struct.pack("<I", 77),
        "another version": b"GGUF" + struct.pack("<IQQ", 4, 0, 0),
        "many dimensions": head + struct.pack("<QQ", 1, 0) + text(b"a") + struct.pack("<I", 1 << 30),
        "a long tensor": head + struct.pack("<QQ", 1, 0) + text(b"a") + struct.pack("<IQIQ", 1, 1 << 60, 0, 0),
    }
    for name, content in files.items():
        path = tmp_path / "model.gguf"
        path.write_bytes(content)
        assert code_of(load, path)[0] == "unreadable-model", name


@pytest.mark.parametrize("form", ["safetensors", "gguf"])
def test_a_header_with_another_byte_is_refused_or_read_and_nothing_else(tmp_path, form):
    if form == "gguf":
        path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA))
    else:
        path = write_safetensors(tmp_path, BERT, weights(BERT))
    whole, random = path.read_bytes(), np.random.default_rng(5)
    codes = set()
    for _ in range(60):
        changed = bytearray(whole)
        changed[random.integers(9000 if form == "gguf" else 2000)] = random.choice([0, 1, 255, random.integers(256)])
        path.write_bytes(changed)
        try:
            load(path)
        except LocalError as error:
            codes.add(error.code)
    assert {"unreadable-model"} <= codes <= {"unreadable-model", "unsupported-model", "wrong-architecture"}


def test_numbers_that_are_not_finite_are_refused_when_they_are_read(tmp_path):
    own = weights(BERT)
    own["layers.1.feed_forward.up.weight"][3, 4] = np.nan
    model = load(write_safetensors(tmp_path, BERT, own))
    code, said = code_of(lambda: model.clear)
    assert (code, "layers.1.feed_forward.up.weight" in said) == ("unreadable-model", True)


def test_what_is_no_file_of_a_model_is_refused(tmp_path):
    for source, code in (
        (tmp_path / "nothing", "unreadable-model"),
        (3, "wrong-argument"),
        (tmp_path, "unreadable-model"),
    ):
        assert code_of(load, source)[0] == code
    path = tmp_path / "text.safetensors"
    path.write_text("no weights at all, only words of some length")
    assert code_of(load, path)[0] == "unreadable-model"


def test_integers_are_no_weights(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    path = write_safetensors(tmp_path, BERT, weights(BERT))
    stored = hf_tensors(BERT, weights(BERT))
    stored["encoder.layer.0.output.dense.bias"] = np.zeros(12, np.int8)
    numpy.save_file(stored, path)
    code, said = code_of(load, path)
    assert (code, "(I8)" in said) == ("unsupported-model", True)


def test_a_sentence_encoder_states_its_longest_text_and_its_pooling(tmp_path):
    path = write_safetensors(tmp_path, BERT, weights(BERT))
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 9}')
    pooling = tmp_path / "1_Pooling" / "config.json"
    pooling.parent.mkdir()
    pooling.write_text('{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}')
    assert load(path).architecture.window == 9
    pooling.write_text('{"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true}')
    code, said = code_of(load, path)
    assert code == "unsupported-model"
    assert "pooling_mode_mean_tokens=False; pooling_mode_cls_token=True" in said


MODULES = ("Transformer", "Pooling", "Normalize")


def write_modules(folder, names):
    """As sentence-transformers lists what a text goes through."""
    listed = [
        {"idx": i, "name": str(i), "path": f"{i}_{name}" if i else "", "type": f"sentence_transformers.models.{name}"}
        for i, name in enumerate(names)
    ]
    (folder / "modules.json").write_text(json.dumps(listed))


def test_a_sentence_encoder_goes_through_what_is_computed_here(tmp_path):
    own = weights(BERT)
    path = write_safetensors(tmp_path, BERT, own)
    write_modules(tmp_path, MODULES)
    same(load(path), own)


@pytest.mark.parametrize(
    ("names", "named"),
    [((*MODULES[:2], "Dense", "Normalize"), "a Dense"), (MODULES[:2], "no Normalize"), (MODULES[::2], "no Pooling"),
     ((*MODULES, "Dense"), "a Dense"), ((*MODULES[:2], "LayerNorm", "Dense"), "a LayerNorm; a Dense; no Normalize"),
     (("Transformer", "Normalize", "Pooling"), "another order")],
)  # fmt: skip
def test_a_sentence_encoder_of_other_modules_is_refused(tmp_path, names, named):
    """Its embeddings would be others than those that it was trained to give."""
    path = write_safetensors(tmp_path, BERT, weights(BERT))
    write_modules(tmp_path, names)
    code, said = code_of(load, path)
    assert (code, named in said) == ("unsupported-model", True), said


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"type": 3}]', "[", "[" * 100_000, '[{"idx": 0}]'])
def test_a_list_of_modules_that_is_none_is_refused(tmp_path, text):
    path = write_safetensors(tmp_path, BERT, weights(BERT))
    (tmp_path / "modules.json").write_text(text)
    assert code_of(load, path)[0] == "unreadable-model"


def test_numbers_may_be_given_beside_the_file(tmp_path):
    own = weights(BERT)
    path = write_safetensors(tmp_path, BERT, own)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").unlink()
    same(load(path, config=config), own)
    same(load(path, architecture=BERT), own)
    del config["model_type"]
    same(load(path, architecture="bert", config=config), own)
