"""Phones learn to read digits: a server and its clients, each with a few drawings of
its own, which stay with it.

In each round the server tells the weights, every client that is there trains from them,
and what comes back is summed under masks: the server sees the mean of all and nobody's
own. A third of the clients may vanish at any moment. With `epsilon` each client's part
in all rounds together is hidden by noise, which takes many clients to be of use.

    parley star run digits_star.py --clients 12 --arg clients=12 --arg rounds=15

The drawings are those that scikit-learn ships, 1,797 of 8 x 8 pixels; each client has
its own rows of them, and some of these it only tries the weights on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc import federated

PIXELS, WIDTH, DIGITS = 64, 32, 10


def agreed(parameters: Any) -> federated.Federation:
    """What the server and all clients mean alike."""
    noise = None
    if "epsilon" in parameters:
        noise = federated.SiteNoise(
            epsilon=parameters["epsilon"], delta="1e-5", clip=1.0
        )
    return federated.Federation(
        clients=parameters["clients"],
        rounds=parameters["rounds"],
        strategy=federated.FedAvg(
            local=federated.Local(epochs=5, batch=16, rate=0.2), momentum=0.5
        ),
        updates=federated.Updates(bits=32, most_examples=1_000),
        privacy=noise,
        step_seconds=20,
    )


def model() -> federated.ArrayModel:
    """A perceptron, the same everywhere to begin with."""
    return federated.perceptron((PIXELS, WIDTH, DIGITS))


async def server(star: Any) -> dict[str, Any]:
    """The rounds; the account has what came of them."""
    served = await federated.serve(
        star,
        model(),
        agreed(star.parameters),
        on_round=lambda report: print(report, flush=True),
    )
    held, price = served.trained.held_out, served.trained.price
    return {
        "rounds": len(served.trained.rounds),
        "right": None if held is None else held.accuracy,
        "tried on": 0 if held is None else held.examples,
        "price": None if price is None else str(price),
    }


async def client(star: Any, mine: Any) -> dict[str, Any]:
    """All rounds that this client is there for; `mine`: its rows, or it takes some."""
    rows = own_rows(star.name, star.parameters["clients"]) if mine is None else mine
    x, y = np.asarray(rows)[:, :PIXELS] / 16, np.asarray(rows)[:, PIXELS].astype(int)
    kept = max(1, len(y) // 5)
    joined = await federated.join(
        star,
        model(),
        (x[kept:], y[kept:]),
        agreed(star.parameters),
        held_out=None if "epsilon" in star.parameters else (x[:kept], y[:kept]),
    )
    return {"examples": len(y) - kept, "sums": joined.rounds}


def own_rows(name: str, clients: int) -> Any:
    """The rows of scikit-learn's digits that client NUMBER of so many has."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    number = int(name.removeprefix("client"))
    whose = np.random.default_rng(0).integers(0, clients, len(y))
    return np.column_stack([x, y])[whose == number]
