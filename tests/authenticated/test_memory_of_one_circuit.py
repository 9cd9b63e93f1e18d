"""What the protocol keeps of one circuit does not grow with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

MOST_MEGABYTES = 60
"""Of both parties, where the circuit has a quarter of a million ANDs more; at once these would take over 300."""
PROGRAM = """
import resource
import numpy as np
import mpc
from protocols.authenticated import session
from protocols.authenticated.steps import steps_of
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits

WIDTH = 1024
session.AT_ONCE = 1 << 14

def layered(layers):
    '''Each layer has ANDs of neighbours, and then XORs with what came before.'''
    kinds, left, right, before = [], [], [], np.arange(1, 1 + WIDTH)
    for layer in range(layers):
        ands = 1 + 2 * WIDTH * (layer + 1) + np.arange(WIDTH)
        kinds += [np.ones(WIDTH, bool), np.zeros(WIDTH, bool)]
        left += [2 * before, 2 * ands]
        right += [2 * np.roll(before, 1) ^ 1, 2 * before]
        before = ands + WIDTH
    arrays = np.concatenate(kinds), *(np.concatenate(each).astype(np.int32) for each in (left, right))
    ports = tuple(Port(name, Bits(WIDTH)) for name in 'xy')
    return Circuit(ports, (Port('r', Bits(8)),), *arrays, (2 * before[:8]).astype(np.int32))

def peak(circuit):
    steps_of(circuit)
    async def main(ctx, mine):
        return await mpc.authenticated(ctx, circuit, x=mpc.private(0, mine), y=mpc.private(1, mine))
    mpc.simulate(main, [np.zeros(WIDTH, bool)] * 2, preprocessing='ot')
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

small, large = layered(64), layered(320)
steps_of(small), steps_of(large)
before = peak(small)
print(peak(large) - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere memory is counted in other units")
def test_memory_stays_bounded() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) < MOST_MEGABYTES
