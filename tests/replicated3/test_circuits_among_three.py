"""Circuits in programs on replicated3: by ANDs on shared bits; whatever garbles is refused, and names what there is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def larger(x: Any, y: Any) -> Any:
    return mpc.mux(x > y, x, y)


async def computed(ctx: Any, mine: Any, **how: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 255))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0, 255))
    return await mpc.reveal(ctx, await mpc.garbled(ctx, larger, x=x, y=y, **how))


def run(**how: Any) -> Any:
    inputs = [np.array([3, 200]), np.array([7, 100]), None]
    return mpc.simulate(lambda ctx, mine: computed(ctx, mine, **how), inputs, suite="replicated3")


@pytest.mark.parametrize("how", [{}, {"by": "gmw"}], ids=str)
def test_a_circuit_is_computed_on_shared_bits(how: dict[str, str]) -> None:
    done = run(**how)
    assert done.result.tolist() == [7, 200]
    assert [circuit.by for circuit in done.report.circuits] == ["gmw"]
    assert done.report.material == {}


@pytest.mark.parametrize(("by", "code"), [("yao", "unfit-session"), ("bmr", "not-offered")])
def test_garbling_is_refused(by: str, code: str) -> None:
    with pytest.raises(LocalError, match=code) as caught:
        run(by=by)
    assert 'take by="gmw"' in caught.value.remedy
