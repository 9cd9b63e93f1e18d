"""The range of a public operand follows from its numbers alone, so that a plan on shapes has the ranges of the run."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import ShapesOfRing
from protocols.array.public import encoded, public
from protocols.ranges import Range

SHAPES = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4)
NUMBERS = st.one_of(
    hnp.arrays(np.int64, SHAPES, elements=st.integers(-(2**30), 2**30)),
    hnp.arrays(np.float64, SHAPES, elements=st.floats(-(2.0**30), 2.0**30, width=32)),
)


@given(values=NUMBERS, scale=st.integers(0, 24))
def test_a_range_is_that_of_the_encodings_whatever_the_ring(values, scale):
    constant = encoded(SimpleNamespace(ring=Z64), public(values), scale)
    signed = Z64.to_signed(constant.elements)
    found = constant.range.off_by(0)
    assert found == (Range(int(signed.min()), int(signed.max())) if signed.size else Range(0, 0))
    without_content = encoded(SimpleNamespace(ring=ShapesOfRing(Z64)), public(values), scale)
    assert without_content.range == constant.range
    assert without_content.shape == constant.shape == values.shape
