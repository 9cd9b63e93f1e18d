"""A predictor of one party, asked on rows of others: neither its numbers nor the rows become known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.array.activations import relu, softmax
from protocols.array.extremes import argmax
from protocols.array.functions import sigmoid, tanh
from protocols.array.inputs import secret
from protocols.array.lines import user_line
from protocols.array.missing import MissingAttribute
from protocols.array.misuse import need_context
from protocols.array.node import Kind
from protocols.array.secret import SecretArray
from protocols.models.model import Model
from protocols.models.predictor import Activation, Layer, Part, Predictor, Trees
from protocols.models.refusals import unsupported
from protocols.models.told import MOST_BITS, MOST_NUMBERS, Form, Told, ToldLayer, ToldTrees, fits, form_of, told_form
from protocols.party_indices import party_index

_ACTIVATIONS: dict[Activation, Callable[[SecretArray], SecretArray]] = {
    "identity": lambda x: x,
    "relu": relu,
    "logistic": sigmoid,
    "tanh": tanh,
}
_ROOM = 1 + 2.0**-10
"""Of a bound of what is computed with rounded numbers, whose errors are bounded apart."""


@dataclass(frozen=True, slots=True, eq=False)
class SecretLayer:
    """[W] (inputs, outputs), [b] (outputs,) and what is told of them."""

    told: ToldLayer
    weight: SecretArray
    shift: SecretArray

    def __call__(self, x: SecretArray) -> SecretArray:
        """[activation(x W + b)] of rows [x]: a product of matrices, and the activation."""
        found = x @ self.weight + self.shift
        bound = 2.0**self.told.gain_bits * _size(x) + 2.0**self.told.shift_bits
        return _ACTIVATIONS[self.told.activation](_within(found, bound))


@dataclass(frozen=True, slots=True, eq=False)
class SecretTrees:
    """Secret tables of trees, and what is told of them."""

    told: ToldTrees
    asked: SecretArray
    thresholds: SecretArray
    paths: SecretArray
    rights: SecretArray
    leaves: SecretArray
    start: SecretArray

    def __call__(self, x: SecretArray) -> SecretArray:
        """Outputs [rows, outputs]: each node is asked about each row; then each leaf, whether all agree; and a product
        by what stands at the leaves."""
        told, rows = self.told, len(x)
        asked = (x @ self.asked.T).in_range(x.range)
        above = (asked > self.thresholds).reshape(rows, told.trees, told.nodes).swapaxes(0, 1)
        wanting = self.rights.reshape(told.trees, 1, told.leaves) - above.astype(int) @ self.paths
        reached = (wanting.narrowed(0, told.depth) == 0).swapaxes(0, 1).reshape(rows, told.trees * told.leaves)
        return _within(reached.astype(int) @ self.leaves + self.start, 2.0**told.output_bits)


@dataclass(frozen=True, slots=True, eq=False)
class SecretModel:
    """A model whose numbers are secret. `form` is public. Made by `secret_model`; its methods record, and
    `mpc.reveal` computes."""

    form: Form
    parts: tuple[SecretLayer | SecretTrees, ...]

    def __getattr__(self, name: str) -> NoReturn:
        """What scikit-learn's estimators have goes by other names here, since it takes and gives secrets."""
        if name.startswith("_"):
            raise AttributeError(name)
        remedy = _METHODS.get(name, "predict(rows), probabilities(rows), decision(rows), classes, form")
        raise MissingAttribute("unsupported-operation", f"a secret model has no .{name}", remedy, line=user_line())

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes' names, in the order of their places; public."""
        return self.form.classes

    def decision(self, rows: SecretArray) -> SecretArray:
        """[outputs] (rows, outputs) before any link: log odds, scores, or what a regression gives.

        LocalError `wrong-shape` for other rows than (rows, inputs).
        """
        found = _checked(rows, self.form)
        for part in self.parts:
            found = part(found)
        return found

    def predict(self, rows: SecretArray) -> SecretArray:
        """The place of each row's class among `classes` (rows,), or what a regression gives: (rows,) where that is one
        number a row. Of classes that are alike the first. LocalError `wrong-shape`.

        A place is exactly that of the numbers as they are computed, so that it has an error of 0; where scores differ
        by less than the error of `decision(rows)`, it may be another than in the clear.
        """
        found = self.decision(rows)
        if self.form.link == "values":
            return found[:, 0] if self.form.outputs == 1 else found
        return (found[:, 0] > 0).astype(int) if self.form.link in ("sign", "sigmoid") else argmax(found, axis=1)

    def probabilities(self, rows: SecretArray) -> SecretArray:
        """[probabilities]: (rows,) of the second of two classes by log odds, and otherwise (rows, classes).

        LocalError `unsupported-model` where the model has none; `wrong-shape`.
        """
        link, found = self.form.link, self.decision(rows)
        if link == "sigmoid":
            return sigmoid(found[:, 0])
        if link == "softmax":
            return softmax(found, axis=1)
        if link != "shares":
            raise unsupported("the model", "scores that are no probabilities", "predict(...) or decision(...)")
        return found


_METHODS = {
    "predict_proba": "probabilities(rows): of two classes the second's, of more a column each",
    "predict_log_proba": "probabilities(rows)",
    "decision_function": "decision(rows)",
    "transform": "predict(rows), which of components are all of them",
    "fit": "a model that its owner has fitted; mpc.learning has those that are trained on secrets",
    "classes_": "classes",
}
"""What scikit-learn calls a method, and what it is here."""


