"""Small federations: sites with rows of one hidden rule, and the parties that train on them."""

from __future__ import annotations

import numpy as np

import mpc
from mpc import federated

RULE = np.random.default_rng(3).normal(size=(4, 3))


def rows(count, seed):
    """x (count, 4) and y of 3 classes."""
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(count, 4))
    return x, (x @ RULE + 0.3 * dice.gumbel(size=(count, 3))).argmax(axis=1)


SITES = [rows(40, 1), rows(10, 2), rows(25, 3)]
FRESH = rows(200, 9)


def model():
    return federated.softmax_regression(4, 3)


def trained(data=None, models=None, **options):
    """What each party ends with; options that are lists of one for each party are given one to each."""
    data = data or SITES
    each = {name: options.pop(name) for name in ("held_out", "users", "rounds_of") if name in options}

    async def main(ctx, mine):
        own = {name: values[ctx.me] for name, values in each.items() if name != "rounds_of"}
        rounds = each["rounds_of"][ctx.me] if "rounds_of" in each else options.get("rounds", 2)
        given = models[ctx.me]() if models else model()
        rest = {name: value for name, value in options.items() if name != "rounds"}
        return await mpc.federated.train(ctx, given, mine, rounds=rounds, **rest, **own)

    return mpc.simulate(main, data, check_costs=True).results
