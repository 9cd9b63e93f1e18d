"""Which ranges a model's values have on public texts, and what fixed point costs there: measured by its owner alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor, inf

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.arguments import instance_of, whole_number
from protocols.models.architectures import Architecture, Bert
from protocols.models.clear_llama import Past
from protocols.models.clear_model import ClearModel, checked_tokens, need_tokenizer, no_texts, several_texts
from protocols.models.fixed_point import FRACTION, Extent, Looking, Rounding, rounded_weights
from protocols.models.folded import largest_weights
from protocols.models.model import Model
from protocols.models.tensors import FloatArray
from protocols.models.tokenizing import Tokens

MOST_FRACTION = 24
WIDEST = 62
"""Bits in which products are exact in Z_2^64."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The model in fixed point beside the exact one. Of an encoder the smallest cosine of two embeddings; of a decoder
    the share of tokens whose likeliest successor is the same, and the mean Kullback-Leibler divergence, in nats."""

    cosine: float | None = None
    same_token: float | None = None
    divergence: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was measured on `texts` texts of `tokens` tokens together: extents of values by name, layer by layer."""

    architecture: Architecture
    fraction: int
    texts: int
    tokens: int
    extents: Mapping[str, Extent] = field(repr=False)
    agreement: Agreement
    weights: Mapping[str, float] = field(default_factory=dict, repr=False)
    """The largest size of a weight in each matrix as it takes part, with norms' gains and the like folded into it."""

    def largest(self, name: str) -> float:
        """The largest size that a value had; over all layers where the name leaves out `layers.{i}.`."""
        return max(max(-e.least, e.most) for e in self._of(name))

    def error(self, name: str) -> float:
        """How far the value was off in fixed point; over all layers where the name leaves out `layers.{i}.`."""
        return max(e.error for e in self._of(name))

    def reach(self, name: str, margin: float = 2.0) -> int:
        """The least k for which all values times `margin` are below 2^k in size: a range to declare."""
        return _bits(self.largest(name) * margin, 0)

    def bits(self, name: str, scale: int | None = None) -> int:
        """Bits of the value's size at so many bits after the point, those of a product of two unless given."""
        return _bits(self.largest(name), 2 * self.fraction if scale is None else scale)

    def too_wide(self, most: int = WIDEST) -> list[str]:
        """Names of values which as products take more bits than this, two of them being left as a margin."""
        return [name for name in self.extents if self.bits(name) + 2 > most]

    def parts(self) -> list[str]:
        """Names of values without their layers, each once, in the order in which they are computed."""
        return list(dict.fromkeys(map(_part, self.extents)))

    def table(self) -> str:
        """A line for each part over all layers: least, most, error, bits of a product."""
        lines = [f"{'':32} {'least':>12} {'most':>12} {'error':>10} {'bits':>5}"]
        for part in self.parts():
            extents = self._of(part)
            least, most = min(e.least for e in extents), max(e.most for e in extents)
            lines.append(f"{part:32} {least:12.4g} {most:12.4g} {self.error(part):10.2g} {self.bits(part):5}")
        return "\n".join(lines)

    def _of(self, name: str) -> list[Extent]:
        found = [extent for each, extent in self.extents.items() if name in (each, _part(each))]
        if not found:
            raise LocalError("wrong-argument", f"no value is called {name[:60]!r}", f"one of {', '.join(self.parts())}")
        return found


