"""Three banks train one model of who will not pay back; none shows an applicant.

Each bank's file has an applicant a line: what is known of the account, the credit and
the person, and whether the credit was paid back. One bank has many applicants, one has
few. In each round every bank adds up the gradients of its own, and all learn the sum
over all banks, with noise that hides each applicant. So they learn the model; and how
many of those whom they kept back it judges rightly, with noise as well.

    parley run credit_risk.py -n 3 \
        --input 0=town.csv --input 1=valley.csv --input 2=harbour.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

NUMBERS = (
    "savings", "history", "months", "amount", "installment", "age",
    "residence", "employment", "owner", "phone", "plans",
)  # fmt: skip
LEAST = np.array([0, 0, 4, 250, 1, 18, 1, 0, 0, 0, 0])
MOST = np.array([4, 4, 60, 15_000, 4, 75, 4, 4, 1, 1, 1])
STATES = (1, 2, 3)  # of an account: overdrawn, nearly empty, well filled; else none
PEOPLE, EVERY = 750, 4  # at all banks, about; every fourth is kept back for testing
EPSILON, DELTA, CLIP = 3, "1e-5", 1
ROUNDS, RATE = 12, 4.0
TEST_EPSILON = 1


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The training; `mine` is this bank's table."""
    x, y = examples(mine)
    kept = np.arange(len(y)) % EVERY == 0
    noise = mpc.federated.PersonNoise(
        epsilon=EPSILON,
        delta=DELTA,
        clip=CLIP,
        people=PEOPLE,
        honest=ctx.n - 1,
        neighbours=mpc.privacy.substitute(),
    )
    trained = await mpc.federated.train(
        ctx,
        mpc.federated.ArrayModel(first(), gradient=gradient, each=each),
        (x[~kept], y[~kept]),
        strategy=mpc.federated.FedAvg(local=mpc.federated.Local(rate=RATE)),
        rounds=ROUNDS,
        privacy=noise,
    )
    weights = trained.weights
    right = ((log_odds(weights, x[kept]) > 0) == (y[kept] == 1)).astype(int)
    hits = [await mpc.secret(ctx, bank, right, range=(0, 1)) for bank in ctx.everyone]
    accuracy = await mpc.statistics.mean(
        ctx, hits, privacy=mpc.Laplace(epsilon=TEST_EPSILON)
    )
    return {
        "weights": weights["w"],
        "intercept": weights["b"],
        "accuracy": accuracy.values if accuracy else None,
    }


def examples(mine: Any) -> tuple[Any, Any]:
    """States of the account, each a column, and numbers between 0 and 1, by bounds that
    all know; and who did not pay back.
    """
    states = np.stack([mine["account"] == state for state in STATES], axis=1)
    numbers = np.stack([mine[name] for name in NUMBERS], axis=1)
    scaled = ((numbers - LEAST) / (MOST - LEAST)).clip(0, 1)
    return np.concatenate([states, scaled], axis=1) - 0.5, np.asarray(mine["default"])


def first() -> dict[str, Any]:
    """Where the training begins."""
    return {"w": np.zeros(len(STATES) + len(NUMBERS)), "b": np.zeros(())}


def log_odds(weights: Any, x: Any) -> Any:
    """Of not paying back."""
    return x @ weights["w"] + weights["b"]


def each(weights: Any, x: Any, y: Any) -> dict[str, Any]:
    """The gradient of each applicant's loss."""
    error = 1 / (1 + np.exp(-log_odds(weights, x))) - y
    return {"w": error[:, None] * x, "b": error}


def gradient(weights: Any, x: Any, y: Any) -> tuple[float, dict[str, Any]]:
    """The mean loss of applicants, and its gradient."""
    scores = log_odds(weights, x)
    loss = float((np.logaddexp(0, scores) - y * scores).mean())
    slopes = each(weights, x, y)
    return loss, {name: slope.mean(axis=0) for name, slope in slopes.items()}
