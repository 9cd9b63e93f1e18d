"""The server: Flower's FedAvg, started by Parley."""

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from examples.flower.terms import TERMS
from mpc import flower

app = ServerApp()
ROUNDS = 8


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Rounds with all clinics that are there."""
    strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=5, min_available_nodes=5)
    result = flower.start(
        strategy,
        grid,
        TERMS,
        initial_arrays=ArrayRecord([np.zeros(3)]),
        num_rounds=ROUNDS,
        timeout=60,
    )
    (weights,) = result.arrays.to_numpy_ndarrays()
    print("weights", weights.round(1))