def calibrate(
    model: Model, texts: Sequence[str | npt.ArrayLike], *, fraction: int = FRACTION, answers: int = 0
) -> Calibration:
    """Measure the ranges of a model's values, and what `fraction` bits after the point cost, on public texts, or rows
    of their tokens.

    The owner does it alone, in the clear; what comes of it is public where ranges are declared by it, so texts must be
    public. Of a decoder with a frame, texts stand inside it; what the public tokens before a question take is no part
    of the ranges, since the owner computes it in the clear. `answers`: so many of the likeliest tokens after each text
    are measured as well. Twice the time of the model in the clear.

    LocalError `wrong-argument`, `no-weights`, `no-tokenizer`, `wrong-text`, `wrong-token`,
    `text-too-long`.
    """
    instance_of(model, "model", Model, "what mpc.learning.load gives")
    several = several_texts(texts)
    if not several:
        raise no_texts(several)
    if not 1 <= whole_number(fraction, "fraction") <= MOST_FRACTION:
        raise LocalError("wrong-argument", f"fraction={fraction}", f"from 1 to {MOST_FRACTION} bits after the point")
    if whole_number(answers, "answers") and (answers < 0 or isinstance(model.architecture, Bert)):
        raise LocalError("wrong-argument", f"answers={answers}", "a count of tokens that a decoder goes on with, or 0")
    frame = None if model.tokenizer is None or isinstance(model.architecture, Bert) else model.tokenizer.frame
    before = np.empty(0, np.int64) if frame is None else frame.before
    rows = [_tokens(model, text) for text in several]
    if answers:
        past = model.clear.past_of(before) if len(before) else Past()
        rows = [np.array([*row, *model.clear.generate(row, answers, past)]) for row in rows]
    return calibrate_tokens(model, rows, before, fraction)


def _tokens(model: Model, text: str | npt.ArrayLike) -> Tokens:
    """Of a text, and what comes after it in a frame where there is one. LocalError as of `calibrate`."""
    if not isinstance(text, str):
        return checked_tokens(model.architecture, text)
    tokenizer = need_tokenizer(model.tokenizer)
    frame = None if isinstance(model.architecture, Bert) else tokenizer.frame
    if frame is None:
        return checked_tokens(model.architecture, tokenizer.encode(text))
    inside = np.concatenate([tokenizer.encode_question(text), frame.after])
    return checked_tokens(model.architecture, inside, len(frame.before))


def calibrate_tokens(model: Model, texts: Sequence[Tokens], before: Tokens, fraction: int) -> Calibration:
    """The same of tokens, behind public ones of a decoder. LocalError as of `calibrate`."""
    exact, looking = replace(model.clear, dtype=np.float64), Looking()
    coarse = replace(exact, tensors=rounded_weights(exact.tensors, fraction))
    past = exact.past_of(before) if len(before) else Past()
    answers = []
    for text in texts:
        looking.values.clear()
        first = replace(exact, watch=looking)
        second = replace(coarse, watch=Rounding(fraction, looking))
        answers.append((_asked(first, text, past), _asked(second, text, past)))
    count = sum(map(len, texts))
    agreement = (_of_embeddings if isinstance(model.architecture, Bert) else _of_logits)(answers)
    weights = largest_weights(model.architecture, exact.tensors)
    return Calibration(model.architecture, fraction, len(texts), count, looking.extents, agreement, weights)


def _asked(clear: ClearModel, text: Tokens, past: Past) -> FloatArray:
    return clear.embed_tokens(text) if isinstance(clear.architecture, Bert) else clear.logits(text, past.copy())


def _of_embeddings(answers: Sequence[tuple[FloatArray, FloatArray]]) -> Agreement:
    return Agreement(cosine=min(float(x @ y) for x, y in answers))


def _of_logits(answers: Sequence[tuple[FloatArray, FloatArray]]) -> Agreement:
    rows = [(_log_softmax(x), _log_softmax(y)) for x, y in answers]
    same = np.concatenate([x.argmax(axis=1) == y.argmax(axis=1) for x, y in rows])
    apart = np.concatenate([(np.exp(x) * (x - y)).sum(axis=1) for x, y in rows])
    return Agreement(same_token=float(same.mean()), divergence=float(apart.mean()))


def _log_softmax(x: FloatArray) -> FloatArray:
    x = x - x.max(axis=1, keepdims=True)
    found: FloatArray = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    return found


def _part(name: str) -> str:
    return name.split(".", 2)[2] if name.startswith("layers.") else name


def _bits(size: float, scale: int) -> int:
    if size == inf:
        raise LocalError("wrong-argument", "a value is not finite", "texts on which the model computes finite numbers")
    return floor(size * 2.0**scale).bit_length()
