"""Transformers in the clear: against the plainest loops of the same papers, and one pass against token by token."""

from math import erf

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, weights

from mpc.errors import LocalError
from protocols.models.clear_model import ClearModel
from protocols.models.model import Model

TOKENS = np.array([3, 17, 0, 39, 8])


def norm(x, gain, shift, epsilon):
    return (x - x.mean()) / np.sqrt(x.var() + epsilon) * gain + shift


def attended(query, keys, values, size):
    e = np.array([np.exp(query @ key / np.sqrt(size)) for key in keys])
    return sum(weight * value for weight, value in zip(e / e.sum(), values, strict=True))


def plain_bert(a, t, tokens):
    """An embedding, a token and a head at a time."""

    def dense(x, name):
        return x @ t[f"{name}.weight"] + t[f"{name}.shift"]

    def normed(x, name):
        return norm(x, t[f"{name}.gain"], t[f"{name}.shift"], a.epsilon)

    t = {name: array.astype(np.float64) for name, array in t.items()}
    sums = [
        t["embedding.tokens"][k] + t["embedding.positions"][j] + t["embedding.types"][0] for j, k in enumerate(tokens)
    ]
    rows = [normed(x, "embedding.norm") for x in sums]
    for i in range(a.layers):
        at, forward = f"layers.{i}.attention", f"layers.{i}.feed_forward"
        query, key, value = ([dense(x, f"{at}.{part}") for x in rows] for part in ("query", "key", "value"))
        out = []
        for x, q in zip(rows, query, strict=True):
            places = [slice(h * a.head, (h + 1) * a.head) for h in range(a.heads)]
            mixed = [attended(q[p], [k[p] for k in key], [v[p] for v in value], a.head) for p in places]
            x = normed(x + dense(np.concatenate(mixed), f"{at}.output"), f"{at}.norm")
            up = np.array([u * (1 + erf(u / np.sqrt(2))) / 2 for u in dense(x, f"{forward}.up")])
            out.append(normed(x + dense(up, f"{forward}.down"), f"{forward}.norm"))
        rows = out
    mean = np.mean(rows, axis=0)
    return mean / np.linalg.norm(mean)


