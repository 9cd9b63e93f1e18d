"""A private answer, token by token: the owner of a language model never sees question or answer, the user no weights.

The user learns the place of each token, which is computed inside: logits would give away more of the model, since they
lie in the span of its embeddings. He puts each token in again as a row of his own. Public tokens at the beginning, as
those of a chat's template, are the owner's to compute in the clear; what he puts in of them are keys and values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import encode
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.arguments import whole_number
from protocols.array.bridge import secret_from
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.revealing import reveal
from protocols.horizon import horizon
from protocols.models.architectures import Llama
from protocols.models.clear_model import checked_tokens, need_frame, need_tokenizer
from protocols.models.model import Model
from protocols.models.refusals import unsupported
from protocols.numeric.arg_maximum import arg_maximum
from protocols.party_indices import party_index
from protocols.prepared import prepared
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of
from protocols.transformer.asking import Tokens, announced, one_hot_rows
from protocols.transformer.fractions import STREAM
from protocols.transformer.llama import Decoder, Places, decode, logits, logits_in_order, past_of_owner, places_of
from protocols.transformer.past import Past, forget, keeps, nothing_past, with_room
from protocols.transformer.private_model import PrivateModel, private_model

ROOM = 32
"""Columns by which the past grows: steps between are alike, so that what they take is foreseen together."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question. `tokens` and `text` are the user's, and None at the others; `count`: how many tokens
    were made, which all parties know."""

    count: int
    tokens: tuple[int, ...] | None = field(repr=False)
    text: str | None = field(default=None, repr=False)


async def generate(
    ctx: Context,
    model: Model | PrivateModel,
    question: str | npt.ArrayLike | None = None,
    *,
    owner: int | None = None,
    user: int = 1,
    most: int = 64,
    before: npt.ArrayLike | None = None,
    ends: bool = True,
    temperature: float | None = None,
    on_token: Callable[[tuple[int, ...]], Any] | None = None,
) -> Answer:
    """An answer to the user's question by the owner's language model, of at most so many tokens.

    `owner`: of the model, party 0 unless it stands already. `question`: the user's text, which the model's frame is put
    around, or his tokens; None at the others. `before`: public tokens that come first, of which the owner computes in
    the clear; those of the frame unless given. Each token is the likeliest one; with a `temperature` it is drawn, by
    noise that the user draws (Gumbel, 1954).

    The user learns the place of each token, and with a temperature how it came of his own noise; `on_token` gets all of
    them so far. Everybody learns how many tokens the question has, and where an answer `ends` at the model's own end
    how many the answer has: with ends=False there are always `most`, for which the model's window must have room, while
    an answer that may end is cut where the window is full. Nobody learns anything else. Adversary and
    threshold are the suite's. Results are those of weights rounded to 12 fractional bits; a stream that leaves the
    ring, as that of a first token which is not public may, gives wrong tokens.

    LocalError `unsupported-model` for what is no decoder, `no-value`, `no-frame`, `text-too-long`, `wrong-text`,
    `wrong-token`, `wrong-argument`, and as of `private_model`; PeerError `malformed-message`, `public-values-differ`.
    """
    need_context(ctx, "learning.generate")
    line, user = user_line(), party_index(ctx.everyone, user, user_line())
    standing = await private_model(ctx, model, owner)
    llama = standing.architecture
    if not isinstance(llama, Llama):
        raise unsupported(f"a {type(llama).__name__}", "answers", "a decoder, such as Llama")
    first = _first(standing.model, before)
    own = None if ctx.me != user or question is None else [_asked(standing.model, question)]
    text = _Text(ctx, standing, user, _most(most), ends, _checked(temperature))
    try:
        await text.begin(first, own, line)
        while await text.goes_on(line):
            await text.step(line)
            if on_token is not None and text.tokens is not None:
                on_token(tuple(text.tokens))
    finally:
        text.end()
    return text.answer()


class _Text:
    """A text under way: what is past of it, and what its next rows are."""

    def __init__(self, ctx: Context, standing: PrivateModel, user: int, most: int, ends: bool, heat: float | None):
        self.tokens: list[int] | None = [] if ctx.me == user else None
        self._ctx, self._standing, self._user = ctx, standing, user
        self._most, self._ends, self._heat = most, ends, heat
        self._past: tuple[Past, ...] = ()
        self._count = self._used = 0
        self._rows = 1
        self._own: list[Tokens] | None = None

    async def begin(self, first: Tokens, own: list[Tokens] | None, line: str) -> None:
        """Keys and values of the public beginning, and how many tokens the user asks with."""
        standing, llama = self._standing, self._llama
        public = first.tolist(), self._most, self._heat, self._ends
        call = self._ctx.child("generate", line=line, mark=standing.mark_with(*public))
        room = self._room(len(first), own)
        self._rows, *others = await announced(call, self._user, own, room)
        if others:
            raise PeerError(
                "malformed-message", f"{call.names[self._user]} asks several questions at a time",
                "run the same program and version of Parley everywhere", party=call.names[self._user], path=call.path,
            )  # fmt: skip
        self._own = own
        self._most = min(self._most, llama.window - len(first) - self._rows + 1)
        clear = standing.model.clear.past_of(first) if self._computes(first) else None
        room = -(-(len(first) + self._rows + self._most) // ROOM) * ROOM
        name = f"text {'.'.join(map(str, call.path))}" if keeps(call) else ""
        self._past = nothing_past(call, llama, max(len(first), 1), name, room)
        if first.size:
            self._past = await past_of_owner(call, standing.owner, llama, first.size, clear, self._past)
        self._used = first.size
        self._ctx.join(call)

    def _room(self, first: int, own: list[Tokens] | None) -> int:
        """Of how many tokens a question may be. LocalError `text-too-long` where the answer has no room behind it."""
        window = self._llama.window
        behind = 0 if self._ends else self._most - 1
        asked = 1 if own is None else len(own[0])
        if first + asked + behind > window:
            told = f", and {self._most:,} of an answer that does not end before" if behind else ""
            raise LocalError(
                "text-too-long",
                f"{first:,} public tokens, a question of {asked:,}{told}, and the model takes {window:,}",
                "cut the text"
                + (", ask for fewer tokens (most=..), or let the answer end (ends=True)" if told else ""),
            )
        return window - first - behind

    def _computes(self, first: Tokens) -> bool:
        return first.size > 0 and self._ctx.me == self._standing.owner and not self._ctx.planning

    async def goes_on(self, line: str) -> bool:
        """Whether there is another token to come: the user says so after each, where answers end."""
        if self._count in (0, self._most) or not self._ends:
            return self._count < self._most
        call = self._ctx.child("goes_on", line=line)
        if call.me == self._user:
            more = call.planning or self.tokens is None or self.tokens[-1] != self._end
            for to in call.others:
                call.send(to, np.array([more], np.uint64))
        else:
            word = int((await call.receive(self._user, Spec((1,))))[0])
            if word > 1:
                raise PeerError(
                    "malformed-message", f"{call.names[self._user]} neither ended its answer nor went on",
                    "run the same version of Parley everywhere", party=call.names[self._user], path=call.path,
                )  # fmt: skip
            more = word == 1
        self._ctx.join(call)
        return bool(more)

    async def step(self, line: str) -> None:
        """The next token."""
        ctx, llama = self._ctx, self._llama
        reached = self._used + self._rows
        columns = -(-reached // ROOM) * ROOM
        call = ctx.child("tokens", line=line)
        rows = one_hot_rows(call, self._user, self._own, [self._rows], llama.vocabulary)
        noise = None if self._heat is None else await _noise(call, self._user, llama.vocabulary)
        ctx.join(call)
        if self._rows == 1 and len(ctx.path) == 1:
            await horizon(ctx, min(columns - self._used, self._most - self._count))
        places = places_of(llama, self._used, self._rows, columns)
        past = with_room(ctx, self._past, columns)
        weights = self._standing.weights
        index, self._past = await prepared(ctx, _next, weights, rows[0], past, places, llama, noise, self._heat)
        token = await reveal(ctx, secret_from(ctx, index, range=(0, llama.vocabulary - 1)), to=self._user)
        self._used, self._rows, self._count = reached, 1, self._count + 1
        if self.tokens is not None:
            self.tokens.append(int(token[0]))
            self._own = [np.array(self.tokens[-1:])]

    def end(self) -> None:
        """Nothing more comes: masks of what is past are let go."""
        forget(self._ctx, self._past)
        self._past = ()

    def answer(self) -> Answer:
        """What has become of it."""
        tokens, tokenizer = self.tokens, self._standing.model.tokenizer
        if tokens is None:
            return Answer(self._count, None)
        said = tokens[:-1] if self._ends and tokens and tokens[-1] == self._end else tokens
        return Answer(self._count, tuple(said), None if tokenizer is None else tokenizer.decode(said))

    @property
    def _llama(self) -> Llama:
        assert isinstance(self._standing.architecture, Llama)
        return self._standing.architecture

    @property
    def _end(self) -> int | None:
        tokenizer = self._standing.model.tokenizer
        return tokenizer.frame.end if tokenizer is not None and tokenizer.frame is not None else None


async def _next(
    ctx: Context,
    decoder: Decoder,
    one_hot: ArithmeticShare,
    past: tuple[Past, ...],
    places: Places,
    llama: Llama,
    noise: ArithmeticShare | None,
    heat: float | None,
) -> tuple[ArithmeticShare, tuple[Past, ...]]:
    """[the place of the next token], (1,), and what is past then."""
    x, past = await decode(ctx, decoder, one_hot, past, places, llama)
    last = x[-1:]
    if noise is None or heat is None:
        _, place = await arg_maximum(ctx, await logits_in_order(ctx, decoder, last, llama), LIMIT)
        return place, past
    drawn = (await logits(ctx, decoder, last, llama)).scale(round(2**HEAT / heat))
    _, place = await arg_maximum(ctx, drawn + noise, LIMIT)
    return place, past


LIMIT = Range(-(1 << 40), 1 << 40)
"""Of logits as they are compared: 2^24 of STREAM fractional bits, 2^16 of those beside noise."""

HEAT = 8
"""Fractional bits of 1 / temperature, and of noise beyond those of logits."""


async def _noise(ctx: Context, user: int, vocabulary: int) -> ArithmeticShare:
    """[-log(-log u)] for u that the user draws, uniform in (0, 1): the place of the largest sum with logits is drawn by
    their softmax. Gumbel, 1954."""
    words: Any = None
    if ctx.me == user:
        u = (ctx.prg("noise of a drawn token").words((1, vocabulary)) >> np.uint64(12)).astype(np.float64)
        words = encode(-np.log(-np.log((u + 0.5) * 2.0**-52)), STREAM + HEAT, ctx.ring)
    share: ArithmeticShare = await suite_of(ctx).input(ctx, user, words, (1, vocabulary))
    return share


def _first(model: Model, before: npt.ArrayLike | None) -> Tokens:
    """The public tokens at the beginning."""
    if before is None:
        frame = None if model.tokenizer is None else model.tokenizer.frame
        return np.zeros(0, np.int64) if frame is None else frame.before
    given = np.asarray(before)
    return given.astype(np.int64) if not given.size else checked_tokens(model.architecture, given)


def _asked(model: Model, question: Any) -> Tokens:
    """The user's tokens: of a text those after the frame's beginning."""
    if not isinstance(question, str):
        return checked_tokens(model.architecture, question)
    tokenizer = need_tokenizer(model.tokenizer)
    frame = need_frame(tokenizer)
    return np.concatenate([tokenizer.encode_question(question), frame.after])


def _most(most: int) -> int:
    if whole_number(most, "most") < 1:
        raise LocalError("wrong-argument", f"an answer of {most} tokens", "most=1 or more")
    return whole_number(most, "most")


def _checked(temperature: float | None) -> float | None:
    if temperature is not None and not 1 / 64 <= temperature <= 64:
        raise LocalError("wrong-argument", f"a temperature of {temperature!r}", "from 1/64 to 64, or None for none")
    return temperature
