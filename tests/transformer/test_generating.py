"""Private answers are the model's own, token by token, and only the user sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import mpc
from mpc import learning
from mpc.errors import LocalError
from protocols.models.model import Model
from protocols.models.tokenizing import Frame, Tokenizer
from protocols.preprocessing.dealer import DealerSupply
from protocols.runs.by_reveal import ByReveal
from protocols.suite import suite_of
from protocols.transformer.fractions import STREAM
from protocols.transformer.generating import HEAT, ROOM, _next, _noise
from protocols.transformer.llama import decode, logits, places_of
from protocols.transformer.past import keeps, nothing_past, with_room
from tests.models.tiny_models import LLAMA, weights
from tests.transformer.asked import DECODER, ENCODER, SUITES, USER, asks, own, simulated

BEFORE, QUESTION, MOST = [1, 2, 3], [43, 195, 161, 79], 4
ANSWER = tuple(DECODER.clear.generate(QUESTION, MOST, DECODER.clear.past_of(BEFORE)))


async def generated(ctx, question=QUESTION, model=DECODER, **options):
    """An answer, with what the tests have in common."""
    return await learning.generate(
        ctx, own(ctx, model), asks(ctx, question), **{"before": BEFORE, "most": MOST} | options
    )


def margins():
    """By how much the likeliest token of each step leads."""
    past, following = DECODER.clear.past_of(BEFORE), list(QUESTION)
    for token in ANSWER:
        row = np.sort(DECODER.clear.logits(following, past)[-1])
        yield row[-1] - row[-2]
        following = [token]


def test_the_reference_leads_by_more_than_rounding():
    """So that no rounding decides the tests below: what it does to a logit is below 0.15 (`test_a_prompt_in_..`)."""
    assert min(margins()) > 1.9


@pytest.mark.parametrize(("suite", "n"), SUITES)
def test_an_answer_is_the_models_own(suite, n):
    seen = []
    run = simulated(lambda ctx: generated(ctx, on_token=seen.append), suite, n)
    assert run.results[USER].tokens == ANSWER
    assert seen == [ANSWER[: i + 1] for i in range(MOST)]
    for party, answer in enumerate(run.results):
        assert answer.count == MOST
        assert party == USER or answer.tokens is answer.text is None
    assert [reveal.to for reveal in run.report.reveals] == [(USER,)] * MOST
    assert str(ANSWER[0]) not in repr(run.results[USER])


def logits_of(text, cuts, suite="ideal", model=DECODER):
    """After each token of a text that is computed in parts of these lengths."""

    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, model))
        llama, found, first = standing.architecture, [], 0
        past = nothing_past(ctx, llama, 1, "a text" if keeps(ctx) else "", len(text))
        for count in cuts:
            rows = np.zeros((count, llama.vocabulary), np.uint64)
            rows[np.arange(count), text[first : first + count]] = 1
            x = await suite_of(ctx).input(ctx, USER, asks(ctx, rows), rows.shape)
            past = with_room(ctx, past, first + count)
            places = places_of(llama, first, count, first + count)
            x, past = await decode(ctx, standing.weights, x, past, places, llama)
            found += await suite_of(ctx).open(ctx, await logits(ctx, standing.weights, x, llama))
            first += count
        return np.concatenate([ctx.ring.to_signed(words) for words in found]) * 2.0**-STREAM

    return simulated(program, suite).result


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_a_prompt_in_one_pass_is_as_token_by_token(suite):
    """Off by roundings at 12 bits, some hundred of them for a logit: 0.15 is eight times their deviation."""
    text = [*BEFORE, *QUESTION]
    clear = DECODER.clear.logits(text)
    for cuts in ((7,), (1, 1, 5), (3, 4)):
        assert np.abs(logits_of(text, cuts, suite) - clear).max() < 0.15


def test_logits_of_a_model_that_is_not_tied():
    architecture = replace(LLAMA, tied=False)
    model = Model(architecture, weights(architecture, 3))
    clear = model.clear.logits(QUESTION)
    assert np.abs(logits_of(QUESTION, (4,), model=model) - clear).max() < 2**-8 * np.abs(clear).max()


def test_what_is_public_at_the_beginning_is_the_owners_to_compute():
    """It gives what it would as a part of the question."""
    whole = simulated(lambda ctx: generated(ctx, [*BEFORE, *QUESTION], before=[])).results[USER]
    assert whole.tokens == ANSWER


def test_steps_are_alike_until_more_room_is_needed():
    """So that what one of them takes is foreseen for all, and a plan goes through few of them: the question, a token
    with this room, and one with more."""
    rehearsed = set()

    async def main(ctx, mine):
        await generated(ctx, most=ROOM - len(BEFORE) - len(QUESTION) + 3, ends=False)
        rehearsed.update(ctx.session.foresight._rehearsal._roles)

    report = mpc.plan(main, [None, None]).report
    assert len([key for key in rehearsed if key[0] is _next]) == 3
    assert report.rounds > 0


def test_hops_of_a_token():
    async def program(ctx):
        await generated(ctx, most=1, ends=False)
        before = ctx.depth
        await generated(ctx, question=[4], most=1, ends=False)
        return ctx.depth - before

    assert simulated(program).result <= HOPS


HOPS = 100


def _ends(end):
    """A tokenizer of numbers as words, with where answers end."""
    tokenizers = pytest.importorskip("tokenizers")
    words = {str(token): token for token in range(LLAMA.vocabulary)}
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, "0"))
    return Tokenizer(inner, Frame(np.array(BEFORE), np.zeros(0, np.int64), end))


def test_a_text_to_a_model_without_a_frame_is_refused():
    """Its tokens alone are no question to a model of chats; whoever wants that passes tokens."""
    model = Model(LLAMA, DECODER.tensors, Tokenizer(_ends(0).inner))
    for before in (None, BEFORE):
        with pytest.raises(LocalError) as refused:
            simulated(lambda ctx, before=before: generated(ctx, "a text", model=model, before=before))
        assert refused.value.code == "no-frame"


def test_an_answer_ends_where_the_model_ends_it():
    end = ANSWER[1]
    model = Model(LLAMA, DECODER.tensors, _ends(end))
    ended = simulated(lambda ctx: generated(ctx, model=model, before=None))
    assert ended.results[USER].tokens == ANSWER[: ANSWER.index(end)]
    assert ended.results[USER].text == " ".join(map(str, ANSWER[: ANSWER.index(end)]))
    assert {answer.count for answer in ended.results} == {ANSWER.index(end) + 1}
    whole = simulated(lambda ctx: generated(ctx, model=model, ends=False))
    assert whole.results[USER].tokens == ANSWER
    assert whole.results[0].count == MOST


def test_an_answer_of_a_fixed_length_has_room_or_is_refused_beforehand():
    room = LLAMA.window - len(BEFORE) - len(QUESTION)
    for question, most in ((QUESTION, room + 2), ([5] * LLAMA.window, 1), ([5], LLAMA.window)):
        with pytest.raises(LocalError) as refused:
            simulated(lambda ctx, question=question, most=most: generated(ctx, question, most=most, ends=False))
        assert refused.value.code == "text-too-long"
    last = LLAMA.window - len(BEFORE) - 1
    answer = simulated(lambda ctx: generated(ctx, [5] * last, most=2, ends=False))
    assert {each.count for each in answer.results} == {2}
    cut = simulated(lambda ctx: generated(ctx, [5] * last, most=9))
    assert {each.count for each in cut.results} == {2}


def test_a_low_temperature_draws_the_likeliest_token():
    """At 1/64 a lead above 1 in logits is one above 64 in what is drawn: another token comes with a probability below
    4 * 300 e^-64 = 2^-82."""
    assert simulated(lambda ctx: generated(ctx, temperature=1 / 64)).results[USER].tokens == ANSWER


def test_tokens_are_drawn_by_the_softmax_of_logits():
    """The noise alone: of three logits with probabilities 1/2, 1/4, 1/4 the first is largest in half of 20,000 draws.

    Within eight deviations of 0.0035, which fails with a probability below 2^-50."""
    logits = np.log([0.5, 0.25, 0.25])

    async def program(ctx):
        noise = await _noise(ctx, USER, 3 * 20_000)
        return ctx.ring.to_signed((await suite_of(ctx).open(ctx, noise))[0]) * 2.0 ** -(STREAM + HEAT)

    drawn = (simulated(program, "ideal").result.reshape(-1, 3) + logits).argmax(1)
    assert abs((drawn == 0).mean() - 0.5) < 8 * 0.00354


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"question": None}, "no-value"),
        ({"question": [300]}, "wrong-token"),
        ({"question": "a text"}, "no-tokenizer"),
        ({"question": [1] * 46}, "text-too-long"),
        ({"before": [300]}, "wrong-token"),
        ({"most": 0}, "wrong-argument"),
        ({"most": 1.5}, "wrong-argument"),
        ({"temperature": 0.0}, "wrong-argument"),
        ({"model": ENCODER}, "unsupported-model"),
    ],
)
def test_what_cannot_be_answered_is_refused(options, code):
    with pytest.raises(LocalError) as refused:
        simulated(lambda ctx: generated(ctx, **options))
    assert refused.value.code == code


@pytest.mark.parametrize("options", [lambda me: {"most": MOST + me}, lambda me: {"ends": bool(me)}])
def test_parties_with_other_arguments_are_told(options):
    async def program(ctx):
        return await generated(ctx, **options(ctx.me))

    with pytest.raises(mpc.PeerError) as refused:
        simulated(program)
    assert refused.value.code == "public-values-differ"


@pytest.mark.parametrize("breaks", [False, True])
def test_masks_of_a_text_are_let_go_when_it_ends(breaks):
    """However it ends: what stands then is what stood before it, the weights."""

    def stop(tokens):
        raise RuntimeError("enough")

    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, DECODER))
        before, asked = len(ctx.session.standing), asks(ctx, [3, 5])
        try:
            await learning.generate(
                ctx, standing, asked, before=[1], most=2, ends=False, on_token=stop if breaks else None
            )
        finally:
            assert len(ctx.session.standing) == before
            assert not ctx.session.kept["rows of masks that hide something"]

    if breaks:
        with pytest.raises(RuntimeError, match="enough"):
            simulated(program)
    else:
        simulated(program)


def test_no_step_fetches_what_nobody_foresaw(monkeypatch):
    """Whatever comes before the question: each step takes exactly the kinds that its batch has."""
    unforeseen = []
    make = DealerSupply.make

    async def noted(supply, path, kind):
        if supply._shelf.kind(path) is not None:
            unforeseen.append(kind)
        return await make(supply, path, kind)

    async def program(ctx):
        ctx.session.foresight = ByReveal(ctx.session)
        for before in (BEFORE, BEFORE[:1]):
            await generated(ctx, before=before, ends=False)

    monkeypatch.setattr(DealerSupply, "make", noted)
    simulated(program)
    assert not unforeseen


def test_a_plan_of_many_tokens_is_what_they_take():
    async def main(ctx, mine):
        await generated(ctx, most=6, ends=False)

    planned, run = mpc.plan(main, [None, None]).report, mpc.simulate(main, [None, None]).report
    assert planned.material == run.material
    assert (planned.rounds, planned.bytes_sent) == (run.rounds, run.bytes_sent)
