"""What must hold between the two ends of correlated transfers."""

import numpy as np

from mpc.algebra import bits


def masks(packed, count):
    return np.uint64(0) - bits.unpack(packed, count).astype(np.uint64)


def check_correlation(delta, q, choices, t):
    """q = t ^ c delta in every row, and the padding of the choices is zero."""
    count = len(q)
    assert q.shape == t.shape == (count, 2)
    assert choices.shape == (bits.words_for(count),)
    assert (q == t ^ (masks(choices, count)[:, None] & delta)).all()
    if count % 64:
        assert int(choices[-1]) >> count % 64 == 0
