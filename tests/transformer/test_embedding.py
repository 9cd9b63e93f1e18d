"""Private embeddings are those in the clear but for rounding, and only their receiver sees them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import mpc
from mpc import learning
from mpc.errors import LocalError, PeerError
from protocols.models.model import Model
from protocols.models.predictor import Layer, Predictor
from protocols.models.tokenizing import Tokenizer
from tests.transformer.asked import DECODER, ENCODER, OWNER, SUITES, USER, asks, cosine, own, simulated

TEXTS = [[1, 2, 3, 4, 5], [7, 8, 39]]
CLEAR = np.stack([ENCODER.clear.embed_tokens(text) for text in TEXTS])


async def _embedded(ctx, texts=TEXTS):
    return await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, texts))


@pytest.mark.parametrize(("suite", "n"), SUITES)
def test_embeddings_are_those_in_the_clear(suite, n):
    """Of texts of two lengths side by side. Off by rounding at 12 bits, which never adds up to 2^-8 here: the layers'
    sums of some 20 roundings of 2^-12 each, however they fall."""

    async def program(ctx):
        return await mpc.reveal(ctx, await _embedded(ctx), to=USER)

    run = simulated(program, suite, n)
    found = run.results[USER]
    assert all(result is None for party, result in enumerate(run.results) if party != USER)
    assert [reveal.to for reveal in run.report.reveals] == [(USER,)]
    assert np.abs(found - CLEAR).max() < 2**-8
    assert min(map(cosine, found, CLEAR)) > 0.9999


def test_hops_of_a_layer():
    """Two layers, and what stands around them: a bound that regressions would break."""

    async def program(ctx):
        await _embedded(ctx)
        return ctx.depth

    assert simulated(program).result <= HOPS


HOPS = 110


def test_a_model_that_is_kept_is_sent_once(tmp_path):
    """And in the second run its embeddings are the same."""

    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, ENCODER), folder=tmp_path / str(ctx.me))
        sent = ctx.session.ledger.bytes_sent
        embeddings = await learning.embed(ctx, standing, asks(ctx, TEXTS))
        return sent, await mpc.reveal(ctx, embeddings, to=USER)

    (first, again), embeddings = zip(*(_sent_and_found(simulated(program)) for _ in range(2)), strict=True)
    assert again * 4 < first
    assert all(np.abs(found - CLEAR).max() < 2**-8 for found in embeddings)
    files = [sorted({file.suffix for file in (tmp_path / str(party)).iterdir()}) for party in (OWNER, USER)]
    assert files == [[".mask"], [".masked"]]


def _sent_and_found(run):
    return run.results[OWNER][0], run.results[USER][1]


def test_a_model_stands_once():
    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, ENCODER))
        before = ctx.session.ledger.material["weight_mask"]
        first = await learning.embed(ctx, standing, asks(ctx, TEXTS[:1]))
        again = await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, TEXTS[1:]))
        assert ctx.session.ledger.material["weight_mask"] == before
        return await mpc.reveal(ctx, np.concatenate([first, again]), to=USER)

    assert np.abs(simulated(program).results[USER] - CLEAR).max() < 2**-8


def test_first_uses_side_by_side_are_told_what_to_do_and_later_ones_work():
    async def first(ctx):
        await mpc.together(ctx, (_embedded, TEXTS[:1]), (_embedded, TEXTS[1:]))

    async def later(ctx):
        await learning.private_model(ctx, own(ctx, ENCODER))
        x = await mpc.together(ctx, (_embedded, TEXTS[:1]), (_embedded, TEXTS[1:]))
        return await mpc.reveal(ctx, np.concatenate(x), to=USER)

    with pytest.raises(LocalError, match=r"await mpc\.learning\.private_model"):
        simulated(first)
    assert np.abs(simulated(later).results[USER] - CLEAR).max() < 2**-8


@pytest.mark.parametrize(("suite", "n"), SUITES)
def test_nearest_document_and_class(suite, n):
    rng = np.random.default_rng(5)
    documents = np.concatenate([rng.normal(size=(3, BERT_WIDTH)), -CLEAR, CLEAR])
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    weights, shift = rng.normal(size=(BERT_WIDTH, 4)), rng.normal(size=4)
    scores = np.sort(CLEAR @ weights + shift)
    assert (scores[:, -1] - scores[:, -2]).min() > 0.1  # far above what rounding does

    async def program(ctx):
        x = await _embedded(ctx)
        mine = ctx.me == OWNER
        near = await learning.nearest(ctx, x, documents if mine else None, count=len(documents))
        of = await learning.classify(ctx, x, weights if mine else None, shift if mine else None, classes=4)
        return await mpc.reveal(ctx, near, of, to=USER)

    near, of = simulated(program, suite, n).results[USER]
    assert near.tolist() == [5, 6]
    assert of.tolist() == (CLEAR @ weights + shift).argmax(1).tolist()


BERT_WIDTH = ENCODER.architecture.width


def test_documents_are_let_go_when_they_were_compared():
    """At the user, which has them masked: after each question as little stands as before."""

    async def program(ctx):
        x = mpc.secret_from(ctx, ctx.suite.constant(ctx, ctx.ring.zeros((1, BERT_WIDTH))))
        for _ in range(3):
            near = await learning.nearest(ctx, x, CLEAR if ctx.me == OWNER else None, count=2)
            await mpc.reveal(ctx, near, to=USER)
            assert not ctx.session.supply._work
            assert not len(ctx.session.standing)

    simulated(program)


def test_classes_in_a_suite_without_a_shuffle():
    x = np.array([[0.5, -0.5, 0.25], [-0.5, 0.25, 0.5]])
    weights = np.eye(3)

    async def program(ctx):
        secret = await mpc.secret(ctx, USER, asks(ctx, x), range=(-1, 1))
        of = await learning.classify(ctx, secret, weights if ctx.me == OWNER else None, classes=3)
        return await mpc.reveal(ctx, of, to=USER)

    assert simulated(program, "yao").results[USER].tolist() == [0, 2]


def classified(shift, x=CLEAR, classes=3, weights=None, bound=1, **options):
    """The classes of rows, where shifts decide."""
    weights = np.full((x.shape[-1], classes), 7.9) if weights is None else weights

    async def program(ctx):
        secret = await mpc.secret(ctx, USER, asks(ctx, x), range=(-bound, bound))
        mine = ctx.me == OWNER
        of = await learning.classify(ctx, secret, weights if mine else None, shift if mine else None, classes=classes)
        return await mpc.reveal(ctx, of, to=USER)

    return simulated(program, **options).results[USER].tolist()


@pytest.mark.parametrize("size", [6000.0, 33_000.0, 65_535.0])
def test_a_large_shift_decides(size):
    for place in range(3):
        shift = np.full(3, -size)
        shift[place] = size
        assert classified(shift) == [place] * len(CLEAR)


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_the_largest_scores_are_compared_as_they_are(bits):
    weights = np.array([[-7.9, 7.9, 7.8]] * BERT_WIDTH)
    assert classified(None, np.ones((2, BERT_WIDTH)), weights=weights, fractional_bits=bits) == [1, 1]


@pytest.mark.parametrize("shift", [[0, np.nan, 0], [0, 65_536.0, 0], [0, -np.inf, 0]])
def test_a_shift_that_does_not_fit_is_refused_at_its_owner(shift):
    with pytest.raises(LocalError) as refused:
        classified(np.array(shift))
    assert refused.value.code == "weights-range"


def test_no_texts_have_no_classes():
    assert classified(None, np.zeros((0, BERT_WIDTH))) == []


@pytest.mark.parametrize("classes", [0, -1, 1.5])
def test_what_is_no_number_of_classes_is_refused(classes):
    with pytest.raises(LocalError) as refused:
        classified(None, classes=classes, weights=np.zeros((BERT_WIDTH, 1)))
    assert refused.value.code == "wrong-argument"


def test_scores_that_leave_the_ring_are_refused():
    with pytest.raises(LocalError) as refused:
        classified(None, bound=2**30)
    assert refused.value.code == "range-exceeded"


def test_a_plan_knows_no_text():
    async def main(ctx, mine):
        x = await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, TEXTS))
        return await mpc.reveal(ctx, x, to=USER)

    planned = mpc.plan(main, [None, None]).report
    run = mpc.simulate(main, [None, None]).report
    assert (planned.rounds, planned.bytes_sent) == (run.rounds, run.bytes_sent)
    assert planned.material == run.material


def test_an_owner_plans_alone_by_lengths():
    """With stand-ins for the user's texts; without them it is told so."""

    def main(texts):
        async def asked(ctx, mine):
            x = await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, texts if ctx.planning else TEXTS))
            return await mpc.reveal(ctx, x, to=USER)

        return asked

    stand_ins = main([[0] * len(text) for text in TEXTS])
    assert mpc.plan(stand_ins, [None, None]).report.material == mpc.simulate(stand_ins, [None, None]).report.material
    with pytest.raises(LocalError, match=r"while ctx\.planning, as texts="):
        mpc.plan(main(None), [None, None])