async def secret_model(ctx: Context, owner: int, model: Predictor | None = None) -> SecretModel:
    """Party `owner`'s model as a secret one, to be asked on secret rows of anybody; the others' `model` is ignored.

    `model`: what `mpc.learning.load` makes of a fitted estimator of scikit-learn, an ONNX file or a module of torch.
    All parties learn the kinds of its parts, shapes and classes, of trees how many there are, their largest numbers of
    nodes and leaves and the depth of the deepest; and powers of two that bound its numbers. Nobody learns weights,
    thresholds, which features are asked or how a tree's nodes hang together. Whoever learns answers to many rows of
    its own choice learns the model from them: let a policy limit reveals.

    Numbers are rounded to the session's `fractional_bits`, thresholds of trees downwards, so that rows whose numbers
    are multiples of the last place take the same way as in the clear. Against what the suite is. One message, and the
    messages of `mpc.secret`. LocalError `no-value` at an owner without a model, `wrong-argument` for a transformer,
    `model-too-large`; PeerError `unexpected-message`, and as of `mpc.secret`.
    """
    need_context(ctx, "learning.secret_model")
    line = user_line()
    owner = party_index(ctx.everyone, owner, line)
    call = ctx.child("secret model", line=line)
    own = _own(model, ctx.fractional_bits, line) if ctx.me == owner else None
    form = await told_form(call, owner, None if own is None else form_of(own))
    ctx.join(call)
    parts: list[SecretLayer | SecretTrees] = []
    for place, told in enumerate(form.parts):
        part = None if own is None else own.parts[place]
        parts.append(await _secret_part(ctx, owner, told, part))
    return SecretModel(form, tuple(parts))


async def _secret_part(ctx: Context, owner: int, told: Told, part: Part | None) -> SecretLayer | SecretTrees:
    async def taken(array: Any, shape: tuple[int, ...], bits: int, kind: Kind = "fixed") -> SecretArray:
        bound = 2**bits if bits >= 0 else 2.0**bits
        x = await secret(ctx, owner, array, range=(-bound, bound), kind=kind)
        if x.shape != shape:
            raise _other_shape(ctx, owner)
        return x

    if isinstance(told, ToldLayer):
        assert part is None or isinstance(part, Layer)
        weight, shift = (None, None) if part is None else (part.weight, part.shift)
        w = await taken(weight, (told.inputs, told.outputs), told.weight_bits)
        return SecretLayer(told, w, await taken(shift, (told.outputs,), told.shift_bits))
    assert part is None or isinstance(part, Trees)
    a = _tables(part) if part is not None else (None,) * 6
    nodes, ends = told.trees * told.nodes, told.trees * told.leaves
    return SecretTrees(
        told,
        (await taken(a[0], (nodes, told.inputs), 0, "int")).narrowed(0, 1),
        _exact(await taken(a[1], (nodes,), told.threshold_bits)),
        await taken(a[2], (told.trees, told.nodes, told.leaves), 0, "int"),
        (await taken(a[3], (told.trees, told.leaves), told.depth.bit_length(), "int")).narrowed(0, told.depth),
        await taken(a[4], (ends, told.outputs), told.leaf_bits),
        await taken(a[5], (told.outputs,), told.output_bits),
    )


def _exact(x: SecretArray) -> SecretArray:
    """What was rounded so that nothing depends on it."""
    return x.in_range(x.range.off_by(0))


def _tables(part: Trees) -> tuple[npt.NDArray[Any], ...]:
    """Of trees one after the other: which feature each node asks about, thresholds, paths, rights, leaves, start."""
    asked = (part.features.reshape(-1, 1) == np.arange(part.inputs)).astype(np.int64)
    leaves = part.leaves.reshape(-1, part.leaves.shape[2])
    paths, rights = part.paths.astype(np.int64), part.rights.astype(np.int64)
    return asked, part.thresholds.reshape(-1), paths, rights, leaves, part.start


def _own(model: Predictor | None, fraction: int, line: str) -> Predictor:
    """The owner's model on the grid. LocalError `no-value`, `wrong-argument`, `model-too-large`."""
    if isinstance(model, Model):
        raise LocalError(
            "wrong-argument",
            "a transformer is given as a model of rows",
            "await mpc.learning.private_model(ctx, model, owner), and mpc.learning.embed or generate",
            line=line,
        )
    if not isinstance(model, Predictor):
        raise LocalError(
            "no-value",
            f"this party owns the model but passes a {type(model).__name__}",
            "pass what mpc.learning.load makes of an estimator, an ONNX file or a module",
            line=line,
        )
    found = model.rounded(fraction)
    if not fits(form_of(found)):
        raise LocalError(
            "model-too-large",
            f"the model has numbers of {MOST_BITS} bits or more, over {MOST_NUMBERS:,} of them in one part, or more "
            "names of classes than are told",
            "features and targets in other units; fewer trees, features or classes",
            line=line,
        )
    return found


def _size(x: SecretArray) -> float:
    return max(map(abs, x.range.reals(x.scale)))


def _within(x: SecretArray, bound: float) -> SecretArray:
    """The same value, whose size is known to be no more than this, unless a smaller range is known already."""
    bound *= _ROOM
    return x.within(-bound, bound) if bound < _size(x) else x


def _checked(rows: SecretArray, form: Form) -> SecretArray:
    if not isinstance(rows, SecretArray) or rows.ndim != 2 or rows.shape[1] != form.inputs:
        told = f"of shape {rows.shape}" if isinstance(rows, SecretArray) else f"a {type(rows).__name__}"
        raise LocalError(
            "wrong-shape",
            f"rows are {told}, and the model takes secrets of shape (rows, {form.inputs})",
            "mpc.secret(ctx, owner, table), a row for each case",
            line=user_line(),
        )
    return rows


def _other_shape(ctx: Context, owner: int) -> PeerError:
    name = ctx.names[owner]
    return PeerError(
        "unexpected-message",
        f"{name} sent numbers of its model of another shape than it told",
        "run the same program and version everywhere",
        party=name,
    )
