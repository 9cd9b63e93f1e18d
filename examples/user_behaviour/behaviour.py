"""Five shops learn together how their customers behave; none sees a customer of another.

Each shop's file has a purchase a line: customer, day, cents. In five steps the shops

 1. find out which customers several of them have, so that each counts at one alone;
 2. release figures of all shops' customers, with noise;
 3. train three small networks that foretell who comes again, with noise;
 4. choose one of them by losses on other customers, which stay secret;
 5. ask it about one customer whom two of them know, which only the asking shop learns.

All of it is charged to each shop's ledger before it is revealed.

    python -m examples.user_behaviour.demo
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

from examples.user_behaviour import aligning, asking, choosing, figures, training
from examples.user_behaviour.customers import customers_of

STEPS = ("aligning", "figures", "training", "choosing", "asking")
CUSTOMERS = 23_570


async def main(ctx: Any, mine: Any, *, customers: int = CUSTOMERS, rounds: int = training.ROUNDS) -> dict[str, Any]:
    """The whole study; `mine` is this shop's table of purchases, `customers` how many all shops have, about, and
    `rounds` those of each network's training."""
    shop, clock = customers_of(mine), [time.perf_counter()]

    def step(number: int) -> None:
        clock.append(time.perf_counter())
        print(f"step {number} of {len(STEPS)}: {STEPS[number - 1]} took {clock[-1] - clock[-2]:.1f} s", flush=True)

    alone = await aligning.alone(ctx, shop)
    own = shop.only(alone)
    step(1)
    released = await figures.released(ctx, own)
    step(2)
    candidates = await training.trained(ctx, own.part("training"), people=customers * 3 // 5, rounds=rounds)
    step(3)
    choice = await choosing.chosen(ctx, candidates, own)
    step(4)
    wanted = asking.most_frequent(shop.only(~alone))
    likely = await asking.forecast(ctx, candidates[choice.place], shop, wanted)
    step(5)
    return {
        "customers": len(shop),
        "alone": len(own),
        "figures": released,
        "choice": choice,
        "weights": candidates,
        "forecast": likely,
        "asked_about": wanted if ctx.me == asking.ASKING else None,
        "seconds": [round(b - a, 3) for a, b in pairwise(clock)],
    }
