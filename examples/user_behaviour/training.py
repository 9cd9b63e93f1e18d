"""Step 3, training: three networks of different size, each by rounds in which every shop
computes on its own customers and the shops learn the noisy sum of what all of them found.

Noise is for a person: whoever sees every sum hardly learns whose purchases were there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc
from examples.user_behaviour.customers import FEATURES, Customers
from examples.user_behaviour.network import (
    Floats,
    Weights,
    first_weights,
    gradients,
    log_odds,
    losses,
)

HIDDEN = (4, 8, 16)
SEED = 1
ROUNDS, RATE, CLIP = 40, 0.1, 0.5
EPSILON, DELTA = "0.75", "1e-6"  # of each network's training
HONEST = 4  # of five shops put in their parts of the noise and tell nobody


async def trained(ctx: Any, own: Customers, people: int, rounds: int = ROUNDS) -> list[Weights]:
    """The networks, which all learn. `people`: how many train them at all shops, about."""
    found = []
    for hidden in HIDDEN:
        model, terms = network(hidden), terms_of(people, rounds)
        done = await mpc.federated.train(ctx, model, own.examples, **terms)
        found.append({name: np.asarray(array) for name, array in done.weights.items()})
    return found


def terms_of(people: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """How each network is trained: by Adam on the noisy means, of which each customer moves one by so much at most."""
    noise = mpc.federated.PersonNoise(
        epsilon=EPSILON, delta=DELTA, clip=CLIP, people=people, honest=HONEST, neighbours=mpc.privacy.substitute()
    )
    strategy = mpc.federated.FedAdam(rate=RATE, local=mpc.federated.Local(rate=1.0))
    return {"strategy": strategy, "rounds": rounds, "privacy": noise}


def network(hidden: int) -> Any:
    """As `mpc.federated` trains it."""
    return mpc.federated.ArrayModel(
        first_weights(len(FEATURES), hidden, SEED), gradient=mean_gradient, predict=foretold, each=gradients
    )


def mean_gradient(weights: Weights, x: Floats, y: Floats) -> tuple[float, Weights]:
    """The mean loss of rows, and its gradient."""
    slopes = {name: each.mean(axis=0) for name, each in gradients(weights, x, y).items()}
    return float(losses(weights, x, y).mean()), slopes


def foretold(weights: Weights, x: Floats) -> Floats:
    """Which end is the likelier one, as 0 and 1."""
    return np.asarray(log_odds(weights, x) > 0, float)