def test_a_standing_model_has_the_owner_that_it_has():
    async def program(ctx, owner):
        mine = ENCODER if ctx.me == 1 else ENCODER.public
        standing = await learning.private_model(ctx, mine, owner=1)
        x = await learning.embed(ctx, standing, TEXTS if ctx.me == 0 else None, owner=owner, user=0)
        return await mpc.reveal(ctx, x, to=0)

    for owner in (None, 1):
        assert np.abs(simulated(lambda ctx, owner=owner: program(ctx, owner)).results[0] - CLEAR).max() < 2**-8
    with pytest.raises(LocalError, match="owner=0 of a model") as refused:
        simulated(lambda ctx: program(ctx, 0))
    assert refused.value.code == "wrong-argument"


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (None, "no-value"),
        ([], "wrong-argument"),
        ([[]], "wrong-token"),
        ([[1, 40]], "wrong-token"),
        ([[1, -1]], "wrong-token"),
        ([[1] * 17], "text-too-long"),
        (["a text"], "no-tokenizer"),
        ("a text", "wrong-argument"),
        (b"a text", "wrong-argument"),
        ({"a text": 1}, "wrong-argument"),
        ([1, 2, 3], "wrong-argument"),
        (np.array([1, 2, 3]), "wrong-argument"),
        (7, "wrong-argument"),
    ],
)
def test_what_is_no_text_is_refused_before_anything_is_sent(texts, code):
    async def program(ctx):
        await learning.embed(ctx, own(ctx, ENCODER), asks(ctx, texts))

    with pytest.raises(LocalError) as refused:
        simulated(program)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (lambda ctx: ENCODER.public, "no-weights"),
        (lambda ctx: own(ctx, DECODER), "unsupported-model"),
        (lambda ctx: {"a": 1}, "wrong-argument"),
        (lambda ctx: None, "wrong-argument"),
        (lambda ctx: learning.private_model(ctx, own(ctx, ENCODER)), "not-awaited"),
    ],
)
def test_what_gives_no_embedding_is_refused(model, code):
    async def program(ctx):
        await learning.embed(ctx, model(ctx), asks(ctx, TEXTS))

    with pytest.raises(LocalError) as refused:
        simulated(program)
    assert refused.value.code == code


