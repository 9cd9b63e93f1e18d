"""Outputs of circuits that become additive shares, of garblings made ahead: each number's projections, summed.

All local. What the garbler would send behind its tables (`projection.py`) is material, and its shares are known before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from protocols.circuits.circuit import Circuit, Port
from protocols.garbled.joint import is_number
from protocols.garbled.projection import project, project_zeros, weights_of


def number_ports(circuit: Circuit) -> tuple[Port, ...]:
    """The outputs that are whole numbers."""
    return tuple(port for port in circuit.outputs if is_number(port))


def parted(circuit: Circuit, labels: Words, *, sums: bool) -> tuple[Words, list[Words]]:
    """Labels of the outputs (bits, instances, 2) that stay bits, and of each that becomes a number."""
    if not sums:
        return labels, []
    ends = np.cumsum([0, *(port.width for port in circuit.outputs)]).tolist()
    parts = list(zip(circuit.outputs, pairwise(ends), strict=True))
    bits = [labels[a:b] for port, (a, b) in parts if not is_number(port)]
    return np.concatenate([labels[:0], *bits]), [labels[a:b] for port, (a, b) in parts if is_number(port)]


def projected(
    circuit: Circuit, zeros: Sequence[Words], delta: Words, ring: Z2k, start: Words, instances: int
) -> tuple[Words, Words]:
    """The garbler's shares (numbers, instances), and what the evaluator's are corrected by, (bits, instances)."""
    shares, sent, first = [ring.zeros((0, instances))], [ring.zeros((0, instances))], 0
    for port, labels in zip(number_ports(circuit), zeros, strict=False):
        weights = weights_of(port.width, ring, signed=port.kind.bounds[0] < 0)
        by_bit = ring.moved(lambda each: each[:, None], weights)
        own, corrections = project_zeros(labels, delta, by_bit, ring, start, first)
        shares.append(ring.moved(lambda each: each[None], ring.sum(own, 0)))
        sent.append(corrections)
        first += labels.size // 2
    return _joined(ring, shares), _joined(ring, sent)


def summed(circuit: Circuit, labels: Sequence[Words], sent: Words, ring: Z2k, start: Words) -> list[Words]:
    """The evaluator's shares of each number, (instances,)."""
    shares, row, first = [], 0, 0
    for port, own in zip(number_ports(circuit), labels, strict=False):
        corrections = sent[row : row + port.width]
        shares.append(ring.sum(project(own, np.ascontiguousarray(corrections), ring, start, first), 0))
        row += port.width
        first += own.size // 2
    return shares


def _joined(ring: Z2k, parts: Sequence[Words]) -> Words:
    return np.ascontiguousarray(ring.moved(lambda *each: np.concatenate(each), *parts))
