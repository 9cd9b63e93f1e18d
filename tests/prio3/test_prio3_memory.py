"""Memory of verification, as tracemalloc counts numpy's arrays: beside the reports, little at a leader."""

import tracemalloc

import numpy as np
import pytest

from protocols.prio3 import Prio3BoundedL2, Prio3SumVec

CTX, KEY = b"application", bytes(32)


@pytest.mark.parametrize("vdaf", [Prio3SumVec(2, 20_000, 2**16 - 1), Prio3BoundedL2(2, 20_000, 16)], ids=repr)
@pytest.mark.parametrize(("agg_id", "most"), [(0, 0.5), (1, 2.5)])
def test_a_verifier_holds_shares_of_two_reports_at_most(vdaf, agg_id, most):
    """Of six; a leader reads its shares where they lie."""
    nonce = vdaf.fresh_nonce()
    public, inputs = vdaf.shard(CTX, np.zeros(20_000, np.int64), nonce, vdaf.fresh_rand())
    batch = [nonce] * 6, [public] * 6, [inputs[agg_id]] * 6
    tracemalloc.start()
    try:
        kept = vdaf.verify_init_batch(KEY, CTX, agg_id, *batch)
        still, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 6
    assert peak - still < most * 16 * vdaf.circuit.meas_len
