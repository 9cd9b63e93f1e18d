"""A value lives while the program holds its array or a pending node needs it, and no longer."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import mpc
from protocols.runs.simulating import simulate

ELEMENTS = 100_000


def chain(depth, step):
    """The peak of memory, in arrays of ELEMENTS words, while a chain of `depth` steps is revealed."""

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 1))
        for _ in range(depth):
            x = step(x).within(0, 1)
        return await mpc.reveal(ctx, x[:2])

    tracemalloc.start()
    try:
        simulate(main, [np.zeros(ELEMENTS), None])
        return tracemalloc.get_traced_memory()[1] / (8 * ELEMENTS)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "step",
    [lambda x: x + x, lambda x: x * 0.5, lambda x: x * x, lambda x: x[::-1], lambda x: x.reshape(2, -1).ravel()],
    ids=["sum", "scaling", "product", "index", "reshape"],
)
def test_the_peak_does_not_grow_with_the_length_of_a_chain(step):
    short, long = chain(4, step), chain(24, step)
    assert long < short + 2


class Watch:
    """Which of the values that a program named still hold a share."""

    def __init__(self):
        self._values = {}

    def __call__(self, **secrets):
        self._values |= {name: weakref.ref(x.node.value) for name, x in secrets.items()}

    def alive(self):
        gc.collect()
        return {name for name, ref in self._values.items() if (v := ref()) is not None and v.share is not None}


def test_what_the_program_has_dropped_and_nothing_pending_needs_is_gone():
    async def main(ctx, mine):
        watch = Watch()
        x = await mpc.secret(ctx, 0, mine)
        y = x * x
        z = y + 1
        watch(x=x, y=y, z=z)
        del y
        await mpc.reveal(ctx, z)
        after_first = watch.alive()
        w = x - 3
        watch(w=w)
        del x, z
        after_drop = watch.alive()
        await mpc.compute(ctx, w)
        return after_first, after_drop, watch.alive()

    assert simulate(main, [2.0, None]).result == ({"x", "z"}, {"x"}, {"w"})


def test_an_alias_keeps_the_value_and_not_what_it_was_made_of():
    async def main(ctx, mine):
        watch = Watch()
        x = await mpc.secret(ctx, 0, mine)
        y = x * x
        bounded, other = y.within(0, 100), y.within(0, 50)
        watch(x=x, y=y)
        del x, y
        await mpc.reveal(ctx, bounded)
        held = watch.alive()
        del bounded
        still = watch.alive()
        del other
        return held, still, watch.alive()

    assert simulate(main, [2.0, None]).result == ({"y"}, {"y"}, set())


def test_an_expression_that_nobody_computes_goes_without_the_garbage_collector():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        await mpc.compute(ctx, x)
        y = x * x
        y * 0.3
        value = weakref.ref(x.node.value)
        gc.disable()
        try:
            del x, y
            return value() is None
        finally:
            gc.enable()

    assert simulate(main, [2.0, None]).result


def test_what_is_released_has_no_say_in_paths():
    """Two programs alike but for what they keep send the same number of bytes on the same lines, in as many rounds."""

    def program(keep):
        async def main(ctx, mine):
            kept = []
            x = await mpc.secret(ctx, 0, mine, range=(0, 1))
            for _ in range(5):
                x = (x * x * 0.5).within(0, 1)
                kept.append(x)
                if not keep:
                    kept.clear()
                    gc.collect()
                await mpc.reveal(ctx, x > 0.25)
            return await mpc.reveal(ctx, x)

        return simulate(main, [0.5, None], check_costs=True).report

    kept, dropped = program(True), program(False)
    assert (kept.rounds, kept.bytes_sent, kept.material) == (dropped.rounds, dropped.bytes_sent, dropped.material)
