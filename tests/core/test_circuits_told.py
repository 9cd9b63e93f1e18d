"""Circuits on their way to who makes their material: told once, read without the program, bounded."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from kinds import product, total

from mpc.algebra.ring import Z64
from mpc.errors import PeerError
from protocols.circuits.circuit import Circuit
from protocols.circuits.known import recall, remember
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.preprocessing.circuits import Telling, Told, circuits_of
from protocols.preprocessing.demand import pack_request, unpack_request
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.triple import Triple


def another(name: str) -> Circuit:
    """The product, with an output of this name besides, so that nobody else holds it."""
    twice = (replace(product.outputs[0], name=name), *product.outputs)
    ends = np.concatenate([product.ends, product.ends])
    return Circuit(product.inputs, twice, product.is_and, product.left, product.right, ends, name="another")


def test_who_has_not_the_program_reads_a_demand_of_its_circuit() -> None:
    made = another("first")
    entries = [((0,), Garbling.of(Z64, made, 3, HALF_GATES, 0, 1)), ((1,), Garbling.of(Z64, made, 5, HALF_GATES, 0, 1))]
    telling, digest = Telling(), remember(made)
    first = telling.before(entries) + pack_request(None, entries)
    later = telling.before(entries[:1]) + pack_request(None, entries[:1])
    assert len(later) < 200 < len(first)
    del made, entries
    gc.collect()
    with pytest.raises(LookupError):
        recall(digest)
    told = Told(1000)
    for request, count in ((first, 2), (later, 1)):
        _, found = unpack_request(told.split(request, "north"), "north")
        assert len(found) == count
        material = found[0][1].derive(*(np.zeros(part.shape, np.uint64) for part in found[0][1].parts()[:6]))
        assert len(material) == 4


def test_a_circuit_that_was_not_told_is_refused() -> None:
    made = another("second")
    entries = [((0,), Garbling.of(Z64, made, 3, HALF_GATES, 0, 1))]
    request = pack_request(None, entries)
    del made, entries
    gc.collect()
    with pytest.raises(PeerError, match="malformed-message"):
        unpack_request(Told(1000).split(Telling().before([]) + request, "north"), "north")


def test_a_party_tells_no_more_gates_than_allowed() -> None:
    entries = [((0,), Garbling.of(Z64, product, 3, HALF_GATES, 0, 1)), ((1,), Triple(Z64, (1,), (1,)))]
    told = Told(product.gates)
    told.split(Telling().before(entries), "north")
    with pytest.raises(PeerError, match="too-many-elements") as caught:
        told.split(Telling().before(entries), "north")
    assert caught.value.party == "north"


def test_each_circuit_of_a_demand_is_named_once() -> None:
    kinds = [Garbling.of(Z64, made, count, HALF_GATES, 0, 1) for count in (1, 2) for made in (total, product)]
    assert circuits_of([((i,), kind) for i, kind in enumerate([Triple(Z64, (1,), (1,)), *kinds])]) == [total, product]
