"""Mistakes that others made with garbled circuits and what they stand on, one test each, named as the public list of
pitfalls of secure computation names them (github.com/rot256/mpc-pitfalls)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from small_product import INSTANCES, product, program

import mpc
from mpc.context import Context, together
from mpc.errors import LocalError, PeerError
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network
from protocols.beaver import SUITE, by_garbling
from protocols.garbled import yao
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.preprocessing.dealer import local_supplies
from protocols.shares import stack_planes

TABLES = 4 * product.ands * INSTANCES
"""Words of a message with all tables."""


def tables_of(main: Any, session: str = "one", seeds: str = "same", dealt: str = "dealt") -> list[np.ndarray]:
    """The tables that party 0 sent, of one run whose seeds are fixed."""
    transports, record = recording_network(2)

    async def start() -> None:
        await run_in_memory(
            main, [None, None], local_supplies(2, [insecure_seed(dealt, i) for i in range(2)]), Setting(SUITE),
            transports=transports, agreements=insecure_agreements(2, session),
            private=[insecure_seed(seeds, i) for i in range(2)],
        )  # fmt: skip

    trio.run(start)
    return [sent.message.array for sent in record if sent.sender == 0 and sent.message.array.size == TABLES]


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """What party 0 garbles with, call after call: the labels of zero, (labels, 2), and below them its offset."""
    found, honest = [], yao.send_tables

    async def send_tables(ctx: Context, scheme: Any, execution: Any, zeros: Any, delta: Any, *rest: Any) -> Any:
        found.append(np.concatenate([zeros.reshape(-1, 2), delta[None]]))
        return await honest(ctx, scheme, execution, zeros, delta, *rest)

    monkeypatch.setattr(yao, "send_tables", send_tables)
    return found


def blocks(tables: np.ndarray) -> set[bytes]:
    return {row.tobytes() for row in tables.reshape(-1, 2)}


async def bits(ctx: Context) -> Any:
    planes = [
        await ctx.suite.input_bits(ctx, 0, np.array([21 * i], np.uint64) if ctx.me == 0 else None, (INSTANCES,))
        for i in range(6)
    ]
    return stack_planes(planes)


def test_presignature_reuse(labels: list[np.ndarray]) -> None:
    """What is made once is used once: one circuit twice, on the same inputs, has no block of its tables in common, and
    no label."""

    async def main(ctx: Context, mine: Any) -> Any:
        inputs = await bits(ctx)
        for _ in range(2):
            await by_garbling.evaluate(ctx, product, inputs)

    first, second = tables_of(main)
    assert len(blocks(first)) == len(blocks(second)) == 2 * product.ands * INSTANCES
    assert not blocks(first) & blocks(second)
    assert not blocks(labels[0][:-1]) & blocks(labels[1][:-1])


def test_concurrent_sessions(labels: list[np.ndarray]) -> None:
    """Nor have two that are garbled side by side."""

    async def main(ctx: Context, mine: Any) -> Any:
        inputs = await bits(ctx)
        await together(ctx, *[(by_garbling.evaluate, product, inputs) for _ in range(2)])

    first, second = tables_of(main)
    assert not blocks(first) & blocks(second)
    assert not blocks(labels[0][:-1]) & blocks(labels[1][:-1])


def test_missing_ssid_and_pid() -> None:
    """Gates are hashed with what belongs to the session: the same seeds in another one give other tables."""
    one, other = (tables_of(program(HALF_GATES.name), session)[0] for session in ("one", "another"))
    assert not blocks(one) & blocks(other)
    assert (one == tables_of(program(HALF_GATES.name))[0]).all()


def test_low_entropy_randomness(labels: list[np.ndarray]) -> None:
    """Labels of one circuit, and blocks of its tables, are all different, and no bit of them is always the same; nor is
    a bit of offsets, but for the lowest."""
    (tables,) = tables_of(program(HALF_GATES.name))
    for rows in (tables.reshape(-1, 2), labels[0][:-1]):
        assert len(blocks(rows)) == len(rows)
        assert (np.bitwise_or.reduce(rows) == 2**64 - 1).all()
        assert not np.bitwise_and.reduce(rows).any()
    for i in range(20):
        tables_of(program(HALF_GATES.name), seeds=f"more {i}", dealt=f"dealt {i}")
    offsets = np.stack([made[-1] for made in labels[1:]])
    assert (np.bitwise_or.reduce(offsets) == 2**64 - 1).all()
    assert np.bitwise_and.reduce(offsets).tolist() == [1, 0]


def run_both(circuits: Any, *values: Any) -> Any:
    """A program in which each party has a circuit of its own."""

    async def main(ctx: Context, mine: Any) -> Any:
        made = await mpc.garbled(ctx, circuits[ctx.me], x=mpc.private(0, mine), y=mpc.private(1, mine))
        return await mpc.reveal(ctx, made)

    return mpc.simulate(main, inputs=list(values))


def test_late_ssid_mismatch() -> None:
    """Another circuit of the same shape is noticed at its first message, and not by what comes out."""
    other = mpc.circuit(x=mpc.UInt(3), y=mpc.UInt(3))(lambda x, y: y * x + 1)
    assert run_both([product, product], 3, 2).result == 6
    with pytest.raises(PeerError, match="public-values-differ"):
        run_both([product, other], 3, 2)


def test_wrong_length_sequence() -> None:
    """Inputs of another width, or of instances that do not go together, are refused before anything is sent."""
    with pytest.raises(LocalError, match="out-of-range"):
        run_both([product, product], 8, 2)
    with pytest.raises(LocalError, match="shape-mismatch"):
        run_both([product, product], [1, 2, 3], [1, 2])


def test_vacuous_empty_list() -> None:
    """No instances are no answer, and not one that nobody computed."""
    found = run_both([product, product], np.empty(0, int), np.empty(0, int)).result
    assert found.shape == (0,)