def test_a_predictor_is_sent_to_what_asks_it():
    predictor = Predictor((Layer(np.ones((2, 1)), np.zeros(1)),), "values")

    async def program(ctx):
        await learning.private_model(ctx, predictor)

    with pytest.raises(LocalError, match="secret_model") as refused:
        simulated(program)
    assert refused.value.code == "wrong-argument"


def test_a_user_with_other_tokens_for_the_same_words_is_refused():
    """Embeddings would be those of other words."""
    words = [f"w{i}" for i in range(ENCODER.architecture.vocabulary)]
    whole, other = (_with_words(each) for each in (words, words[::-1]))
    same = _with_words(words)  # as a user has read it from a file of its own

    async def program(ctx, users):
        model = whole if ctx.me == OWNER else users.public
        return await mpc.reveal(ctx, await learning.embed(ctx, model, asks(ctx, ["w1 w2"])), to=USER)

    found = simulated(partial(program, users=same)).results[USER][0]
    assert np.abs(found - ENCODER.clear.embed_tokens([1, 2])).max() < 2**-8
    for users in (other, ENCODER):
        with pytest.raises(PeerError) as refused:
            simulated(partial(program, users=users))
        assert refused.value.code == "public-values-differ"


def _with_words(words):
    """ENCODER with a tokenizer of whole words."""
    tokenizers = pytest.importorskip("tokenizers")
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, "w0"))
    inner.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return Model(ENCODER.architecture, ENCODER.tensors, Tokenizer(inner))


