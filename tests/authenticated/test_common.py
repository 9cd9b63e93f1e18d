"""Inputs that are one value for all instances: nobody can give some instances another, whatever it sends."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from authenticated.executions import both, clear, opened
from authenticated.test_corrupted_authentication import INPUTS, TASK, ends
from authenticated.test_instances import comparing
from hypothesis import given
from hypothesis import strategies as st
from ot.pairs import run_pair, with_fault

import mpc
from mpc.context import Context
from mpc.errors import Abort
from mpc.testing import Fault, recording_network
from protocols.array import authenticating
from protocols.authenticated import dependent, session
from protocols.authenticated.common import give_common
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate

COMMON = replace(TASK, common=(0, 1, 3))
"""x of the garbler, and the higher bit of y."""
EXPECTED = clear(TASK.circuit, np.concatenate([INPUTS[:2, :1].repeat(3, 1), INPUTS[2:3], INPUTS[3:, :1].repeat(3, 1)]))


def test_one_mask_and_one_label_for_all_instances() -> None:
    garbler, evaluator = both(replace(COMMON, instances=200), np.ones((4, 200), np.uint8))
    assert garbler.garbled.zeros is not None
    masks = garbler.garbled.inputs ^ evaluator.garbled.inputs
    ours, theirs = garbler.garbled.common, evaluator.garbled.common
    assert ours is not None
    assert theirs is not None
    masks[list(COMMON.common)] = opened(ours.masks, theirs.masks)[:, None]
    for row in range(4):
        alike = row in COMMON.common
        assert (len(np.unique(masks[row])) == 1) == alike
        assert (len(np.unique(garbler.garbled.zeros[row], axis=0)) == 1) == alike


@given(cheat=st.sampled_from([0, 1]), at_once=st.sampled_from([5, 100]), seed=st.integers(0, 10**6))
def test_who_has_another_value_for_each_instance_gives_one(cheat: int, at_once: int, seed: int) -> None:
    """The cheat puts what it likes into the protocol as its input that is one value; results are those of one value."""
    honest, rng = session.compute, np.random.default_rng(seed)

    async def compute(ctx: Context, task: Any, inputs: Any, receivers: Any) -> Any:
        if ctx.me == cheat:
            own = [row for row, owner in enumerate(task.owners) if owner == cheat]
            inputs[own] = rng.integers(0, 2, (len(own), 12), np.uint8)
        return await honest(ctx, task, inputs, receivers)

    others = rng.permutation(1 << 16)[:12]
    x, y = ((), None) if cheat == 0 else (None, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authenticating, "compute", compute)
        patch.setattr(session, "AT_ONCE", at_once * 16)
        run = mpc.simulate(comparing(12, x, y), [0, others] if cheat == 0 else [others, 0], check_costs=True)
    larger = ~run.results[1] if cheat == 0 else run.results[0]
    ranked = larger[np.argsort(others)].astype(int)
    assert (np.diff(ranked) >= 0).all(), "thresholds of several values"


async def phases(ctx: Context, peer: int) -> Any:
    """All phases on `COMMON`."""
    own, mine = deepcopy(ends()[ctx.me]), INPUTS.copy()
    mine[[row for row, owner in enumerate(TASK.owners) if owner == peer]] = 0
    ands = await independent(ctx, own, COMMON.size())
    garbled = await garble_circuit(ctx, own, COMMON, ands)
    assert garbled.common is not None
    await give_common(ctx, own, garbled.common, mine[list(COMMON.common), 0])
    return await evaluate(ctx, own, garbled, mine, (0, 1))


def test_a_garbling_of_another_value_in_one_instance_is_found_out_or_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The garbler's tables of one instance take the label that it gives for that of the other value. Half of the ANDs
    have the right masked bit all the same; where all of them have it, the outputs are right."""
    honest, found_out = dependent.zero_labels, 0
    ends()
    for row in COMMON.common:
        for instance in range(3):

            def zeros(ctx: Context, made: Any, at: tuple[int, int] = (row, instance)) -> Any:
                labels = honest(ctx, made)
                labels[at] ^= ends()[0].delta
                return labels

            monkeypatch.setattr(dependent, "zero_labels", zeros)
            evaluator = run_pair(phases, phases, collect=True)[1]
            if evaluator.error is None:
                np.testing.assert_array_equal(evaluator.result, EXPECTED)
                continue
            assert isinstance(evaluator.error, Abort)
            assert (evaluator.error.code, evaluator.error.party) == ("authenticated-check-failed", "party0")
            found_out += 1
    assert found_out > 3


def test_a_change_of_any_message_is_noticed_or_does_no_harm() -> None:
    ends()
    transports, record = recording_network(2)
    for run in run_pair(phases, phases, transports=lambda: transports):
        np.testing.assert_array_equal(run.result, EXPECTED)
    named = 0
    for party in (0, 1):
        sizes = [sent.message.array.nbytes for sent in record if sent.sender == party]
        for number, size in enumerate(sizes):
            for byte in {0, size // 2, size - 1} if size else ():
                runs, struck = with_fault(phases, phases, party, Fault("flip", number, byte=byte, bit=byte % 8))
                assert struck == 1
                for run in runs:
                    assert run.error is not None or (run.result == EXPECTED).all()
                named += getattr(runs[1 - party].error, "party", "") == f"party{party}"
    assert named > 0


def test_a_common_input_is_given_once_whatever_the_instances() -> None:
    """128 bits of label for each of its 16 bits, and a masked one; 64 instances more cost it nothing."""
    sent = [
        mpc.simulate(comparing(many, x=shared), [0 if shared == () else np.zeros(many, int), np.arange(many)])
        for many in (64, 128)
        for shared in (None, ())
    ]
    saved = [sent[place].report.bytes_sent[0] - sent[place + 1].report.bytes_sent[0] for place in (0, 2)]
    assert saved[1] - saved[0] >= 64 * 16 * 16
