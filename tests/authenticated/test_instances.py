"""How often a circuit is computed is the program's to say: other data are refused, and nobody tells a shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.errors import LocalError, PeerError
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import recording_network
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies


@mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))
def richer(x: Any, y: Any) -> Any:
    return x > y


def comparing(instances: Any = (), x: Any = None, y: Any = None) -> Callable[..., Any]:
    """A program that compares party 0's x with party 1's y, of the shapes `x` and `y` if those are said."""

    async def main(ctx: Any, mine: Any) -> Any:
        own = {"x": mpc.private(0, mine, shape=x), "y": mpc.private(1, mine, shape=y)}
        return await mpc.authenticated(ctx, richer, own, instances=instances)

    return main


def ends_of(main: Callable[..., Any], inputs: Any, transports: Any = None) -> list[PartyRun]:
    """How each party ended."""

    async def run() -> list[PartyRun]:
        setting = Setting(SUITE, collect_errors=True)
        return await run_in_memory(
            main, inputs, local_supplies(2), setting, transports=transports or list(memory_network(2))
        )

    return trio.run(run)


@pytest.mark.parametrize(
    ("instances", "many"), [((), 1024), (3, 1024), ((3,), (256, 3)), (1, ()), ((2, 3), (3, 2)), (0, 5)]
)
@pytest.mark.parametrize("cheat", [0, 1])
def test_who_has_more_data_than_the_program_says_is_refused_before_anything_is_sent(
    instances: Any, many: Any, cheat: int
) -> None:
    """Else 1,024 thresholds against one number would tell the number."""
    inputs: list[Any] = [np.zeros(instances, int)] * 2
    inputs[cheat] = np.arange(np.prod(many, dtype=int)).reshape(many)
    transports, record = recording_network(2)
    error = ends_of(comparing(instances), inputs, transports)[cheat].error
    assert isinstance(error, LocalError)
    assert error.code == "shape-mismatch"
    assert "instances=" in str(error)
    assert not [sent for sent in record if sent.sender == cheat]


def test_another_number_of_instances_in_a_partys_program_is_noticed() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await comparing(3 if ctx.me else 4)(ctx, mine)

    async def spread(ctx: Any, mine: Any) -> Any:
        return await comparing(3, x=() if ctx.me else None)(ctx, mine)

    for program, own in ((main, np.arange(4)), (spread, np.arange(3))):
        errors = [run.error for run in ends_of(program, [own, np.arange(3)])]
        assert any(isinstance(error, PeerError) and error.code == "public-values-differ" for error in errors)


@pytest.mark.parametrize(("x", "y"), [((), None), (None, ()), ((), ()), ((4,), (4,)), (4, ())])
def test_one_value_for_all_instances_is_the_programs_to_say(x: Any, y: Any) -> None:
    shapes = [(4,) if shape in (None, 4, (4,)) else () for shape in (x, y)]
    inputs = [np.arange(np.prod(shape, dtype=int)).reshape(shape) + 1 for shape in shapes]
    for found in mpc.simulate(comparing(4, x, y), inputs, check_costs=True).results:
        np.testing.assert_array_equal(found, np.broadcast_to(inputs[0] > inputs[1], 4))


def test_public_values_broadcast_to_the_instances_and_no_further() -> None:
    def main(public: Any, instances: Any) -> Callable[..., Any]:
        async def run(ctx: Any, mine: Any) -> Any:
            return await mpc.authenticated(ctx, richer, instances=instances, x=mpc.private(0, mine), y=public)

        return run

    found = mpc.simulate(main([[0], [9]], (2, 3)), [np.arange(6).reshape(2, 3), None]).result
    assert found.tolist() == [[False, True, True], [False, False, False]]
    for public, instances in (([1, 2], ()), ([1, 2], 3), ([[1, 2, 3]], 3)):
        with pytest.raises(LocalError, match="shape-mismatch"):
            mpc.simulate(main(public, instances), [np.zeros(instances, int), None])


@pytest.mark.parametrize("instances", [-1, 2.5, "3", (2, None), [1 << 60], None])
def test_what_is_no_shape_is_refused(instances: Any) -> None:
    with pytest.raises(LocalError, match="bad-shape"):
        mpc.simulate(comparing(instances), [1, 2])
    if instances is not None:
        with pytest.raises(LocalError, match="bad-shape"):
            mpc.private(0, 3, shape=instances)


def test_shapes_of_data_that_are_no_instances() -> None:
    with pytest.raises(LocalError, match="shape-mismatch"):
        mpc.simulate(comparing((2, 3), x=(3,)), [np.zeros(3, int), np.zeros((2, 3), int)])


def test_shapes_that_a_program_fixes_are_not_told() -> None:
    """`mpc.garbled` saves the round too, and refuses other data."""

    def main(shape: Any) -> Callable[..., Any]:
        async def run(ctx: Any, mine: Any) -> Any:
            own = [mpc.private(owner, mine, shape=shape) for owner in (0, 1)]
            return await mpc.reveal(ctx, await mpc.garbled(ctx, richer, x=own[0], y=own[1]))

        return run

    inputs = [np.array([1, 7]), np.array([3, 4])]
    told, fixed = (mpc.simulate(main(shape), inputs, check_costs=True) for shape in (None, 2))
    assert told.result.tolist() == fixed.result.tolist() == [0, 1]
    assert fixed.report.rounds == told.report.rounds - 1
    with pytest.raises(LocalError, match="shape-mismatch"):
        mpc.simulate(main(3), inputs)
