"""Which way a circuit takes where the program names none, and a network is known: public sizes decide."""

from __future__ import annotations

from math import prod

from mpc.algebra.bits import words_for
from mpc.context import Context
from mpc.planning import NETWORKS
from protocols.array.circuit_nodes import Way
from protocols.array.node import Shape
from protocols.circuits.circuit import Circuit
from protocols.garbled.bmr_gates import table_words
from protocols.suite import suite_of

ROUNDS_OF_BMR = 3
_WORD_BYTES = 8


def quickest(ctx: Context, usual: Way, circuit: Circuit, batch: Shape) -> Way:
    """The usual way, or instead of GMW by garbling together, where that takes less time on the session's network.

    Time is that of rounds and of the bytes of the party that sends or receives most, online; computation comes on top.
    Without a network it is the usual one.
    """
    if usual != "gmw" or not ctx.session.network or suite_of(ctx).garbled_by_several is None:
        return usual
    network, others, instances = NETWORKS[ctx.session.network], ctx.n - 1, prod(batch)
    opened = 2 * _WORD_BYTES * circuit.ands * words_for(instances) * others
    tables = _WORD_BYTES * table_words(others, circuit.ands * instances) * others
    by_gmw = network.seconds(circuit.and_depth, opened)
    return "bmr" if network.seconds(ROUNDS_OF_BMR, tables) < by_gmw else "gmw"
