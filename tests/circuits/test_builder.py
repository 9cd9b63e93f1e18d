"""What a builder keeps, what it leaves out, and how much memory that takes."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from circuit_cases import run

from protocols.circuits import builder
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Port
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, UInt
from protocols.circuits.levels import batches


def test_no_gate_is_made_twice():
    made = circuit(x=UInt(16), y=UInt(16))(lambda x, y: (x + y, y + x, (x + y) * (y + x), ~(x + y) + 1))
    once = circuit(x=UInt(16), y=UInt(16))(lambda x, y: ((x + y) * (x + y), -(x + y)))
    assert made.ands == once.ands


@pytest.mark.parametrize("remembered", [1, 7, 300])
def test_what_is_forgotten_is_made_again(monkeypatch, remembered):
    def function(x, y):
        return x * y + y * x, x // (y | 1)

    whole = circuit(x=UInt(9), y=UInt(9))(function)
    monkeypatch.setattr(builder, "REMEMBERED", remembered)
    again = circuit(x=UInt(9), y=UInt(9))(function)
    assert again.gates >= whole.gates
    x, y = ([random.Random(seed).randrange(512) for _ in range(70)] for seed in (1, 2))
    assert run(again, x=x, y=y) == run(whole, x=x, y=y)


def test_a_gate_that_is_asked_for_again_is_remembered_longer(monkeypatch):
    monkeypatch.setattr(builder, "REMEMBERED", 4)
    b = Builder()
    x = b.input("x", Bits(40))
    first = b.and_(x[0], x[1])
    for i in range(2, 40):
        b.and_(x[0], x[i])
        assert b.and_(x[1], x[0]) == first


def test_a_gate_takes_few_bytes(monkeypatch):
    """Nine bytes for each while they are made, and as many again a few times when those that are needed are chosen."""
    monkeypatch.setattr(builder, "REMEMBERED", 1000)
    monkeypatch.setattr(builder, "PART", 1000)
    tracemalloc.start()
    b = Builder()
    x = b.input("x", Bits(64))
    last, gates = x[0], 60_000
    for i in range(gates // 2):
        last = b.and_(b.xor(last, x[i % 64]), x[i * i % 61 + 1])
    made = b.circuit({Port("result", Bits(1)): [last]})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.gates > gates // 3
    assert peak < 64 * gates, peak / gates


def test_batches_hold_what_is_ready():
    rng = random.Random(5)
    b = Builder()
    wires = b.input("x", Bits(20))
    for _ in range(400):
        u, v = rng.choices(wires[-40:], k=2)
        wires.append(rng.choice([b.and_, b.xor])(u, v ^ rng.randrange(2)))
    made = b.circuit({Port("result", Bits(30)): wires[-30:]})
    ready = set(range(made.first_gate))
    depths = made.and_depths
    for batch in batches(made):
        assert {int(w) >> 1 for w in (*batch.left, *batch.right)} <= ready
        if batch.is_and:
            assert len({int(depths[w]) for w in batch.wires}) == 1
        ready |= set(batch.wires.tolist())
    assert ready == set(range(made.wires))
    ands = [batch for batch in batches(made) if batch.is_and]
    assert len(ands) == len({int(depths[batch.wires[0]]) for batch in ands})
