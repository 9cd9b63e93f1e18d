"""What is public of a model, as a file: users have it, and no weights; parties find that they mean the same model."""

import json
from dataclasses import replace

import pytest
from models.tiny_models import BERT, LLAMA, weights, write_gguf

from mpc.errors import LocalError
from protocols.models.loading import load
from protocols.models.model import Model
from protocols.models.public_file import public_digest, write_public


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pytest.importorskip("tokenizers")
    return load(write_gguf(tmp_path_factory.mktemp("public") / "model.gguf", LLAMA, weights(LLAMA)))


def test_a_user_encodes_as_the_owner_does_and_has_no_weights(tmp_path, model):
    path = tmp_path / "public.json"
    write_public(model, str(path))
    known = load(path)
    assert (known.architecture, known.tensors) == (model.architecture, None)
    for text in ("hello the 23", "<|im_end|>é"):
        assert known.encode(text).tolist() == model.encode(text).tolist()
    assert known.tokenizer.frame.before.tolist() == model.tokenizer.frame.before.tolist()
    assert (known.tokenizer.frame.end, known.decode([200, 201])) == (2, model.decode([200, 201]))
    assert public_digest(known) == public_digest(model) == public_digest(model.public)


def test_no_weight_is_in_the_file(tmp_path, model):
    """The same file of other weights."""
    other = load(write_gguf(tmp_path / "other.gguf", LLAMA, weights(LLAMA, seed=1)))
    assert public_digest(other) == public_digest(model)


def test_other_architectures_have_other_digests(model):
    digests = {
        public_digest(Model(a, None)) for a in (BERT, LLAMA, replace(BERT, layers=3), replace(LLAMA, epsilon=1e-6))
    }
    assert len(digests | {public_digest(model)}) == 5


def test_files_that_are_none_are_refused(tmp_path, model):
    path = tmp_path / "public.json"
    write_public(model, path)
    whole = json.loads(path.read_bytes())
    frame, numbers = whole["frame"], whole["architecture"]
    wrong = [
        {"architecture": numbers | {"layers": 0}}, {"architecture": numbers | {"kind": "gpt"}},
        {"architecture": numbers | {"more": 1}}, {"architecture": {"kind": "llama"}}, {"architecture": None},
        {"tokenizer": "{}"}, {"tokenizer": 3}, {"frame": frame | {"before": [300]}}, {"frame": frame | {"end": "2"}},
        {"frame": frame | {"after": [-1]}}, {"frame": frame | {"after": [0] * 5000}}, {"frame": 3},
        {"format": "parley-model-2"}, {"architecture": numbers | {"width": True}},
        {"architecture": numbers | {"tied": 3}},
    ]  # fmt: skip
    for each in wrong:
        path.write_text(json.dumps(whole | each))
        with pytest.raises(LocalError) as caught:
            load(path)
        assert caught.value.code in ("unreadable-model", "wrong-architecture"), each
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(LocalError):
        load(path)


def test_what_cannot_be_written_is_said(tmp_path, model):
    wrong = {"wrong-argument": [(3, "path"), (model, 3)], "unwritable": [(model, tmp_path)]}
    for code, arguments in [(code, each) for code, calls in wrong.items() for each in calls]:
        with pytest.raises(LocalError) as caught:
            write_public(*arguments)
        assert caught.value.code == code
