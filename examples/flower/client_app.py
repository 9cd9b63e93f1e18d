"""A clinic: an app as Flower has them, with a mod of Parley's."""

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from examples.flower.terms import TERMS
from mpc import flower

app = ClientApp(mods=[flower.mod(TERMS)])


def patients(clinic: int) -> tuple[np.ndarray, np.ndarray]:
    """Made up: what is measured of each, and what is to be foretold."""
    dice = np.random.default_rng(clinic)
    x = dice.normal(size=(40 + 20 * clinic, 3))
    return x, x @ [1.0, -2.0, 0.5] + 0.1 * dice.normal(size=len(x))


@app.train()
def train(message: Message, context: Context) -> Message:
    """Two passes of gradient descent over the clinic's own patients."""
    x, y = patients(int(context.node_config["partition-id"]))
    (weights,) = message.content["arrays"].to_numpy_ndarrays()
    loss = float(np.square(x @ weights - y).mean())
    for _ in range(2):
        weights = weights - 0.2 * x.T @ (x @ weights - y) / len(x)
    metrics = MetricRecord({"num-examples": len(x), "train_loss": loss})
    reply = RecordDict({"arrays": ArrayRecord([weights]), "metrics": metrics})
    return Message(reply, reply_to=message)
