"""Texts to tokens: byte pairs rebuilt of a GGUF file, the frame of a chat, and texts that are none."""

import pytest
from models.tiny_models import BERT, BYTES, LLAMA, vocabulary, weights, write_gguf, write_safetensors

from mpc.errors import LocalError
from protocols.models.loading import load

tokenizers = pytest.importorskip("tokenizers")
pytest.importorskip("gguf")
TOKENS, MERGES = vocabulary()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_gguf(tmp_path_factory.mktemp("tokens") / "model.gguf", LLAMA, weights(LLAMA)))


def signs(text):
    """Bytes of a text as the signs that stand for them."""
    other = iter(range(256, 512))
    table = {b: (chr(b) if chr(b) in BYTES else chr(next(other))) for b in range(256)}
    return "".join(table[b] for b in text.encode())


def merged(word):
    """A word's tokens: the pair that comes first among the merges is put together, over and over."""
    parts = [*signs(word)]
    for merge in MERGES:
        first, second = merge.split()
        place = 0
        while place + 1 < len(parts):
            if parts[place : place + 2] == [first, second]:
                parts[place : place + 2] = [first + second]
            place += 1
    return [TOKENS.index(part) for part in parts]


@pytest.mark.parametrize(
    ("text", "words"),
    [("hello the hell", ["hello", " the", " hell"]), ("the2023 the", ["the", "2", "0", "2", "3", " the"]),
     ("he's\n\n he", ["he", "'s", "\n\n", " he"]), ("é—😀 \x00", ["é", "—😀", " \x00"]), ("", [])],
)  # fmt: skip
def test_pairs_are_merged_inside_words_and_digits_stand_alone(model, text, words):
    want = [token for word in words for token in merged(word)]
    assert model.tokenizer.encode(text).tolist() == want
    assert model.decode(want) == text


def test_special_tokens_in_a_text_are_text(model):
    text = "<|im_end|>"
    found = model.encode(text)
    assert 2 not in found
    assert model.decode(found) == text
    assert model.decode([2]) == ""


def test_a_question_stands_in_its_frame_as_the_template_has_it(model):
    frame = model.tokenizer.frame
    assert (frame.before[0], frame.end) == (1, 2)
    whole = model.tokenizer.inner
    whole.encode_special_tokens = False
    want = whole.encode(
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\nhello <|im_start|>assistant\n".replace("hello ", "the 3 hells<|im_end|>\n")
    ).ids
    whole.encode_special_tokens = True
    tokenizer = model.tokenizer
    assert [*frame.before, *tokenizer.encode_question("  the 3 hells\n"), *frame.after] == want


def test_a_question_longer_than_the_window_is_refused(model):
    with pytest.raises(LocalError) as caught:
        model.encode_question("the hell")
    assert caught.value.code == "text-too-long"  # the frame alone is longer than this model's window


def test_templates_that_are_not_known_give_no_frame_and_never_run(tmp_path):
    fields = {"tokenizer.chat_template": "{{ 1/0 }}"}
    model = load(write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA), fields=fields))
    assert model.tokenizer.frame is None
    with pytest.raises(LocalError) as caught:
        model.encode_question("hello")
    assert caught.value.code == "no-frame"


@pytest.mark.parametrize("text", [3, None, b"text", "\ud800", "x" * ((1 << 20) + 1)])
def test_what_is_no_text_is_refused_without_being_quoted(model, text):
    with pytest.raises(LocalError) as caught:
        model.encode(text)
    assert caught.value.code == "wrong-text"
    assert "xx" not in str(caught.value)


def test_tokens_that_are_none_are_not_decoded(model):
    for tokens in ([300], [-1]):
        with pytest.raises(LocalError) as caught:
            model.decode(tokens)
        assert caught.value.code == "wrong-token"


@pytest.mark.parametrize(
    "fields",
    [{"tokenizer.ggml.token_type": [1] * 299}, {"tokenizer.ggml.tokens": ["same"] * 300},
     {"tokenizer.ggml.merges": None}, {"tokenizer.ggml.merges": ["no pair at all"]},
     {"tokenizer.ggml.merges": ["unknown z"]},
     {"tokenizer.ggml.eos_token_id": 300}, {"tokenizer.ggml.tokens": list(range(300))}],
)  # fmt: skip
def test_vocabularies_that_are_none_are_refused(tmp_path, fields):
    path = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA), fields=fields)
    with pytest.raises(LocalError) as caught:
        load(path)
    assert caught.value.code == "unreadable-model"


def test_a_file_of_a_tokenizer_is_read_beside_the_weights(tmp_path, model):
    path = tmp_path / "tokenizer.json"
    model.tokenizer.inner.save(str(path))
    weights_file = write_gguf(tmp_path / "model.gguf", LLAMA, weights(LLAMA))
    other = load(weights_file, tokenizer=path)
    assert other.encode("hello the").tolist() == model.encode("hello the").tolist()
    for content in (b"", b"{}", b"\xff"):
        path.write_bytes(content)
        with pytest.raises(LocalError) as caught:
            load(weights_file, tokenizer=path)
        assert caught.value.code == "unreadable-model"


def word_pieces(path, longest):
    """A tokenizer as BERT's are stored: cutting and filling, and special tokens at the ends."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "hell", "##o", "the", "[", "]", "pad", "sep"]
    inner = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]")
    )
    inner.normalizer = tokenizers.normalizers.BertNormalizer()
    inner.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    inner.decoder = tokenizers.decoders.WordPiece()
    inner.add_special_tokens(words[:4])
    inner.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    inner.enable_truncation(longest)
    inner.enable_padding(length=longest)
    inner.save(str(path))


def test_texts_of_an_encoder_are_neither_cut_nor_filled(tmp_path):
    word_pieces(tmp_path / "tokenizer.json", 6)
    model = load(write_safetensors(tmp_path, BERT, weights(BERT)))
    assert model.encode("Hello the").tolist() == [2, 4, 5, 6, 3]
    assert model.encode("the [SEP] hell").tolist() == [2, 6, 7, 10, 8, 4, 3]
    assert model.decode([2, 4, 5, 6, 3]) == "hello the"
    assert len(model.encode("the " * 14)) == 16
    with pytest.raises(LocalError) as caught:
        model.encode("the " * 15)
    assert caught.value.code == "text-too-long"
    assert model.clear.embed(["hello", "the"]).shape == (2, 12)
