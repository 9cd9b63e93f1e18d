"""Circuits on plain values, as one tries them."""

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def divided(x, y):
    return {"quotient": x // y, "rest": x % y, "less": x < y, "low": x.to(mpc.Bits(2))}


@mpc.circuit(x=mpc.Float32)
def halved(x):
    return x / 2.0


def test_values_of_every_kind_come_out_as_a_program_reads_them():
    made = mpc.circuits.computed(divided, x=[7, 200, 3], y=5)
    assert made.quotient.tolist() == [1, 40, 0]
    assert made.rest.tolist() == [2, 0, 3]
    assert made.less.tolist() == [False, False, True]
    assert made.low.tolist() == [[True, True], [False, False], [True, True]]
    assert mpc.circuits.computed(halved, {"x": [3.0, -1.0]}).tolist() == [1.5, -0.5]


def test_one_instance_is_a_scalar_and_axes_broadcast():
    assert mpc.circuits.computed(divided, x=9, y=4).rest == 1
    made = mpc.circuits.computed(divided, x=np.arange(6).reshape(2, 3), y=[[2], [3]])
    assert made.rest.tolist() == [[0, 1, 0], [0, 1, 2]]


def test_it_gives_what_parties_compute_together():
    async def main(ctx, mine):
        made = await mpc.garbled(ctx, divided, x=mpc.private(0, mine), y=mpc.private(1, mine))
        return await mpc.reveal(ctx, made.quotient)

    x, y = np.array([250, 3, 77]), np.array([7, 9, 11])
    assert mpc.simulate(main, [x, y]).result.tolist() == mpc.circuits.computed(divided, x=x, y=y).quotient.tolist()


@pytest.mark.parametrize(
    ("values", "code", "word"),
    [
        ({"x": 1}, "bad-input", "`y`"), ({"x": 1, "y": 2, "z": 3}, "bad-input", "`z`"),
        ({"x": 256, "y": 1}, "out-of-range", "`x`"), ({"x": [1, 2], "y": [1, 2, 3]}, "shape-mismatch", "broadcast"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(values, code, word):
    with pytest.raises(LocalError, match=code) as caught:
        mpc.circuits.computed(divided, values)
    assert word in caught.value.cause


def test_a_circuit_is_no_function():
    with pytest.raises(LocalError, match="bad-circuit") as caught:
        divided(7, 5)
    assert "mpc.circuits.computed" in caught.value.remedy
    with pytest.raises(LocalError, match="bad-circuit"):
        mpc.circuits.computed(lambda x: x, x=3)