def plain_llama(a, t, tokens):
    """Logits, a token and a head at a time; rotary pairs are complex numbers that are turned."""

    def normed(x, gain):
        return x / np.sqrt(np.mean(x**2) + a.epsilon) * gain

    def heads(x, position):
        pairs = x.reshape(-1, 2, a.head // 2)
        angles = position * a.rope_base ** (-2 * np.arange(a.head // 2) / a.head)
        complex_ = (pairs[:, 0] + 1j * pairs[:, 1]) * np.exp(1j * angles)
        return np.concatenate([complex_.real, complex_.imag], axis=1)

    t = {name: array.astype(np.float64) for name, array in t.items()}
    rows = [t["embedding.tokens"][k] for k in tokens]
    for i in range(a.layers):
        at, forward = f"layers.{i}.attention", f"layers.{i}.feed_forward"
        inner = [normed(x, t[f"{at}.norm.gain"]) for x in rows]
        query = [heads(x @ t[f"{at}.query.weight"], j) for j, x in enumerate(inner)]
        key = [heads(x @ t[f"{at}.key.weight"], j) for j, x in enumerate(inner)]
        value = [(x @ t[f"{at}.value.weight"]).reshape(-1, a.head) for x in inner]
        out = []
        for j, x in enumerate(rows):
            group = [h * a.key_value_heads // a.heads for h in range(a.heads)]
            mixed = [
                attended(query[j][h], [k[g] for k in key[: j + 1]], [v[g] for v in value[: j + 1]], a.head)
                for h, g in enumerate(group)
            ]
            x = x + np.concatenate(mixed) @ t[f"{at}.output.weight"]
            y = normed(x, t[f"{forward}.norm.gain"])
            gate = y @ t[f"{forward}.gate.weight"]
            gate = gate / (1 + np.exp(-gate))
            out.append(x + (gate * (y @ t[f"{forward}.up.weight"])) @ t[f"{forward}.down.weight"])
        rows = out
    return np.stack([normed(x, t["norm.gain"]) @ t["embedding.tokens"].T for x in rows])


def test_an_embedding_is_that_of_plain_loops():
    tensors = weights(BERT)
    clear = ClearModel(BERT, tensors, None, dtype=np.float64)
    assert np.allclose(clear.embed_tokens(TOKENS), plain_bert(BERT, tensors, TOKENS), atol=1e-12)
    single = ClearModel(BERT, tensors, None).embed_tokens(TOKENS)
    assert single.dtype == np.float32
    assert np.allclose(single, plain_bert(BERT, tensors, TOKENS), atol=1e-5)


def test_logits_are_those_of_plain_loops():
    tensors = weights(LLAMA)
    clear = ClearModel(LLAMA, tensors, None, dtype=np.float64)
    assert np.allclose(clear.logits(TOKENS), plain_llama(LLAMA, tensors, TOKENS), atol=1e-10)


def test_a_text_in_one_pass_is_the_text_token_by_token():
    clear = ClearModel(LLAMA, weights(LLAMA), None, dtype=np.float64)
    whole = clear.logits(TOKENS)
    past = clear.past_of(TOKENS[:2])
    assert len(past) == 2
    kept = past.copy()
    rows = [clear.logits(TOKENS[place : place + 1], past)[0] for place in range(2, 5)]
    assert np.allclose(rows, whole[2:], atol=1e-11)
    assert np.allclose(clear.logits(TOKENS[2:], kept), whole[2:], atol=1e-11)


def test_an_answer_takes_the_likeliest_token_each_time_and_leaves_the_past_alone():
    clear = ClearModel(LLAMA, weights(LLAMA), None, dtype=np.float64)
    past = clear.past_of(TOKENS[:2])
    found, text = [*clear.generate(TOKENS[2:], 4, past)], [*TOKENS]
    assert len(past) == 2
    for token in found:
        assert token == clear.logits(text)[-1].argmax()
        text.append(token)
    assert len(found) == 4
    assert len([*clear.generate(TOKENS, 1000)]) == LLAMA.window - len(TOKENS) + 1


@pytest.mark.parametrize(
    ("tokens", "code"),
    [([], "wrong-token"), ([[1]], "wrong-token"), ([1.0], "wrong-token"), ([-1], "wrong-token"), ([40], "wrong-token"),
     ([True], "wrong-token"), ([0] * 17, "text-too-long"), ([1 << 70], "wrong-token")],
)  # fmt: skip
def test_tokens_that_no_text_has_are_refused(tokens, code):
    with pytest.raises(LocalError) as caught:
        ClearModel(BERT, weights(BERT), None).embed_tokens(tokens)
    assert caught.value.code == code


def test_the_window_counts_what_was_before():
    clear = ClearModel(LLAMA, weights(LLAMA), None)
    past = clear.past_of([1] * 47)
    clear.logits([1], past)
    with pytest.raises(LocalError, match="49 tokens, and the model takes 48"):
        clear.logits([1], past)


def test_what_an_architecture_does_not_give_is_refused():
    for clear, ask in (
        (ClearModel(BERT, weights(BERT), None), "logits"),
        (ClearModel(LLAMA, {}, None), "embed_tokens"),
    ):
        with pytest.raises(LocalError) as caught:
            getattr(clear, ask)([1])
        assert caught.value.code == "unsupported-model"
    with pytest.raises(LocalError) as caught:
        ClearModel(BERT, {}, None).embed(["a text"])
    assert caught.value.code == "no-tokenizer"


@pytest.mark.parametrize("texts", ["hello", {"hello": 1}, {"hello"}, [], 5, [1, 2]])
def test_what_is_no_list_of_texts_is_refused_without_a_word_of_it(texts):
    """A text by itself would be an embedding of each of its characters."""
    with pytest.raises(LocalError) as caught:
        Model(BERT, weights(BERT)).clear.embed(texts)
    assert caught.value.code == "wrong-argument"
    assert "hello" not in str(caught.value)
