"""Which way a circuit takes where a network is known: public sizes decide, by rounds and by the bytes of the party that
sends or receives most, online; computation comes on top.
"""

from __future__ import annotations

from math import prod
from typing import Literal, NamedTuple

from mpc.accounts.cost import Declared
from mpc.algebra.bits import words_for
from mpc.algebra.shapes_only import blank
from mpc.context import Session
from mpc.planning import NETWORKS
from protocols.array.node import Shape
from protocols.circuits.circuit import Circuit
from protocols.garbled.bmr_gates import table_words

Way = Literal["yao", "bmr", "gmw"]

ROUNDS_OF_BMR = 3
_WORD_BYTES, _WORD_BITS = 8, 64
MOST_REMADE = 1 << 19
"""Gates of a circuit for which a shallow one is tried: each takes about ten microseconds, twice."""


class Seconds(NamedTuple):
    """What a circuit takes by each way; 0 without a network, and for a way that the suite lacks."""

    gmw: float = 0.0
    bmr: float = 0.0


class Taken(NamedTuple):
    """The way that a circuit takes, the circuit of the same function that does, and what it takes among several."""

    way: Way
    circuit: Circuit
    seconds: Seconds = Seconds()


def quickest(session: Session, asked: Way | None, usual: Way, circuit: Circuit, batch: Shape) -> Taken:
    """The way that is asked for, else the usual one, or instead of GMW that by garbling together where it takes less
    time; and the circuit, for GMW one with fewer ANDs one after another where that takes less."""
    way = asked or usual
    if way == "yao" or not session.network:
        return Taken(way, circuit)
    shallow = _shallower(session, circuit, batch)
    seconds = Seconds(_by_gmw(session, shallow, batch), _by_bmr(session, circuit, batch))
    if asked is None and 0 < seconds.bmr < seconds.gmw:
        way = "bmr"
    return Taken(way, shallow if way == "gmw" else circuit, seconds)


def _by_gmw(session: Session, circuit: Circuit, batch: Shape) -> float:
    sent = round(_WORD_BYTES * _words_of_and(session) * circuit.ands * words_for(prod(batch)))
    return NETWORKS[session.network].seconds(circuit.and_depth, sent)


def _words_of_and(session: Session) -> float:
    """Words that a party sends for ANDs of a word, as the suite declares it; as with triples where it declares none."""
    n, usual = session.n, 2.0 * (session.n - 1)
    declared = getattr(session.suite.and_, "declared", None)
    if declared is None:
        return usual
    x = session.suite.constant_bits(session.root(), blank((1,)), (_WORD_BITS,))
    cost: Declared = declared(x, x)
    of_all = (n - 1) * (n * cost.words + cost.to_one) + n * cost.to_next + cost.in_all
    return of_all / n or usual


def _by_bmr(session: Session, circuit: Circuit, batch: Shape) -> float:
    if session.suite.garbled_by_several is None:
        return 0.0
    tables = _WORD_BYTES * table_words(session.n - 1, circuit.ands * prod(batch)) * (session.n - 1)
    return NETWORKS[session.network].seconds(ROUNDS_OF_BMR, tables)


def _shallower(session: Session, circuit: Circuit, batch: Shape) -> Circuit:
    """The circuit, or where rounds are most of its time a shallow one of the same function, if that takes less."""
    seconds = _by_gmw(session, circuit, batch)
    rounds = NETWORKS[session.network].seconds(circuit.and_depth, 0)
    if circuit.gates > MOST_REMADE or 2 * rounds < seconds:
        return circuit
    return min([circuit, circuit.shallower], key=lambda each: _by_gmw(session, each, batch))
