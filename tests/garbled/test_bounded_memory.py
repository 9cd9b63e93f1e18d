"""Ten million ANDs, 300 MB of tables, pass through a process whose memory does not grow with them."""

from __future__ import annotations

import subprocess
import sys

import pytest

MOST_MEGABYTES = 160
"""What tables on their way may take, twice over: both parties are in one process."""
PROGRAM = """
import resource
import numpy as np
import mpc

async def main(ctx, mine):
    blocks = mpc.private(1, None if mine is None else mine)
    made = await mpc.garbled(ctx, mpc.circuits.aes(128), key=mpc.private(0, bytes(16)), block=blocks)
    return await mpc.reveal(ctx, made, to=1)

def grown(count):
    mpc.simulate(main, [None, np.zeros((count, 128), bool)])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

before = grown(40)
print(grown(1600) - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere memory is counted in other units")
def test_memory_stays_bounded() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) < MOST_MEGABYTES