def test_a_model_stands_in_a_ring_of_64_bits_alone():
    async def program(ctx):
        await learning.private_model(ctx, own(ctx, ENCODER))

    with pytest.raises(LocalError, match="wrong-ring"):
        simulated(program, ring=128)


DOCUMENTS, COLUMNS = CLEAR, CLEAR.T


@pytest.mark.parametrize(
    ("find", "given", "code", "remedy"),
    [
        ("nearest", None, "no-value", "owner="),
        ("nearest", DOCUMENTS[:1], "wrong-shape", "`count`"),
        ("nearest", DOCUMENTS[:, 1:], "wrong-shape", "`count`"),
        ("nearest", DOCUMENTS * 1000, "weights-range", "np.linalg.norm"),
        ("nearest", DOCUMENTS * np.nan, "weights-range", "np.linalg.norm"),
        ("classify", None, "no-value", "owner="),
        ("classify", COLUMNS[:, :1], "wrong-shape", "coef_.T"),
        ("classify", DOCUMENTS, "wrong-shape", "coef_.T"),
        ("nearest", ["a text", "another"], "wrong-argument", "`count`"),
        ("classify", COLUMNS * 1000, "weights-range", "secret_model"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_way_out(find, given, code, remedy):
    async def program(ctx):
        x = mpc.secret_from(ctx, ctx.suite.constant(ctx, ctx.ring.zeros((1, BERT_WIDTH))))
        number = {"nearest": "count", "classify": "classes"}[find]
        await getattr(learning, find)(ctx, x, given if ctx.me == OWNER else None, **{number: 2})

    with pytest.raises(LocalError) as refused:
        simulated(program)
    assert refused.value.code == code
    assert remedy in refused.value.remedy


def test_no_model_is_no_public_part():
    async def program(ctx):
        await learning.embed(ctx, ENCODER if ctx.me == OWNER else None, asks(ctx, TEXTS))

    with pytest.raises(LocalError, match=r"model\.public"):
        simulated(program)


@pytest.mark.parametrize(
    ("shift", "code"), [([1, 2, 3], "wrong-shape"), (0.5, "wrong-shape"), (["a", "b"], "wrong-argument")]
)
def test_a_shift_that_fits_no_class_is_refused(shift, code):
    async def program(ctx):
        x = mpc.secret_from(ctx, ctx.suite.constant(ctx, ctx.ring.zeros((1, BERT_WIDTH))))
        mine = (COLUMNS, shift) if ctx.me == OWNER else (None, None)
        await learning.classify(ctx, x, *mine, classes=2)

    with pytest.raises(LocalError) as refused:
        simulated(program)
    assert (refused.value.code, "`classes`" in refused.value.remedy) == (code, True)
