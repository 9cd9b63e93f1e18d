"""What each party sees of all phases: a committed digest of the messages, and bits that are ones half the time."""

from __future__ import annotations

import numpy as np
import pytest
from authenticated.executions import clear, role
from authenticated.test_corrupted_authentication import EXPECTED, INPUTS, TASK
from garbled.test_views_of_yao import product, unbiased
from ot.pairs import digest, run_pair

from mpc.algebra.bits import unpack
from mpc.testing import recording_network
from protocols.authenticated.task import Task

LANES = 20_032


def test_the_transcript_is_committed() -> None:
    """With all seeds fixed. If this fails, the wire format or the use of randomness has changed."""
    run = role(TASK, INPUTS)
    assert digest(run, run) == "008c0fc52fd1e876ab18b1513f485a681e89862d09260f0b1f87eb44b0fc6fb9"


@pytest.mark.slow
@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 1), (2, 3)])
def test_masked_bits_and_labels_are_ones_half_the_time(x: int, y: int) -> None:
    """On many instances of one input, whatever it is: masked inputs, masked bits of ANDs, labels, tables."""
    column = np.array([x & 1, x >> 1, y & 1, y >> 1], np.uint8)[:, None]
    inputs = np.repeat(column, LANES, axis=1)
    transports, record = recording_network(2)
    run = role(Task(product, LANES, (0, 0, 1, 1)), inputs)
    first, second = (each.result for each in run_pair(run, run, transports=lambda: transports))
    np.testing.assert_array_equal(first.outputs, clear(product, inputs))
    np.testing.assert_array_equal(second.outputs, first.outputs)
    ands, messages = product.ands * LANES, [[], []]
    for sent in record:
        messages[sent.sender].append(sent.message.array)
    (masked,) = [array for array in messages[1] if array.shape == (2 * LANES // 64,)]
    assert unbiased(unpack(masked, 2 * LANES).reshape(2, LANES))
    (results,) = [array for array in messages[1] if array.shape == (ands // 64,)]
    assert unbiased(unpack(results, ands))
    (labels,) = [array for array in messages[0] if array.shape == (4, LANES, 2)]
    words = np.unpackbits(labels.view(np.uint8).reshape(4, LANES, 16), axis=2, bitorder="little")
    assert unbiased(np.moveaxis(words, 2, 1))
    tables = [array for array in messages[0] if array.shape == (product.ands * 64 * 4 + product.ands,)]
    whole = np.stack([array[: product.ands * 256].reshape(-1, 4) for array in tables]).reshape(-1, 4)
    bits = np.unpackbits(whole.view(np.uint8).reshape(-1, 32), axis=1, bitorder="little")
    assert unbiased(bits.T)
    assert EXPECTED.any()
