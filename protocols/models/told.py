"""What the owner of a predictor tells the others: kinds of its parts, shapes, and powers of two that bound its numbers.

All of it is public. The numbers themselves come in as secrets, of the shapes and ranges that are told here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, get_args

import msgpack
import numpy as np

from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.models.predictor import Activation, Floats, Layer, Link, Part, Predictor, Trees

HEADER_BYTES = 1 << 16
MOST_PARTS = 1 << 8
MOST_CLASSES = 1 << 12
MOST_NUMBERS = 1 << 28
"""Of one array."""

LEAST_BITS, MOST_BITS = -16, 48
"""Of the bounds that may be told."""


@dataclass(frozen=True, slots=True)
class ToldLayer:
    """Of a layer: its shape, its activation, and bits of what its numbers are below: weights, shifts, and the sum of
    the sizes of one output's weights."""

    inputs: int
    outputs: int
    activation: Activation
    weight_bits: int
    shift_bits: int
    gain_bits: int


@dataclass(frozen=True, slots=True)
class ToldTrees:
    """Of trees: how many there are, of how many nodes, leaves and outputs, how deep; and bits of what their numbers
    are below: thresholds, leaves, and outputs."""

    inputs: int
    outputs: int
    trees: int
    nodes: int
    leaves: int
    depth: int
    threshold_bits: int
    leaf_bits: int
    output_bits: int


Told = ToldLayer | ToldTrees
_KINDS: dict[str, type[Told]] = {"layer": ToldLayer, "trees": ToldTrees}


@dataclass(frozen=True, slots=True)
class Form:
    """All that is public of a predictor."""

    parts: tuple[Told, ...]
    link: Link
    classes: tuple[Any, ...]

    @property
    def inputs(self) -> int:
        """Features of a row."""
        return self.parts[0].inputs

    @property
    def outputs(self) -> int:
        """Numbers of a row's decision."""
        return self.parts[-1].outputs


def form_of(predictor: Predictor) -> Form:
    """What is told of a predictor whose numbers are on the grid that they are computed on."""
    return Form(tuple(map(_told, predictor.parts)), predictor.link, predictor.classes)


async def told_form(call: Context, owner: int, own: Form | None) -> Form:
    """The owner tells the others. PeerError `unexpected-message` for what describes no predictor."""
    if own is not None:
        header = np.frombuffer(_packed(own), np.uint8)
        for j in call.everyone:
            if j != owner:
                call.send(j, header)
        return own
    data = await call.receive(owner, Spec(None, np.uint8, HEADER_BYTES))
    try:
        return _form(msgpack.unpackb(data.tobytes(), strict_map_key=True))
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _wrong(call, owner) from error


def fits(form: Form) -> bool:
    """Whether the others will take it: what is too large for them, or too long, is refused where it is told."""
    packed = _packed(form)
    try:
        return len(packed) <= HEADER_BYTES and _form(msgpack.unpackb(packed)) == form
    except (ValueError, TypeError):
        return False


def _told(part: Part) -> Told:
    if isinstance(part, Layer):
        inputs, outputs = part.weight.shape
        gain = np.abs(part.weight).sum(axis=0)
        sizes = (_bits(part.weight), _bits(part.shift), _bits(gain))
        return ToldLayer(inputs, outputs, part.activation, *sizes)
    return _told_trees(part)


def _told_trees(part: Trees) -> ToldTrees:
    trees, nodes, leaves = part.paths.shape
    largest = np.abs(part.leaves).max(axis=1).sum(axis=0) + np.abs(part.start)
    sizes = (_bits(part.thresholds), _bits(part.leaves), _bits(largest))
    return ToldTrees(part.inputs, part.leaves.shape[2], trees, nodes, leaves, part.depth, *sizes)


def _bits(numbers: Floats) -> int:
    """The least k, from LEAST_BITS on, for which all numbers are below 2^k in size."""
    largest = float(np.abs(numbers).max(initial=0.0))
    return max(int(np.frexp(largest)[1]), LEAST_BITS) if largest else LEAST_BITS


def _packed(form: Form) -> bytes:
    parts = [[_name(each), *_values(each)] for each in form.parts]
    packed: bytes = msgpack.packb([parts, form.link, list(form.classes)])
    return packed


def _name(told: Told) -> str:
    return "layer" if isinstance(told, ToldLayer) else "trees"


def _values(told: Told) -> list[Any]:
    return [getattr(told, name) for name in told.__slots__]


def _form(message: Any) -> Form:
    """ValueError, TypeError for what describes no predictor."""
    parts, link, classes = message
    if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS or link not in get_args(Link):
        raise ValueError("parts")
    told = tuple(_part(*each) for each in parts)
    if any(a.outputs != b.inputs for a, b in pairwise(told)):
        raise ValueError("shapes")
    return Form(told, link, _classes(classes, link, told[-1].outputs))


def _part(name: str, *values: Any) -> Told:
    told = _KINDS[name](*values) if name in _KINDS else None
    if told is None:
        raise ValueError("kind")
    bits = [value for field, value in zip(told.__slots__, values, strict=True) if field.endswith("_bits")]
    counts = [v for f, v in zip(told.__slots__, values, strict=True) if not f.endswith("_bits") and f != "activation"]
    if not all(type(v) is int and LEAST_BITS <= v <= MOST_BITS for v in bits):
        raise ValueError("bounds")
    if not all(type(v) is int and 1 <= v <= MOST_NUMBERS for v in counts):
        raise ValueError("counts")
    if isinstance(told, ToldLayer):
        if told.activation not in get_args(Activation) or told.inputs * told.outputs > MOST_NUMBERS:
            raise ValueError("layer")
    elif told.depth > told.nodes or prod((told.trees, told.nodes, max(told.leaves, told.inputs))) > MOST_NUMBERS:
        raise ValueError("trees")
    return told


def _classes(classes: Any, link: str, outputs: int) -> tuple[Any, ...]:
    if not isinstance(classes, list) or len(classes) > MOST_CLASSES:
        raise ValueError("classes")
    if not all(type(each) in (str, int, float, bool) for each in classes):
        raise ValueError("classes")
    wanted = 0 if link == "values" else 2 if link in ("sign", "sigmoid") else outputs
    if len(classes) != wanted or (link in ("sign", "sigmoid") and outputs != 1):
        raise ValueError("classes")
    return tuple(classes)


def _wrong(call: Context, owner: int) -> PeerError:
    name = call.names[owner]
    return PeerError(
        "unexpected-message",
        f"{name} sent a description of its model that cannot be read",
        "run the same program and version everywhere",
        party=name,
        line=call.line,
    )
