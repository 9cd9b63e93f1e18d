"""How much shops gain together, of customers who are made up over again: what the page says of it."""

from __future__ import annotations

import numpy as np
import pytest

from examples.recommendation.recommendation_clear import SEED, figures


@pytest.mark.parametrize(
    ("times", "least", "middle", "most", "none"),
    [(1, -5, 3, 12, 3), (3, -1, 1, 6, 6)],
)
def test_the_gain_is_as_the_page_says(times: int, least: int, middle: int, most: int, none: int) -> None:
    """Of the seeds from 0 to 23; the example's is one of them, above the middle."""
    gains = np.array([together - alone for together, alone, _ in (figures(seed, times) for seed in range(24))])
    assert [round(gain) for gain in (gains.min(), np.median(gains), gains.max())] == [least, middle, most]
    assert np.count_nonzero(gains <= 0) == none
    if times == 1:
        assert SEED in range(24)
        assert middle < gains[SEED] < most
