"""The real models: what is published of them, where their files were fetched (`python -m examples.pretrained`)."""

import numpy as np
import pytest

from examples import pretrained
from mpc import learning

pytestmark = pytest.mark.slow
SENTENCES = ["This is an example sentence", "Each sentence is converted", "Is each sentence converted?"]


def of_real(name):
    for library in ("safetensors", "gguf", "tokenizers"):
        pytest.importorskip(library)
    if not pretrained.PRETRAINED[name].here:
        pytest.skip(f"{name} is not here: python -m examples.pretrained {name} fetches it")
    return learning.load(pretrained.PRETRAINED[name].folder)


@pytest.fixture(scope="module")
def minilm():
    return of_real("minilm")


@pytest.fixture(scope="module")
def smollm2():
    return of_real("smollm2")


def test_minilm_embeds_as_its_page_shows(minilm):
    """The first numbers of the example on the model's own page, as sentence-transformers prints them."""
    found = minilm.clear.embed(SENTENCES)
    assert found.shape == (3, 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert np.allclose(found[0, :4], [0.0676569, 0.0634959, 0.0487131, 0.0793050], atol=1e-6)
    assert np.allclose(found[1, :4], [0.0864386, 0.1027626, 0.0053945, 0.0020444], atol=1e-6)
    assert found[1] @ found[2] > 0.8 > 0.5 > found[0] @ found[2]


def test_minilm_in_fixed_point_is_near(minilm):
    found = learning.calibrate(minilm, SENTENCES[:2])
    assert found.agreement.cosine > 0.9999
    assert not found.too_wide()
    assert found.reach("feed_forward.sum") <= 9


def test_smollm2_answers_as_it_should(smollm2):
    """The likeliest answer, and one pass of its tokens as one by one."""
    assert smollm2.weights == 134_515_008
    clear, frame = smollm2.clear, smollm2.tokenizer.frame
    past = clear.past_of(frame.before)
    asked = smollm2.encode_question("What is the capital of France?")[len(past) :]
    found = [*clear.generate(asked, 12, past)]
    assert smollm2.decode(found) == "The capital of France is Paris."
    whole = clear.logits(np.concatenate([asked, found]), past.copy())
    assert whole[len(asked) - 1 :].argmax(axis=1).tolist() == [*found, frame.end]
