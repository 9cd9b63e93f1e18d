"""The table of transformers' parts: every result of rows is what it is compared with, and a wrong one is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from bench.row_functions import WORKLOADS
from bench.workloads import Workload
from mpc.context import Context
from mpc.prg import Prg
from protocols.suite import suite_of

SMALL = 6


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda workload: workload.name)
def test_functions_of_rows_are_compared_with_numpy(workload: Workload) -> None:
    values = workload.values(Prg(bytes(32)), SMALL)

    async def program(ctx: Context, mine: Any) -> Any:
        share: Any = await workload.online(ctx, [suite_of(ctx).constant(ctx, words) for words in values], SMALL)
        (opened,) = await suite_of(ctx).open(ctx, share)
        return opened

    opened = mpc.simulate(program, [None, None]).result
    workload.off_by(opened, values, SMALL)
    wrong = opened + np.uint64(1 << 30)
    with pytest.raises(ArithmeticError, match=f"{workload.name} gave a wrong result"):
        workload.off_by(wrong, values, SMALL)
