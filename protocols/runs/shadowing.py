"""What fixed point costs a program, measured: the program on secrets beside itself in floating point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpc.simulation import Main, Setting, run_in_memory
from protocols.array.shadows import Compared, Shadows
from protocols.preprocessing import dealer
from protocols.runs.event_loop import run_trio
from protocols.runs.suites import find_ring, find_suite


def shadow(main: Main, inputs: Sequence[Any], *, fractional_bits: int = 16, ring: int = 64) -> list[Compared]:
    """Run `main(ctx, inputs[i])` of all parties here, on data that are public or made up; what it reveals, in order,
    each beside what float64 makes of the same program.

    A value is off by what its fixed point loses, and by what follows where the two decide differently. It proves
    nothing of other data: a proven bound stands beside it.
    """
    shadows = Shadows()
    setting = Setting(find_suite("ideal", simulated=True), fractional_bits, find_ring(ring), shadows=shadows)
    run_trio(lambda: run_in_memory(main, inputs, dealer.local_supplies(len(inputs)), setting))
    return shadows.compared
