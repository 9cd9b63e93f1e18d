"""Ranges and errors by layer, on models of two layers: what is said of them is what they compute."""

from dataclasses import replace

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, weights, write_gguf

from mpc.errors import LocalError
from protocols.models.calibrating import calibrate, calibrate_tokens
from protocols.models.clear_model import ClearModel
from protocols.models.fixed_point import in_fixed_point, rounded
from protocols.models.loading import load
from protocols.models.model import Model

NOTHING = np.empty(0, np.int64)
TEXTS = [np.array([3, 17, 0, 39, 8]), np.array([5, 5, 30])]


def test_extents_hold_what_is_computed_and_errors_what_rounding_does():
    model = Model(BERT, weights(BERT))
    found = calibrate_tokens(model, TEXTS, NOTHING, 12)
    tables = [model.tensors[f"embedding.{name}"] for name in ("tokens", "positions", "types")]
    sums = [tables[0][text] + tables[1][: len(text)] + tables[2][0] for text in TEXTS]
    assert found.extents["embedding.sum"].most == pytest.approx(max(x.max() for x in sums), rel=1e-6)
    assert found.extents["embedding.sum"].least == pytest.approx(min(x.min() for x in sums), rel=1e-6)
    assert 0 < found.error("embedding.sum") <= 4 * 2**-13
    assert (found.texts, found.tokens) == (2, 8)
    whole = found.largest("attention.scores")
    assert whole == max(found.largest(f"layers.{i}.attention.scores") for i in (0, 1)) > 0
    assert 2 ** (found.reach("attention.scores") - 1) < 2 * whole <= 2 ** found.reach("attention.scores")
    assert 2 ** (found.bits("attention.scores") - 1) <= whole * 2**24 < 2 ** found.bits("attention.scores")


@pytest.mark.parametrize("architecture", [BERT, LLAMA])
def test_more_bits_cost_less(architecture):
    model = Model(architecture, weights(architecture))
    coarse, fine = (calibrate_tokens(model, TEXTS, NOTHING, fraction) for fraction in (6, 16))
    last = "layers.1.feed_forward.sum"
    assert fine.error(last) < coarse.error(last) / 200
    if architecture is BERT:
        assert 1 - fine.agreement.cosine < 1e-6 < 1 - coarse.agreement.cosine
    else:
        assert fine.agreement.same_token == 1
        assert 0 <= fine.agreement.divergence < 1e-5 < coarse.agreement.divergence


def test_public_tokens_before_are_computed_and_not_measured():
    model = Model(LLAMA, weights(LLAMA))
    text = np.concatenate(TEXTS)
    behind = calibrate_tokens(model, [text[4:]], text[:4], 16)
    whole = calibrate_tokens(model, [text], NOTHING, 16)
    watched = ClearModel(LLAMA, model.tensors, None, dtype=np.float64).logits(text)[4:]
    assert behind.largest("logits") == pytest.approx(np.abs(watched).max())
    assert behind.largest("logits") <= whole.largest("logits") * (1 + 1e-12)
    assert (behind.tokens, whole.tokens) == (4, 8)


def test_answers_are_measured_as_well():
    model = Model(LLAMA, weights(LLAMA))
    found = calibrate(model, TEXTS, answers=5)
    assert found.tokens == 8 + 10
    whole = [np.array([*text, *model.clear.generate(text, 5)]) for text in TEXTS]
    assert found.extents == calibrate_tokens(model, whole, NOTHING, 12).extents
    assert found.largest("logits") >= calibrate(model, TEXTS).largest("logits")


def test_questions_stand_in_their_frame(tmp_path):
    """What comes after a question counts, what comes before it does not."""
    pytest.importorskip("tokenizers")
    wide = replace(LLAMA, positions=200, window=200)
    model = load(write_gguf(tmp_path / "model.gguf", wide, weights(wide)))
    frame = model.tokenizer.frame
    inside = np.concatenate([model.tokenizer.encode_question("the hell"), frame.after])
    found = calibrate(model, ["the hell"])
    assert found.tokens == len(inside)
    assert found.extents == calibrate_tokens(model, [inside], frame.before, 12).extents


def test_the_fixed_point_model_computes_multiples_of_the_last_place():
    clear = ClearModel(LLAMA, weights(LLAMA), None)
    logits = in_fixed_point(clear, 8).logits(TEXTS[0])
    assert np.array_equal(logits, np.rint(logits * 256) / 256)
    assert 0 < np.abs(logits - clear.logits(TEXTS[0])).max() < 2


def test_rounding_is_to_the_nearest():
    assert rounded(np.array([0.1, -0.1, 5.0]), 4).tolist() == [0.125, -0.125, 5.0]


def test_what_takes_too_many_bits_is_named():
    own = weights(LLAMA)
    own["layers.1.feed_forward.down.weight"] = own["layers.1.feed_forward.down.weight"] * np.float32(2**40)
    found = calibrate_tokens(Model(LLAMA, own), TEXTS, NOTHING, 12)
    assert "layers.1.feed_forward.down" in found.too_wide()
    assert "layers.0.feed_forward.down" not in found.too_wide()
    assert calibrate_tokens(Model(LLAMA, weights(LLAMA)), TEXTS, NOTHING, 12).too_wide() == []


def test_the_table_has_a_line_for_each_part():
    found = calibrate_tokens(Model(LLAMA, weights(LLAMA)), TEXTS, NOTHING, 12)
    lines = found.table().splitlines()
    assert [line.split()[0] for line in lines[1:]] == found.parts()
    assert "attention.norm.mean_square" in found.parts()
    assert len(repr(found)) < 400


def test_what_cannot_be_measured_is_refused():
    model = Model(BERT, weights(BERT))
    for arguments, named, code in (
        ((model, "one text"), {}, "wrong-argument"), ((model, []), {}, "wrong-argument"),
        ((model, ["a"]), {"fraction": 0}, "wrong-argument"), ((model, ["a"]), {"fraction": 25}, "wrong-argument"),
        ((model, [[99]]), {}, "wrong-token"), ((model, ["a"]), {}, "no-tokenizer"),
        ((model, ["a"]), {"answers": 3}, "wrong-argument"),
        ((Model(LLAMA, {}), [[1]]), {"answers": -1}, "wrong-argument"), ((3, ["a"]), {}, "wrong-argument"),
    ):  # fmt: skip
        with pytest.raises(LocalError) as caught:
            calibrate(*arguments, **named)
        assert caught.value.code == code
    with pytest.raises(LocalError, match="attention\\.scores"):
        calibrate_tokens(model, TEXTS, NOTHING, 12).largest("no such value")
